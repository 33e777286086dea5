// STDDEV, VARIANCE and siblings by Welford's method, PERCENTILE, APPROX_COUNT_DISTINCT.
import { FunctionError } from '#table/errors';
import { accumulatorOf, aggregate } from '#table/functions/aggregate-definition';
import { overNumbers } from '#table/functions/basic-aggregates';
import type { AggregateCall, AggregateFunctionDefinition, AggregateImplementation, MapView } from '#table/functions/function-definition';
import { refuse } from '#table/functions/function-signature';
import { averageType } from '#table/types/decimal-types';
import { LogicalTypes, notNull, nullable, type LogicalType } from '#table/types/logical-type';
import { isExactNumeric, isInteger, isNumeric } from '#table/types/type-families';
import { castImplementation } from '#table/values/cast-value';
import type { ExactInteger } from '#core/columns/exact-integer';
import { addLong } from '#table/values/exact-integer';

interface Moments {
  count: number;
  mean: number;
  /** Sum of squared distances from the mean. */
  squares: number;
}

/** Of a sum of squares, relative to the size of the values. */
const ROUNDING_MAX = 1e-10;

/** More values have been taken back than came, or as many: nothing is left to be far from. */
function reset(moments: Moments): void {
  moments.mean = 0;
  moments.squares = 0;
}

function bindMoments(call: AggregateCall, { isSample, isRoot }: { readonly isSample: boolean; readonly isRoot: boolean }): AggregateImplementation<Moments> {
  const toDouble = castImplementation(call.argumentTypes[0]!, LogicalTypes.DOUBLE, 'UTC');
  const fromDouble = castImplementation(LogicalTypes.DOUBLE, call.resultType, 'UTC');
  return {
    accumulator: accumulatorOf({ count: notNull(LogicalTypes.BIGINT), mean: notNull(LogicalTypes.DOUBLE), squares: notNull(LogicalTypes.DOUBLE) }),
    create: () => ({ count: 0, mean: 0, squares: 0 }),
    accumulate: (moments, _views, value) => {
      if (value === null) return;
      const x = toDouble(value) as number;
      moments.count += 1;
      if (moments.count === 0) {
        reset(moments);
        return;
      }
      const distance = x - moments.mean;
      moments.mean += distance / moments.count;
      moments.squares += distance * (x - moments.mean);
    },
    retract: (moments, _views, value) => {
      if (value === null) return;
      const x = toDouble(value) as number;
      moments.count -= 1;
      if (moments.count === 0) {
        reset(moments);
        return;
      }
      const distance = x - moments.mean;
      moments.mean -= distance / moments.count;
      moments.squares -= distance * (x - moments.mean);
    },
    merge: (moments, _views, other) => {
      if (other.count === 0) return;
      const count = moments.count + other.count;
      const distance = other.mean - moments.mean;
      moments.squares += other.squares + (distance * distance * moments.count * other.count) / count;
      moments.mean += (distance * other.count) / count;
      moments.count = count;
    },
    changeMark: ({ count }) => count,
    getValue: ({ count, mean, squares }) => {
      const divisor = isSample ? count - 1 : count;
      // A sum of squares below zero is left where values were taken back that never came, or, next to zero, by rounding.
      if (divisor <= 0 || squares < -ROUNDING_MAX * Math.max(1, mean * mean) * count) return null;
      const variance = Math.max(0, squares) / divisor;
      const result = Number.isNaN(squares) ? Number.NaN : isRoot ? Math.sqrt(variance) : variance;
      return fromDouble(result);
    },
  };
}

function moments(name: string, aliases: readonly string[], form: { readonly isSample: boolean; readonly isRoot: boolean }): AggregateFunctionDefinition {
  return aggregate(name, overNumbers(name, averageType), (call) => bindMoments(call, form), { aliases });
}

/** Values with how often they occur, in a map of its own; weights are whole numbers. */
function bindPercentile(call: AggregateCall): AggregateImplementation<{ total: ExactInteger; percentages: unknown }> {
  const toDouble = castImplementation(call.argumentTypes[0]!, LogicalTypes.DOUBLE, 'UTC');
  const change = (accumulator: { total: ExactInteger; percentages: unknown }, counts: MapView<number, ExactInteger>, values: readonly any[], sign: 1 | -1): void => { // any: values of every SQL type
    const [value, percentages, frequency = 1] = values;
    accumulator.percentages = percentages;
    if (value === null || frequency === null || percentages === null) return;
    for (const percentage of Array.isArray(percentages) ? percentages : [percentages]) {
      if (percentage < 0 || percentage > 1) throw new FunctionError(`Percentage of PERCENTILE should be between [0.0, 1.0], but was '${percentage}'.`);
    }
    if (frequency <= 0) return;
    const key = toDouble(value) as number;
    const by = sign === 1 ? frequency : -Number(frequency);
    const count = addLong(counts.get(key) ?? 0, by);
    if (count === 0) counts.remove(key);
    else counts.put(key, count);
    accumulator.total = addLong(accumulator.total, by);
  };
  const isList = call.resultType.kind === 'ARRAY';
  return {
    accumulator: accumulatorOf({ total: notNull(LogicalTypes.BIGINT), percentages: nullable(call.argumentTypes[1]!) }),
    views: [{ name: 'counts', key: notNull(LogicalTypes.DOUBLE), value: notNull(LogicalTypes.BIGINT) }],
    create: () => ({ total: 0, percentages: null }),
    accumulate: (accumulator, [counts], ...values) => change(accumulator, counts!, values, 1),
    retract: (accumulator, [counts], ...values) => change(accumulator, counts!, values, -1),
    merge: (accumulator, [counts], other, [otherCounts]) => {
      for (const [value, count] of otherCounts!.entries()) counts!.put(value, addLong(counts!.get(value) ?? 0, count as ExactInteger));
      accumulator.total = addLong(accumulator.total, other.total);
      accumulator.percentages ??= other.percentages;
    },
    getValue: ({ total, percentages }, [counts]) => {
      if (total <= 0 || percentages === null) return null;
      const sorted = ([...counts!.entries()] as [number, ExactInteger][]).filter(([, count]) => count > 0).sort(([a], [b]) => (Number.isNaN(a) ? 1 : Number.isNaN(b) ? -1 : a - b));
      if (!isList) return percentileOf(sorted, Number(total), percentages as number);
      const list = (percentages as readonly number[]).map((percentage) => percentileOf(sorted, Number(total), percentage));
      return list.length === 0 ? null : list;
    },
  };
}

