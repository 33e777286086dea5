import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Types } from '#core/types/type-information';
import { chain, map } from './chains.js';
import { TaskHarness } from './task-harness.js';

const IDENTITY = chain(map('identity', (value) => value));
const AT_LEAST_ONCE = { 'execution.checkpointing.mode': 'AT_LEAST_ONCE' };

function twoChannels(configuration: Readonly<Record<string, unknown>> = {}): TaskHarness {
  return new TaskHarness({ operators: IDENTITY, inputs: [2], outputs: [{ operatorIndex: 0, type: Types.INT }], configuration }).open();
}

const rows = (...values: number[]) => values.map((value) => ({ row: value, time: null }));

describe('barriers of a task', () => {
  test('exactly once holds the rows of a channel whose barrier has come until the others have', () => {
    const harness = twoChannels();
    const [a, b] = harness.feeds;
    a!.rows(1);
    a!.barrier(1);
    a!.rows(2);
    b!.rows(10);
    harness.settle();
    assert.deepEqual(harness.received(), rows(1, 10));
    assert.deepEqual([...harness.acknowledged.keys()], []);
    b!.rows(11);
    b!.barrier(1);
    b!.rows(12);
    harness.settle();
    assert.deepEqual(harness.received().slice(0, 4), [...rows(1, 10, 11), { barrier: 1 }]);
    assert.deepEqual(harness.rowsOf().slice(3).sort(), [12, 2]);
    assert.deepEqual([...harness.acknowledged.keys()], [1]);
    harness.task.close();
  });

  test('at least once lets rows through while it waits for barriers', () => {
    const harness = twoChannels(AT_LEAST_ONCE);
    const [a, b] = harness.feeds;
    a!.barrier(1);
    a!.rows(2);
    harness.settle();
    assert.deepEqual(harness.received(), rows(2));
    b!.barrier(1);
    harness.settle();
    assert.deepEqual(harness.received(), [...rows(2), { barrier: 1 }]);
    harness.task.close();
  });

  test('a newer barrier takes the place of one that is still awaited, and the old one is ignored when it comes', () => {
    const harness = twoChannels();
    const [a, b] = harness.feeds;
    a!.barrier(1);
    a!.rows(1);
    b!.barrier(2);
    b!.rows(20);
    harness.settle();
    assert.deepEqual(harness.received(), rows(1));
    b!.barrier(1);
    a!.barrier(2);
    harness.settle();
    assert.deepEqual(harness.received(), [...rows(1), { barrier: 2 }, ...rows(20)]);
    assert.deepEqual([...harness.acknowledged.keys()], [2]);
    harness.task.close();
  });

  test('a canceled barrier frees the channels that waited and is handed on once', () => {
    const harness = twoChannels();
    const [a, b] = harness.feeds;
    a!.barrier(1);
    a!.rows(1);
    b!.cancelBarrier(1);
    b!.rows(2);
    harness.settle();
    assert.deepEqual(harness.received()[0], { canceled: 1 });
    assert.deepEqual(harness.rowsOf().sort(), [1, 2]);
    a!.cancelBarrier(1);
    b!.barrier(2);
    a!.barrier(2);
    harness.settle();
    assert.deepEqual(harness.received().slice(3), [{ barrier: 2 }]);
    assert.deepEqual([...harness.acknowledged.keys()], [2]);
    harness.task.close();
  });

  test('a barrier that comes after its cancellation is ignored', () => {
    const harness = twoChannels();
    const [a, b] = harness.feeds;
    a!.cancelBarrier(1);
    harness.settle();
    b!.barrier(1);
    b!.rows(5);
    harness.settle();
    assert.deepEqual(harness.received(), [{ canceled: 1 }, ...rows(5)]);
    harness.task.close();
  });

  test('the end of the channel that alignment waits for completes it, and its rows are in the snapshot', () => {
    const harness = twoChannels();
    const [a, b] = harness.feeds;
    a!.barrier(1);
    a!.rows(1);
    b!.rows(2);
    b!.end();
    harness.settle();
    assert.deepEqual(harness.received(), [...rows(2), { barrier: 1 }, ...rows(1)]);
    assert.deepEqual([...harness.acknowledged.keys()], [1]);
    a!.barrier(2);
    a!.end();
    harness.settle();
    assert.deepEqual(harness.received().slice(3), [{ barrier: 2 }, { end: true }]);
    assert.deepEqual(harness.statuses, ['RUNNING', 'FINISHED']);
    harness.task.close();
  });

  test('barriers of both inputs of a two-input task align', () => {
    const seen: unknown[] = [];
    const operator = {
      open: () => undefined,
      processElement: (value: unknown, _timestamp: number, input: number) => void seen.push([input, value]),
      processWatermark: () => undefined,
      endInput: (input: number) => void seen.push({ ended: input }),
      snapshot: () => { seen.push('snapshot'); return { keyed: [], operator: [] }; },
      close: () => undefined,
    };
    const harness = new TaskHarness({ operators: chain({ name: 'two', node: { kind: 'operator', factory: { kind: 'stream', create: () => operator } } }), inputs: [1, 2] }).open();
    const [left, rightA, rightB] = harness.feeds;
    left!.rows(1);
    left!.barrier(1);
    left!.rows(2);
    rightA!.rows(3);
    rightA!.barrier(1);
    rightA!.end();
    harness.settle();
    assert.deepEqual(seen, [[0, 1], [1, 3]]);
    rightB!.barrier(1);
    rightB!.end();
    harness.settle();
    assert.deepEqual(seen.slice(2, 3), ['snapshot']);
    left!.end();
    harness.settle();
    assert.deepEqual(seen.slice(3).map((one) => JSON.stringify(one)).sort(), ['[0,2]', '{"ended":0}', '{"ended":1}']);
    assert.deepEqual(harness.statuses, ['RUNNING', 'FINISHED']);
    harness.task.close();
  });
});
