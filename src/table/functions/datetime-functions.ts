// Texts and numbers as moments and back, and the clock: DATE_FORMAT, TO_TIMESTAMP, UNIX_TIMESTAMP, CURRENT_TIMESTAMP.
import { FunctionError } from '#table/errors';
import type { FunctionContext, ScalarFunctionDefinition } from '#table/functions/function-definition';
import { Arguments, refuse, Results } from '#table/functions/function-signature';
import { boundScalar, scalar } from '#table/functions/scalar-definition';
import { LogicalTypes, withNullability, type LogicalType } from '#table/types/logical-type';
import { isApproximateNumeric, isCharacter, isInteger, isNumeric } from '#table/types/type-families';
import { DAY_MS, daysOf } from '#table/values/calendar';
import { datePattern } from '#table/values/date-pattern';
import { parseDateText, parseTimestampText } from '#table/values/datetime-text';
import { exactOf, type ExactInteger } from '#core/columns/exact-integer';
import { LONG_MIN } from '#table/values/exact-integer';
import { nanosOfMs, timestampMs, timestampOf } from '#table/values/timestamp-value';
import { findTimeZone, timeZoneOf, toEpochMs, toLocalMs, type TimeZone } from '#table/values/time-zone';

const { CHARACTER, INTEGER } = Arguments;
const { STRING, BIGINT } = LogicalTypes;
const UTC = timeZoneOf('UTC');
const DEFAULT_PATTERN = 'yyyy-MM-dd HH:mm:ss';

const dateFormat = boundScalar('DATE_FORMAT', [
  { arguments: [Arguments.TIMESTAMP, CHARACTER], result: Results.nullable(STRING) },
  { arguments: [CHARACTER, CHARACTER], result: Results.nullable(STRING) },
], ({ argumentTypes: [type], literals }, context) => {
  const zone = timeZoneOf(context.localTimeZone);
  // A literal pattern is looked up once.
  const fixed = typeof literals[1] === 'string' ? datePattern(literals[1]) : undefined;
  if (isCharacter(type!)) {
    return (text: string, pattern: string) => {
      const parsed = datePattern(DEFAULT_PATTERN).parse(text, { isLenient: true });
      return parsed === undefined ? null : (fixed ?? datePattern(pattern)).format(parsed.ms, parsed.nanos, UTC, 0);
    };
  }
  const { precision, kind } = type as LogicalType & { kind: 'TIMESTAMP' | 'TIMESTAMP_LTZ'; precision: number };
  if (kind === 'TIMESTAMP') return (value: ExactInteger, pattern: string) => (fixed ?? datePattern(pattern)).format(timestampMs(value, precision), nanosOfMs(value, precision), UTC, 0);
  return (value: ExactInteger, pattern: string) => {
    const ms = timestampMs(value, precision);
    const offset = zone.offsetAt(ms);
    return (fixed ?? datePattern(pattern)).format(ms + offset, nanosOfMs(value, precision), zone, offset);
  };
});

const toDate = scalar('TO_DATE', { arguments: [CHARACTER, CHARACTER], optionalCount: 1, result: Results.nullable(LogicalTypes.DATE) }, (text: string, pattern?: string) => {
  if (pattern === undefined) {
    try {
      return parseDateText(text) ?? null;
    } catch (failure) {
      if (failure instanceof FunctionError) return null;
      throw failure;
    }
  }
  const parsed = datePattern(pattern).parse(text, { isLenient: true });
  return parsed === undefined ? null : Math.floor(parsed.ms / DAY_MS);
});

function parsedTimestamp(text: string, pattern: string | undefined): { readonly ms: number; readonly nanos: number } | undefined {
  return pattern === undefined ? parseTimestampText(text) : datePattern(pattern).parse(text, { isLenient: false });
}

const toTimestamp = scalar('TO_TIMESTAMP', { arguments: [CHARACTER, CHARACTER], optionalCount: 1, result: Results.nullable(LogicalTypes.TIMESTAMP(3)) }, (text: string, pattern?: string) => {
  const parsed = parsedTimestamp(text, pattern);
  return parsed === undefined ? null : timestampOf(parsed.ms, parsed.nanos, 3);
});

