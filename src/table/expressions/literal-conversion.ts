// Literals: numbers with Flink's types, dates and times, intervals.
import type { Expression } from '#table/expressions/expression';
import { failAt, type ExpressionScope } from '#table/expressions/expression-scope';
import type * as ast from '#table/parser/ast-expression';
import { expressionIntervalType, intervalType } from '#table/types/data-type-conversion';
import { DECIMAL_PRECISION_MAX, LogicalTypes, notNull, type LogicalType } from '#table/types/logical-type';
import { hexBytes } from '#table/values/bytes';
import { parseDateText, parseTimestampText, parseTimeText } from '#table/values/datetime-text';
import { digitCount, parseDecimal } from '#table/values/decimal-arithmetic';
import { exactOf } from '#core/columns/exact-integer';
import { LONG_MAX, LONG_MIN } from '#table/values/exact-integer';
import { timestampOf } from '#table/values/timestamp-value';
import { timeZoneOf, toEpochMs } from '#table/values/time-zone';
import { daysInMonth } from '#table/values/calendar';

const literal = (value: unknown, type: LogicalType): Expression => ({ kind: 'literal', value, type: notNull(type) });

export function stringLiteral(value: string): Expression {
  return literal(value, LogicalTypes.CHAR(value.length));
}

export const nullLiteral = (type: LogicalType = LogicalTypes.NULL): Expression => ({ kind: 'literal', value: null, type: { ...type, isNullable: true } });
export const booleanLiteral = (value: boolean): Expression => literal(value, LogicalTypes.BOOLEAN);
export const symbolLiteral = (value: string | null): Expression => ({ kind: 'literal', value, type: { kind: 'SYMBOL', isNullable: value === null } });

/** `isNegative`: a minus sign stands before it, so that -9223372036854775808 is one literal. */
export function numericLiteral(node: ast.NumericLiteral, isNegative: boolean, scope: ExpressionScope): Expression {
  if (node.form === 'approximate') {
    const value = Number(node.text);
    if (!Number.isFinite(value)) failAt(scope, `Numeric literal '${node.text}' out of range`, node.span);
    return literal(isNegative ? 0 - value : value, LogicalTypes.DOUBLE);
  }
  const parsed = parseDecimal(node.text) ?? failAt(scope, `'${node.text}' is no number`, node.span);
  const unscaled = isNegative ? -parsed.unscaled : parsed.unscaled;
  if (unscaled > LONG_MAX || unscaled < LONG_MIN) {
    const isLong = parsed.scale === 0;
    failAt(scope, `Numeric literal '${node.text}' out of range`, node.span, isLong ? `Write it as a text and cast it: CAST('${node.text}' AS DECIMAL(${Math.min(DECIMAL_PRECISION_MAX, digitCount(unscaled))}, 0)).` : undefined);
  }
  if (parsed.scale <= 0) return literal(exactOf(unscaled), unscaled >= -2147483648n && unscaled <= 2147483647n ? LogicalTypes.INT : LogicalTypes.BIGINT);
  // All digits that were written count, a zero before the point too.
  return literal(exactOf(unscaled), LogicalTypes.DECIMAL(Math.min(DECIMAL_PRECISION_MAX, node.text.length - 1), parsed.scale));
}

export function binaryLiteral(node: ast.BinaryLiteral): Expression {
  const bytes = hexBytes(node.hex);
  return literal(bytes, LogicalTypes.BINARY(bytes.length));
}

const SHAPES = {
  DATE: [/^\d{4}-\d{1,2}-\d{1,2}$/, 'yyyy-MM-dd'],
  TIME: [/^\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?$/, 'HH:mm:ss'],
  TIMESTAMP: [/^\d{4}-\d{1,2}-\d{1,2}(?: \d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?)?$/, 'yyyy-MM-dd HH:mm:ss'],
  TIMESTAMP_LTZ: [/^\d{4}-\d{1,2}-\d{1,2}(?: \d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?)?$/, 'yyyy-MM-dd HH:mm:ss'],
} as const;

export function datetimeLiteral(node: ast.DatetimeLiteral, scope: ExpressionScope): Expression {
  const [shape, format] = SHAPES[node.type];
  const text = node.text.trim();
  const refuse = (): never => failAt(scope, `Illegal ${node.type} literal '${node.text}': not in format '${format}'`, node.span);
  if (!shape.test(text)) refuse();
  const fraction = Math.min(9, /\.(\d+)$/.exec(text)?.[1]?.length ?? 0);
  if (node.type === 'DATE') return literal(parseDateText(text) ?? refuse(), LogicalTypes.DATE);
  if (node.type === 'TIME') return literal(parseTimeText(text) ?? refuse(), LogicalTypes.TIME(Math.min(3, fraction)));
  const cut = text.replace(/(\.\d{9})\d+$/, '$1');
  const [year = 0, month = 0, day = 0] = cut.slice(0, cut.search(/ |$/)).split('-').map(Number);
  const parsed = parseTimestampText(cut) ?? refuse();
  if (day > daysInMonth(year, month)) refuse();
  if (node.type === 'TIMESTAMP') return literal(timestampOf(parsed.ms, parsed.nanos, fraction), LogicalTypes.TIMESTAMP(fraction));
  const zone = timeZoneOf(scope.functionContext.localTimeZone);
  return literal(timestampOf(toEpochMs(parsed.ms, zone), parsed.nanos, fraction), LogicalTypes.TIMESTAMP_LTZ(fraction));
}

