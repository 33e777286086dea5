import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Types } from '#core/types/type-information';
import { MAX_WATERMARK } from '#core/time/watermarks';
import { BarrierFlag } from '#streaming/task/barrier-flags';
import { chain, map, source } from './chains.js';
import { rowsSource } from './sources.js';
import { TaskHarness } from './task-harness.js';

const STOP = BarrierFlag.SAVEPOINT | BarrierFlag.STOP;
const DRAIN = STOP | BarrierFlag.DRAIN;
const rows = (...values: number[]) => values.map((value) => ({ row: value, time: null }));

function passing(channels: number): TaskHarness {
  return new TaskHarness({ operators: chain(map('same', (value) => value)), inputs: [channels], outputs: [{ operatorIndex: 0, type: Types.INT }] }).open();
}

describe('a task that is to stop with a savepoint', () => {
  for (const flags of [STOP, DRAIN]) {
    test(`does nothing behind its snapshot and ends without an end of input when the savepoint is complete (flags ${flags})`, () => {
      const harness = passing(1);
      const [feed] = harness.feeds;
      feed!.rows(1);
      feed!.barrier(4, flags);
      feed!.rows(2);
      harness.settle();
      assert.deepEqual(harness.received(), [...rows(1), { barrier: 4 }]);
      assert.deepEqual([...harness.acknowledged.keys()], [4]);
      harness.task.deliver({ kind: 'checkpoint-complete', checkpointId: 4 });
      harness.settle();
      assert.deepEqual(harness.statuses, ['RUNNING', 'FINISHED']);
      assert.deepEqual(harness.received(), [...rows(1), { barrier: 4 }]);
      harness.task.close();
    });

    test(`counts the end of a channel as its barrier, with what that end sets off before the snapshot (flags ${flags})`, () => {
      const harness = passing(2);
      const [a, b] = harness.feeds;
      a!.watermark(9);
      a!.barrier(1, flags);
      b!.watermark(5);
      b!.rows(1);
      b!.end();
      harness.settle();
      assert.deepEqual(harness.received(), [{ watermark: 5 }, ...rows(1), { watermark: 9 }, { barrier: 1 }]);
      a!.rows(2);
      harness.settle();
      assert.equal(harness.rowsOf().length, 1);
      harness.task.close();
    });
  }

  test('goes on when the savepoint is given up, also when its barrier comes after that news', () => {
    const harness = passing(1);
    const [feed] = harness.feeds;
    feed!.barrier(1, STOP);
    feed!.rows(1);
    harness.settle();
    assert.deepEqual(harness.rowsOf(), []);
    harness.task.deliver({ kind: 'checkpoint-aborted', checkpointId: 1 });
    harness.settle();
    harness.task.deliver({ kind: 'checkpoint-aborted', checkpointId: 2 });
    feed!.barrier(2, STOP);
    feed!.rows(2);
    harness.settle();
    assert.deepEqual(harness.rowsOf(), [1, 2]);
    harness.task.close();
  });

  const reading = () => {
    const of = rowsSource([1, 2]);
    return { of, harness: new TaskHarness({ operators: chain(source('rows', of)), outputs: [{ operatorIndex: 0, type: Types.INT }] }).open() };
  };

  test('as a source reads no more behind its barrier; drained, it sends the end of time before it', () => {
    for (const flags of [STOP, DRAIN]) {
      const { of, harness } = reading();
      harness.settle();
      harness.task.deliver({ kind: 'trigger-checkpoint', checkpointId: 1, timestamp: 7, flags });
      harness.settle();
      of.script.push({ split: 'late', value: 3, time: 3 });
      harness.task.deliver({ kind: 'add-splits', operatorId: 'id-rows', splits: ['late'] });
      harness.settle();
      const signals = harness.received().filter((one) => !('row' in one));
      if (flags === DRAIN) assert.deepEqual(signals.slice(-2), [{ watermark: MAX_WATERMARK }, { barrier: 1 }]);
      assert.deepEqual(harness.received().at(-1), { barrier: 1 });
      assert.equal(harness.rowsOf().length, 2);
      assert.equal(signals.some((one) => 'watermark' in one && one.watermark === MAX_WATERMARK), flags === DRAIN);
      harness.task.deliver({ kind: 'checkpoint-complete', checkpointId: 1 });
      assert.equal(harness.statuses.at(-1), 'FINISHED');
      harness.task.close();
    }
  });

  test('as a source tells its consumers when it was never asked to send the barrier they wait for', () => {
    const { harness } = reading();
    harness.settle();
    harness.task.deliver({ kind: 'trigger-checkpoint', checkpointId: 1, timestamp: 7, flags: 0 });
    harness.task.deliver({ kind: 'checkpoint-aborted', checkpointId: 1 });
    harness.settle();
    assert.deepEqual(harness.received().at(-1), { canceled: 1 });
    harness.task.close();
  });
});
