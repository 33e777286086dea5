import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Batch } from '#core/columns/frame';
import { Types } from '#core/types/type-information';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import { type ColumnSourceReader, ReadStatus } from '#streaming/source/source';
import { StepResult } from '#streaming/task/task-description';
import { WatermarkStrategy } from '#streaming/watermark/watermark-strategy';
import { chain, ListSink, map, row, sink, source } from '../task/chains.js';
import { ScriptedSource, type TimedRow } from '../task/sources.js';
import { TaskHarness, type TaskHarnessOptions } from '../task/task-harness.js';

const at = (split: string, ...times: number[]): TimedRow[] => times.map((time) => ({ split, value: time, time }));
const INTERVAL_MS = 10;

interface Run {
  readonly source: ScriptedSource;
  readonly list: ListSink;
  readonly harness: TaskHarness;
  /** Reads these rows, lets an interval pass and gives what came out. */
  step(...rows: TimedRow[]): unknown[];
}

function start(strategy: WatermarkStrategy<any> | undefined, options: Partial<TaskHarnessOptions> = {}): Run { // any: the test's rows
  const made = new ScriptedSource();
  const list = new ListSink();
  const harness = new TaskHarness({ operators: chain(source('numbers', made, strategy), sink('list', list)), ...options }).open();
  return {
    source: made, list, harness,
    step: (...rows) => {
      made.script.push(...rows);
      harness.settle();
      harness.clock.advance(INTERVAL_MS);
      harness.task.step();
      harness.settle();
      return list.seen.splice(0);
    },
  };
}

const BOUNDED = WatermarkStrategy.forBoundedOutOfOrderness<number>(2);

