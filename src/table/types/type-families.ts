// Families of SQL types: what rules for operators, casts and functions speak of.
import type { LogicalType, LogicalTypeKind } from '#table/types/logical-type';

const INTEGERS: readonly LogicalTypeKind[] = ['TINYINT', 'SMALLINT', 'INT', 'BIGINT'];

export const isInteger = (type: LogicalType): boolean => INTEGERS.includes(type.kind);
export const isExactNumeric = (type: LogicalType): boolean => isInteger(type) || type.kind === 'DECIMAL';
export const isApproximateNumeric = (type: LogicalType): boolean => type.kind === 'FLOAT' || type.kind === 'DOUBLE';
export const isNumeric = (type: LogicalType): boolean => isExactNumeric(type) || isApproximateNumeric(type);
export const isCharacter = (type: LogicalType): boolean => type.kind === 'CHAR' || type.kind === 'VARCHAR';
export const isBinary = (type: LogicalType): boolean => type.kind === 'BINARY' || type.kind === 'VARBINARY';
export const isTimestamp = (type: LogicalType): boolean => type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ';
export const isDatetime = (type: LogicalType): boolean => isTimestamp(type) || type.kind === 'DATE' || type.kind === 'TIME';
export const isInterval = (type: LogicalType): boolean => type.kind === 'INTERVAL_YEAR_MONTH' || type.kind === 'INTERVAL_DAY_TIME';
export const isRow = (type: LogicalType): boolean => type.kind === 'ROW' || type.kind === 'STRUCTURED';

/** Values that are held as a JavaScript number or bigint and are exact: `===`, `<` and `>` compare them. */
export const isExactValue = (type: LogicalType): boolean =>
  isExactNumeric(type) || isTimestamp(type) || type.kind === 'DATE' || type.kind === 'TIME' || isInterval(type);

/** Values for which `===` is equality. */
export const isPrimitiveValue = (type: LogicalType): boolean => isExactValue(type) || isApproximateNumeric(type) || isCharacter(type) || type.kind === 'BOOLEAN';

/** Place of an integer type among the others: a later one holds all values of an earlier one. */
export const integerRank = (type: LogicalType): number => INTEGERS.indexOf(type.kind);

/** Number of decimal digits of an integer type as a DECIMAL; a DECIMAL's own. */
export function decimalShape(type: LogicalType): { readonly precision: number; readonly scale: number } {
  switch (type.kind) {
    case 'DECIMAL': return { precision: type.precision, scale: type.scale };
    case 'TINYINT': return { precision: 3, scale: 0 };
    case 'SMALLINT': return { precision: 5, scale: 0 };
    case 'INT': return { precision: 10, scale: 0 };
    default: return { precision: 19, scale: 0 };
  }
}
