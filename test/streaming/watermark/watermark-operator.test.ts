import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OperatorFactory } from '#streaming/operator/stream-operator';
import { createWatermarkOperator } from '#streaming/watermark/create-watermark-operator';
import { WatermarkStrategy } from '#streaming/watermark/watermark-strategy';
import { WatermarkValve } from '#streaming/watermark/watermark-valve';
import { OperatorHarness } from '../operator-harness.js';

const factory = (strategy: WatermarkStrategy<any>): OperatorFactory => ({ kind: 'stream', create: () => createWatermarkOperator(strategy) }); // any: the test's rows
const events = (harness: OperatorHarness): unknown[] => harness.subtasks[0]!.output.events.splice(0);

describe('watermarks in the middle of a stream', () => {
  test('come from the rows once per interval; those from upstream are dropped but the last', () => {
    const harness = new OperatorHarness(factory(WatermarkStrategy.forBoundedOutOfOrderness<number>(3).withTimestampAssigner((value) => value)));
    harness.element(10);
    harness.watermark(500);
    assert.deepEqual(events(harness), [10]);
    harness.advanceTime(200);
    harness.element(8);
    harness.advanceTime(200);
    harness.element(20);
    harness.advanceTime(200);
    assert.deepEqual(events(harness), [{ watermark: 6 }, 8, 20, { watermark: 16 }]);
    harness.watermark(Number.POSITIVE_INFINITY);
    assert.deepEqual(events(harness), [{ watermark: Number.POSITIVE_INFINITY }]);
    assert.equal(harness.subtasks[0]!.operator.nextProcessingTime!(), Number.POSITIVE_INFINITY);
    harness.close();
  });

  test('idleness is decided from the rows here, whatever upstream says', () => {
    const harness = new OperatorHarness(factory(WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((value) => value).withIdleness(300)));
    harness.element(10);
    const { operator } = harness.subtasks[0]!;
    operator.processIdleness!(true);
    assert.deepEqual(events(harness), [10]);
    harness.advanceTime(200);
    harness.advanceTime(200);
    harness.advanceTime(200);
    assert.deepEqual(events(harness), [{ watermark: 9 }, { isIdle: true }]);
    harness.element(20);
    harness.advanceTime(200);
    assert.deepEqual(events(harness), [20, { isIdle: false }, { watermark: 19 }]);
    harness.close();
  });

  test('a generator\'s watermark follows the row that made it', () => {
    const strategy = WatermarkStrategy.forGenerator<number>(() => ({ onEvent: (value, _time, output) => output.emitWatermark(value - 1), onPeriodicEmit: () => undefined }));
    const harness = new OperatorHarness(factory(strategy.withTimestampAssigner((value) => value)));
    for (const value of [5, 3, 7]) harness.element(value);
    assert.deepEqual(events(harness), [5, { watermark: 4 }, 3, 7, { watermark: 6 }]);
    harness.close();
  });

  test('a restored operator goes on from the lowest of the old subtasks', () => {
    const strategy = WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((value) => value);
    const snapshots = [10, 20].map((value) => {
      const harness = new OperatorHarness(factory(strategy));
      harness.element(value);
      const [snapshot] = harness.snapshot();
      harness.close();
      return snapshot!;
    });
    const harness = new OperatorHarness(factory(strategy), { snapshots });
    harness.element(3);
    harness.advanceTime(200);
    assert.deepEqual(events(harness), [3, { watermark: 9 }]);
    harness.close();
  });

  test('an old subtask that had seen no row holds the restored ones down', () => {
    const strategy = WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((value) => value);
    const snapshots = [[], [20]].map((values) => {
      const harness = new OperatorHarness(factory(strategy));
      for (const value of values) harness.element(value);
      const [snapshot] = harness.snapshot();
      harness.close();
      return snapshot!;
    });
    const harness = new OperatorHarness(factory(strategy), { snapshots });
    harness.advanceTime(200);
    harness.element(3);
    harness.advanceTime(200);
    assert.deepEqual(events(harness), [3, { watermark: 2 }]);
    harness.close();
  });
});

describe('WatermarkValve', () => {
  test('with all channels ended the highest watermark holds, and no channel is idle', () => {
    const valve = new WatermarkValve(2);
    valve.onWatermark(0, 5);
    valve.onEnd(0);
    valve.onWatermark(1, 9);
    assert.equal(valve.watermark, 9);
    assert.equal(valve.onEnd(1), false);
    assert.equal(valve.isAllIdle, false);
  });

  test('ended channels do not keep the rest from being idle', () => {
    const valve = new WatermarkValve(2);
    valve.onEnd(0);
    valve.onIdleness(1, true);
    assert.equal(valve.isAllIdle, true);
    valve.onIdleness(1, false);
    assert.equal(valve.isAllIdle, false);
  });
});
