// How many bytes values of a type take, encoded, on average: a guess for plans, since nothing is known of the rows.
import { assertNever } from '#core/assert';
import type { LogicalType, RowType } from '#table/types/logical-type';

/** Of texts and bytes without a length of their own. */
const TEXT_BYTES = 20;
const ELEMENTS = 4;

export function rowBytes(rowType: Pick<RowType, 'fields'>, columns?: readonly number[]): number {
  const fields = columns === undefined ? rowType.fields : columns.map((column) => rowType.fields[column]!);
  return fields.reduce((sum, { type }) => sum + valueBytes(type), 0);
}

export function valueBytes(type: LogicalType): number {
  switch (type.kind) {
    case 'NULL': return 0;
    case 'BOOLEAN': case 'TINYINT': return 1;
    case 'SMALLINT': return 2;
    case 'INT': case 'FLOAT': case 'DATE': case 'TIME': case 'INTERVAL_YEAR_MONTH': return 4;
    case 'BIGINT': case 'DOUBLE': case 'TIMESTAMP': case 'TIMESTAMP_LTZ': case 'INTERVAL_DAY_TIME': return 8;
    case 'DECIMAL': return type.precision > 15 ? 16 : 8;
    case 'CHAR': case 'VARCHAR': case 'BINARY': case 'VARBINARY': return Math.min(type.length, TEXT_BYTES);
    case 'ARRAY': case 'MULTISET': return ELEMENTS * valueBytes(type.element);
    case 'MAP': return ELEMENTS * (valueBytes(type.key) + valueBytes(type.value));
    case 'ROW': case 'STRUCTURED': return rowBytes(type);
    case 'VARIANT': case 'BITMAP': case 'RAW': return TEXT_BYTES;
    case 'SYMBOL': case 'DESCRIPTOR': return 0;
    default: return assertNever(type, 'type');
  }
}
