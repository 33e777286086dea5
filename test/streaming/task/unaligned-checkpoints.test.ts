import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { assignToKeyGroup, operatorIndexOfKeyGroup } from '#core/keys/key-groups';
import { createKeyHasher } from '#core/keys/key-hasher';
import { Types } from '#core/types/type-information';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import type { Partitioner } from '#shuffle/partitioner/partitioner';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { decodeSubtaskSnapshot, encodeSubtaskSnapshot } from '#state/snapshot/subtask-snapshot';
import { StepResult } from '#streaming/task/task-description';
import { chain, map } from './chains.js';
import { type Received, TaskHarness, type TaskHarnessOptions } from './task-harness.js';

const HASH: Partitioner = { kind: 'hash', key: { selector: (value: number) => value, type: Types.INT } };
const REBALANCE: Partitioner = { kind: 'rebalance' };
const UNALIGNED = { 'execution.checkpointing.unaligned.enabled': true };
const OUT = { key: 'out', consumerOperatorId: 'id-down' };
const PRODUCERS = 2;
const hashKey = createKeyHasher(Types.INT);

interface Place {
  readonly partitioner: Partitioner;
  readonly subtaskIndex?: number;
  readonly parallelism?: number;
  readonly restored?: TaskHarnessOptions['restored'];
  readonly configuration?: Readonly<Record<string, unknown>>;
}

/** One subtask that hands its rows on, to a channel of few frames. */
function middle({ partitioner, restored, ...more }: Place): TaskHarness {
  return new TaskHarness({
    operators: chain(map('mid', (value: number) => value)), inputs: [PRODUCERS], inputEdges: [{ key: 'in', partitioner, producerParallelism: PRODUCERS }],
    outputs: [{ operatorIndex: 0, type: Types.INT, partitioner: REBALANCE, edge: OUT }], ringBytes: 1024, configuration: UNALIGNED, clock: new SimulatedClock({ startMs: 10 }), ...more,
    ...(restored === undefined ? {} : { restored }),
  }).open();
}

/** The task behind it. */
function downstream(restored: NonNullable<TaskHarnessOptions['restored']>): TaskHarness {
  return new TaskHarness({
    operators: chain(map('down', (value: number) => value)), inputs: [1], inputEdges: [{ key: 'out', partitioner: REBALANCE, producerParallelism: 1 }],
    outputs: [{ operatorIndex: 0, type: Types.INT }], configuration: UNALIGNED, restored,
  }).open();
}

const through = (snapshots: ReadonlyMap<string, OperatorSnapshot>) => decodeSubtaskSnapshot(encodeSubtaskSnapshot(snapshots).bytes, 'test');
const rowsOf = (received: readonly Received[]): number[] => received.flatMap((one) => ('row' in one ? [one.row as number] : []));

function ownerOf(value: number, parallelism: number): number {
  return operatorIndexOfKeyGroup(8, parallelism, assignToKeyGroup(hashKey(value), 8));
}

/** Lets the task run until its output is blocked for good, taking so many frames before. */
function squeeze(harness: TaskHarness, frames: number): void {
  harness.run();
  for (let taken = 0; taken < frames; taken++) {
    harness.drains[0]!.take(1);
    harness.run();
  }
}

function untilBarrier(harness: TaskHarness): readonly number[] {
  for (let round = 0; round < 1000 && !harness.received().some((one) => 'barrier' in one); round++) {
    harness.drains[0]!.take(1);
    harness.run();
  }
  const at = harness.received().findIndex((one) => 'barrier' in one);
  assert.notEqual(at, -1, 'the barrier has come out');
  return rowsOf(harness.received().slice(0, at));
}

