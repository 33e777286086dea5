import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Types } from '#core/types/type-information';
import { coMapAsCoProcess, coProcessFactory, processFactory } from '#datastream/functions/bind-process-functions';
import { OutputTag } from '#streaming/process/output-tag';
import { ProcessFunction, type Collector, type ProcessContext } from '#streaming/process/process-functions';
import { ValueStateDescriptor } from '#streaming/process/state-descriptors';
import { OperatorHarness } from '../operator-harness.js';

describe('process function without keys', () => {
  test('rows keep the element\'s timestamp, side rows too, and the watermark passes through', () => {
    const odd = new OutputTag('odd', Types.LONG);
    class Split extends ProcessFunction<number, string> {
      processElement(value: number, context: ProcessContext, out: Collector<string>): void {
        if (value % 2 === 1) context.output(odd, value);
        else out.collect(`${value}@${context.timestamp()}/${context.timerService().currentWatermark()}`);
      }
    }
    const harness = new OperatorHarness(processFactory(new Split()));
    const [subtask] = harness.subtasks;
    harness.element(2, 10);
    harness.watermark(9);
    harness.element(3, 11);
    harness.element(4);
    assert.deepEqual(subtask!.output.rows, [{ value: '2@10/-Infinity', timestamp: 10 }, { value: '4@null/9', timestamp: null }]);
    assert.deepEqual(subtask!.output.sides.get('odd'), [{ value: 3, timestamp: 11 }]);
    assert.deepEqual(subtask!.output.events, ['2@10/-Infinity', { watermark: 9 }, '4@null/9']);
  });

  test('a generator is pulled only while the output has room', () => {
    let pulled = 0;
    const harness = new OperatorHarness(processFactory({
      *processElement(count: number) {
        for (let i = 0; i < count; i++) {
          pulled++;
          yield i;
        }
      },
    }));
    const [subtask] = harness.subtasks;
    subtask!.output.room = 3;
    harness.element(10_000_000, 5);
    assert.deepEqual([pulled, subtask!.values], [3, [0, 1, 2]]);
    assert.equal(subtask!.makeRoom(2), false);
    assert.deepEqual([pulled, subtask!.output.rows.at(-1)], [5, { value: 4, timestamp: 5 }]);
  });

  test('rows of a generator that a snapshot interrupts are emitted after the restore, none lost and none twice', () => {
    const factory = processFactory({ processElement: (count: number) => Array.from({ length: count }, (_, index) => index) });
    const before = new OperatorHarness(factory);
    before.subtasks[0]!.output.room = 2;
    before.element(7, 42);
    const snapshots = before.snapshot();
    const emitted = [...before.values];
    const after = new OperatorHarness(factory, { snapshots, parallelism: 2 });
    for (const subtask of after.subtasks) subtask.settle();
    assert.deepEqual([...emitted, ...after.values].sort(), [0, 1, 2, 3, 4, 5, 6]);
    assert.deepEqual(after.subtasks[0]!.output.rows[0]!.timestamp, 42);
    before.subtasks[0]!.makeRoom(100);
    assert.deepEqual(before.values, [0, 1, 2, 3, 4, 5, 6]);
  });

  test('timers and keyed state are refused with the way out', () => {
    const timer = new OperatorHarness(processFactory({ processElement: (_value: number, context: ProcessContext) => context.timerService().registerEventTimeTimer(1) }));
    assert.throws(() => timer.element(1), { code: 'TIMER_NEEDS_KEYED_STREAM', message: /call keyBy before it/ });
    const stateful = processFactory({ open: (context) => void context.getState(new ValueStateDescriptor('count')), processElement: () => {} });
    assert.throws(() => new OperatorHarness(stateful), { code: 'STATE_NEEDS_KEYED_STREAM' });
  });

  test('a promise or an async generator fails the record, and a rejection of it does no more', async () => {
    const promised = new OperatorHarness(processFactory({ processElement: (async () => { throw new Error('late'); }) as never }));
    assert.throws(() => promised.element(1), { code: 'USER_FUNCTION_RETURNED_PROMISE', message: /returned a promise/ });
    const generated = new OperatorHarness(processFactory({ async *processElement() { yield 1; } } as never));
    assert.throws(() => generated.element(1), { code: 'USER_FUNCTION_RETURNED_PROMISE', message: /async iterable/ });
    const opened = processFactory({ open: async () => {}, processElement: () => {} });
    assert.throws(() => new OperatorHarness(opened), { code: 'USER_FUNCTION_RETURNED_PROMISE' });
    await Promise.resolve();
  });

  test('each subtask of a thread has fields of its own, and close is called once', () => {
    const closed: number[] = [];
    class Counting extends ProcessFunction<number, number> {
      count = 0;
      override close(): void {
        closed.push(this.count);
      }
      processElement(_value: number, _context: ProcessContext, out: Collector<number>): void {
        out.collect(++this.count);
      }
    }
    const harness = new OperatorHarness(processFactory(new Counting()), { parallelism: 2 });
    harness.subtasks[0]!.element(0);
    harness.subtasks[0]!.element(0);
    harness.subtasks[1]!.element(0);
    assert.deepEqual(harness.subtasks.map((subtask) => subtask.values), [[1, 2], [1]]);
    harness.close();
    harness.close();
    assert.deepEqual(closed, [2, 1]);
  });

  test('runtime context says where the function runs and counts', () => {
    const harness = new OperatorHarness(processFactory(() => {
      let inc = (): void => {};
      return {
        open: (context) => {
          const info = context.getTaskInfo();
          const counter = context.getMetricGroup().counter(`seen-${info.getIndexOfThisSubtask()}-of-${info.getNumberOfParallelSubtasks()}`);
          inc = () => counter.inc(2);
        },
        processElement: () => inc(),
      };
    }), { parallelism: 2 });
    harness.subtasks[1]!.element(1);
    harness.subtasks[1]!.element(1);
    assert.deepEqual([...harness.subtasks[1]!.counters], [['seen-1-of-2', 4]]);
  });

  test('a co-map takes each input with its own function', () => {
    const harness = new OperatorHarness(coProcessFactory(() => coMapAsCoProcess({ map1: (value: number) => value + 1, map2: (value: string) => value.length }), undefined));
    harness.element(1, 0, 0);
    harness.element('four', 0, 1);
    assert.deepEqual(harness.values, [2, 4]);
  });
});