interface IntervalShape {
  readonly pattern: RegExp;
  /** Units of the groups of the pattern, in months or milliseconds. */
  readonly units: readonly number[];
  /** Greatest value of each group behind the first. */
  readonly bounds: readonly number[];
}

const HOUR = 3600000;
const MINUTE = 60000;
const SECOND = 1000;
const DAY = 86400000;
const FRACTION = String.raw`(?:\.(\d{1,9}))?`;

const INTERVALS: Readonly<Record<string, IntervalShape>> = {
  YEAR: { pattern: /^(\d+)$/, units: [12], bounds: [] },
  QUARTER: { pattern: /^(\d+)$/, units: [3], bounds: [] },
  MONTH: { pattern: /^(\d+)$/, units: [1], bounds: [] },
  'YEAR TO MONTH': { pattern: /^(\d+)-(\d{1,2})$/, units: [12, 1], bounds: [11] },
  WEEK: { pattern: /^(\d+)$/, units: [7 * DAY], bounds: [] },
  DAY: { pattern: /^(\d+)$/, units: [DAY], bounds: [] },
  'DAY TO HOUR': { pattern: /^(\d+) (\d{1,2})$/, units: [DAY, HOUR], bounds: [23] },
  'DAY TO MINUTE': { pattern: /^(\d+) (\d{1,2}):(\d{1,2})$/, units: [DAY, HOUR, MINUTE], bounds: [23, 59] },
  'DAY TO SECOND': { pattern: new RegExp(String.raw`^(\d+) (\d{1,2}):(\d{1,2}):(\d{1,2})${FRACTION}$`), units: [DAY, HOUR, MINUTE, SECOND], bounds: [23, 59, 59] },
  HOUR: { pattern: /^(\d+)$/, units: [HOUR], bounds: [] },
  'HOUR TO MINUTE': { pattern: /^(\d+):(\d{1,2})$/, units: [HOUR, MINUTE], bounds: [59] },
  'HOUR TO SECOND': { pattern: new RegExp(String.raw`^(\d+):(\d{1,2}):(\d{1,2})${FRACTION}$`), units: [HOUR, MINUTE, SECOND], bounds: [59, 59] },
  MINUTE: { pattern: /^(\d+)$/, units: [MINUTE], bounds: [] },
  'MINUTE TO SECOND': { pattern: new RegExp(String.raw`^(\d+):(\d{1,2})${FRACTION}$`), units: [MINUTE, SECOND], bounds: [59] },
  SECOND: { pattern: new RegExp(String.raw`^(\d+)${FRACTION}$`), units: [SECOND], bounds: [] },
};

export function intervalLiteral(node: ast.IntervalLiteral, scope: ExpressionScope): Expression {
  const { qualifier } = node;
  const name = qualifier.to === undefined ? qualifier.from : `${qualifier.from} TO ${qualifier.to}`;
  const refuse = (): never => failAt(scope, `Illegal interval literal format '${node.text}' for INTERVAL ${name}`, node.span);
  const shape = INTERVALS[name] ?? refuse();
  const text = node.text.trim();
  const isNegative = text.startsWith('-') !== node.isNegative;
  const match = shape.pattern.exec(text.replace(/^[+-]/, '').trim()) ?? refuse();
  const leadingDigits = qualifier.precision ?? 2;
  if (match[1]!.replace(/^0+/, '').length > leadingDigits) failAt(scope, `Interval field value ${match[1]} exceeds precision of ${qualifier.from}(${leadingDigits}) field`, node.span);
  let total = 0;
  for (const [index, unit] of shape.units.entries()) {
    const value = Number(match[index + 1]);
    if (index > 0 && value > shape.bounds[index - 1]!) refuse();
    total += value * unit;
  }
  const fraction = match[shape.units.length + 1];
  if (fraction !== undefined) total += Number(fraction.padEnd(3, '0').slice(0, 3));
  return literal(isNegative ? 0 - total : total, expressionIntervalType(intervalType(qualifier)));
}

/** Months or milliseconds of one of the unit of `INTERVAL n unit`. */
export function intervalUnitSize(unit: ast.IntervalUnit): { readonly size: number; readonly isMonths: boolean } {
  const shape = INTERVALS[unit]!;
  return { size: shape.units[0]!, isMonths: unit === 'YEAR' || unit === 'MONTH' || unit === 'QUARTER' };
}
