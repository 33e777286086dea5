// COUNT, SUM, $SUM0, AVG, MIN, MAX, SINGLE_VALUE, with retraction and merge.
import { accumulatorOf, aggregate, overGroup } from '#table/functions/aggregate-definition';
import type { AggregateCall, AggregateCode, AggregateFunctionDefinition, AggregateImplementation, AggregatePlace, MapView, NumberAggregateCode } from '#table/functions/function-definition';
import { Arguments, refuse, Results } from '#table/functions/function-signature';
import { averageType, sumType } from '#table/types/decimal-types';
import { LogicalTypes, notNull, nullable, type LogicalType } from '#table/types/logical-type';
import { isApproximateNumeric, isExactValue, isInteger, isNumeric } from '#table/types/type-families';
import { FunctionError } from '#table/errors';
import { addDecimals, divideDecimals, subtractDecimals } from '#table/values/decimal-arithmetic';
import type { ExactInteger } from '#core/columns/exact-integer';
import { addLong, divideLong, narrowInteger, subtractLong } from '#table/values/exact-integer';
import { compareValues, hasOrder } from '#table/values/value-equality';

const BIGINT = notNull(LogicalTypes.BIGINT);

function bindCount(call: AggregateCall): AggregateImplementation<{ count: ExactInteger }> {
  const isStar = call.argumentTypes.length === 0;
  const isCounted = isStar ? () => true : call.argumentTypes.length === 1 ? (values: readonly unknown[]) => values[0] !== null : (values: readonly unknown[]) => !values.includes(null);
  return {
    accumulator: accumulatorOf({ count: BIGINT }),
    create: () => ({ count: 0 }),
    accumulate: (accumulator, _views, ...values) => {
      if (isCounted(values)) accumulator.count = addLong(accumulator.count, 1);
    },
    retract: (accumulator, _views, ...values) => {
      if (isCounted(values)) accumulator.count = subtractLong(accumulator.count, 1);
    },
    merge: (accumulator, _views, other) => {
      accumulator.count = addLong(accumulator.count, other.count);
    },
    getValue: ({ count }) => count,
    code: countCode(call.argumentTypes.length),
  };
}

/** COUNT over so many arguments; none of those may be NULL. */
function countCode(argumentCount: number): AggregateCode {
  const step = (text: (count: string) => string): AggregateCode['accumulate'] => (place, values) => {
    const change = text(place.field('count'));
    return argumentCount === 0 ? change : `if (${values.map((value) => `${value} !== null`).join(' && ')}) ${change}`;
  };
  return {
    functions: {}, initial: { count: '0' }, changesAlways: argumentCount === 0,
    accumulate: step((count) => `${count}++;`),
    retract: step((count) => `${count}--;`),
    merge: (place, other) => `${place.field('count')} += ${other.field('count')};`,
    value: (place) => place.field('count'),
    numbers: {},
  };
}

type Addition = (left: any, right: any) => any; // any: numbers, exact integers, decimals

/** Addition and subtraction within a type; a DECIMAL that does not fit is NULL for good. */
export function additionOf(type: LogicalType): { readonly add: Addition; readonly subtract: Addition } {
  switch (type.kind) {
    case 'TINYINT': case 'SMALLINT': case 'INT': {
      const bits = type.kind === 'TINYINT' ? 8 : type.kind === 'SMALLINT' ? 16 : 32;
      return { add: (left: number, right: number) => narrowInteger(left + right, bits), subtract: (left: number, right: number) => narrowInteger(left - right, bits) };
    }
    case 'FLOAT': return { add: (left: number, right: number) => Math.fround(left + right), subtract: (left: number, right: number) => Math.fround(left - right) };
    case 'DOUBLE': return { add: (left: number, right: number) => left + right, subtract: (left: number, right: number) => left - right };
    case 'DECIMAL': {
      const { precision, scale } = type;
      return {
        add: (left, right) => (left === null ? null : addDecimals(left, scale, right, scale, precision, scale)),
        subtract: (left, right) => (left === null ? null : subtractDecimals(left, scale, right, scale, precision, scale)),
      };
    }
    default: return { add: addLong, subtract: subtractLong };
  }
}

interface SumState {
  sum: unknown;
  count: ExactInteger;
}

/** `isZero`: 0 in place of NULL for no values. */
function bindSum(type: LogicalType, { isZero }: { readonly isZero: boolean }): AggregateImplementation<SumState> {
  const { add, subtract } = additionOf(type);
  return {
    accumulator: accumulatorOf({ sum: nullable(type), count: BIGINT }),
    create: () => ({ sum: 0, count: 0 }),
    accumulate: (accumulator, _views, value) => {
      if (value === null) return;
      accumulator.sum = add(accumulator.sum, value);
      accumulator.count = addLong(accumulator.count, 1);
    },
    retract: (accumulator, _views, value) => {
      if (value === null) return;
      accumulator.sum = subtract(accumulator.sum, value);
      accumulator.count = subtractLong(accumulator.count, 1);
    },
    merge: (accumulator, _views, other) => {
      accumulator.sum = other.sum === null ? null : add(accumulator.sum, other.sum);
      accumulator.count = addLong(accumulator.count, other.count);
    },
    getValue: ({ sum, count }) => (count === 0 && !isZero ? null : sum),
    code: sumCode({ add, subtract }, (sum, count) => (isZero ? sum : `(${count} === 0 ? null : ${sum})`)),
  };
}

