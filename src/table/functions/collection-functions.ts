// Arrays and maps: ARRAY_CONTAINS … ARRAY_UNION, MAP_KEYS … MAP_UNION, STR_TO_MAP.
import { FunctionError } from '#table/errors';
import type { CallMismatch, ScalarFunctionDefinition, ScalarImplementation } from '#table/functions/function-definition';
import { anyNullable, Arguments, refuse, Results, type TypeInference } from '#table/functions/function-signature';
import { boundScalar, scalar } from '#table/functions/scalar-definition';
import { canCastImplicitly } from '#table/types/cast-support';
import { leastRestrictiveType } from '#table/types/least-restrictive-type';
import { LogicalTypes, nullable, withNullability, type LogicalType, type LogicalTypeOf } from '#table/types/logical-type';
import { isApproximateNumeric, isCharacter } from '#table/types/type-families';
import { javaRegex } from '#table/values/java-regex';
import { compareValues, hashKey, hasOrder, sameValue } from '#table/values/value-equality';

type List = readonly unknown[];
type ArrayType = LogicalTypeOf<'ARRAY'>;
type MapType = LogicalTypeOf<'MAP'>;

const { ARRAY, MAP, ANY_INT, BOOLEAN, CHARACTER } = Arguments;
const { STRING } = LogicalTypes;
const elementOf = (type: LogicalType): LogicalType => (type as ArrayType).element;
const wrongArguments = (name: string): CallMismatch => refuse(`Invalid input arguments. Expected ${name}(<ARRAY>, <element of the array>)`);

/** F(array, element): the element is cast to the array's; NULL may be looked for. */
function withElement(name: string, resultOf: (array: ArrayType, element: LogicalType) => LogicalType): TypeInference {
  return ({ argumentTypes }) => {
    const [array, element] = argumentTypes;
    if (array?.kind !== 'ARRAY' || element === undefined || argumentTypes.length !== 2) return wrongArguments(name);
    if (!canCastImplicitly(nullable(element), nullable(array.element))) return wrongArguments(name);
    const wanted = withNullability(array.element, element.isNullable);
    return { argumentTypes: [array as LogicalType, wanted], resultType: resultOf(array as ArrayType, wanted) };
  };
}

function equalityOf(array: LogicalType): (left: unknown, right: unknown) => boolean {
  const same = sameValue(elementOf(array));
  return (left, right) => (left === null || right === null ? left === right : same(left, right));
}

const contains = boundScalar('ARRAY_CONTAINS', withElement('ARRAY_CONTAINS', (array) => withNullability(LogicalTypes.BOOLEAN, array.isNullable)), ({ argumentTypes: [array] }) => {
  const same = equalityOf(array!);
  return (list: List | null, wanted: unknown) => (list === null ? null : list.some((element) => same(element, wanted)));
}, { seesNulls: true });

const position = boundScalar('ARRAY_POSITION', withElement('ARRAY_POSITION', (array, element) => withNullability(LogicalTypes.INT, array.isNullable || element.isNullable)), ({ argumentTypes: [array] }) => {
  const same = equalityOf(array!);
  return (list: List, wanted: unknown) => list.findIndex((element) => same(element, wanted)) + 1;
});

const remove = boundScalar('ARRAY_REMOVE', withElement('ARRAY_REMOVE', (array) => array), ({ argumentTypes: [array] }) => {
  const same = equalityOf(array!);
  return (list: List | null, unwanted: unknown) => (list === null ? null : list.filter((element) => !same(element, unwanted)));
}, { seesNulls: true });

const widened = (array: ArrayType, element: LogicalType): LogicalType => ({ ...array, element: withNullability(array.element, array.element.isNullable || element.isNullable) });

const append = scalar('ARRAY_APPEND', withElement('ARRAY_APPEND', widened), (list: List | null, element: unknown) => (list === null ? null : [...list, element]), { seesNulls: true });
const prepend = scalar('ARRAY_PREPEND', withElement('ARRAY_PREPEND', widened), (list: List | null, element: unknown) => (list === null ? null : [element, ...list]), { seesNulls: true });

/** F(array, array, …) over arrays of one type. */
const ofArrays: TypeInference = ({ argumentTypes }) => {
  if (argumentTypes.length === 0 || !argumentTypes.every((type) => type.kind === 'ARRAY' || type.kind === 'NULL')) return refuse('All arguments requires to be a ARRAY type');
  const common = leastRestrictiveType(argumentTypes);
  if (common === undefined || common.kind === 'NULL') return refuse('Invalid input arguments. All arrays must have elements of one type');
  return { argumentTypes: argumentTypes.map((type) => withNullability(common, type.isNullable)), resultType: withNullability(common, anyNullable(argumentTypes)) };
};

