import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Types } from '#core/types/type-information';
import { createWindowOperator } from '#streaming/window/create-window-operator';
import { chain, ListSink, map, row, sink, stream, to } from './chains.js';
import { TaskHarness } from './task-harness.js';

const IDENTITY = chain(map('identity', (value) => value));

function channels(...inputs: number[]): TaskHarness {
  return new TaskHarness({ operators: IDENTITY, inputs, outputs: [{ operatorIndex: 0, type: Types.INT }] }).open();
}

describe('watermarks of a task', () => {
  test('the smallest of all channels goes on, once per advance', () => {
    const harness = channels(3);
    const [a, b, c] = harness.feeds;
    a!.watermark(10);
    b!.watermark(5);
    harness.settle();
    assert.deepEqual(harness.received(), []);
    c!.watermark(7);
    harness.settle();
    b!.watermark(6);
    a!.watermark(11);
    harness.settle();
    assert.deepEqual(harness.received(), [{ watermark: 5 }, { watermark: 6 }]);
    harness.task.close();
  });

  test('an idle channel holds nothing back; when all are idle the highest is flushed and idleness goes on', () => {
    const harness = channels(2);
    const [a, b] = harness.feeds;
    a!.watermark(10);
    b!.watermark(5);
    harness.settle();
    b!.idle(true);
    harness.settle();
    assert.deepEqual(harness.received(), [{ watermark: 5 }, { watermark: 10 }]);
    a!.idle(true);
    harness.settle();
    a!.idle(false);
    a!.watermark(12);
    harness.settle();
    assert.deepEqual(harness.received().slice(2), [{ idle: true }, { idle: false }, { watermark: 12 }]);
    harness.task.close();
  });

  test('a channel that wakes behind the others does not hold them back until it has caught up', () => {
    const harness = channels(2);
    const [a, b] = harness.feeds;
    b!.watermark(1);
    a!.watermark(10);
    b!.idle(true);
    harness.settle();
    b!.idle(false);
    harness.settle();
    a!.watermark(20);
    harness.settle();
    b!.watermark(15);
    harness.settle();
    b!.watermark(25);
    harness.settle();
    a!.watermark(30);
    harness.settle();
    assert.deepEqual(harness.received(), [{ watermark: 1 }, { watermark: 10 }, { watermark: 20 }, { watermark: 25 }]);
    harness.task.close();
  });

  test('an ended channel holds nothing back', () => {
    const harness = channels(2);
    const [a, b] = harness.feeds;
    a!.watermark(10);
    b!.watermark(5);
    b!.end();
    harness.settle();
    assert.deepEqual(harness.received(), [{ watermark: 5 }, { watermark: 10 }]);
    harness.task.close();
  });

  test('after a restore the watermark starts where it was, and channels hold back from there', () => {
    const before = channels(2);
    for (const feed of before.feeds) {
      feed.watermark(100);
      feed.barrier(1);
    }
    before.settle();
    const restored = [before.acknowledged.get(1)!];
    before.task.close();
    const harness = new TaskHarness({ operators: IDENTITY, inputs: [2], outputs: [{ operatorIndex: 0, type: Types.INT }], restored }).open();
    const [a, b] = harness.feeds;
    a!.watermark(200);
    harness.settle();
    b!.watermark(150);
    harness.settle();
    assert.deepEqual(harness.received(), [{ watermark: 100 }, { watermark: 150 }]);
    harness.task.close();
  });

  test('an old subtask that had no watermark yet holds the restored ones down', () => {
    const restored = [undefined, 100].map((watermark) => {
      const before = channels(1);
      if (watermark !== undefined) before.feeds[0]!.watermark(watermark);
      before.feeds[0]!.barrier(1);
      before.settle();
      before.task.close();
      return before.acknowledged.get(1)!;
    });
    const harness = new TaskHarness({ operators: IDENTITY, inputs: [1], outputs: [{ operatorIndex: 0, type: Types.INT }], restored }).open();
    harness.feeds[0]!.watermark(50);
    harness.settle();
    assert.deepEqual(harness.received(), [{ watermark: 50 }]);
    harness.task.close();
  });

  test('a watermark never overtakes rows that wait in a generator of a flatMap', () => {
    const window = stream('window', {
      kind: 'stream', keys: [{ selector: () => 1, type: Types.INT }],
      create: (environment) => createWindowOperator({ assignment: { kind: 'tumbling', timeDomain: 'event', sizeMs: 10, offsetMs: 0 }, aggregation: { kind: 'reduce', reduce: (a: number, b: number) => a + b }, allowedLatenessMs: 0, keys: { selector: () => 1, type: Types.INT } }, environment),
    });
    const flat = row('flat', { kind: 'flatMap', *apply(value: number) { yield value; yield value * 10; } });
    const harness = new TaskHarness({ operators: chain(window, flat), inputs: [1], outputs: [{ operatorIndex: 1, type: Types.INT }] }).open();
    harness.feeds[0]!.rowAt(1, 3);
    harness.feeds[0]!.rowAt(2, 13);
    harness.feeds[0]!.watermark(25);
    harness.settle();
    assert.deepEqual(harness.received(), [{ row: 1, time: 9 }, { row: 10, time: 9 }, { row: 2, time: 19 }, { row: 20, time: 19 }, { watermark: 25 }]);
    harness.task.close();
  });

  test('every branch of a chain gets each watermark once, behind the rows before it', () => {
    const left = new ListSink();
    const right = new ListSink();
    const harness = new TaskHarness({
      operators: chain(map('head', (value) => value, to(1, 2)), sink('left', left), map('half', (value) => value / 2, to(3)), sink('right', right)),
      inputs: [1],
    }).open();
    harness.feeds[0]!.rows(4);
    harness.feeds[0]!.watermark(1);
    harness.feeds[0]!.rows(6);
    harness.feeds[0]!.end();
    harness.settle();
    assert.deepEqual(left.seen, [4, { watermark: 1 }, 6, 'flushed']);
    assert.deepEqual(right.seen, [2, { watermark: 1 }, 3, 'flushed']);
    harness.task.close();
  });
});
