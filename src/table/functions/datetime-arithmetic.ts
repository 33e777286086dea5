// Dates and intervals: + and -, TIMESTAMPADD, TIMESTAMPDIFF, OVERLAPS.
import type { CallShape, FunctionContext, ScalarFunctionDefinition, ScalarImplementation } from '#table/functions/function-definition';
import { anyNullable } from '#table/functions/function-signature';
import { boundScalar } from '#table/functions/scalar-definition';
import { fieldKeys, LogicalTypes, withNullability, type LogicalType, type LogicalTypeOf } from '#table/types/logical-type';
import { isDatetime, isInteger, isInterval } from '#table/types/type-families';
import { addMonths, DAY_MS, monthsBetween } from '#table/values/calendar';
import type { ExactInteger } from '#core/columns/exact-integer';
import { addMsTo, nanosOfMs, timestampMs, timestampOf } from '#table/values/timestamp-value';
import { timeZoneOf, toEpochMs, toLocalMs } from '#table/values/time-zone';

type Timestamp = LogicalTypeOf<'TIMESTAMP' | 'TIMESTAMP_LTZ'>;

/** Moves a value of the type by months, or by milliseconds. */
function mover(type: LogicalType, isMonths: boolean, context: FunctionContext): (value: any, amount: number) => unknown { // any: values of every datetime type
  switch (type.kind) {
    case 'DATE': return isMonths ? addMonths : (days: number, ms: number) => days + Math.trunc(ms / DAY_MS);
    case 'TIME': return isMonths ? (ms: number) => ms : (ms: number, by: number) => (((ms + by) % DAY_MS) + DAY_MS) % DAY_MS;
    default: return isMonths ? moveByMonths(type as Timestamp, context) : (value: ExactInteger, ms: number) => addMsTo(value, (type as Timestamp).precision, ms);
  }
}

function moveByMonths(type: Timestamp, context: FunctionContext): (value: ExactInteger, months: number) => ExactInteger {
  const zone = timeZoneOf(context.localTimeZone);
  const isInstant = type.kind === 'TIMESTAMP_LTZ';
  return (value, months) => {
    const ms = timestampMs(value, type.precision);
    const local = isInstant ? toLocalMs(ms, zone) : ms;
    const days = Math.floor(local / DAY_MS);
    const moved = addMonths(days, months) * DAY_MS + (local - days * DAY_MS);
    return timestampOf(isInstant ? toEpochMs(moved, zone) : moved, nanosOfMs(value, type.precision), type.precision);
  };
}

/** Sub-second digits that an interval may bring into a timestamp stay cut at the timestamp's precision. */
function datetimeOperator(name: string, shown: string, sign: 1 | -1): ScalarFunctionDefinition {
  return boundScalar(name, ({ argumentTypes }) => {
    const [moment, interval] = argumentTypes as [LogicalType, LogicalType];
    if (!isDatetime(moment) || !isInterval(interval)) return { supportedForms: [`'<DATETIME> ${shown} <DATETIME_INTERVAL>'`, `'<NUMERIC> ${shown} <NUMERIC>'`] };
    return { argumentTypes, resultType: withNullability(asRegular(moment), anyNullable(argumentTypes)) };
  }, ({ argumentTypes: [moment, interval] }, context) => {
    const move = mover(moment!, interval!.kind === 'INTERVAL_YEAR_MONTH', context);
    return sign === 1 ? move : (value: unknown, amount: number) => move(value, -amount);
  }, {
    inline: ({ argumentTypes: [moment, interval] }, [value, amount]) => {
      const isPlain = (moment!.kind === 'TIMESTAMP' || moment!.kind === 'TIMESTAMP_LTZ') && moment!.precision === 3 && interval!.kind === 'INTERVAL_DAY_TIME';
      return isPlain ? `(${value} ${sign === 1 ? '+' : '-'} ${amount})` : undefined;
    },
  });
}

/** The time between two moments: milliseconds, or whole months. */
const difference = boundScalar('DATETIME DIFFERENCE', ({ argumentTypes }) => {
  const [left, right, unit] = argumentTypes as [LogicalType, LogicalType, LogicalType];
  if (!isDatetime(left) || !isDatetime(right)) return { supportedForms: ["'(<DATETIME> - <DATETIME>) <INTERVAL QUALIFIER>'"] };
  return { argumentTypes, resultType: withNullability(unit, left.isNullable || right.isNullable) };
}, ({ argumentTypes }, context) => {
  const leftOf = localMsOf(argumentTypes[0]!, context);
  const rightOf = localMsOf(argumentTypes[1]!, context);
  return argumentTypes[2]!.kind === 'INTERVAL_YEAR_MONTH' ? (left: unknown, right: unknown) => monthsBetween(rightOf(right), leftOf(left)) : (left: unknown, right: unknown) => leftOf(left) - rightOf(right);
});

