// What is asked of multisets and computed from two: IS A SET, MEMBER OF, SUBMULTISET OF, MULTISET UNION, INTERSECT and EXCEPT, each with ALL
// (counts are added, the smaller one, the difference) or DISTINCT (each element once). Flink parses them and computes only the first two.
import type { ScalarFunctionDefinition } from '#table/functions/function-definition';
import { Results } from '#table/functions/function-signature';
import { boundScalar, scalar } from '#table/functions/scalar-definition';
import { leastRestrictiveType } from '#table/types/least-restrictive-type';
import { LogicalTypes, withNullability, type LogicalType } from '#table/types/logical-type';
import { hashKey } from '#table/values/value-equality';

type Multiset = ReadonlyMap<unknown, number>;

/** IS A SET, IS EMPTY: of multisets. */
function multisetTest(name: string, test: (counts: ReadonlyMap<unknown, number>) => boolean): readonly ScalarFunctionDefinition[] {
  const form = { arguments: [{ text: 'MULTISET', accept: (type: LogicalType) => (type.kind === 'MULTISET' ? type : undefined) }], result: Results.propagated(LogicalTypes.BOOLEAN) };
  return [scalar(`IS ${name}`, form, test), scalar(`IS NOT ${name}`, form, (counts: ReadonlyMap<unknown, number>) => !test(counts))];
}

const memberOf = boundScalar('MEMBER OF', ({ argumentTypes }) => {
  const [value, set] = argumentTypes as [LogicalType, LogicalType];
  if (set.kind !== 'MULTISET' || leastRestrictiveType([value, set.element]) === undefined) return { supportedForms: ['<ANY> MEMBER OF <MULTISET>'] };
  return { argumentTypes: [withNullability(set.element, value.isNullable), set], resultType: withNullability(LogicalTypes.BOOLEAN, value.isNullable || set.isNullable) };
}, ({ argumentTypes: [type] }) => {
  const keyOf = hashKey(type!);
  return (value: unknown, set: ReadonlyMap<unknown, number>) => [...set.keys()].some((candidate) => keyOf(candidate) === keyOf(value));
});

/** A function of two multisets whose elements have one type; `combine` gets the counts of the right by the key of an element. */
function ofTwo(name: string, resultOf: (set: LogicalType) => LogicalType, combine: (left: Multiset, right: Multiset, keyOf: (element: unknown) => unknown) => unknown): ScalarFunctionDefinition {
  return boundScalar(name, ({ argumentTypes }) => {
    const [left, right] = argumentTypes as [LogicalType, LogicalType];
    const element = left.kind === 'MULTISET' && right.kind === 'MULTISET' ? leastRestrictiveType([left.element, right.element]) : undefined;
    if (element === undefined) return { supportedForms: [`<MULTISET> ${name} <MULTISET>`] };
    const set = LogicalTypes.MULTISET(element);
    return { argumentTypes: [withNullability(set, left.isNullable), withNullability(set, right.isNullable)], resultType: withNullability(resultOf(set), left.isNullable || right.isNullable) };
  }, ({ argumentTypes: [type] }) => {
    const keyOf = hashKey((type as LogicalType & { kind: 'MULTISET' }).element);
    return (left: Multiset, right: Multiset) => combine(left, right, keyOf);
  });
}

function countsByKey(set: Multiset, keyOf: (element: unknown) => unknown): ReadonlyMap<unknown, number> {
  return new Map([...set].map(([element, count]) => [keyOf(element), count]));
}

/** @param countOf what an element has in the result of its counts on either side; none for 0 or less. */
function combined(operator: 'UNION' | 'INTERSECT' | 'EXCEPT', countOf: (left: number, right: number) => number): readonly ScalarFunctionDefinition[] {
  const combine = (count: (left: number, right: number) => number) => (left: Multiset, right: Multiset, keyOf: (element: unknown) => unknown): Multiset => {
    const [inLeft, inRight] = [countsByKey(left, keyOf), countsByKey(right, keyOf)];
    const elements = [...left.keys(), ...[...right.keys()].filter((element) => !inLeft.has(keyOf(element)))];
    const counts = elements.map((element) => [element, count(inLeft.get(keyOf(element)) ?? 0, inRight.get(keyOf(element)) ?? 0)] as const);
    return new Map(counts.filter(([, result]) => result > 0));
  };
  const same = (set: LogicalType): LogicalType => set;
  const once = (count: number): number => Math.min(count, 1);
  return [ofTwo(`MULTISET ${operator}`, same, combine(countOf)), ofTwo(`MULTISET ${operator} DISTINCT`, same, combine((left, right) => once(countOf(once(left), once(right)))))];
}

const submultisetOf = ofTwo('SUBMULTISET OF', () => LogicalTypes.BOOLEAN, (left, right, keyOf) => {
  const inRight = countsByKey(right, keyOf);
  return [...left].every(([element, count]) => count <= (inRight.get(keyOf(element)) ?? 0));
});

export const MULTISET_FUNCTIONS: readonly ScalarFunctionDefinition[] = [
  memberOf, submultisetOf, ...combined('UNION', (left, right) => left + right), ...combined('INTERSECT', Math.min), ...combined('EXCEPT', (left, right) => left - right),
  ...multisetTest('A SET', (counts) => [...counts.values()].every((count) => count === 1)), ...multisetTest('EMPTY', (counts) => counts.size === 0),
];