/** Goes on until the snapshot is whole: the barrier of another channel may still lie behind rows. */
async function untilWhole(harness: TaskHarness): Promise<void> {
  let isWhole = false;
  void harness.finishing?.then(() => { isWhole = true; });
  for (let round = 0; round < 10_000 && harness.finishing !== undefined; round++) {
    await new Promise<void>((resolve) => { setImmediate(resolve); });
    if (isWhole) return;
    harness.drains[0]!.take(1);
    harness.run();
  }
  assert.equal(harness.finishing, undefined, 'the snapshot becomes whole');
}

describe('unaligned checkpoints', () => {
  test('a barrier is answered while the output is blocked, long before the rows in front of it', async () => {
    const aligned = middle({ partitioner: HASH, configuration: {} });
    const unaligned = middle({ partitioner: HASH });
    for (const harness of [aligned, unaligned]) {
      for (const feed of harness.feeds) {
        for (let value = 0; value < 3000; value++) feed.rows(value);
        feed.barrier(1);
      }
      assert.equal(harness.run(), StepResult.BLOCKED);
    }
    assert.equal(aligned.acknowledged.has(1), false);
    await unaligned.finishing;
    assert.equal(unaligned.acknowledged.has(1), true);
  });

  test('beside an edge whose rows cannot be dealt out anew, barriers overtake the rows of the others once theirs has come there', async () => {
    for (const kind of ['broadcast', 'forward'] as const) {
      const harness = new TaskHarness({
        operators: chain(map('mid', (value: number) => value)), inputs: [1, 1], inputEdges: [{ key: 'keyed', partitioner: HASH, producerParallelism: 1 }, { key: 'other', partitioner: { kind }, producerParallelism: 1 }],
        outputs: [{ operatorIndex: 0, type: Types.INT, partitioner: REBALANCE, edge: OUT }], ringBytes: 1024, configuration: UNALIGNED, clock: new SimulatedClock({ startMs: 10 }),
      }).open();
      const [keyed, other] = harness.feeds;
      for (let value = 0; value < 3000; value++) keyed!.rows(value);
      keyed!.barrier(1);
      other!.rows(-1, -2);
      assert.equal(harness.run(), StepResult.BLOCKED);
      assert.equal(harness.finishing, undefined, `the barrier of the ${kind} edge has not come`);
      other!.barrier(1);
      other!.rows(-3);
      for (let round = 0; round < 100 && harness.finishing === undefined; round++) {
        harness.drains[0]!.take(1);
        harness.run();
      }
      await untilWhole(harness);
      const before = untilBarrier(harness);
      assert.ok(before.length < 3000, `${before.length} rows before the barrier`);
      const restored = new TaskHarness({
        operators: chain(map('mid', (value: number) => value)), inputs: [1, 1], inputEdges: [{ key: 'keyed', partitioner: HASH, producerParallelism: 1 }, { key: 'other', partitioner: { kind }, producerParallelism: 1 }],
        outputs: [{ operatorIndex: 0, type: Types.INT }], configuration: UNALIGNED, restored: [through(harness.acknowledged.get(1)!)],
      }).open();
      restored.settle();
      const passed = downstream([through(harness.acknowledged.get(1)!)]);
      passed.settle();
      const all = [...before, ...passed.rowsOf(), ...restored.rowsOf()] as number[];
      assert.deepEqual(all.filter((value) => value < 0).toSorted((a, b) => b - a), [-1, -2], 'rows of the aligned edge are those before its barrier');
      assert.deepEqual(all.filter((value) => value >= 0).toSorted((a, b) => a - b), Array.from({ length: 3000 }, (_, value) => value));
    }
  });

  test('rows of a custom partitioner are overtaken when that is forced, and dealt out by it at another parallelism', async () => {
    const partitioner: Partitioner = { kind: 'custom', key: { selector: (value: number) => value, type: undefined }, partition: (key: number, count) => key % count };
    const squeezed = (configuration: Readonly<Record<string, unknown>>): TaskHarness => {
      const harness = middle({ partitioner, configuration });
      for (const [producer, feed] of harness.feeds.entries()) {
        for (let value = 0; value < 1000; value++) feed.rows(value * PRODUCERS + producer);
        feed.barrier(1);
      }
      assert.equal(harness.run(), StepResult.BLOCKED);
      return harness;
    };
    assert.equal(squeezed(UNALIGNED).finishing, undefined);
    const FORCED = { ...UNALIGNED, 'execution.checkpointing.unaligned.forced': true };
    const harness = squeezed(FORCED);
    await untilWhole(harness);
    const snapshot = through(harness.acknowledged.get(1)!);
    const restored = [0, 1, 2].map((subtaskIndex) => {
      const one = middle({ partitioner, configuration: FORCED, subtaskIndex, parallelism: 3, restored: [snapshot] });
      one.settle();
      return one.rowsOf() as number[];
    });
    restored.forEach((rows, subtask) => assert.ok(rows.every((value) => value % 3 === subtask)));
    const passed = downstream([snapshot]);
    passed.settle();
    const all = [...untilBarrier(harness), ...passed.rowsOf() as number[], ...restored.flat()];
    assert.deepEqual(all.toSorted((a, b) => a - b), Array.from({ length: 1000 * PRODUCERS }, (_, value) => value));
  });

  test('every row under way is in the snapshot or behind it, in order, whatever the parallelism of the restore', async () => {
    await fc.assert(fc.asyncProperty(
      fc.record({ counts: fc.array(fc.nat(900), { minLength: PRODUCERS, maxLength: PRODUCERS }), late: fc.nat(300), taken: fc.nat(6), takenLater: fc.nat(3), after: fc.integer({ min: 1, max: 3 }), isKeyed: fc.boolean() }),
      async ({ counts, late, taken, takenLater, after, isKeyed }) => {
        const partitioner = isKeyed ? HASH : REBALANCE;
        const harness = middle({ partitioner });
        let next = 0;
        const fed: number[][] = counts.map(() => []);
        const feed = (producer: number, count: number): void => {
          for (let i = 0; i < count; i++) {
            fed[producer]!.push(next);
            harness.feeds[producer]!.rows(next++);
          }
        };
        counts.forEach((count, producer) => feed(producer, count));
        squeeze(harness, taken);
        harness.feeds[0]!.barrier(1);
        squeeze(harness, takenLater);
        assert.equal(harness.acknowledged.has(1), false, 'the other channel\'s barrier has not come');
        feed(1, late);
        harness.feeds[1]!.barrier(1);
        const expected = fed.flat().sort((a, b) => a - b);
        for (const producer of harness.feeds) for (let i = 0; i < 50; i++) producer.rows(1_000_000 + i);
        const passed = untilBarrier(harness);
        await untilWhole(harness);
        const snapshot = through(harness.acknowledged.get(1)!);
        harness.settle();
        assert.equal(harness.rowsOf().length, expected.length + 100, 'the task itself loses nothing');
        const overtaken = downstream([snapshot]);
        overtaken.settle();
        const restored = Array.from({ length: after }, (_, subtaskIndex) => {
          const task = middle({ partitioner, restored: [snapshot], subtaskIndex, parallelism: after });
          task.settle();
          const rows = rowsOf(task.received());
          if (isKeyed) for (const value of rows) assert.equal(ownerOf(value, after), subtaskIndex);
          return rows;
        });
        const all = [...passed, ...rowsOf(overtaken.received()), ...restored.flat()];
        assert.deepEqual(all.toSorted((a, b) => a - b), expected);
        for (const [producer, values] of fed.entries()) {
          const own = new Set(values);
          for (const rows of restored) assert.deepEqual(rows.filter((value) => own.has(value)), values.filter((value) => rows.includes(value)), `rows of producer ${producer} keep their order`);
        }
      },
    ), { numRuns: 60 });
  });

  test('a snapshot that is taken before the restored rows are read has them again', async () => {
    const first = middle({ partitioner: HASH });
    for (let value = 0; value < 800; value++) first.feeds[0]!.rows(value);
    for (const feed of first.feeds) feed.barrier(1);
    first.run();
    await first.finishing;
    const snapshot = through(first.acknowledged.get(1)!);
    const second = middle({ partitioner: HASH, restored: [snapshot] });
    second.run();
    for (const feed of second.feeds) feed.barrier(2);
    const passed = untilBarrier(second);
    await second.finishing;
    const again = through(second.acknowledged.get(2)!);
    const third = [0, 1].map((subtaskIndex) => {
      const task = middle({ partitioner: HASH, restored: [again], subtaskIndex, parallelism: 2 });
      task.settle();
      return rowsOf(task.received());
    });
    const overtaken = downstream([again]);
    overtaken.settle();
    const firstPassed = untilBarrier(first);
    const firstOvertaken = downstream([snapshot]);
    firstOvertaken.settle();
    const all = [...firstPassed, ...rowsOf(firstOvertaken.received()), ...passed, ...rowsOf(overtaken.received()), ...third.flat()];
    assert.deepEqual(all.toSorted((a, b) => a - b), Array.from({ length: 800 }, (_, value) => value));
  });

  test('in-flight data of a checkpoint that is named for it is left out', async () => {
    const first = middle({ partitioner: HASH });
    for (let value = 0; value < 800; value++) first.feeds[0]!.rows(value);
    for (const feed of first.feeds) feed.barrier(1);
    first.run();
    await first.finishing;
    const snapshot = through(first.acknowledged.get(1)!);
    const without = middle({ partitioner: HASH, restored: [snapshot], configuration: { ...UNALIGNED, 'execution.state-recovery.without-channel-state.checkpoint-id': 1 } });
    without.settle();
    assert.deepEqual(without.rowsOf(), []);
  });

  test('with a timeout barriers align first, and overtake when it has passed', async () => {
    const harness = middle({ partitioner: HASH, configuration: { ...UNALIGNED, 'execution.checkpointing.aligned-checkpoint-timeout': '100 ms' } });
    for (let value = 0; value < 2000; value++) harness.feeds[1]!.rows(value);
    harness.feeds[0]!.barrier(1);
    harness.feeds[1]!.barrier(1);
    harness.run();
    assert.equal(harness.finishing, undefined, 'it still aligns');
    harness.clock.advance(120);
    assert.equal(harness.run(), StepResult.BLOCKED);
    await harness.finishing;
    assert.ok(harness.acknowledged.has(1));
  });

  test('a savepoint aligns, and edges whose rows keep their subtasks do', () => {
    const savepoint = middle({ partitioner: HASH });
    const forward = middle({ partitioner: { kind: 'forward' } });
    for (const harness of [savepoint, forward]) {
      for (let value = 0; value < 2000; value++) harness.feeds[0]!.rows(value);
      for (const feed of harness.feeds) feed.barrier(1, harness === savepoint ? 1 : 0);
      assert.equal(harness.run(), StepResult.BLOCKED);
      assert.deepEqual([harness.finishing, harness.acknowledged.size], [undefined, 0]);
      harness.settle();
      assert.equal(harness.acknowledged.size, 1);
    }
  });

  test('one that is given up is not recorded any further, and the next one is whole', async () => {
    const harness = middle({ partitioner: HASH });
    for (let value = 0; value < 500; value++) harness.feeds[0]!.rows(value);
    harness.feeds[0]!.barrier(1);
    harness.run();
    const given = harness.finishing!;
    harness.task.deliver({ kind: 'checkpoint-aborted', checkpointId: 1 });
    await assert.rejects(given, /given up/);
    for (const feed of harness.feeds) feed.barrier(2);
    harness.run();
    await harness.finishing;
    assert.deepEqual([...harness.acknowledged.keys()], [2]);
  });
});
