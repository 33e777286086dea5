// The type that holds the values of several: of branches of CASE, elements of ARRAY[…], rows of VALUES and UNION, both sides
// of a comparison.
import { DECIMAL_PRECISION_MAX, LENGTH_MAX, LogicalTypes, nullable, withNullability, type LogicalType, type LogicalTypeOf } from '#table/types/logical-type';
import { decimalShape, integerRank, isApproximateNumeric, isBinary, isCharacter, isExactNumeric, isInteger, isNumeric, isTimestamp } from '#table/types/type-families';

/** Undefined where the types have nothing in common. Nullable where one of them is. */
export function leastRestrictiveType(types: readonly LogicalType[]): LogicalType | undefined {
  let result: LogicalType | undefined = types[0];
  for (let index = 1; index < types.length && result !== undefined; index += 1) result = leastRestrictiveOfTwo(result, types[index]!);
  return result;
}

function leastRestrictiveOfTwo(left: LogicalType, right: LogicalType): LogicalType | undefined {
  if (left.kind === 'NULL') return nullable(right);
  if (right.kind === 'NULL') return nullable(left);
  const merged = merge(left, right);
  return merged === undefined ? undefined : withNullability(merged, left.isNullable || right.isNullable);
}

function merge(left: LogicalType, right: LogicalType): LogicalType | undefined {
  if (isCharacter(left) && isCharacter(right)) return mergeLengths(left as LengthType, right as LengthType, 'CHAR', 'VARCHAR');
  if (isBinary(left) && isBinary(right)) return mergeLengths(left as LengthType, right as LengthType, 'BINARY', 'VARBINARY');
  if (isNumeric(left) && isNumeric(right)) return mergeNumbers(left, right);
  if (isTimestamp(left) && isTimestamp(right)) return mergeTimestamps(left as TimestampType, right as TimestampType);
  if (left.kind === 'DATE' && isTimestamp(right)) return asRegular(right as TimestampType);
  if (right.kind === 'DATE' && isTimestamp(left)) return asRegular(left as TimestampType);
  if (left.kind === 'TIME' && right.kind === 'TIME') return LogicalTypes.TIME(Math.max(left.precision, right.precision));
  if (left.kind === 'ROW' && right.kind === 'ROW') return mergeRows(left, right);
  if (left.kind === 'MAP' && right.kind === 'MAP') {
    const key = leastRestrictiveOfTwo(left.key, right.key);
    const value = leastRestrictiveOfTwo(left.value, right.value);
    return key === undefined || value === undefined ? undefined : LogicalTypes.MAP(key, value);
  }
  if ((left.kind === 'ARRAY' || left.kind === 'MULTISET') && left.kind === right.kind) {
    const element = leastRestrictiveOfTwo(left.element, right.element);
    return element === undefined ? undefined : { kind: left.kind, element, isNullable: true };
  }
  if (left.kind !== right.kind) return undefined;
  if (left.kind === 'STRUCTURED' && right.kind === 'STRUCTURED' && left.className !== right.className) return undefined;
  return left;
}

type LengthType = LogicalTypeOf<'CHAR' | 'VARCHAR' | 'BINARY' | 'VARBINARY'>;
type TimestampType = LogicalTypeOf<'TIMESTAMP' | 'TIMESTAMP_LTZ'>;

function mergeLengths(left: LengthType, right: LengthType, fixed: 'CHAR' | 'BINARY', varying: 'VARCHAR' | 'VARBINARY'): LogicalType {
  const isFixed = left.kind === fixed && right.kind === fixed && left.length === right.length;
  return { kind: isFixed ? fixed : varying, length: Math.min(LENGTH_MAX, Math.max(left.length, right.length)), isNullable: true };
}

function mergeNumbers(left: LogicalType, right: LogicalType): LogicalType {
  if (isExactNumeric(left) && isExactNumeric(right)) {
    if (isInteger(left) && isInteger(right)) return integerRank(left) >= integerRank(right) ? left : right;
    const { precision: p1, scale: s1 } = decimalShape(left);
    const { precision: p2, scale: s2 } = decimalShape(right);
    const scale = Math.min(DECIMAL_PRECISION_MAX, Math.max(s1, s2));
    const whole = Math.min(DECIMAL_PRECISION_MAX - scale, Math.max(p1 - s1, p2 - s2));
    return LogicalTypes.DECIMAL(whole + scale, scale);
  }
  if (isApproximateNumeric(left) && isApproximateNumeric(right)) return left.kind === 'DOUBLE' ? left : right;
  const [exact, approximate] = isExactNumeric(left) ? [left, right] : [right, left];
  return exact.kind === 'DECIMAL' ? LogicalTypes.DOUBLE : approximate;
}

function mergeTimestamps(left: TimestampType, right: TimestampType): LogicalType {
  const kind = left.kind === 'TIMESTAMP_LTZ' || right.kind === 'TIMESTAMP_LTZ' ? 'TIMESTAMP_LTZ' : 'TIMESTAMP';
  const time = left.time === right.time && left.kind === right.kind ? left.time : 'regular';
  return { kind, precision: Math.max(left.precision, right.precision), time, isNullable: true };
}

const asRegular = (type: TimestampType): LogicalType => ({ ...type, time: 'regular' });

function mergeRows(left: LogicalTypeOf<'ROW'>, right: LogicalTypeOf<'ROW'>): LogicalType | undefined {
  if (left.fields.length !== right.fields.length) return undefined;
  const fields = [];
  for (const [index, field] of left.fields.entries()) {
    const type = leastRestrictiveOfTwo(field.type, right.fields[index]!.type);
    if (type === undefined) return undefined;
    fields.push({ name: field.name, type });
  }
  return LogicalTypes.ROW(fields);
}
