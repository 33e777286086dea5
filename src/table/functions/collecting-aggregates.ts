// Aggregates that keep values: COLLECT, LISTAGG, ARRAY_AGG, FIRST_VALUE, LAST_VALUE, NTH_VALUE, JSON_OBJECTAGG, JSON_ARRAYAGG.
import { accumulatorOf, aggregate, overGroup } from '#table/functions/aggregate-definition';
import type { AggregateCall, AggregateFunctionDefinition, AggregateImplementation } from '#table/functions/function-definition';
import { Arguments, refuse } from '#table/functions/function-signature';
import { LogicalTypes, notNull, nullable, type LogicalType } from '#table/types/logical-type';
import { isCharacter, isInteger } from '#table/types/type-families';
import type { ExactInteger } from '#core/columns/exact-integer';
import { addLong } from '#table/values/exact-integer';
import { isJsonScalar, jsonOfValue } from '#table/values/json-of-value';
import { sameValue } from '#table/values/value-equality';

const BIGINT = notNull(LogicalTypes.BIGINT);

interface ListState {
  list: unknown[];
}

/** All values in the order they came; a retraction takes out the first that is the same. */
function listOf(element: LogicalType, isKept: (value: unknown) => boolean, valueOf: (list: readonly unknown[]) => unknown): AggregateImplementation<ListState> {
  const same = sameValue(element);
  return {
    accumulator: accumulatorOf({ list: notNull(LogicalTypes.ARRAY(nullable(element))) }),
    create: () => ({ list: [] }),
    accumulate: (accumulator, _views, value) => {
      if (isKept(value)) accumulator.list.push(value);
    },
    retract: (accumulator, _views, value) => {
      const index = accumulator.list.findIndex((kept) => (kept === null || value === null ? kept === value : same(kept, value)));
      if (index >= 0) accumulator.list.splice(index, 1);
    },
    merge: (accumulator, _views, other) => {
      for (const value of other.list) accumulator.list.push(value);
    },
    getValue: ({ list }) => valueOf(list),
  };
}

const isNotNull = (value: unknown): boolean => value !== null;

/** FIRST_VALUE and LAST_VALUE pass NULLs over; without retraction one value is enough. */
function edge(name: string, isFirst: boolean): AggregateFunctionDefinition {
  return aggregate(name, { arguments: [Arguments.ANY], result: (types, call) => overGroup(types[0]!, types[0]!, call) }, (call) => {
    const [type] = call.argumentTypes as [LogicalType];
    if (call.needsRetract) return listOf(type, isNotNull, (list) => (isFirst ? list[0] : list.at(-1)) ?? null);
    return {
      accumulator: accumulatorOf({ value: nullable(type) }),
      create: () => ({ value: null }),
      accumulate: (accumulator, _views, value) => {
        if (value !== null && (!isFirst || accumulator.value === null)) accumulator.value = value;
      },
      merge: (accumulator, _views, other) => {
        if (other.value !== null && (!isFirst || accumulator.value === null)) accumulator.value = other.value;
      },
      getValue: ({ value }) => value,
    };
  }, { isOrderSensitive: true });
}

const nth = aggregate('NTH_VALUE', (call) => {
  const [value, position] = call.argumentTypes;
  if (value === undefined || position === undefined || call.argumentTypes.length !== 2 || !isInteger(position)) return { supportedForms: ['NTH_VALUE(<ANY>, <INTEGER>)'] };
  return { argumentTypes: call.argumentTypes, resultType: nullable(value) };
}, (call) => {
  const list = listOf(call.argumentTypes[0]!, () => true, (values) => values);
  return {
    ...list,
    accumulator: accumulatorOf({ list: notNull(LogicalTypes.ARRAY(nullable(call.argumentTypes[0]!))), position: BIGINT }),
    create: () => ({ list: [], position: 1 }),
    accumulate: (accumulator, views, value, position) => {
      list.accumulate(accumulator, views, value);
      accumulator.position = Number(position);
    },
    getValue: (accumulator) => accumulator.list[accumulator.position - 1] ?? null,
  };
}, { isOrderSensitive: true });

const listAggregate = aggregate('LISTAGG', (call) => {
  const [text, separator] = call.argumentTypes;
  if (text === undefined || call.argumentTypes.length > 2 || !isCharacter(text) || (separator !== undefined && !isCharacter(separator))) return { supportedForms: ['LISTAGG(<CHARACTER>)', 'LISTAGG(<CHARACTER>, <CHARACTER>)'] };
  return { argumentTypes: call.argumentTypes, resultType: overGroup(LogicalTypes.STRING, text, call) };
}, (call) => {
  const separator = typeof call.literals[1] === 'string' ? call.literals[1] : ',';
  if (call.needsRetract) return listOf(LogicalTypes.STRING, isNotNull, (list) => (list.length === 0 ? null : list.join(separator)));
  const append = (accumulator: { text: string | null }, text: string): void => {
    accumulator.text = accumulator.text === null ? text : `${accumulator.text}${separator}${text}`;
  };
  return {
    accumulator: accumulatorOf({ text: LogicalTypes.STRING }),
    create: () => ({ text: null }),
    accumulate: (accumulator, _views, text) => {
      if (text !== null) append(accumulator, text);
    },
    merge: (accumulator, _views, other) => {
      if (other.text !== null) append(accumulator, other.text);
    },
    getValue: ({ text }) => text,
  };
}, { isOrderSensitive: true });

