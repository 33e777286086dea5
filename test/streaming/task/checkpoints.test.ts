import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Types } from '#core/types/type-information';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { decodeSubtaskSnapshot, encodeSubtaskSnapshot } from '#state/snapshot/subtask-snapshot';
import { ProcessOperator } from '#streaming/process/process-operator';
import { StepResult } from '#streaming/task/task-description';
import type { OperatorEnvironment } from '#streaming/operator/stream-operator';
import { createWindowOperator } from '#streaming/window/create-window-operator';
import type { WindowAssignment } from '#streaming/window/window-operator-options';
import { chain, map, stream } from './chains.js';
import { TaskHarness } from './task-harness.js';

const KEYS = { selector: (value: number) => value, type: Types.INT };
const KEY_COUNT = 2000;

function windowTask(assignment: WindowAssignment, restored?: readonly ReadonlyMap<string, OperatorSnapshot>[]): TaskHarness {
  const create = (environment: OperatorEnvironment) => createWindowOperator({ assignment, aggregation: { kind: 'reduce', reduce: (a: number) => a }, allowedLatenessMs: 0, keys: KEYS, inputType: Types.INT }, environment);
  return new TaskHarness({
    operators: chain(stream('window', { kind: 'stream', create, keys: [KEYS] })), inputs: [1], outputs: [{ operatorIndex: 0, type: Types.INT }], ringBytes: 1024,
    ...(restored === undefined ? {} : { restored }),
  }).open();
}

const through = (snapshots: ReadonlyMap<string, OperatorSnapshot>) => decodeSubtaskSnapshot(encodeSubtaskSnapshot(snapshots).bytes, 'test');
const ascending = (values: readonly unknown[]) => [...values].sort((a, b) => (a as number) - (b as number));

describe('checkpoints of a task under back pressure', () => {
  for (const assignment of [{ kind: 'tumbling', timeDomain: 'event', sizeMs: 10, offsetMs: 0 }, { kind: 'session', timeDomain: 'event', gapMs: 5 }] satisfies WindowAssignment[]) {
    test(`a barrier passes in the middle of a firing of ${assignment.kind} windows, and a restore emits the rest once`, () => {
      const harness = windowTask(assignment);
      const [feed] = harness.feeds;
      for (let key = 0; key < KEY_COUNT; key++) feed!.rowAt(key, key % 7);
      feed!.watermark(100);
      feed!.barrier(1);
      feed!.rows();
      const [drain] = harness.drains;
      while (harness.acknowledged.size === 0) {
        assert.equal(harness.run(), StepResult.BLOCKED);
        drain!.take(1);
      }
      harness.run();
      while (!harness.received().some((one) => 'barrier' in one)) {
        harness.run();
        drain!.take(1);
      }
      const place = harness.received().findIndex((one) => 'barrier' in one);
      const before = harness.received().slice(0, place).flatMap((one) => ('row' in one ? [one.row] : []));
      assert.ok(before.length > 0 && before.length < KEY_COUNT, `${before.length} rows came before the barrier`);
      harness.settle();
      assert.deepEqual(ascending(harness.rowsOf()), Array.from({ length: KEY_COUNT }, (_, key) => key));
      assert.deepEqual(harness.received().at(-1), { watermark: 100 });
      const snapshots = through(harness.acknowledged.get(1)!);
      harness.task.close();

      const after = windowTask(assignment, [snapshots]);
      after.settle();
      assert.deepEqual(ascending([...before, ...after.rowsOf()]), Array.from({ length: KEY_COUNT }, (_, key) => key));
      assert.deepEqual(after.received().at(-1), { watermark: 100 });
      after.feeds[0]!.rowAt(1, 3);
      after.settle();
      assert.equal(after.task.counters().byName.get('numLateRecordsDropped'), 1);
      after.task.close();
    });
  }

  test('a barrier waits for the end of a process function\'s generator, which no snapshot could hold', () => {
    const count = 5000;
    const create = () => new ProcessOperator({ elements: [function* (value: number) { for (let i = 0; i < count; i++) yield value * count + i; }] });
    const harness = new TaskHarness({ operators: chain(stream('process', { kind: 'stream', create })), inputs: [1], outputs: [{ operatorIndex: 0, type: Types.INT }], ringBytes: 1024 }).open();
    harness.feeds[0]!.rows(0);
    harness.feeds[0]!.barrier(1);
    harness.settle();
    assert.deepEqual(harness.rowsOf(), Array.from({ length: count }, (_, i) => i));
    assert.deepEqual(harness.received().at(-1), { barrier: 1 });
    assert.deepEqual(harness.acknowledged.get(1)!.get('id-process')!.operator.map((section) => section.name), ['task/watermark'], 'no pending row');
    harness.task.close();
  });
});

describe('a checkpoint that a task is told of', () => {
  const passing = () => new TaskHarness({ operators: chain(map('same', (value) => value)), inputs: [1], outputs: [{ operatorIndex: 0, type: Types.INT }] }).open();
  const barriers = (harness: TaskHarness) => harness.received().flatMap((one) => ('barrier' in one ? [one.barrier] : []));

  test('waits for the barrier of its input, and for the end of it when none can come any more', () => {
    const harness = passing();
    harness.task.deliver({ kind: 'trigger-checkpoint', checkpointId: 1, timestamp: 7, flags: 0 });
    harness.feeds[0]!.rows(1);
    harness.settle();
    assert.deepEqual([...harness.acknowledged.keys()], []);
    harness.feeds[0]!.rows(2);
    harness.feeds[0]!.end();
    harness.settle();
    assert.deepEqual([...harness.acknowledged.keys()], [1]);
    assert.deepEqual(harness.rowsOf(), [1, 2]);
    assert.deepEqual(harness.received().slice(-2), [{ barrier: 1 }, { end: true }]);
    harness.task.close();
  });

  test('is taken once, whichever comes first', () => {
    const harness = passing();
    harness.task.deliver({ kind: 'trigger-checkpoint', checkpointId: 1, timestamp: 7, flags: 0 });
    harness.feeds[0]!.barrier(1);
    harness.feeds[0]!.barrier(2);
    harness.settle();
    harness.task.deliver({ kind: 'trigger-checkpoint', checkpointId: 2, timestamp: 7, flags: 0 });
    harness.task.deliver({ kind: 'trigger-checkpoint', checkpointId: 3, timestamp: 7, flags: 0 });
    harness.task.deliver({ kind: 'checkpoint-aborted', checkpointId: 3 });
    harness.feeds[0]!.end();
    harness.settle();
    assert.deepEqual([...harness.acknowledged.keys()], [1, 2]);
    assert.deepEqual(barriers(harness), [1, 2]);
    harness.task.close();
  });
});