const INSTANT_MIN_MS = daysOf(0, 1, 1) * DAY_MS;
const INSTANT_MAX_MS = daysOf(10000, 1, 1) * DAY_MS - 1;

/** A number of seconds, or of ever smaller units by the precision. */
function instantOfNumber(value: ExactInteger, precision: number, resultPrecision: number): ExactInteger | null {
  const nanos = BigInt(value) * 10n ** BigInt(9 - precision);
  const ms = nanos >= 0n ? nanos / 1000000n : -((-nanos + 999999n) / 1000000n);
  if (ms < BigInt(INSTANT_MIN_MS) || ms > BigInt(INSTANT_MAX_MS)) return null;
  return timestampOf(Number(ms), Number(nanos - ms * 1000000n), resultPrecision);
}

const toInstant = boundScalar('TO_TIMESTAMP_LTZ', ({ argumentTypes, literals }) => {
  const [value, second, third] = argumentTypes;
  const LTZ = (precision: number): LogicalType => LogicalTypes.TIMESTAMP_LTZ(precision);
  if (value === undefined || argumentTypes.length > 3) return refuse('Expected TO_TIMESTAMP_LTZ(<NUMERIC>[, <INTEGER>]) or TO_TIMESTAMP_LTZ(<CHARACTER>[, <CHARACTER>[, <CHARACTER>]])');
  const isText = isCharacter(value) || (value.kind === 'NULL' && (second === undefined || isCharacter(second)));
  if (isText) {
    if ((second !== undefined && !isCharacter(second)) || (third !== undefined && !isCharacter(third))) return refuse("Unsupported argument type. Expected type of family 'CHARACTER_STRING'");
    if (typeof literals[2] === 'string' && findTimeZone(literals[2]) === undefined) return refuse(`Invalid timezone for parsing TIMESTAMP_LTZ: '${literals[2]}'`);
    return { argumentTypes: [value.kind === 'NULL' ? STRING : value, ...argumentTypes.slice(1)], resultType: LTZ(3) };
  }
  if (!(isNumeric(value) || value.kind === 'NULL') || third !== undefined || (second !== undefined && !(isInteger(second) || second.kind === 'NULL'))) return refuse('Invalid input arguments. A number is followed by a precision, a text by a format');
  const precision = literals[1];
  if (typeof precision === 'number' && (precision < 0 || precision > 9)) return refuse(`Unsupported precision ${precision}: it must be between 0 and 9`);
  return { argumentTypes: [value.kind === 'NULL' ? BIGINT : value, ...(second === undefined ? [] : [withNullability(LogicalTypes.INT, second.isNullable)])], resultType: LTZ(typeof precision === 'number' ? Math.max(3, precision) : 3) };
}, ({ argumentTypes, resultType }) => {
  const [type] = argumentTypes as [LogicalType];
  if (isCharacter(type)) return instantOfText;
  const { precision: resultPrecision } = resultType as LogicalType & { precision: number };
  if (isApproximateNumeric(type)) {
    return (value: number, precision = 3) => {
      if (!Number.isFinite(value)) return null;
      const ms = Math.trunc(precision <= 3 ? value * 10 ** (3 - precision) : value / 10 ** (precision - 3));
      return ms < INSTANT_MIN_MS || ms > INSTANT_MAX_MS ? null : timestampOf(ms, 0, resultPrecision);
    };
  }
  const unit = type.kind === 'DECIMAL' ? 10n ** BigInt(type.scale) : 1n;
  return (value: ExactInteger, precision = 3) => instantOfNumber(unit === 1n ? value : exactOf(BigInt(value) / unit), precision, resultPrecision);
});

/** Texts are of UTC where no zone is given. */
function instantOfText(text: string, pattern?: string, zoneName = 'UTC'): ExactInteger | null {
  const parsed = parsedTimestamp(text, pattern);
  const zone = findTimeZone(zoneName);
  return parsed === undefined || zone === undefined ? null : timestampOf(toEpochMs(parsed.ms, zone), parsed.nanos, 3);
}

