// A task whose keyed state takes no writes for a while, as RocksDB does when its flushes are behind.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Types } from '#core/types/type-information';
import type { ValueState } from '#state/keyed/keyed-state';
import type { StateBackend } from '#state/state-backend';
import type { OperatorContext, StreamOperator } from '#streaming/operator/stream-operator';
import { StepResult } from '#streaming/task/task-description';
import { chain, stream } from './chains.js';
import { TaskHarness } from './task-harness.js';

/** Emits how often its key has come, and says when it has written. */
function counting(onWritten: (key: number) => void): ReturnType<typeof stream> {
  return stream('count', {
    kind: 'stream',
    keys: [{ selector: (value: number) => value, type: Types.INT }],
    create: (): StreamOperator => {
      let context: OperatorContext;
      let counts: ValueState<number>;
      return {
        open: (opened) => {
          context = opened;
          counts = opened.keyedState!.getState({ kind: 'value', name: 'counts', type: Types.INT }) as ValueState<number>;
        },
        processElement: (value: number, timestamp) => {
          context.keyedState!.setCurrentKey(value);
          const count = (counts.value() ?? 0) + 1;
          counts.update(count);
          onWritten(value);
          context.output.collect(count, timestamp);
        },
        processWatermark: (watermark) => context.output.emitWatermark(watermark),
        snapshot: () => ({ keyed: [], operator: [] }),
        close: () => undefined,
      };
    },
  });
}

test('no record is taken while state takes no writes, and the task asks again soon', () => {
  let isWritable = true;
  let tellStalled: (() => void) | undefined;
  const stalling = (configured: StateBackend): StateBackend => ({
    isOnDisk: true,
    createKeyedState: (options) => {
      tellStalled = options.onStalled;
      return Object.assign(configured.createKeyedState(options), { tryResume: () => isWritable });
    },
    close: () => configured.close(),
  });
  const harness = new TaskHarness({
    operators: chain(counting((key) => {
      if (key !== 3) return;
      isWritable = false;
      tellStalled!();
    })), inputs: [1], outputs: [{ operatorIndex: 0, type: Types.INT }], stateBackend: stalling,
  }).open();
  harness.feeds[0]!.rows(1, 2, 3, 1, 1);
  harness.feeds[0]!.end();
  for (let poll = 0; poll < 3; poll++) {
    assert.equal(harness.run(), StepResult.BLOCKED);
    assert.equal(harness.task.wakeAtMs, harness.clock.now() + 1);
    harness.drains[0]!.take();
    assert.deepEqual(harness.rowsOf(), [1, 1, 1]);
  }
  isWritable = true;
  assert.equal(harness.settle(), StepResult.DONE);
  assert.deepEqual(harness.rowsOf(), [1, 1, 1, 2, 3]);
  harness.task.close();
});
