// Parts of dates, times and intervals: EXTRACT, YEAR and siblings; FLOOR and CEIL to a unit.
import { FunctionError } from '#table/errors';
import type { BoundCall, FunctionContext, ScalarFunctionDefinition, ScalarImplementation } from '#table/functions/function-definition';
import { bindWholeNumber, inferWholeNumber } from '#table/functions/math-functions';
import { boundScalar } from '#table/functions/scalar-definition';
import { LogicalTypes, withNullability, type LogicalType, type LogicalTypeOf } from '#table/types/logical-type';
import { isDatetime, isInterval } from '#table/types/type-families';
import { dateOf, type CivilDate } from '#core/time/civil-date';
import { DAY_MS, dayOfYear, daysOf, isoDayOfWeek, isoWeek, isoYear } from '#table/values/calendar';
import type { ExactInteger } from '#core/columns/exact-integer';
import { nanosOfMs, timestampMs, timestampOf } from '#table/values/timestamp-value';
import { timeZoneOf, toEpochMs, toLocalMs } from '#table/values/time-zone';

const DATE_UNITS = ['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'DOW', 'ISODOW', 'DOY', 'ISOYEAR', 'DECADE', 'CENTURY', 'MILLENNIUM', 'EPOCH'];
const TIME_UNITS = ['HOUR', 'MINUTE', 'SECOND', 'MILLISECOND', 'MICROSECOND', 'NANOSECOND'];

function fieldOfDays(unit: string, days: number): number {
  switch (unit) {
    case 'YEAR': return dateOf(days).year;
    case 'QUARTER': return Math.ceil(dateOf(days).month / 3);
    case 'MONTH': return dateOf(days).month;
    case 'WEEK': return isoWeek(days);
    case 'DAY': return dateOf(days).day;
    case 'DOW': return (isoDayOfWeek(days) % 7) + 1;
    case 'ISODOW': return isoDayOfWeek(days);
    case 'DOY': return dayOfYear(days);
    case 'ISOYEAR': return isoYear(days);
    case 'DECADE': return Math.floor(dateOf(days).year / 10);
    case 'CENTURY': return epochOf(dateOf(days).year, 100);
    case 'MILLENNIUM': return epochOf(dateOf(days).year, 1000);
    default: throw new FunctionError(`Cannot extract ${unit} from a date`);
  }
}

const epochOf = (year: number, length: number): number => (year > 0 ? Math.floor((year + length - 1) / length) : Math.ceil((year - length + 1) / length));

/** Of a local time within its day, or of an interval. */
function fieldOfMs(unit: string, ms: number, nanos: number): number {
  switch (unit) {
    case 'HOUR': return Math.trunc(ms / 3600000) % 24;
    case 'MINUTE': return Math.trunc(ms / 60000) % 60;
    case 'SECOND': return Math.trunc(ms / 1000) % 60;
    case 'MILLISECOND': return ms % 1000;
    case 'MICROSECOND': return (ms % 1000) * 1000 + Math.trunc(nanos / 1000);
    default: return (ms % 1000) * 1000000 + nanos;
  }
}

/** `unit` from a value of the type. */
function bindExtract(unit: string, type: LogicalType, context: FunctionContext): ScalarImplementation {
  if (type.kind === 'INTERVAL_YEAR_MONTH') return (months: number) => Math.trunc(unit === 'YEAR' ? months / 12 : unit === 'QUARTER' ? (months % 12) / 3 + 1 : months % 12) + 0;
  if (type.kind === 'INTERVAL_DAY_TIME') return (ms: number) => (unit === 'DAY' ? Math.trunc(ms / DAY_MS) : unit === 'EPOCH' ? Math.trunc(ms / 1000) : fieldOfMs(unit, ms, 0)) + 0;
  const isTime = TIME_UNITS.includes(unit);
  if (type.kind === 'DATE') return isTime ? () => 0 : unit === 'EPOCH' ? (days: number) => days * 86400 : (days: number) => fieldOfDays(unit, days);
  if (type.kind === 'TIME') return (ms: number) => (unit === 'EPOCH' ? Math.floor(ms / 1000) : fieldOfMs(unit, ms, 0));
  const { precision } = type as LogicalTypeOf<'TIMESTAMP' | 'TIMESTAMP_LTZ'>;
  const zone = timeZoneOf(context.localTimeZone);
  const localMs = type.kind === 'TIMESTAMP' ? (value: ExactInteger) => timestampMs(value, precision) : (value: ExactInteger) => toLocalMs(timestampMs(value, precision), zone);
  if (unit === 'EPOCH') return (value: ExactInteger) => Math.floor(localMs(value) / 1000);
  if (isTime) {
    return (value: ExactInteger) => {
      const ms = localMs(value);
      return fieldOfMs(unit, ms - Math.floor(ms / DAY_MS) * DAY_MS, nanosOfMs(value, precision));
    };
  }
  return (value: ExactInteger) => fieldOfDays(unit, Math.floor(localMs(value) / DAY_MS));
}

function fits(unit: string, type: LogicalType): boolean {
  if (type.kind === 'INTERVAL_YEAR_MONTH') return ['YEAR', 'QUARTER', 'MONTH'].includes(unit);
  if (type.kind === 'INTERVAL_DAY_TIME') return ['DAY', 'EPOCH', ...TIME_UNITS].includes(unit);
  if (type.kind === 'TIME') return TIME_UNITS.includes(unit) || unit === 'EPOCH';
  return isDatetime(type) && !(type.kind === 'DATE' && (unit === 'NANOSECOND' || unit === 'MICROSECOND')) && (DATE_UNITS.includes(unit) || TIME_UNITS.includes(unit));
}

const INLINE_DIVISORS: Readonly<Record<string, readonly [number, number]>> = { HOUR: [3600000, 24], MINUTE: [60000, 60], SECOND: [1000, 60] };

/** Hours and minutes of timestamps from 1970 on need no calendar. */
function inlineExtract(unit: string, type: LogicalType, text: string): string | undefined {
  const divisor = INLINE_DIVISORS[unit];
  if (divisor === undefined || type.kind !== 'TIMESTAMP' || type.precision > 3) return undefined;
  return `(Math.floor(${text} / ${divisor[0]}) % ${divisor[1]} + ${divisor[1]}) % ${divisor[1]}`;
}

const BIGINT = LogicalTypes.BIGINT;

const extract = boundScalar('EXTRACT', ({ argumentTypes, literals }) => {
  const [unit, type] = argumentTypes;
  if (type === undefined || unit?.kind !== 'SYMBOL' || !fits(String(literals[0]), type)) return { supportedForms: ['EXTRACT(<DATETIME_INTERVAL> FROM <DATETIME_INTERVAL>)', 'EXTRACT(<DATETIME_INTERVAL> FROM <DATETIME>)'] };
  return { argumentTypes, resultType: withNullability(BIGINT, type.isNullable) };
}, ({ argumentTypes, literals }, context) => {
  const implementation = bindExtract(String(literals[0]), argumentTypes[1]!, context);
  return (_unit: string, value: unknown) => implementation(value);
}, { inline: ({ argumentTypes, literals }, [, value]) => inlineExtract(String(literals[0]), argumentTypes[1]!, value!) });

function field(name: string, unit: string): ScalarFunctionDefinition {
  return boundScalar(name, ({ argumentTypes }) => {
    const [type] = argumentTypes;
    if (type === undefined || argumentTypes.length !== 1 || !(isDatetime(type) || isInterval(type)) || !fits(unit, type)) return { supportedForms: [`${name}(<DATETIME>)`] };
    return { argumentTypes, resultType: withNullability(BIGINT, type.isNullable) };
  }, ({ argumentTypes }, context) => bindExtract(unit, argumentTypes[0]!, context), { inline: ({ argumentTypes }, [value]) => inlineExtract(unit, argumentTypes[0]!, value!) });
}

// ---- FLOOR and CEIL

const UNIT_MS: Readonly<Record<string, number>> = { DAY: DAY_MS, HOUR: 3600000, MINUTE: 60000, SECOND: 1000, MILLISECOND: 1 };
const ROUNDING_UNITS = ['MILLENNIUM', 'CENTURY', 'DECADE', 'YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND', 'MILLISECOND'];

/**
 * First day of the unit that a day lies in, or where `isFloor` is not set the first day of the next unit. As in Flink a day that begins
 * a week, month, quarter or year stays, one that begins a longer unit goes on to the next.
 */
function roundDays(unit: string, days: number, isFloor: boolean): number {
  const { year, month, day } = readDate(days);
  const isYearStart = month === 1 && day === 1;
  const next = isFloor ? 0 : 1;
  switch (unit) {
    case 'MILLENNIUM': return daysOf(Math.floor((year - 1) / 1000) * 1000 + 1 + next * 1000, 1, 1);
    case 'CENTURY': return daysOf(Math.floor((year - 1) / 100) * 100 + 1 + next * 100, 1, 1);
    case 'DECADE': return daysOf(Math.floor(year / 10) * 10 + next * 10, 1, 1);
    case 'YEAR': return daysOf(isYearStart ? year : year + next, 1, 1);
    case 'QUARTER': return monthStart(year, Math.floor((month - 1) / 3) * 3 + (isYearStart ? 0 : next * 3));
    case 'MONTH': return monthStart(year, month - 1 + (day === 1 ? 0 : next));
    case 'WEEK': {
      // Weeks begin on Sunday.
      const past = isoDayOfWeek(days) % 7;
      return daysOf(year, month, day) - past + (past === 0 ? 0 : next * 7);
    }
    default: return days + next;
  }
}

const monthStart = (year: number, monthIndex: number): number => daysOf(year + Math.floor(monthIndex / 12), (((monthIndex % 12) + 12) % 12) + 1, 1);

const GREGORIAN_START = -141427;

/** Flink rounds days before 1582-10-15 by the Julian calendar, and takes the outcome for a day of the Gregorian one. */
function readDate(days: number): CivilDate {
  if (days >= GREGORIAN_START) return dateOf(days);
  // Julian years begin in March here, 1461 days make four of them.
  const since = days + 719470;
  const fourYears = Math.floor(since / 1461);
  const rest = since - fourYears * 1461;
  const yearOfFour = Math.min(3, Math.floor(rest / 365));
  const dayOfYear = rest - yearOfFour * 365;
  const monthIndex = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9;
  return { year: fourYears * 4 + yearOfFour + (month <= 2 ? 1 : 0), month, day: dayOfYear - Math.floor((153 * monthIndex + 2) / 5) + 1 };
}

function roundMs(unit: string, ms: number, hasMore: boolean, isFloor: boolean): number {
  const size = UNIT_MS[unit];
  if (size !== undefined) {
    const floor = Math.floor(ms / size) * size;
    return isFloor || (floor === ms && !hasMore) ? floor : floor + size;
  }
  return roundDays(unit, Math.floor(ms / DAY_MS), isFloor) * DAY_MS;
}

function bindRoundingTo(unit: string, type: LogicalType, isFloor: boolean, context: FunctionContext): ScalarImplementation {
  switch (type.kind) {
    case 'DATE': return (days: number) => (unit in UNIT_MS && unit !== 'DAY' ? days : roundDays(unit, days, isFloor));
    case 'TIME': return (ms: number) => roundMs(unit, ms, false, isFloor) % DAY_MS;
    case 'TIMESTAMP': return (value: ExactInteger) => timestampOf(roundMs(unit, timestampMs(value, type.precision), nanosOfMs(value, type.precision) > 0, isFloor), 0, type.precision);
    default: {
      const { precision } = type as LogicalTypeOf<'TIMESTAMP_LTZ'>;
      const zone = timeZoneOf(context.localTimeZone);
      return (value: ExactInteger) => timestampOf(toEpochMs(roundMs(unit, toLocalMs(timestampMs(value, precision), zone), nanosOfMs(value, precision) > 0, isFloor), zone), 0, precision);
    }
  }
}

function rounding(name: string, isFloor: boolean): ScalarFunctionDefinition {
  return boundScalar(name, (call) => {
    const number = inferWholeNumber(call);
    if (number !== undefined) return number;
    const [type, unit] = call.argumentTypes;
    const given = String(call.literals[1]);
    const isFitting = type !== undefined && unit?.kind === 'SYMBOL' && isDatetime(type) && ROUNDING_UNITS.includes(given) && (type.kind !== 'TIME' || (given in UNIT_MS && given !== 'DAY'));
    if (!isFitting) return { supportedForms: [`${name}(<NUMERIC>)`, `${name}(<DATETIME> TO <TIME_UNIT>)`] };
    return { argumentTypes: call.argumentTypes, resultType: type };
  }, (call: BoundCall, context) => {
    if (call.argumentTypes.length === 1) return bindWholeNumber(call.argumentTypes[0]!, isFloor);
    const implementation = bindRoundingTo(String(call.literals[1]), call.argumentTypes[0]!, isFloor, context);
    return (value: unknown) => implementation(value);
  }, name === 'CEIL' ? { aliases: ['CEILING'] } : {});
}

export const DATETIME_FIELD_FUNCTIONS: readonly ScalarFunctionDefinition[] = [
  extract,
  field('YEAR', 'YEAR'), field('QUARTER', 'QUARTER'), field('MONTH', 'MONTH'), field('WEEK', 'WEEK'), field('DAYOFYEAR', 'DOY'), field('DAYOFMONTH', 'DAY'), field('DAYOFWEEK', 'DOW'),
  field('HOUR', 'HOUR'), field('MINUTE', 'MINUTE'), field('SECOND', 'SECOND'),
  rounding('FLOOR', true), rounding('CEIL', false),
];