/** Without an argument it reads the clock, so that it is never folded. */
const unixTimestamp = boundScalar('UNIX_TIMESTAMP', { arguments: [CHARACTER, CHARACTER], optionalCount: 2, result: Results.propagated(BIGINT) }, ({ argumentTypes }, context) => {
  if (argumentTypes.length === 0) return () => Math.floor(context.now() / 1000);
  const zone = timeZoneOf(context.localTimeZone);
  return (text: string, pattern = DEFAULT_PATTERN) => {
    const parsed = datePattern(pattern).parse(text, { isLenient: true });
    if (parsed === undefined) return LONG_MIN;
    return Math.floor((parsed.offsetMs === undefined ? toEpochMs(parsed.ms, zone) : parsed.ms - parsed.offsetMs) / 1000);
  };
}, { isDynamic: true });

const fromUnixTime = boundScalar('FROM_UNIXTIME', { arguments: [INTEGER, CHARACTER], optionalCount: 1, result: Results.nullable(STRING) }, (_call, context) => {
  const zone = timeZoneOf(context.localTimeZone);
  return (seconds: ExactInteger, pattern = DEFAULT_PATTERN) => {
    const ms = Number(seconds) * 1000;
    const offset = zone.offsetAt(ms);
    return datePattern(pattern).format(ms + offset, 0, zone, offset);
  };
});

const convertZone = scalar('CONVERT_TZ', { arguments: [CHARACTER, CHARACTER, CHARACTER], result: Results.nullable(STRING) }, (text: string, from: string, to: string) => {
  const parsed = datePattern(DEFAULT_PATTERN).parse(text, { isLenient: true });
  if (parsed === undefined) return null;
  const target = findTimeZone(to) ?? UTC;
  const ms = toEpochMs(parsed.ms, findTimeZone(from) ?? UTC);
  return datePattern(DEFAULT_PATTERN).format(toLocalMs(ms, target), 0, target, target.offsetAt(ms));
});

// ---- the clock

function clock(name: string, type: LogicalType, valueOf: (ms: number, zone: TimeZone) => unknown, aliases: readonly string[] = [], isPerRow = false): ScalarFunctionDefinition {
  return boundScalar(name, { arguments: [], result: Results.notNull(type) }, (_call, context: FunctionContext) => {
    const zone = timeZoneOf(context.localTimeZone);
    // A bounded query sees one moment; a stream sees the moment of each row.
    return context.isBatch && !isPerRow ? () => valueOf(context.queryStartMs, zone) : () => valueOf(context.now(), zone);
  }, { isDynamic: true, aliases });
}

const msOfDay = (ms: number): number => ms - Math.floor(ms / DAY_MS) * DAY_MS;
const wholeSeconds = (ms: number): number => ms - (ms % 1000);

export const DATETIME_FUNCTIONS: readonly ScalarFunctionDefinition[] = [
  dateFormat, toDate, toTimestamp, toInstant, unixTimestamp, fromUnixTime, convertZone,
  clock('CURRENT_TIMESTAMP', LogicalTypes.TIMESTAMP_LTZ(3), (ms) => ms, ['NOW']),
  clock('CURRENT_ROW_TIMESTAMP', LogicalTypes.TIMESTAMP_LTZ(3), (ms) => ms, [], true),
  clock('PROCTIME', LogicalTypes.TIMESTAMP_LTZ(3, 'proctime'), (ms) => ms, [], true),
  clock('LOCALTIMESTAMP', LogicalTypes.TIMESTAMP(3), (ms, zone) => toLocalMs(ms, zone)),
  clock('LOCALTIME', LogicalTypes.TIME(0), (ms, zone) => wholeSeconds(msOfDay(toLocalMs(ms, zone))), ['CURRENT_TIME']),
  clock('CURRENT_DATE', LogicalTypes.DATE, (ms, zone) => Math.floor(toLocalMs(ms, zone) / DAY_MS)),
];