const arrayAggregate = aggregate('ARRAY_AGG', { arguments: [Arguments.ANY], result: (types) => LogicalTypes.ARRAY(types[0]!) },
  (call) => listOf(call.argumentTypes[0]!, call.nullTreatment === 'IGNORE' ? isNotNull : () => true, (list) => (list.length === 0 ? null : [...list])), { isOrderSensitive: true });

/** How often each value is there, in a map of its own. */
const collect = aggregate('COLLECT', { arguments: [Arguments.ANY], result: (types) => notNull(LogicalTypes.MULTISET(types[0]!)) }, (call) => ({
  accumulator: accumulatorOf({ count: BIGINT }),
  views: [{ name: 'counts', key: notNull(call.argumentTypes[0]!), value: notNull(LogicalTypes.INT) }],
  create: () => ({ count: 0 }),
  accumulate: (accumulator, [counts], value) => {
    if (value === null) return;
    counts!.put(value, (counts!.get(value) ?? 0) + 1);
    accumulator.count += 1;
  },
  retract: (accumulator, [counts], value) => {
    if (value === null) return;
    const left = (counts!.get(value) ?? 0) - 1;
    if (left === 0) counts!.remove(value);
    else counts!.put(value, left);
    accumulator.count -= 1;
  },
  merge: (accumulator, [counts], other, [otherCounts]) => {
    for (const [value, count] of otherCounts!.entries()) counts!.put(value, (counts!.get(value) ?? 0) + (count as number));
    accumulator.count += other.count;
  },
  getValue: (_accumulator, [counts]) => new Map(counts!.entries()),
}));

const JSON_TEXT = notNull(LogicalTypes.VARCHAR(2000));

/** JSON texts of values are kept, so that the accumulator is plain whatever the values are. */
function bindJsonArray(call: AggregateCall, zone: string): AggregateImplementation<ListState> {
  const [type] = call.argumentTypes as [LogicalType];
  const toJson = jsonOfValue(type, zone);
  const isNullKept = call.literals[1] === 'NULL ON NULL';
  const list = listOf(LogicalTypes.STRING, () => true, (values) => `[${values.join(',')}]`);
  const textOf = (value: unknown): string => (value === null ? 'null' : toJson(value));
  return {
    ...list,
    accumulate: (accumulator, views, value) => {
      if (value !== null || isNullKept) list.accumulate(accumulator, views, textOf(value));
    },
    retract: (accumulator, views, value) => {
      if (value !== null || isNullKept) list.retract!(accumulator, views, textOf(value));
    },
  };
}

const jsonArray = aggregate('JSON_ARRAYAGG', (call) => {
  const [value] = call.argumentTypes;
  if (value === undefined) return { supportedForms: ['JSON_ARRAYAGG(<ANY>)'] };
  if (!isJsonScalar(value)) return refuse('The type is not scalar or cannot be converted into JSON');
  return { argumentTypes: call.argumentTypes, resultType: JSON_TEXT };
}, (call, context) => bindJsonArray(call, context.localTimeZone), { isOrderSensitive: true });

const jsonObject = aggregate('JSON_OBJECTAGG', (call) => {
  const [key, value] = call.argumentTypes;
  if (key === undefined || value === undefined || !isCharacter(key)) return { supportedForms: ['JSON_OBJECTAGG(<CHARACTER>, <ANY>)'] };
  if (!isJsonScalar(value)) return refuse('The type is not scalar or cannot be converted into JSON');
  return { argumentTypes: call.argumentTypes, resultType: JSON_TEXT };
}, (call, context) => {
  const toJson = jsonOfValue(call.argumentTypes[1]!, context.localTimeZone);
  const isNullKept = call.literals[2] !== 'ABSENT ON NULL';
  return {
    accumulator: accumulatorOf({ count: BIGINT }),
    views: [{ name: 'entries', key: notNull(LogicalTypes.STRING), value: notNull(LogicalTypes.STRING) }],
    create: () => ({ count: 0 }),
    accumulate: (accumulator: { count: ExactInteger }, [entries], key, value) => {
      if (value === null && !isNullKept) return;
      entries!.put(key, value === null ? 'null' : toJson(value));
      accumulator.count = addLong(accumulator.count, 1);
    },
    retract: (accumulator, [entries], key, value) => {
      if (value === null && !isNullKept) return;
      entries!.remove(key);
      accumulator.count = addLong(accumulator.count, -1);
    },
    merge: (accumulator, [entries], other, [otherEntries]) => {
      for (const [key, value] of otherEntries!.entries()) entries!.put(key, value);
      accumulator.count = addLong(accumulator.count, other.count);
    },
    getValue: (_accumulator, [entries]) => {
      const sorted = [...entries!.entries()].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      return `{${sorted.map(([key, value]) => `${JSON.stringify(key)}:${value as string}`).join(',')}}`;
    },
  };
});

export const COLLECTING_AGGREGATES: readonly AggregateFunctionDefinition[] = [edge('FIRST_VALUE', true), edge('LAST_VALUE', false), nth, listAggregate, arrayAggregate, collect, jsonArray, jsonObject];