/** Elements in the order they come, each once; NaN is never the same as another. */
function distinct(list: Iterable<unknown>, keyOf: (value: unknown) => unknown): unknown[] {
  const seen = new Set<unknown>();
  const result: unknown[] = [];
  for (const element of list) {
    const key = keyOf(element);
    if (seen.has(key) && !(typeof key === 'number' && Number.isNaN(key))) continue;
    seen.add(key);
    result.push(element);
  }
  return result;
}

function setOperation(name: string, operate: (keyOf: (value: unknown) => unknown) => ScalarImplementation): ScalarFunctionDefinition {
  const inference: TypeInference = (call) => (call.argumentTypes.length === 2 ? ofArrays(call) : refuse(`Invalid number of arguments. ${name} takes two arrays`));
  return boundScalar(name, inference, ({ argumentTypes: [array] }) => operate(hashKey(elementOf(array!))));
}

const onlyArray = (result: (array: ArrayType) => LogicalType) => ({ arguments: [ARRAY], result: (types: readonly LogicalType[]) => result(types[0] as ArrayType) });

/** Positions from 1, negative ones from the end; what lies outside is cut off. */
function slice(list: List, start: number, end = list.length): List {
  const from = start === 0 ? 1 : start < 0 ? Math.max(1, list.length + start + 1) : start;
  const to = end === 0 ? 1 : end < 0 ? list.length + end + 1 : end;
  return from > to ? [] : list.slice(from - 1, to);
}

const sort = boundScalar('ARRAY_SORT', {
  arguments: [{ text: 'ARRAY<COMPARABLE>', accept: (type) => (type.kind === 'ARRAY' && hasOrder(type.element) ? type : undefined) }, BOOLEAN, BOOLEAN],
  optionalCount: 2,
  result: Results.argument(0),
}, ({ argumentTypes: [array] }) => {
  const compare = compareValues(elementOf(array!));
  return (list: List, isAscending = true, isNullsFirst = isAscending) => {
    const values = list.filter((element) => element !== null).sort(isAscending ? compare : (left, right) => compare(right, left));
    const nulls = Array<null>(list.length - values.length).fill(null);
    return isNullsFirst ? [...nulls, ...values] : [...values, ...nulls];
  };
});

function extreme(name: string, isGreatest: boolean): ScalarFunctionDefinition {
  return boundScalar(name, {
    arguments: [{ text: 'ARRAY<COMPARABLE>', accept: (type) => (type.kind === 'ARRAY' && hasOrder(type.element) ? type : undefined) }],
    result: (types) => nullable(elementOf(types[0]!)),
  }, ({ argumentTypes: [array] }) => {
    const element = elementOf(array!);
    // NaN is neither less nor greater here.
    const compare = isApproximateNumeric(element) ? (left: number, right: number) => left - right : compareValues(element);
    return (list: List) => list.reduce<unknown>((best, value) => (value === null ? best : best === null || (isGreatest ? compare(value as never, best as never) > 0 : compare(value as never, best as never) < 0) ? value : best), null);
  });
}

const join = scalar('ARRAY_JOIN', {
  arguments: [{ text: 'ARRAY<CHARACTER>', accept: (type) => (type.kind === 'ARRAY' && isCharacter(type.element) ? type : undefined) }, CHARACTER, CHARACTER],
  optionalCount: 1,
  result: Results.propagated(STRING),
}, (list: List, separator: string, replacement?: string) => list.map((element) => element ?? replacement ?? null).filter((element) => element !== null).join(separator));

// ---- maps

const keysOf = (type: LogicalType): LogicalType => (type as MapType).key;
const valuesOf = (type: LogicalType): LogicalType => (type as MapType).value;
const mapForm = (result: (map: MapType) => LogicalType) => ({ arguments: [MAP], result: (types: readonly LogicalType[]) => withNullability(result(types[0] as MapType), types[0]!.isNullable) });

const mapUnion = boundScalar('MAP_UNION', ({ argumentTypes }) => {
  if (argumentTypes.length === 0 || !argumentTypes.every((type) => type.kind === 'MAP' || type.kind === 'NULL')) return refuse('All arguments requires to be a MAP type');
  const common = leastRestrictiveType(argumentTypes);
  if (common === undefined || common.kind === 'NULL') return refuse('Invalid input arguments. All maps must have keys and values of one type');
  return { argumentTypes: argumentTypes.map((type) => withNullability(common, type.isNullable)), resultType: withNullability(common, anyNullable(argumentTypes)) };
}, ({ argumentTypes: [map] }) => {
  const keyOf = hashKey(keysOf(map!));
  // The last map's value of a key wins, and its entries come first.
  return (...maps: ReadonlyMap<unknown, unknown>[]) => {
    const kept = new Map<unknown, readonly [unknown, unknown]>();
    for (const entry of maps.reverse().flatMap((each) => [...each])) {
      const key = keyOf(entry[0]);
      if (!kept.has(key)) kept.set(key, entry);
    }
    return new Map(kept.values());
  };
});

