// SQL types as Parquet schemas, with Flink's mapping. Moments are INT64 of milli-, micro- or nanoseconds.
import type { SchemaElement } from 'hyparquet';
import { TableError } from '#table/errors';
import type { LogicalType, RowType } from '#table/types/logical-type';

/** The library writes a schema as a list: each element before its children, with how many there are. */
export function parquetSchemaOf(rowType: RowType): SchemaElement[] {
  return [{ name: 'flink_schema', num_children: rowType.fields.length }, ...rowType.fields.flatMap((field) => elementsOf(field.type, field.name))];
}

function elementsOf(type: LogicalType, name: string): SchemaElement[] {
  const base = { name, repetition_type: type.isNullable ? 'OPTIONAL' : 'REQUIRED' } as const;
  switch (type.kind) {
    case 'BOOLEAN': return [{ ...base, type: 'BOOLEAN' }];
    case 'TINYINT': return [{ ...base, type: 'INT32', converted_type: 'INT_8' }];
    case 'SMALLINT': return [{ ...base, type: 'INT32', converted_type: 'INT_16' }];
    case 'INT': return [{ ...base, type: 'INT32' }];
    case 'BIGINT': return [{ ...base, type: 'INT64' }];
    case 'FLOAT': return [{ ...base, type: 'FLOAT' }];
    case 'DOUBLE': return [{ ...base, type: 'DOUBLE' }];
    case 'CHAR': case 'VARCHAR': return [{ ...base, type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } }];
    case 'BINARY': case 'VARBINARY': return [{ ...base, type: 'BYTE_ARRAY' }];
    case 'DECIMAL': return [{ ...base, type: 'FIXED_LEN_BYTE_ARRAY', type_length: decimalBytes(type.precision), converted_type: 'DECIMAL', precision: type.precision, scale: type.scale, logical_type: { type: 'DECIMAL', precision: type.precision, scale: type.scale } }];
    case 'DATE': return [{ ...base, type: 'INT32', converted_type: 'DATE' }];
    case 'TIME': return [{ ...base, type: 'INT32', converted_type: 'TIME_MILLIS' }];
    case 'TIMESTAMP': case 'TIMESTAMP_LTZ': return [{ ...base, type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: type.kind === 'TIMESTAMP_LTZ', unit: unitOf(type.precision) } }];
    case 'ARRAY': return [{ ...base, num_children: 1, converted_type: 'LIST' }, { name: 'list', repetition_type: 'REPEATED', num_children: 1 }, ...elementsOf(type.element, 'element')];
    case 'MAP': return mapElements(base, type.key, type.value);
    case 'MULTISET': return mapElements(base, type.element, { kind: 'INT', isNullable: false });
    case 'ROW': return [{ ...base, num_children: type.fields.length }, ...type.fields.flatMap((field) => elementsOf(field.type, field.name))];
    default: throw new TableError('TABLE_OPTION_INVALID', `Unsupported type: ${type.kind} of the parquet column ${name}`);
  }
}

function mapElements(base: { readonly name: string; readonly repetition_type: 'OPTIONAL' | 'REQUIRED' }, key: LogicalType, value: LogicalType): SchemaElement[] {
  return [{ ...base, num_children: 1, converted_type: 'MAP' }, { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 }, ...elementsOf({ ...key, isNullable: false }, 'key'), ...elementsOf(value, 'value')];
}

export const unitOf = (precision: number): 'MILLIS' | 'MICROS' | 'NANOS' => (precision <= 3 ? 'MILLIS' : precision <= 6 ? 'MICROS' : 'NANOS');

/** As few bytes as hold every value of the precision. */
export function decimalBytes(precision: number): number {
  let bytes = 1;
  while (2n ** BigInt(bytes * 8 - 1) - 1n < 10n ** BigInt(precision) - 1n) bytes++;
  return bytes;
}