/** Of sums that are BIGINT. */
function numberSumCode(value?: NumberAggregateCode['value']): NumberAggregateCode {
  return {
    accumulate: (place, [one], bail) => {
      const sum = place.field('sum');
      return `if (${one} === ${one}) { ${sum} += ${one}; ${place.field('count')} += 1; if (${sum} > ${Number.MAX_SAFE_INTEGER} || ${sum} < ${Number.MIN_SAFE_INTEGER}) ${bail} }`;
    },
    ...(value === undefined ? {} : { value }),
  };
}

/** @param value of the texts of sum and count. */
function sumCode(functions: { readonly add: Addition; readonly subtract: Addition }, value: (sum: string, count: string) => string): AggregateCode {
  const step = (name: 'add' | 'subtract', sign: '+' | '-'): AggregateCode['accumulate'] => (place, [one]) =>
    `if (${one} !== null) { ${place.field('sum')} = ${place.call(name)}(${place.field('sum')}, ${one}); ${place.field('count')} ${sign}= 1; }`;
  return {
    functions, initial: { sum: '0', count: '0' },
    ...(functions.add === addLong ? { numbers: numberSumCode() } : {}),
    accumulate: step('add', '+'),
    retract: step('subtract', '-'),
    merge: (place, other) => `${place.field('sum')} = ${other.field('sum')} === null ? null : ${place.call('add')}(${place.field('sum')}, ${other.field('sum')}); ${place.field('count')} += ${other.field('count')};`,
    value: (place) => value(place.field('sum'), place.field('count')),
  };
}

function bindAverage(call: AggregateCall): AggregateImplementation<SumState> {
  const [type] = call.argumentTypes as [LogicalType];
  const result = call.resultType;
  const total: LogicalType = isInteger(type) ? LogicalTypes.BIGINT : isApproximateNumeric(type) ? LogicalTypes.DOUBLE : sumType(type);
  const sums = bindSum(total, { isZero: true });
  const average = averageOf(type, total, result);
  return {
    ...sums,
    getValue: ({ sum, count }) => average(sum, count),
    code: averageCode(sums.code!, average, isInteger(type)),
  };
}

function averageCode(sums: AggregateCode, average: (sum: any, count: ExactInteger) => unknown, isOfIntegers: boolean): AggregateCode { // any: sums of every type
  const { numbers, ...code } = sums;
  const { sumOf, countOf } = { sumOf: (place: AggregatePlace) => place.field('sum'), countOf: (place: AggregatePlace) => place.field('count') };
  return {
    ...code, functions: { ...code.functions, average }, value: (place) => `${place.call('average')}(${sumOf(place)}, ${countOf(place)})`,
    ...(numbers !== undefined && isOfIntegers ? { numbers: numberSumCode((place) => `(${countOf(place)} === 0 ? null : Math.trunc(${sumOf(place)} / ${countOf(place)}) + 0)`) } : {}),
  };
}

/** The quotient of a sum and its count, NULL for none: one function per kind of result, so that nothing of types is asked per row. */
function averageOf(type: LogicalType, total: LogicalType, result: LogicalType): (sum: any, count: ExactInteger) => unknown { // any: sums of every type
  if (isInteger(type)) return (sum: ExactInteger, count) => (count === 0 ? null : divideLong(sum, count));
  if (result.kind === 'DECIMAL') {
    const { scale } = total as LogicalType & { kind: 'DECIMAL' };
    return (sum: ExactInteger | null, count) => (count === 0 || sum === null ? null : divideDecimals(sum, scale, count, 0, result.precision, result.scale));
  }
  if (result.kind === 'FLOAT') return (sum: number, count) => (count === 0 ? null : Math.fround(sum / Number(count)));
  return (sum: number, count) => (count === 0 ? null : sum / Number(count));
}

