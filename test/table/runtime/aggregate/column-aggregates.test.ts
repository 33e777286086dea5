// Accumulators in columns against accumulators as objects: the same changes, whatever the batches, full outputs and restarts.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createRowWriter } from '#core/codegen/row-writer';
import { Batch, layoutOf } from '#core/columns/frame';
import { FrameMemory } from '#core/columns/frame-memory';
import { schemaOf } from '#core/columns/schema';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { keySpecificationOf } from '#table/codegen/row-code';
import { rowTypeInformation } from '#table/codegen/type-information-of';
import { builtInAggregate } from '#table/functions/built-in-functions';
import { type AggregateImplementation, isMismatch } from '#table/functions/function-definition';
import { createAggregateHandler, type AggregateHandlerOptions, type AggregateSpec } from '#table/runtime/aggregate/aggregate-handler';
import { GroupAggregateFunction } from '#table/runtime/aggregate/group-aggregate-function';
import { KeyedTableOperator } from '#table/runtime/keyed-table-operator';
import type { TableRow } from '#table/runtime/row-kind';
import { LogicalTypes, nullable, type LogicalType } from '#table/types/logical-type';
import { HarnessSubtask } from '../../../streaming/operator-harness.js';
import { contextOf } from '../../conformance/scalar-case.js';

const FIELDS = [
  { name: 'n', type: nullable(LogicalTypes.BIGINT) }, { name: 'i', type: nullable(LogicalTypes.INT) }, { name: 's', type: nullable(LogicalTypes.STRING) },
  { name: 'f', type: nullable(LogicalTypes.BOOLEAN) }, { name: 't', type: nullable(LogicalTypes.TIMESTAMP(3)) },
];
const [N, I, S, F, T] = [0, 1, 2, 3, 4];
const SCHEMA = schemaOf(rowTypeInformation({ fields: FIELDS }));
const FRAME_BYTES = 1 << 14;

const rows: fc.Arbitrary<TableRow[]> = fc.array(fc.record({
  n: fc.oneof({ weight: 6, arbitrary: fc.integer({ min: -4, max: 4 }) }, fc.constant(null), fc.constantFrom(2 ** 53 - 1, 1 - 2 ** 53, 2n ** 62n, -(2n ** 62n))),
  i: fc.oneof(fc.constant(null), fc.integer({ min: -2, max: 2 })), s: fc.constantFrom(null, 'a', 'é'), f: fc.constantFrom(true, false, null), t: fc.constantFrom(null, 0, 1000),
}), { maxLength: 40 });

interface Aggregation {
  readonly name: string;
  readonly key: readonly number[];
  readonly aggregates: readonly (readonly [name: string, columns: readonly number[], options?: { readonly filter?: number; readonly isDistinct?: boolean }])[];
}

const AGGREGATIONS: readonly Aggregation[] = [
  { name: 'integers by two columns', key: [I, S], aggregates: [['COUNT', []], ['COUNT', [N], { filter: F }], ['SUM', [N]], ['AVG', [N]], ['MIN', [N]], ['MAX', [I], { filter: F }]] },
  { name: 'integers by a column of 64 bits and one of 32, equal results left out', key: [N, I], aggregates: [['MIN', [I]], ['COUNT', [S]], ['AVG', [I], { filter: F }], ['$SUM0', [N]]] },
  { name: 'types that have no code for numbers', key: [S, F], aggregates: [['SUM', [I]], ['MAX', [T]], ['COUNT', [N, T]]] },
  { name: 'distinct values by one column', key: [S], aggregates: [['COUNT', [N], { isDistinct: true }], ['COUNT', [N], { isDistinct: true, filter: F }], ['SUM', [N]]] },
  { name: 'distinct values by two columns', key: [S, F], aggregates: [['COUNT', [S], { isDistinct: true, filter: F }], ['SUM', [I], { isDistinct: true }], ['COUNT', []]] },
  { name: 'all rows alike', key: [], aggregates: [['SUM', [N], { filter: F }], ['MIN', [N]]] },
];

function specOf([name, columns, { filter, isDistinct = false } = {}]: Aggregation['aggregates'][number]): AggregateSpec & { readonly type: LogicalType } {
  const argumentTypes = columns.map((column) => FIELDS[column]!.type);
  const literals = columns.map(() => undefined);
  const definition = builtInAggregate(name);
  const signature = definition.inferTypes({ argumentTypes, literals });
  assert.ok(!isMismatch(signature));
  return { implementation: definition.bind({ ...signature, literals, needsRetract: false, isDistinct }, contextOf()), isDistinct, arguments: columns, filter, type: signature.resultType };
}

const withoutCode = ({ code: _code, ...rest }: AggregateImplementation): AggregateImplementation => rest;