describe('watermarks of a source', () => {
  test('lie behind the highest event time by the bound and 1', () => {
    const run = start(BOUNDED);
    assert.deepEqual(run.step(...at('a', 5, 3, 9, 8)), [5, 3, 9, 8, { watermark: 6 }]);
    assert.deepEqual(run.step(...at('a', 7)), [7]);
    run.harness.task.close();
  });

  test('follow the slowest split that has not ended', () => {
    const run = start(BOUNDED);
    assert.deepEqual(run.step(...at('a', 100), ...at('b', 10)), [100, 10, { watermark: 7 }]);
    assert.deepEqual(run.step(...at('a', 200)), [200]);
    run.source.finished.push('b');
    assert.deepEqual(run.step(...at('a', 201)), [201, { watermark: 198 }]);
    run.harness.task.close();
  });

  test('do not wait for a split that is idle, and the task is idle when all are', () => {
    const made = new ScriptedSource();
    const harness = new TaskHarness({ operators: chain(source('numbers', made, BOUNDED.withIdleness(50))), outputs: [{ operatorIndex: 0, type: Types.INT }] }).open();
    const step = (...rows: TimedRow[]): unknown[] => {
      made.script.push(...rows);
      harness.settle();
      harness.clock.advance(30);
      harness.settle();
      return harness.received().splice(0);
    };
    assert.deepEqual(step(...at('a', 100), ...at('b', 10)), [{ row: 100, time: 100 }, { row: 10, time: 10 }, { watermark: 7 }]);
    assert.deepEqual(step(...at('a', 110)), [{ row: 110, time: 110 }, { watermark: 107 }]);
    assert.deepEqual(step(...at('a', 120)), [{ row: 120, time: 120 }, { watermark: 117 }]);
    assert.deepEqual(step(), [{ idle: true }]);
    assert.deepEqual(step(...at('b', 130)).filter((one) => !('row' in (one as object))), [{ idle: false }, { watermark: 127 }]);
    harness.task.close();
  });

  test('a source that waits for room is not idle', () => {
    const made = new ScriptedSource();
    const harness = new TaskHarness({ operators: chain(source('numbers', made, BOUNDED.withIdleness(50))), outputs: [{ operatorIndex: 0, type: Types.INT }], ringBytes: 1024 }).open();
    made.script.push(...Array.from({ length: 200 }, (_, i) => at('a', i)[0]!));
    for (let rounds = 0; harness.run() === StepResult.BLOCKED; rounds++) {
      assert.ok(rounds < 1000);
      harness.clock.advance(60);
      harness.drains[0]!.take(1);
    }
    harness.settle();
    assert.deepEqual(harness.received().filter((one) => 'idle' in one), []);
    assert.deepEqual(harness.received().at(-1), { watermark: 196 });
    harness.task.close();
  });

  test('of a user\'s generator follow the rows that made them, per split', () => {
    const strategy = WatermarkStrategy.forGenerator<number>(() => ({
      onEvent: (value, _time, output) => { if (value % 10 === 0) output.emitWatermark(value); },
      onPeriodicEmit: () => undefined,
    }));
    const run = start(strategy);
    assert.deepEqual(run.step(...at('a', 1, 10, 11)), [1, 10, 11, { watermark: 10 }]);
    assert.deepEqual(run.step(...at('b', 5)), [5]);
    assert.deepEqual(run.step(...at('a', 20), ...at('b', 15, 20, 21)), [20, 15, 20, 21, { watermark: 20 }]);
    run.harness.task.close();
  });

  test('event times come from the assigner where there is one', () => {
    const made = new ScriptedSource();
    const harness = new TaskHarness({
      operators: chain(source('numbers', made, WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((value, time) => value * 1000 + time))),
      outputs: [{ operatorIndex: 0, type: Types.INT }],
    }).open();
    made.script.push(...at('a', 1, 2));
    harness.settle();
    harness.clock.advance(INTERVAL_MS);
    harness.settle();
    assert.deepEqual(harness.received(), [{ row: 1, time: 1001 }, { row: 2, time: 2002 }, { watermark: 2001 }]);
    harness.task.close();
  });

  test('wait for rows that the source\'s rows still make in generators', () => {
    const made = new ScriptedSource();
    const flat = row('flat', { kind: 'flatMap', *apply(value: number) { for (let i = 0; i < 500; i++) yield value; } });
    const harness = new TaskHarness({ operators: chain(source('numbers', made, WatermarkStrategy.forMonotonousTimestamps()), flat), outputs: [{ operatorIndex: 1, type: Types.INT }], ringBytes: 1024 }).open();
    made.script.push(...at('a', 7));
    while (harness.run() === StepResult.BLOCKED) {
      harness.clock.advance(INTERVAL_MS);
      harness.drains[0]!.take(1);
    }
    harness.settle();
    assert.equal(harness.rowsOf().length, 500);
    assert.deepEqual(harness.received().filter((one) => 'watermark' in one), [{ watermark: 6 }]);
    assert.deepEqual(harness.received().at(-1), { watermark: 6 });
    harness.task.close();
  });

  test('after a restore each split goes on from where it was, whoever reads it now', () => {
    const before = start(BOUNDED);
    before.source.reader.addSplits(['a', 'b']);
    before.step(...at('a', 100), ...at('b', 50));
    before.harness.task.deliver({ kind: 'trigger-checkpoint', checkpointId: 1, timestamp: 0, flags: 0 });
    before.harness.settle();
    const restored = [before.harness.acknowledged.get(1)!];
    before.harness.task.close();
    const after = start(BOUNDED, { restored });
    assert.deepEqual(after.source.reader.splits, ['a', 'b']);
    assert.deepEqual(after.step(...at('a', 60)), [60, { watermark: 47 }]);
    assert.deepEqual(after.step(...at('b', 120)), [120, { watermark: 97 }]);
    after.harness.task.close();
  });

  test('wait for a split from its assignment on, until it is read or idle', () => {
    const run = start(BOUNDED.withIdleness(50));
    run.harness.task.deliver({ kind: 'add-splits', operatorId: 'numbers', splits: ['a', 'b'] });
    assert.deepEqual(run.step(...at('a', 100)), [100]);
    assert.deepEqual(run.step(...at('b', 10)), [10, { watermark: 7 }]);
    run.source.finished.push('b');
    assert.deepEqual(run.step(...at('a', 101)), [101, { watermark: 98 }]);
    run.harness.task.deliver({ kind: 'add-splits', operatorId: 'numbers', splits: ['c'] });
    for (let i = 0; i < 4; i++) assert.deepEqual(run.step(...at('a', 110 + i)), [110 + i], 'c holds back');
    assert.deepEqual(run.step(...at('a', 120)), [120, { watermark: 117 }]);
    run.harness.task.close();
  });

  test('a split that is assigned in the middle of a batch does not take over the progress of the one that is read', () => {
    const made = new ScriptedSource();
    const harness = new TaskHarness({ operators: chain(source('numbers', made, BOUNDED)), outputs: [{ operatorIndex: 0, type: Types.INT }], ringBytes: 1024 }).open();
    harness.task.deliver({ kind: 'add-splits', operatorId: 'numbers', splits: ['a'] });
    made.script.push(...Array.from({ length: 200 }, (_, i) => at('a', i)[0]!));
    assert.equal(harness.run(), StepResult.BLOCKED);
    harness.task.deliver({ kind: 'add-splits', operatorId: 'numbers', splits: ['b'] });
    made.script.push(...at('b', 10));
    harness.drains[0]!.take(1000);
    harness.settle();
    harness.clock.advance(INTERVAL_MS);
    harness.settle();
    assert.deepEqual(harness.received().filter((one) => 'watermark' in one).at(-1), { watermark: 7 });
    harness.task.close();
  });
});

