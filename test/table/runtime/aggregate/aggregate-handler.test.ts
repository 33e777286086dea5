import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { builtInAggregate } from '#table/functions/built-in-functions';
import { isMismatch, type AggregateImplementation } from '#table/functions/function-definition';
import { createAggregateHandler, type AggregateHandler, type AggregateSpec } from '#table/runtime/aggregate/aggregate-handler';
import { MemoryMapView } from '#table/runtime/aggregate/map-views';
import { LogicalTypes, nullable, type LogicalType } from '#table/types/logical-type';
import { contextOf } from '../../conformance/scalar-case.js';

const FIELDS = [
  { name: 'n', type: nullable(LogicalTypes.BIGINT) }, { name: 'd', type: nullable(LogicalTypes.DOUBLE) },
  { name: 's', type: nullable(LogicalTypes.STRING) }, { name: 'i', type: nullable(LogicalTypes.INT) }, { name: 'f', type: nullable(LogicalTypes.BOOLEAN) },
];
const [N, D, S, I, F] = [0, 1, 2, 3, 4];

const rows = fc.array(fc.record({
  n: fc.oneof(fc.constant(null), fc.integer({ min: -4, max: 4 }), fc.constantFrom(2 ** 53 - 1, 2n ** 62n, -(2n ** 62n))), d: fc.oneof(fc.constant(null), fc.constantFrom(0.5, -0, NaN, 7)),
  s: fc.constantFrom(null, 'a', 'b', 'é'), i: fc.oneof(fc.constant(null), fc.integer({ min: -3, max: 3 })), f: fc.constantFrom(true, false, null),
}), { maxLength: 25 });

function specOf(name: string, columns: readonly number[], options: { readonly hasRetraction: boolean; readonly isDistinct?: boolean; readonly filter?: number }): AggregateSpec & { readonly type: LogicalType } {
  const types = columns.map((column) => FIELDS[column]!.type);
  const definition = builtInAggregate(name);
  const signature = definition.inferTypes({ argumentTypes: types, literals: types.map(() => undefined) });
  assert.ok(!isMismatch(signature));
  const isDistinct = options.isDistinct ?? false;
  const implementation = definition.bind({ ...signature, literals: types.map(() => undefined), needsRetract: options.hasRetraction, isDistinct }, contextOf());
  return { implementation, isDistinct, arguments: columns, filter: options.filter, type: signature.resultType };
}

function handlerOf(specs: readonly (AggregateSpec & { readonly type: LogicalType })[], hasRetraction: boolean): AggregateHandler {
  return createAggregateHandler({
    inputType: { fields: FIELDS }, aggregates: specs, hasRetraction, outputKeys: specs.map((_, index) => `r${index}`), keyCount: 0, hasKind: false, resultTypes: specs.map(({ type }) => type),
  });
}

const withoutCode = ({ code: _code, ...rest }: AggregateImplementation): AggregateImplementation => rest;
const begin = (handler: AggregateHandler) => ({ accumulator: handler.create(), views: handler.views.map((view) => new MemoryMapView(view)) });

for (const hasRetraction of [false, true]) {
  test(`aggregates give the same as code and as calls${hasRetraction ? ', rows taken back included' : ''}, and say when their values change`, () => {
    const specs = [
      specOf('COUNT', [], { hasRetraction, filter: F }), specOf('COUNT', [N], { hasRetraction }), specOf('COUNT', [N, S], { hasRetraction }), specOf('SUM', [N], { hasRetraction }),
      specOf('SUM', [I], { hasRetraction, filter: F }), specOf('SUM', [D], { hasRetraction }), specOf('AVG', [I], { hasRetraction }), specOf('AVG', [D], { hasRetraction }), specOf('$SUM0', [I], { hasRetraction }),
      specOf('MIN', [N], { hasRetraction }), specOf('MAX', [N], { hasRetraction, filter: F }), specOf('MAX', [D], { hasRetraction }), specOf('MIN', [S], { hasRetraction }),
    ];
    const [asCode, asCalls] = [handlerOf(specs, hasRetraction), handlerOf(specs.map((spec) => ({ ...spec, implementation: withoutCode(spec.implementation) })), hasRetraction)];
    assert.equal(asCode.changesAlways, false, 'a filter may leave a row out');
    fc.assert(fc.property(rows, rows, (first, second) => {
      const parts = [first, second].map((part) => [asCode, asCalls].map((handler) => {
        const { accumulator, views } = begin(handler);
        for (const row of part) {
          const before = handler.result(undefined, accumulator, views, 0);
          handler.remember(accumulator, views);
          handler.accumulate(accumulator, views, row);
          assert.deepStrictEqual(handler.remembered(undefined, 0), before);
          const after = handler.result(undefined, accumulator, views, 0);
          const isSame = Object.entries(after).every(([key, value]) => value === before[key]);
          assert.equal(handler.hasChanged(accumulator, views), !isSame);
        }
        if (hasRetraction) for (const row of part.slice(0, part.length >> 1)) handler.retract(accumulator, views, row);
        return { accumulator, views };
      }));
      const [code, calls] = [0, 1].map((index) => {
        const handler = [asCode, asCalls][index]!;
        const [one, other] = [parts[0]![index]!, parts[1]![index]!];
        const alone = shown(handler.result(undefined, one.accumulator, one.views, 0));
        handler.merge(one.accumulator, one.views, other.accumulator, other.views);
        return [alone, shown(handler.result(undefined, one.accumulator, one.views, 0)), handler.rowCount(one.accumulator)];
      });
      assert.deepStrictEqual(code, calls);
    }), { numRuns: 100 });
  });

  test(`distinct aggregates over one column count every value once per filter${hasRetraction ? ', while a row of it is left' : ''}`, () => {
    const specs = [specOf('COUNT', [N], { hasRetraction, isDistinct: true }), specOf('COUNT', [N], { hasRetraction, isDistinct: true, filter: F }), specOf('SUM', [I], { hasRetraction, isDistinct: true })];
    const handler = handlerOf(specs, hasRetraction);
    assert.equal(handler.views.length, 2, 'aggregates over the same column share what was seen');
    fc.assert(fc.property(rows, rows, (first, second) => {
      const left: typeof first = [];
      const parts = [first, second].map((part) => {
        const one = begin(handler);
        for (const row of part) handler.accumulate(one.accumulator, one.views, row);
        const taken = hasRetraction ? part.length >> 1 : 0;
        for (const row of part.slice(0, taken)) handler.retract(one.accumulator, one.views, row);
        left.push(...part.slice(taken));
        return one;
      });
      handler.merge(parts[0]!.accumulator, parts[0]!.views, parts[1]!.accumulator, parts[1]!.views);
      const distinct = <T>(values: readonly (T | null)[]): T[] => [...new Set(values)].filter((value): value is T & {} => value !== null);
      const ints = distinct(left.map(({ i }) => i));
      assert.deepStrictEqual(handler.result(undefined, parts[0]!.accumulator, parts[0]!.views, 0), {
        r0: distinct(left.map(({ n }) => n)).length, r1: distinct(left.filter(({ f }) => f === true).map(({ n }) => n)).length, r2: ints.length === 0 ? null : ints.reduce((sum, value) => sum + value, 0),
      });
    }), { numRuns: 200 });
  });
}

/** As JSON may hold it: -0 is 0, as SQL shows it. */
function shown(row: object): object {
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, typeof value === 'bigint' ? `${value}n` : Number.isNaN(value) ? 'NaN' : value === 0 ? 0 : value]));
}