/** @param isInColumns else with accumulators that no column holds. */
function functionOf({ key, aggregates }: Aggregation, { isInColumns, emitsUpdateBefore }: { readonly isInColumns: boolean; readonly emitsUpdateBefore: boolean }): GroupAggregateFunction {
  const specs = aggregates.map(specOf);
  const options: AggregateHandlerOptions = {
    inputType: { fields: FIELDS }, hasRetraction: false, hasKind: true, keyCount: key.length,
    aggregates: specs.map((spec) => (isInColumns ? spec : { ...spec, implementation: withoutCode(spec.implementation) })),
    outputKeys: [...key.map((column) => FIELDS[column]!.name), ...specs.map((_, index) => `r${index}`)], resultTypes: specs.map(({ type }) => type),
  };
  const keyFields = key.map((column) => FIELDS[column]!.name);
  return new GroupAggregateFunction({ handler: createAggregateHandler(options), keyFields, hasRetraction: false, emitsUpdateBefore, ttl: undefined, isBatch: false, isGlobal: false });
}

function subtaskOf(aggregation: Aggregation, fn: GroupAggregateFunction, snapshots?: readonly OperatorSnapshot[]): HarnessSubtask {
  const keys = [keySpecificationOf({ fields: FIELDS }, aggregation.key)];
  return new HarnessSubtask({ kind: 'stream', keys, create: () => new KeyedTableOperator(fn, keys) }, { subtaskIndex: 0, parallelism: 1, maxParallelism: 8, clock: new SimulatedClock({ startMs: 0 }), name: 'aggregate', snapshots });
}

function batchOf(values: readonly TableRow[]): Batch {
  const writer = createRowWriter(SCHEMA);
  const batch = new Batch(FrameMemory.allocate(FRAME_BYTES), layoutOf(SCHEMA, Math.max(1, values.length)));
  writer.open(batch.memory, 0, batch.layout, FRAME_BYTES);
  for (const [time, value] of values.entries()) assert.ok(writer.append(value, time));
  writer.finish(batch);
  return batch;
}

/** How a part of the rows comes: a batch whose output is full after so many rows, time and again; with a restart where it is full. */
interface Part {
  readonly rows: readonly TableRow[];
  readonly room: number;
  readonly restarts: boolean;
}

function inColumns(aggregation: Aggregation, emitsUpdateBefore: boolean, parts: readonly Part[]): unknown[] {
  const start = (snapshots?: readonly OperatorSnapshot[]): HarnessSubtask => subtaskOf(aggregation, functionOf(aggregation, { isInColumns: true, emitsUpdateBefore }), snapshots);
  let subtask = start();
  const values: unknown[] = [];
  for (const { rows: part, room, restarts } of parts) {
    const batch = batchOf(part);
    for (let from = 0; from < part.length;) {
      subtask.makeRoom(room);
      from = subtask.operator.processBatch!(batch, from, 0, { operator: 0, row: 0 });
      if (!restarts) continue;
      values.push(...subtask.values);
      const snapshot = subtask.snapshot();
      subtask.close();
      subtask = start([snapshot]);
    }
  }
  values.push(...subtask.values);
  subtask.close();
  return values;
}

describe('accumulators in columns', () => {
  for (const aggregation of AGGREGATIONS) {
    test(`${aggregation.name}: the same changes as of objects`, () => {
      const part = fc.record({ rows, room: fc.integer({ min: 1, max: 20 }), restarts: fc.boolean() });
      fc.assert(fc.property(fc.array(part, { maxLength: 4 }), fc.boolean(), (parts, emitsUpdateBefore) => {
        const oracle = subtaskOf(aggregation, functionOf(aggregation, { isInColumns: false, emitsUpdateBefore }));
        for (const each of parts) for (const row of each.rows) oracle.element(row);
        assert.deepStrictEqual(inColumns(aggregation, emitsUpdateBefore, parts), oracle.values);
        oracle.close();
      }), { numRuns: 60 });
    });
  }

  test('a key whose first row waits for room has no value yet', () => {
    const aggregation = AGGREGATIONS[0]!;
    const subtask = subtaskOf(aggregation, functionOf(aggregation, { isInColumns: true, emitsUpdateBefore: false }));
    const row = { n: 1, i: 1, s: 'a', f: true, t: null };
    subtask.makeRoom(1);
    assert.equal(subtask.operator.processBatch!(batchOf([row, { ...row, s: 'é' }]), 0, 0, { operator: 0, row: 0 }), 1);
    const groupsOf = (s: string): number => subtask.context.keyedState!.sectionOfKey('accState', [1, s])!.groups.length;
    assert.deepEqual([groupsOf('a'), groupsOf('é')], [1, 0]);
    subtask.close();
  });

  test('the loop over batches is the one for columns', () => {
    for (const aggregation of AGGREGATIONS) {
      const fn = functionOf(aggregation, { isInColumns: true, emitsUpdateBefore: false });
      const subtask = subtaskOf(aggregation, fn);
      assert.ok(fn.createBatchLoop(SCHEMA, subtask.output) !== undefined, aggregation.name);
      subtask.close();
    }
  });
});