describe('a source task', () => {
  test('ends with the highest watermark and the end of input when its splits are read', () => {
    const made = new ScriptedSource();
    const harness = new TaskHarness({ operators: chain(source('numbers', made, BOUNDED)), outputs: [{ operatorIndex: 0, type: Types.INT }] }).open();
    assert.deepEqual(harness.registered, ['id-numbers']);
    harness.task.deliver({ kind: 'add-splits', operatorId: 'id-numbers', splits: ['a'] });
    made.script.push(...at('a', 1));
    harness.settle();
    assert.equal(harness.task.status, 'RUNNING');
    harness.task.deliver({ kind: 'no-more-splits', operatorId: 'id-numbers' });
    assert.equal(harness.settle(), StepResult.DONE);
    assert.deepEqual(harness.received().slice(-2), [{ watermark: Number.POSITIVE_INFINITY }, { end: true }]);
    assert.deepEqual(harness.statuses, ['RUNNING', 'FINISHED']);
    harness.task.close();
    harness.task.close();
    assert.equal(made.reader.closeCount, 1);
  });

  test('takes a checkpoint at the end of the batch it is in, with the barrier behind its rows', () => {
    const made = new ScriptedSource();
    const harness = new TaskHarness({ operators: chain(source('numbers', made)), outputs: [{ operatorIndex: 0, type: Types.INT }], ringBytes: 1024 }).open();
    made.script.push(...Array.from({ length: 300 }, (_, i) => at('a', i)[0]!));
    assert.equal(harness.run(), StepResult.BLOCKED);
    harness.task.deliver({ kind: 'trigger-checkpoint', checkpointId: 3, timestamp: 0, flags: 0 });
    assert.equal(harness.run(), StepResult.BLOCKED);
    assert.equal(harness.acknowledged.size, 0);
    harness.settle();
    assert.equal(harness.rowsOf().length, 300);
    assert.deepEqual(harness.received().at(-1), { barrier: 3 });
    harness.task.deliver({ kind: 'checkpoint-complete', checkpointId: 3 });
    assert.deepEqual(made.reader.completed, [3]);
    harness.task.close();
  });

  test('a checkpoint triggered while the end is on its way is acknowledged without a barrier behind the end', () => {
    const made = new ScriptedSource();
    const harness = new TaskHarness({ operators: chain(source('numbers', made)), outputs: [{ operatorIndex: 0, type: Types.INT }], ringBytes: 1024 }).open();
    made.script.push(...Array.from({ length: 100 }, (_, i) => at('a', i)[0]!));
    harness.task.deliver({ kind: 'no-more-splits', operatorId: 'id-numbers' });
    let isDelivered = false;
    for (let rounds = 0; harness.task.status === 'RUNNING'; rounds++) {
      assert.ok(rounds < 10_000);
      harness.run();
      if (!isDelivered) harness.task.deliver({ kind: 'trigger-checkpoint', checkpointId: 1, timestamp: 0, flags: 0 });
      isDelivered = true;
      harness.drains[0]!.take(1);
    }
    harness.drains[0]!.take();
    const kinds = harness.received().filter((one) => !('row' in one));
    assert.deepEqual(kinds.at(-1), { end: true });
    assert.deepEqual([...harness.acknowledged.keys()], [1]);
    harness.task.close();
  });

  test('without rows, splits or watermarks to make it asks to be woken only from outside', () => {
    const made = new ScriptedSource();
    const harness = new TaskHarness({ operators: chain(source('numbers', made)) }).open();
    assert.equal(harness.run(), StepResult.IDLE);
    assert.equal(harness.task.wakeAtMs, Number.POSITIVE_INFINITY);
    made.reader.nextPollMs = 77;
    harness.task.step();
    assert.equal(harness.task.wakeAtMs, 77);
    harness.task.close();
  });

  test('periodic watermarks of interval 0 do not wake it without pause', () => {
    const made = new ScriptedSource();
    const clock = new SimulatedClock({ startMs: 1000 });
    const harness = new TaskHarness({ operators: chain(source('numbers', made, BOUNDED)), configuration: { 'pipeline.auto-watermark-interval': '0 ms' }, clock }).open();
    made.script.push(...at('a', 1));
    harness.settle();
    harness.run();
    assert.ok(harness.task.wakeAtMs > clock.now(), `${harness.task.wakeAtMs} is not later than ${clock.now()}`);
    harness.task.close();
  });

  test('of columns runs the rows of each batch through the chain, a batch that does not fit in several steps', () => {
    let next = 0;
    const reader: ColumnSourceReader<string> = {
      kind: 'columns', splitId: 'only', nextPollMs: Number.POSITIVE_INFINITY,
      start: () => undefined, addSplits: () => undefined, notifyNoMoreSplits: () => undefined, snapshot: () => [`at ${next}`], close: () => undefined,
      fill: (batch: Batch) => {
        const { memory, base, layout } = batch;
        batch.count = Math.min(400, 1000 - next);
        for (let i = 0; i < batch.count; i++) {
          memory.i32[(base + layout.columns[0]!.data) / 4 + i] = next;
          memory.f64[(base + layout.eventTimes) / 8 + i] = next * 10;
          next++;
        }
        return batch.count === 0 ? ReadStatus.END : ReadStatus.MORE;
      },
    };
    const columns = { name: 'columns', boundedness: 'bounded' as const, producedType: Types.INT, createEnumerator: () => { throw new Error('not here'); }, createReader: () => reader };
    const harness = new TaskHarness({
      operators: chain(source('columns', columns, WatermarkStrategy.forMonotonousTimestamps()), map('more', (value) => value + 1)), outputs: [{ operatorIndex: 1, type: Types.INT }], ringBytes: 4096,
    }).open();
    assert.equal(harness.settle(), StepResult.DONE);
    assert.deepEqual(harness.received().filter((one) => 'row' in one), Array.from({ length: 1000 }, (_, i) => ({ row: i + 1, time: i * 10 })));
    assert.equal(harness.task.counters().recordsIn, 1000);
    assert.deepEqual(harness.received().at(-1), { end: true });
    harness.task.close();
  });
});