/** Between the two values around the position, by distance. */
function percentileOf(sorted: readonly (readonly [number, ExactInteger])[], total: number, percentage: number): number {
  // Counted from 1, so that the part behind the point is rounded as in Flink.
  const position = percentage * (total - 1) + 1;
  const lower = valueAt(sorted, Math.floor(position) - 1);
  const upper = valueAt(sorted, Math.ceil(position) - 1);
  const part = position - Math.floor(position);
  return part === 0 || lower === upper ? lower : lower + part * (upper - lower);
}

function valueAt(sorted: readonly (readonly [number, ExactInteger])[], position: number): number {
  let before = 0;
  for (const [value, count] of sorted) {
    before += Number(count);
    if (position < before) return value;
  }
  return sorted.at(-1)![0];
}

const percentile = aggregate('PERCENTILE', (call) => {
  const [value, percentage, frequency] = call.argumentTypes;
  if (value === undefined || percentage === undefined || call.argumentTypes.length > 3 || !isNumeric(value)) return refuse('Invalid input arguments. Expected PERCENTILE(<NUMERIC>, <NUMERIC or ARRAY<NUMERIC>>[, <INTEGER>])');
  const isList = percentage.kind === 'ARRAY';
  const element = percentage.kind === 'ARRAY' ? percentage.element : percentage;
  if (!isNumeric(element) || (frequency !== undefined && !isInteger(frequency))) return refuse('Invalid input arguments. The percentage must be a number or an array of numbers, the frequency an integer');
  const literal = call.literals[1];
  const factor = element.kind === 'DECIMAL' ? 10 ** element.scale : 1;
  const given = (isList ? literal : [literal]) as readonly (number | undefined)[] | undefined;
  if (isExactNumeric(element) && given?.some((part) => part !== undefined && part !== null && (part < 0 || part / factor > 1)) === true) return refuse('Percentage of PERCENTILE should be between [0.0, 1.0]');
  const double: LogicalType = isList ? { kind: 'ARRAY', element: { ...LogicalTypes.DOUBLE, isNullable: element.isNullable }, isNullable: percentage.isNullable } : { ...LogicalTypes.DOUBLE, isNullable: percentage.isNullable };
  return { argumentTypes: [value, double, ...(frequency === undefined ? [] : [frequency])], resultType: isList ? LogicalTypes.ARRAY(LogicalTypes.DOUBLE) : LogicalTypes.DOUBLE };
}, bindPercentile);

/** Counted exactly. */
const approximateCount = aggregate('APPROX_COUNT_DISTINCT', (call) => {
  if (call.argumentTypes.length !== 1) return refuse("Invalid number of arguments to function 'APPROX_COUNT_DISTINCT'. Was expecting 1 arguments");
  return { argumentTypes: call.argumentTypes, resultType: notNull(LogicalTypes.BIGINT) };
}, (call) => ({
  accumulator: accumulatorOf({ count: notNull(LogicalTypes.BIGINT) }),
  views: [{ name: 'counts', key: notNull(call.argumentTypes[0]!), value: notNull(LogicalTypes.BIGINT) }],
  create: () => ({ count: 0 }),
  accumulate: (accumulator, [counts], value) => {
    if (value === null) return;
    const before = counts!.get(value) ?? 0;
    if (before === 0) accumulator.count += 1;
    counts!.put(value, addLong(before, 1));
  },
  retract: (accumulator, [counts], value) => {
    if (value === null) return;
    const left = addLong(counts!.get(value) ?? 0, -1);
    if (left !== 0) {
      counts!.put(value, left);
      return;
    }
    counts!.remove(value);
    accumulator.count -= 1;
  },
  merge: (accumulator, [counts], _other, [otherCounts]) => {
    for (const [value, count] of otherCounts!.entries()) {
      const before = counts!.get(value);
      if (before === undefined) accumulator.count += 1;
      counts!.put(value, addLong(before ?? 0, count as ExactInteger));
    }
  },
  getValue: ({ count }) => count,
}));

export const STATISTICS_AGGREGATES: readonly AggregateFunctionDefinition[] = [
  moments('STDDEV_POP', [], { isSample: false, isRoot: true }),
  moments('STDDEV_SAMP', ['STDDEV'], { isSample: true, isRoot: true }),
  moments('VAR_POP', [], { isSample: false, isRoot: false }),
  moments('VAR_SAMP', ['VARIANCE'], { isSample: true, isRoot: false }),
  percentile,
  approximateCount,
];