/** A later entry of the same key wins. */
function mapOf(entries: Iterable<readonly [unknown, unknown]>, keyOf: (value: unknown) => unknown): Map<unknown, unknown> {
  const kept = new Map<unknown, readonly [unknown, unknown]>();
  for (const entry of entries) {
    const key = keyOf(entry[0]);
    kept.set(key, [kept.get(key)?.[0] ?? entry[0], entry[1]]);
  }
  return new Map(kept.values());
}

const mapFromArrays = boundScalar('MAP_FROM_ARRAYS', {
  arguments: [ARRAY, ARRAY],
  result: (types) => withNullability(LogicalTypes.MAP(elementOf(types[0]!), elementOf(types[1]!)), anyNullable(types)),
}, ({ argumentTypes: [keys] }) => {
  const keyOf = hashKey(elementOf(keys!));
  return (keyList: List, valueList: List) => {
    if (keyList.length !== valueList.length) throw new FunctionError(`Invalid function MAP_FROM_ARRAYS call: The length of the keys array ${keyList.length} is not equal to the length of the values array ${valueList.length}`);
    return mapOf(keyList.map((key, index) => [key, valueList[index]] as const), keyOf);
  };
});

/** Both separators are regular expressions; an entry without one has the value NULL. */
function stringToMap(text: string, entrySeparator = ',', valueSeparator = '='): Map<string, string | null> {
  const result = new Map<string, string | null>();
  if (text === '') return result;
  for (const entry of text.split(plainSplit(entrySeparator))) {
    const separator = plainSplit(valueSeparator).exec(entry);
    if (separator === null) result.set(entry, null);
    else result.set(entry.slice(0, separator.index), entry.slice(separator.index + separator[0].length));
  }
  return result;
}

const plainSplit = (pattern: string): RegExp => {
  const regex = javaRegex(pattern);
  return new RegExp(regex.source, regex.flags.replace('g', ''));
};

export const COLLECTION_FUNCTIONS: readonly ScalarFunctionDefinition[] = [
  contains, position, remove, append, prepend, sort, join, extreme('ARRAY_MAX', true), extreme('ARRAY_MIN', false),
  scalar('ARRAY_CONCAT', ofArrays, (...lists: List[]) => lists.flat(1)),
  setOperation('ARRAY_UNION', (keyOf) => (left: List, right: List) => distinct([...left, ...right], keyOf)),
  setOperation('ARRAY_EXCEPT', (keyOf) => (left: List, right: List) => {
    const excluded = new Set(right.map(keyOf));
    return distinct(left, keyOf).filter((element) => !excluded.has(keyOf(element)));
  }),
  setOperation('ARRAY_INTERSECT', (keyOf) => (left: List, right: List) => {
    const included = new Set(right.map(keyOf));
    return distinct(left, keyOf).filter((element) => included.has(keyOf(element)));
  }),
  boundScalar('ARRAY_DISTINCT', onlyArray((array) => array), ({ argumentTypes: [array] }) => {
    const keyOf = hashKey(elementOf(array!));
    return (list: List) => distinct(list, keyOf);
  }),
  scalar('ARRAY_REVERSE', onlyArray((array) => array), (list: List) => [...list].reverse()),
  scalar('ARRAY_SLICE', { arguments: [ARRAY, ANY_INT, ANY_INT], optionalCount: 1, result: Results.argument(0) }, slice),
  scalar('MAP_KEYS', mapForm((map) => LogicalTypes.ARRAY(map.key)), (map: ReadonlyMap<unknown, unknown>) => [...map.keys()]),
  scalar('MAP_VALUES', mapForm((map) => LogicalTypes.ARRAY(map.value)), (map: ReadonlyMap<unknown, unknown>) => [...map.values()]),
  scalar('MAP_ENTRIES', mapForm((map) => LogicalTypes.ARRAY(LogicalTypes.ROW([{ name: 'key', type: keysOf(map) }, { name: 'value', type: valuesOf(map) }]))),
    (map: ReadonlyMap<unknown, unknown>) => [...map].map(([key, value]) => ({ key, value }))),
  mapUnion,
  mapFromArrays,
  scalar('STR_TO_MAP', { arguments: [CHARACTER, CHARACTER, CHARACTER], optionalCount: 2, result: Results.nullable(LogicalTypes.MAP(STRING, STRING)) }, stringToMap),
];
