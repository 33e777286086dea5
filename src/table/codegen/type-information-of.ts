// How values of SQL types lie in frames and state: the TypeInformation of a logical type, and of the rows of an edge.
import { assertNever } from '#core/assert';
import { Types, type RowField, type TypeInformation } from '#core/types/type-information';
import { KIND_KEY } from '#table/runtime/row-kind';
import { fieldKeys, timestampUnitDigits, type LogicalField, type LogicalType } from '#table/types/logical-type';

/** Of a value that may be NULL where the type says so. */
export function typeInformationOf(type: LogicalType): TypeInformation {
  const inner = valueTypeOf(type);
  return type.isNullable && inner.kind !== 'any' ? Types.NULLABLE(inner) : inner;
}

/** Of the rows of a relation. `hasKind`: the edge carries changes, so each row says which. */
export function rowTypeInformation(type: { readonly fields: readonly LogicalField[] }, options: { readonly hasKind: boolean } = { hasKind: false }): TypeInformation {
  const fields = rowFields(type);
  return { kind: 'row', fields: options.hasKind ? [...fields, { name: KIND_KEY, type: Types.INT }] : fields };
}

function rowFields(type: { readonly fields: readonly LogicalField[] }): RowField[] {
  const keys = fieldKeys(type);
  return type.fields.map((field, index) => ({ name: keys[index]!, type: typeInformationOf(field.type) }));
}

function valueTypeOf(type: LogicalType): TypeInformation {
  switch (type.kind) {
    case 'BOOLEAN': return Types.BOOLEAN;
    case 'TINYINT': case 'SMALLINT': case 'INT': case 'DATE': case 'TIME': case 'INTERVAL_YEAR_MONTH': return Types.INT;
    case 'BIGINT': return Types.INT64;
    case 'DECIMAL': return type.precision <= 15 ? Types.LONG : type.precision <= 18 ? Types.INT64 : Types.INTEGER;
    case 'FLOAT': case 'DOUBLE': return Types.DOUBLE;
    case 'CHAR': case 'VARCHAR': case 'VARIANT': return Types.STRING;
    case 'BINARY': case 'VARBINARY': return Types.BYTES;
    case 'TIMESTAMP': case 'TIMESTAMP_LTZ': return timestampTypes[timestampUnitDigits(type.precision)];
    case 'INTERVAL_DAY_TIME': return Types.LONG;
    case 'ARRAY': return Types.LIST(typeInformationOf(type.element));
    case 'MULTISET': return Types.MAP(typeInformationOf(type.element), Types.INT);
    case 'MAP': return Types.MAP(typeInformationOf(type.key), typeInformationOf(type.value));
    case 'ROW': case 'STRUCTURED': return { kind: 'row', fields: rowFields(type) };
    case 'NULL': case 'BITMAP': case 'RAW': case 'SYMBOL': case 'DESCRIPTOR': return Types.ANY;
    default: return assertNever(type, 'type');
  }
}

/** By the digits of a unit. Milliseconds of all years fit a number, microseconds 64 bits, nanoseconds neither. */
const timestampTypes = { 3: Types.LONG, 6: Types.INT64, 9: Types.INTEGER } as const;