describe('watermark alignment in a source', () => {
  test('a split that is too far ahead waits while the others are read, and goes on when the limit allows', () => {
    const run = start(BOUNDED.withWatermarkAlignment('group', 50).withIdleness(30));
    run.harness.task.deliver({ kind: 'add-splits', operatorId: 'numbers', splits: ['a', 'b'] });
    run.harness.task.deliver({ kind: 'align-watermark', operatorId: 'numbers', maxWatermark: 60 });
    assert.deepEqual(run.step(...at('a', 100), ...at('b', 10)), [100, 10, { watermark: 7 }]);
    assert.deepEqual(run.step(...at('a', 101), ...at('b', 20)), [20, { watermark: 17 }]);
    assert.deepEqual(run.step(...at('b', 30)), [30, { watermark: 27 }]);
    assert.deepEqual(run.step(...at('b', 31)), [31, { watermark: 28 }], 'a is not idle for being held');
    run.harness.task.deliver({ kind: 'align-watermark', operatorId: 'numbers', maxWatermark: 97 });
    assert.deepEqual(run.step(...at('b', 32)), [101, 32, { watermark: 29 }]);
    run.harness.task.close();
  });

  test('a source that is ahead as a whole stands still, and is not idle by that', () => {
    const run = start(BOUNDED.withWatermarkAlignment('group', 50).withIdleness(30));
    assert.deepEqual(run.step(...at('a', 100)), [100, { watermark: 97 }]);
    run.harness.task.deliver({ kind: 'align-watermark', operatorId: 'numbers', maxWatermark: 60 });
    for (let i = 0; i < 5; i++) assert.deepEqual(run.step(...at('a', 101)), []);
    run.harness.task.deliver({ kind: 'align-watermark', operatorId: 'numbers', maxWatermark: 200 });
    assert.deepEqual(run.step(), [101, 101, 101, 101, 101, { watermark: 98 }]);
    run.harness.task.close();
  });
});