/** Without retraction the best value is enough; with it, a map keeps how often each value is there. */
function bindExtreme(call: AggregateCall, isGreatest: boolean): AggregateImplementation<{ value: unknown }> {
  const [type] = call.argumentTypes as [LogicalType];
  const compare = compareValues(type);
  const isBetter = isGreatest ? (left: unknown, right: unknown) => compare(left, right) > 0 : (left: unknown, right: unknown) => compare(left, right) < 0;
  const take = (accumulator: { value: unknown }, value: unknown): void => {
    if (value !== null && (accumulator.value === null || isBetter(value, accumulator.value))) accumulator.value = value;
  };
  const plain: AggregateImplementation<{ value: unknown }> = {
    accumulator: accumulatorOf({ value: nullable(type) }),
    create: () => ({ value: null }),
    accumulate: (accumulator, _views, value) => take(accumulator, value),
    merge: (accumulator, _views, other) => take(accumulator, other.value),
    getValue: ({ value }) => value,
  };
  if (!call.needsRetract) return { ...plain, code: extremeCode(type, isBetter, isGreatest) };
  const change = (accumulator: { value: unknown }, counts: MapView<unknown, ExactInteger>, value: unknown, by: ExactInteger): void => {
    const count = addLong(counts.get(value) ?? 0, by);
    if (count === 0) {
      counts.remove(value);
      if (accumulator.value === null || compare(value, accumulator.value) !== 0) return;
      accumulator.value = null;
      for (const [candidate, left] of counts.entries()) if (left > 0) take(accumulator, candidate);
      return;
    }
    counts.put(value, count);
    if (count > 0) take(accumulator, value);
  };
  return {
    ...plain,
    views: [{ name: 'counts', key: notNull(type), value: BIGINT }],
    accumulate: (accumulator, [counts], value) => {
      if (value !== null) change(accumulator, counts!, value, 1);
    },
    retract: (accumulator, [counts], value) => {
      if (value !== null) change(accumulator, counts!, value, -1);
    },
    merge: (accumulator, [counts], _other, [otherCounts]) => {
      for (const [value, count] of otherCounts!.entries()) change(accumulator, counts!, value, count as ExactInteger);
    },
  };
}

function extremeCode(type: LogicalType, isBetter: (left: unknown, right: unknown) => boolean, isGreatest: boolean): AggregateCode {
  const take = (place: AggregatePlace, value: string): string => {
    const best = place.field('value');
    const test = isExactValue(type) ? `${value} ${isGreatest ? '>' : '<'} ${best}` : `${place.call('isBetter')}(${value}, ${best})`;
    return `if (${value} !== null && (${best} === null || ${test})) ${best} = ${value};`;
  };
  return {
    functions: { isBetter }, initial: { value: 'null' },
    ...(isInteger(type) ? { numbers: numberExtremeCode(isGreatest) } : {}),
    accumulate: (place, [value]) => take(place, value!),
    merge: (place, other) => take(place, other.field('value')),
    value: (place) => place.field('value'),
  };
}

function numberExtremeCode(isGreatest: boolean): NumberAggregateCode {
  return {
    accumulate: (place, [one]) => {
      const best = place.field('value');
      return `if (${one} === ${one} && !(${one} ${isGreatest ? '<=' : '>='} ${best})) ${best} = ${one};`;
    },
    value: (place) => `(${place.field('value')} !== ${place.field('value')} ? null : ${place.field('value')})`,
  };
}

function extreme(name: string, isGreatest: boolean): AggregateFunctionDefinition {
  return aggregate(name, (call) => {
    const [type] = call.argumentTypes;
    if (type === undefined || call.argumentTypes.length !== 1 || !hasOrder(type)) return { supportedForms: [`${name}(<COMPARABLE_TYPE>)`] };
    return { argumentTypes: call.argumentTypes, resultType: overGroup(type, type, call) };
  }, (call) => bindExtreme(call, isGreatest));
}

export function overNumbers(name: string, resultOf: (type: LogicalType) => LogicalType): Parameters<typeof aggregate>[1] {
  return (call) => {
    const [type] = call.argumentTypes;
    if (type === undefined || call.argumentTypes.length !== 1 || !isNumeric(type)) return { supportedForms: [`${name}(<NUMERIC>)`] };
    return { argumentTypes: call.argumentTypes, resultType: overGroup(resultOf(type), type, call) };
  };
}

/** The value of a scalar sub-query: more than one row is an error. */
const singleValue = aggregate('SINGLE_VALUE', { arguments: [Arguments.ANY], result: (types) => nullable(types[0]!) }, (call) => ({
  accumulator: accumulatorOf({ value: nullable(call.argumentTypes[0]!), count: BIGINT }),
  create: () => ({ value: null, count: 0 }),
  accumulate: (accumulator, _views, value) => {
    if (accumulator.count > 0) throw new FunctionError('SingleValueAggFunction received more than one element: a sub-query that stands for a value must give one row');
    accumulator.value = value;
    accumulator.count += 1;
  },
  retract: (accumulator) => {
    accumulator.count -= 1;
    if (accumulator.count === 0) accumulator.value = null;
  },
  getValue: ({ value }) => value,
}));

export const BASIC_AGGREGATES: readonly AggregateFunctionDefinition[] = [
  aggregate('COUNT', { arguments: [], rest: Arguments.ANY, result: Results.notNull(LogicalTypes.BIGINT) }, bindCount),
  aggregate('SUM', overNumbers('SUM', sumType), (call) => bindSum(call.resultType, { isZero: false })),
  aggregate('$SUM0', (call) => {
    const [type] = call.argumentTypes;
    return type === undefined || !isNumeric(type) ? refuse('$SUM0 takes a number') : { argumentTypes: call.argumentTypes, resultType: notNull(sumType(type)) };
  }, (call) => bindSum(call.resultType, { isZero: true }), { aliases: ['SUM0'] }),
  aggregate('AVG', overNumbers('AVG', averageType), bindAverage),
  extreme('MIN', false),
  extreme('MAX', true),
  singleValue,
];


