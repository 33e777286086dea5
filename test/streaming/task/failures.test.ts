import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Types } from '#core/types/type-information';
import { WatermarkStrategy } from '#streaming/watermark/watermark-strategy';
import { chain, type Link, ListSink, map, row, sink, source, stream } from './chains.js';
import { rowsSource } from './sources.js';
import { TaskHarness } from './task-harness.js';

function failed(...links: Link[]): TaskHarness {
  const harness = new TaskHarness({ operators: chain(...links), inputs: [1], subtaskIndex: 1, parallelism: 4 }).open();
  harness.feeds[0]!.rows(1, 2);
  harness.feeds[0]!.rows(3, 4, 5);
  harness.settle();
  assert.deepEqual(harness.statuses, ['RUNNING', 'FAILED']);
  assert.equal(harness.task.step(), 4);
  harness.task.close();
  harness.task.close();
  return harness;
}

const fail = (): never => { throw new TypeError('broken'); };

describe('failures of user functions', () => {
  test('a map that throws fails the task with its name, subtask and the position of the record', () => {
    const { error } = failed(map('before', (value) => value), map('bad map', (value) => (value === 4 ? fail() : value)), map('after', (value) => value));
    assert.equal(error!.code, 'USER_FUNCTION_FAILED');
    assert.equal(error!.message, 'bad map (2/4), record 4 failed with TypeError: broken');
    assert.equal(error!.cause!.message, 'broken');
    assert.match(error!.stack, /failures\.test/);
  });

  test('filters, flatMaps, generators and sinks are named too', () => {
    assert.match(failed(row('bad filter', { kind: 'filter', apply: (value) => value < 2 || fail() })).error!.message, /^bad filter \(2\/4\), record 2 failed/);
    assert.match(failed(row('bad flatMap', { kind: 'flatMap', apply: (value, collect) => (value < 3 ? collect(value) : fail()) })).error!.message, /^bad flatMap \(2\/4\), record 3 failed/);
    const generator = row('bad generator', { kind: 'flatMap', apply: function* (value: number) { yield 1; if (value === 2) fail(); } });
    assert.match(failed(map('first', (value) => value), generator, map('last', (value) => value)).error!.message, /^bad generator \(2\/4\), record 2 failed/);
    const writer = { name: 'bad', createWriter: () => ({ write: (value: unknown) => { if (value === 5) fail(); }, flush: () => undefined, close: () => undefined }) };
    assert.match(failed(map('first', (value) => value), sink('bad sink', writer)).error!.message, /^bad sink \(2\/4\), record 5 failed/);
  });

  test('a promise from map, filter or flatMap is refused by name', () => {
    for (const operator of [map('asynchronous', async (value) => value), row('asynchronous', { kind: 'filter', apply: (async () => true) as never }), row('asynchronous', { kind: 'flatMap', apply: (async () => []) as never })]) {
      const { error } = failed(operator);
      assert.equal(error!.code, 'USER_FUNCTION_RETURNED_PROMISE');
      assert.match(error!.message, /asynchronous \(2\/4\), record 1: /);
    }
  });

  test('a flatMap that returns no iterable is refused', () => {
    for (const returned of [5, 'text', null, {}, true]) {
      const { error } = failed(row('flat', { kind: 'flatMap', apply: () => returned as never }));
      assert.equal(error!.code, 'USER_FUNCTION_NOT_ITERABLE');
    }
  });

  test('what is thrown need not be an error', () => {
    const { error } = failed(map('bad', () => { throw 'just text'; })); // eslint-disable-line no-throw-literal
    assert.equal(error!.message, 'bad (2/4), record 1 failed with just text');
  });

  test('a failure outside of records names none', () => {
    const operator = { open: () => undefined, processElement: () => undefined, processWatermark: fail, snapshot: () => ({ keyed: [], operator: [] }), close: () => undefined };
    const harness = new TaskHarness({ operators: chain(stream('timers', { kind: 'stream', create: () => operator })), inputs: [1] }).open();
    harness.feeds[0]!.rows(1);
    harness.feeds[0]!.watermark(1);
    harness.settle();
    assert.equal(harness.error!.message, 'timers (1/1) failed with TypeError: broken');
    harness.task.close();
  });

  test('open that throws fails the task before it runs', () => {
    const harness = new TaskHarness({ operators: chain(row('rich', { kind: 'map', open: fail, apply: (value) => value })), inputs: [1] }).open();
    assert.deepEqual(harness.statuses, ['FAILED']);
    assert.equal(harness.error!.message, 'rich (1/1) failed with TypeError: broken');
    harness.task.close();
  });

  test('operators that cannot be made fail the task from open, not its deployment', () => {
    const harness = new TaskHarness({ operators: chain(stream('window', { kind: 'stream', create: fail })), inputs: [1] });
    harness.open();
    assert.deepEqual(harness.statuses, ['FAILED']);
    assert.equal(harness.error!.message, 'window (1/1) failed with TypeError: broken');
    assert.equal(harness.task.step(), 4);
    assert.equal(harness.task.counters().recordsIn, 0);
    harness.task.close();
  });

  test('a key selector or partitioner of an edge is blamed on the operator before it', () => {
    const harness = new TaskHarness({
      operators: chain(map('keyed', (value) => value), sink('sink', new ListSink())), inputs: [1],
      outputs: [{ operatorIndex: 0, type: Types.INT, channels: 2, partitioner: { kind: 'hash', key: { selector: (value) => (value === 2 ? fail() : value), type: Types.INT } } }],
    }).open();
    harness.feeds[0]!.rows(1, 2);
    harness.settle();
    assert.equal(harness.error!.message, 'keyed (1/1), record 2 failed with TypeError: broken');
    harness.task.close();
  });

  test('timestamp assigners and watermark generators are blamed on their source', () => {
    const assigner = WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((value) => (value === 3 ? fail() : value));
    const generator = WatermarkStrategy.forGenerator<number>(() => ({ onEvent: (value) => { if (value === 3) fail(); }, onPeriodicEmit: () => undefined }));
    for (const strategy of [assigner, generator]) {
      const harness = new TaskHarness({ operators: chain(source('numbers', rowsSource([1, 2, 3]), strategy), map('map', (value) => value)) }).open();
      harness.task.deliver({ kind: 'no-more-splits', operatorId: 'id-numbers' });
      harness.settle();
      assert.equal(harness.error!.message, 'numbers (1/1), record 3 failed with TypeError: broken');
      harness.task.close();
    }
  });

  test('a task that was canceled steps no more', () => {
    const harness = new TaskHarness({ operators: chain(map('identity', (value) => value)), inputs: [1] }).open();
    harness.task.deliver({ kind: 'cancel' });
    assert.equal(harness.task.step(), 4);
    assert.deepEqual(harness.statuses, ['RUNNING', 'CANCELED']);
    harness.task.close();
  });
});