const asRegular = (type: LogicalType): LogicalType => (type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ' ? { ...type, time: 'regular' } : type);

const MONTH_UNITS: Readonly<Record<string, number>> = { YEAR: 12, QUARTER: 3, MONTH: 1 };
const MS_UNITS: Readonly<Record<string, number>> = { WEEK: 7 * DAY_MS, DAY: DAY_MS, HOUR: 3600000, MINUTE: 60000, SECOND: 1000, MILLISECOND: 1 };
const NANO_UNITS: Readonly<Record<string, number>> = { MICROSECOND: 1000, NANOSECOND: 1 };

/** SQL_TSI_DAY and FRAC_SECOND are other names of units. */
const unitOf = (symbol: unknown): string => {
  const name = String(symbol).replace(/^SQL_TSI_/, '');
  return name === 'FRAC_SECOND' ? 'MICROSECOND' : name;
};

function addedType(unit: string, type: LogicalType): LogicalType {
  if (type.kind === 'DATE') {
    if (unit in MONTH_UNITS || unit === 'DAY' || unit === 'WEEK') return type;
    return LogicalTypes.TIMESTAMP(unit === 'NANOSECOND' ? 9 : 6);
  }
  if (type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ') {
    const precision = unit === 'MILLISECOND' ? 3 : unit === 'MICROSECOND' ? 6 : unit === 'NANOSECOND' ? 9 : 0;
    return { ...type, precision: Math.max(type.precision, precision), time: 'regular' };
  }
  return type;
}

function inferAdd({ argumentTypes, literals }: CallShape): ReturnType<ScalarFunctionDefinition['inferTypes']> {
  const [symbol, amount, moment] = argumentTypes;
  const unit = unitOf(literals[0]);
  const isKnown = unit in MONTH_UNITS || unit in MS_UNITS || unit in NANO_UNITS;
  if (symbol?.kind !== 'SYMBOL' || amount === undefined || moment === undefined || !isKnown || !(isInteger(amount) || amount.kind === 'NULL') || !isDatetime(moment)) {
    return { supportedForms: ['TIMESTAMPADD(<TIME_UNIT>, <INTEGER>, <DATETIME>)'] };
  }
  const result = addedType(unit, moment);
  const isNullable = moment.isNullable || amount.isNullable;
  const operand = result.kind === moment.kind && (moment.kind === 'DATE' || moment.kind === 'TIME') ? moment : withNullability(result, moment.isNullable);
  return { argumentTypes: [symbol, amount.kind === 'NULL' ? LogicalTypes.INT : amount, operand], resultType: withNullability(result, isNullable) };
}

const timestampAdd = boundScalar('TIMESTAMPADD', inferAdd, ({ argumentTypes, literals }, context): ScalarImplementation => {
  const unit = unitOf(literals[0]);
  const type = argumentTypes[2]!;
  const months = MONTH_UNITS[unit];
  if (months !== undefined) {
    const move = mover(type, true, context);
    return (_unit: string, amount: ExactInteger, value: unknown) => move(value, Number(amount) * months);
  }
  const nanos = NANO_UNITS[unit];
  if (nanos === undefined) {
    const move = mover(type, false, context);
    return (_unit: string, amount: ExactInteger, value: unknown) => move(value, Number(amount) * MS_UNITS[unit]!);
  }
  const { precision } = type as Timestamp;
  return (_unit: string, amount: ExactInteger, value: ExactInteger) => {
    const total = BigInt(timestampMs(value, precision)) * 1000000n + BigInt(nanosOfMs(value, precision)) + BigInt(amount) * BigInt(nanos);
    const ms = total >= 0n ? total / 1000000n : -((-total + 999999n) / 1000000n);
    return timestampOf(Number(ms), Number(total - ms * 1000000n), precision);
  };
});

/** Milliseconds of a datetime on the local time line. */
function localMsOf(type: LogicalType, context: FunctionContext): (value: any) => number { // any: values of every datetime type
  switch (type.kind) {
    case 'DATE': return (days: number) => days * DAY_MS;
    case 'TIME': return (ms: number) => ms;
    case 'TIMESTAMP': return (value: ExactInteger) => timestampMs(value, type.precision);
    default: {
      const zone = timeZoneOf(context.localTimeZone);
      return (value: ExactInteger) => toLocalMs(timestampMs(value, (type as Timestamp).precision), zone);
    }
  }
}

const timestampDiff = boundScalar('TIMESTAMPDIFF', ({ argumentTypes, literals }) => {
  const [symbol, start, end] = argumentTypes;
  const unit = unitOf(literals[0]);
  const isKnown = unit in MONTH_UNITS || unit in MS_UNITS || unit in NANO_UNITS;
  const isInstantOnly = start !== undefined && end !== undefined && (start.kind === 'TIMESTAMP_LTZ') !== (end.kind === 'TIMESTAMP_LTZ');
  if (symbol?.kind !== 'SYMBOL' || start === undefined || end === undefined || !isKnown || !isDatetime(start) || !isDatetime(end) || isInstantOnly) {
    return { supportedForms: ['TIMESTAMPDIFF(<TIME_UNIT>, <DATETIME>, <DATETIME>)'] };
  }
  return { argumentTypes, resultType: withNullability(LogicalTypes.INT, start.isNullable || end.isNullable) };
}, ({ argumentTypes, literals }, context): ScalarImplementation => {
  const unit = unitOf(literals[0]);
  // Between instants the time that has passed counts, not what clocks show.
  const isInstants = argumentTypes[1]!.kind === 'TIMESTAMP_LTZ';
  const msOf = (type: LogicalType): ((value: any) => number) => (isInstants ? (value: ExactInteger) => timestampMs(value, (type as Timestamp).precision) : localMsOf(type, context)); // any: values of every datetime type
  const startOf = msOf(argumentTypes[1]!);
  const endOf = msOf(argumentTypes[2]!);
  const months = MONTH_UNITS[unit];
  if (months !== undefined) return (_unit: string, start: unknown, end: unknown) => Math.trunc(monthsBetween(startOf(start), endOf(end)) / months) + 0;
  const size = MS_UNITS[unit];
  if (size === undefined) return (_unit: string, start: unknown, end: unknown) => Number(BigInt.asIntN(32, (BigInt(endOf(end) - startOf(start)) * 1000000n) / BigInt(NANO_UNITS[unit]!)));
  // Flink takes seconds as an INT before it divides them into weeks: they wrap.
  if (unit === 'WEEK') return (_unit: string, start: unknown, end: unknown) => Math.trunc(Number(BigInt.asIntN(32, BigInt(Math.trunc((endOf(end) - startOf(start)) / 1000)))) / 604800) + 0;
  return (_unit: string, start: unknown, end: unknown) => Number(BigInt.asIntN(32, BigInt(Math.trunc((endOf(end) - startOf(start)) / size))));
});

/** (start, end or length) OVERLAPS (start, end or length). */
const overlaps = boundScalar('OVERLAPS', ({ argumentTypes }) => {
  const isPeriod = (type: LogicalType): boolean => type.kind === 'ROW' && type.fields.length === 2 && isDatetime(type.fields[0]!.type) && (isDatetime(type.fields[1]!.type) || isInterval(type.fields[1]!.type));
  if (!argumentTypes.every(isPeriod)) return { supportedForms: ["'(<DATETIME>, <DATETIME or INTERVAL>) OVERLAPS (<DATETIME>, <DATETIME or INTERVAL>)'"] };
  return { argumentTypes, resultType: withNullability(LogicalTypes.BOOLEAN, argumentTypes.some((type) => (type as LogicalTypeOf<'ROW'>).fields.some((field) => field.type.isNullable))) };
}, ({ argumentTypes }, context) => {
  const [left, right] = argumentTypes.map((type) => periodOf(type as LogicalTypeOf<'ROW'>, context)) as [PeriodReader, PeriodReader];
  return (first: Record<string, unknown>, second: Record<string, unknown>) => {
    const a = left(first);
    const b = right(second);
    return a === null || b === null ? null : a.start <= b.end && b.start <= a.end;
  };
}, { mayReturnNull: true });

type PeriodReader = (row: Record<string, unknown>) => { readonly start: number; readonly end: number } | null;

function periodOf(type: LogicalTypeOf<'ROW'>, context: FunctionContext): PeriodReader {
  const [startKey = '', endKey = ''] = fieldKeys(type);
  const [startType, endType] = type.fields.map((field) => field.type) as [LogicalType, LogicalType];
  const startOf = localMsOf(startType, context);
  const move = isInterval(endType) ? mover(startType, endType.kind === 'INTERVAL_YEAR_MONTH', context) : undefined;
  const endOf = move === undefined ? localMsOf(endType, context) : undefined;
  return (row) => {
    if (row[startKey] === null || row[endKey] === null) return null;
    const start = startOf(row[startKey]);
    const end = move === undefined ? endOf!(row[endKey]) : startType.kind === 'TIME' ? start + (row[endKey] as number) : startOf(move(row[startKey], row[endKey] as number));
    return { start: Math.min(start, end), end: Math.max(start, end) };
  };
}

export const DATETIME_ARITHMETIC_FUNCTIONS: readonly ScalarFunctionDefinition[] = [datetimeOperator('DATETIME +', '+', 1), datetimeOperator('DATETIME -', '-', -1), difference, timestampAdd, timestampDiff, overlaps];
