// Which type may be cast into which: explicitly by CAST, and implicitly where an argument or a sink asks for another type.
import { withNullability, type LogicalType, type LogicalTypeKind } from '#table/types/logical-type';
import { isCharacter, isDatetime, isExactNumeric, isInteger, isNumeric, isRow, isTimestamp, integerRank, decimalShape } from '#table/types/type-families';

const NUMBERS: readonly LogicalTypeKind[] = ['DECIMAL', 'TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'FLOAT', 'DOUBLE'];
const TEXTS: readonly LogicalTypeKind[] = ['CHAR', 'VARCHAR'];
const BYTES: readonly LogicalTypeKind[] = ['BINARY', 'VARBINARY'];
const TIMES: readonly LogicalTypeKind[] = ['DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMP_LTZ'];

const TARGETS: Partial<Record<LogicalTypeKind, readonly LogicalTypeKind[]>> = {
  CHAR: [...TEXTS, ...BYTES, ...NUMBERS, ...TIMES, 'BOOLEAN'],
  VARCHAR: [...TEXTS, ...BYTES, ...NUMBERS, ...TIMES, 'BOOLEAN'],
  BINARY: [...TEXTS, ...BYTES],
  VARBINARY: [...TEXTS, ...BYTES],
  BOOLEAN: [...TEXTS, ...NUMBERS, 'BOOLEAN'],
  DECIMAL: [...TEXTS, ...NUMBERS, 'BOOLEAN'],
  TINYINT: [...TEXTS, ...NUMBERS, 'BOOLEAN'],
  SMALLINT: [...TEXTS, ...NUMBERS, 'BOOLEAN'],
  INT: [...TEXTS, ...NUMBERS, 'BOOLEAN', 'INTERVAL_YEAR_MONTH', 'INTERVAL_DAY_TIME'],
  BIGINT: [...TEXTS, ...NUMBERS, 'BOOLEAN', 'INTERVAL_YEAR_MONTH', 'INTERVAL_DAY_TIME'],
  FLOAT: [...TEXTS, ...NUMBERS, 'BOOLEAN'],
  DOUBLE: [...TEXTS, ...NUMBERS, 'BOOLEAN'],
  DATE: [...TEXTS, 'DATE', 'TIMESTAMP', 'TIMESTAMP_LTZ'],
  TIME: [...TEXTS, 'TIME', 'TIMESTAMP', 'TIMESTAMP_LTZ'],
  TIMESTAMP: [...TEXTS, ...TIMES],
  TIMESTAMP_LTZ: [...TEXTS, ...TIMES],
  INTERVAL_YEAR_MONTH: [...TEXTS, 'INTERVAL_YEAR_MONTH', 'BIGINT', 'INT'],
  INTERVAL_DAY_TIME: [...TEXTS, 'INTERVAL_DAY_TIME', 'BIGINT', 'INT'],
  BITMAP: [...TEXTS, 'BITMAP', 'VARBINARY'],
  VARIANT: ['VARIANT'],
  RAW: [...TEXTS, ...BYTES, 'RAW'],
  ARRAY: TEXTS,
  MAP: TEXTS,
  MULTISET: TEXTS,
  ROW: TEXTS,
  STRUCTURED: TEXTS,
};

/** CAST(x AS t) is allowed. */
export function canCastExplicitly(from: LogicalType, to: LogicalType): boolean {
  if (from.kind === 'NULL') return true;
  if (isRow(from) && isRow(to)) {
    const target = (to as { fields: readonly { type: LogicalType }[] }).fields;
    const source = (from as { fields: readonly { type: LogicalType }[] }).fields;
    return source.length === target.length && source.every((field, index) => canCastExplicitly(field.type, target[index]!.type));
  }
  if ((from.kind === 'ARRAY' && to.kind === 'ARRAY') || (from.kind === 'MULTISET' && to.kind === 'MULTISET')) return canCastExplicitly(from.element, to.element);
  if (from.kind === 'MAP' && to.kind === 'MAP') return canCastExplicitly(from.key, to.key) && canCastExplicitly(from.value, to.value);
  if (from.kind === 'INTERVAL_YEAR_MONTH' || from.kind === 'INTERVAL_DAY_TIME') if (isNumeric(to)) return false;
  if ((from.kind === 'INT' || from.kind === 'BIGINT') && (to.kind === 'INTERVAL_YEAR_MONTH' || to.kind === 'INTERVAL_DAY_TIME')) return false;
  if (from.kind === 'BITMAP' && to.kind === 'VARBINARY') return to.length === 2147483647;
  return TARGETS[from.kind]?.includes(to.kind) ?? false;
}

/** Advice that Flink gives for pairs that people ask for. */
export function castAdvice(from: LogicalType, to: LogicalType): string | undefined {
  if (isNumeric(from) && to.kind === 'TIMESTAMP') {
    return "The cast from NUMERIC type to TIMESTAMP type is not allowed. It's recommended to use TO_TIMESTAMP(FROM_UNIXTIME(numeric_col)) instead, note the numeric is in seconds.";
  }
  if (isNumeric(from) && to.kind === 'TIMESTAMP_LTZ') {
    return "The cast from NUMERIC type to TIMESTAMP_LTZ type is not allowed. It's recommended to use TO_TIMESTAMP_LTZ(numeric_col, precision) instead.";
  }
  if (from.kind === 'TIMESTAMP' && isNumeric(to)) {
    return "The cast from TIMESTAMP type to NUMERIC type is not allowed. It's recommended to use UNIX_TIMESTAMP(CAST(timestamp_col AS STRING)) instead.";
  }
  if (from.kind === 'TIMESTAMP_LTZ' && isNumeric(to)) {
    return "The cast from TIMESTAMP_LTZ type to NUMERIC type is not allowed. It's recommended to use UNIX_TIMESTAMP(CAST(timestamp_col AS STRING)) instead.";
  }
  return undefined;
}

/** A value of `from` may stand where `to` is wanted without CAST: the value cannot change except for digits of an approximate number. */
export function canCastImplicitly(from: LogicalType, to: LogicalType): boolean {
  if (from.isNullable && !to.isNullable && from.kind !== 'NULL') return canCastImplicitly(withNullability(from, false), to);
  if (from.kind === 'NULL') return true;
  if (isCharacter(from) && isCharacter(to)) return true;
  if ((from.kind === 'BINARY' || from.kind === 'VARBINARY') && (to.kind === 'BINARY' || to.kind === 'VARBINARY')) return true;
  if (isInteger(from) && isInteger(to)) return integerRank(from) <= integerRank(to);
  if (isExactNumeric(from) && to.kind === 'DECIMAL') {
    const source = decimalShape(from);
    return to.precision - to.scale >= source.precision - source.scale || from.kind !== 'DECIMAL';
  }
  if (from.kind === 'DECIMAL') return to.kind === 'FLOAT' || to.kind === 'DOUBLE';
  if (isNumeric(from) && (to.kind === 'FLOAT' || to.kind === 'DOUBLE')) return !(from.kind === 'DOUBLE' && to.kind === 'FLOAT');
  if (from.kind === 'DATE' && isTimestamp(to)) return true;
  if (isTimestamp(from) && isTimestamp(to)) return true;
  if ((from.kind === 'ARRAY' && to.kind === 'ARRAY') || (from.kind === 'MULTISET' && to.kind === 'MULTISET')) return canCastImplicitly(from.element, to.element);
  if (from.kind === 'MAP' && to.kind === 'MAP') return canCastImplicitly(from.key, to.key) && canCastImplicitly(from.value, to.value);
  if (isRow(from) && isRow(to)) {
    const target = (to as { fields: readonly { type: LogicalType }[] }).fields;
    const source = (from as { fields: readonly { type: LogicalType }[] }).fields;
    return source.length === target.length && source.every((field, index) => canCastImplicitly(field.type, target[index]!.type));
  }
  if (isDatetime(from)) return from.kind === to.kind;
  return from.kind === to.kind;
}

/** Values of one type are values of the other as they are: the same but for nullability, at every depth. */
export function sameTypeIgnoringNullability(left: LogicalType, right: LogicalType): boolean {
  if (left.kind !== right.kind) return false;
  switch (left.kind) {
    case 'CHAR': case 'VARCHAR': case 'BINARY': case 'VARBINARY': return left.length === (right as typeof left).length;
    case 'DECIMAL': return left.precision === (right as typeof left).precision && left.scale === (right as typeof left).scale;
    case 'TIME': case 'TIMESTAMP': case 'TIMESTAMP_LTZ': return left.precision === (right as typeof left).precision;
    case 'ARRAY': case 'MULTISET': return sameTypeIgnoringNullability(left.element, (right as typeof left).element);
    case 'MAP': return sameTypeIgnoringNullability(left.key, (right as typeof left).key) && sameTypeIgnoringNullability(left.value, (right as typeof left).value);
    case 'ROW': case 'STRUCTURED': {
      const fields = (right as typeof left).fields;
      return left.fields.length === fields.length && left.fields.every((field, index) => field.name === fields[index]!.name && sameTypeIgnoringNullability(field.type, fields[index]!.type));
    }
    default: return true;
  }
}
