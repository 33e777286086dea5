import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Types } from '#core/types/type-information';
import { coProcessFactory, keyedProcessFactory } from '#datastream/functions/bind-process-functions';
import type { ListState, MapState, ValueState } from '#state/keyed/keyed-state';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import type { OperatorFactory } from '#streaming/operator/stream-operator';
import { KeyedReduceOperator } from '#streaming/process/keyed-reduce-operator';
import { KeyedProcessFunction, type Collector, type KeyedProcessContext, type OnTimerContext } from '#streaming/process/process-functions';
import type { RuntimeContext } from '#streaming/process/runtime-context';
import { ListStateDescriptor, MapStateDescriptor, ValueStateDescriptor } from '#streaming/process/state-descriptors';
import { OperatorHarness } from '../operator-harness.js';

interface Reading {
  readonly id: string;
  readonly value: number;
}

const BY_ID = { selector: (reading: Reading) => reading.id, type: Types.STRING };

/** Sums per key and emits the sum when the watermark passes the end of the element's ten. */
class SumPerTen extends KeyedProcessFunction<string, Reading, string> {
  sums!: MapState<number, number>;

  override open(context: RuntimeContext): void {
    this.sums = context.getMapState(new MapStateDescriptor('sums', Types.LONG, Types.LONG));
  }

  processElement(reading: Reading, context: KeyedProcessContext<string>): void {
    const end = Math.floor(context.timestamp()! / 10) * 10 + 9;
    this.sums.put(end, (this.sums.get(end) ?? 0) + reading.value);
    context.timerService().registerEventTimeTimer(end);
  }

  override onTimer(timestamp: number, context: OnTimerContext<string>, out: Collector<string>): void {
    out.collect(`${context.getCurrentKey()}:${timestamp}=${this.sums.get(timestamp)} ${context.timeDomain()}`);
    this.sums.remove(timestamp);
  }
}

const sumPerTen = (): OperatorFactory => keyedProcessFactory(() => new SumPerTen(), BY_ID);

describe('keyed process function', () => {
  test('timers fire per key in time order before the watermark goes on, with the timer\'s time on the rows', () => {
    const harness = new OperatorHarness(sumPerTen());
    harness.element({ id: 'a', value: 1 }, 3);
    harness.element({ id: 'b', value: 5 }, 12);
    harness.element({ id: 'a', value: 2 }, 8);
    harness.element({ id: 'a', value: 9 }, 19);
    harness.watermark(8);
    harness.watermark(25);
    assert.deepEqual(harness.subtasks[0]!.output.events, [{ watermark: 8 }, 'a:9=3 EVENT_TIME', 'b:19=5 EVENT_TIME', 'a:19=9 EVENT_TIME', { watermark: 25 }]);
    assert.deepEqual(harness.subtasks[0]!.output.rows.map((row) => row.timestamp), [9, 19, 19]);
  });

  test('firing stops when the output is blocked and the watermark waits for the last timer', () => {
    const harness = new OperatorHarness(sumPerTen());
    const [subtask] = harness.subtasks;
    for (const id of ['a', 'b', 'c']) harness.element({ id, value: 1 }, 1);
    subtask!.output.room = 2;
    harness.watermark(100);
    assert.deepEqual(subtask!.output.events, ['a:9=1 EVENT_TIME', 'b:9=1 EVENT_TIME']);
    assert.equal(subtask!.makeRoom(0), false);
    assert.equal(subtask!.output.events.length, 2);
    assert.equal(subtask!.makeRoom(1), true);
    assert.deepEqual(subtask!.output.events.slice(2), ['c:9=1 EVENT_TIME', { watermark: 100 }]);
  });

  test('a generator of onTimer is exhausted before the next timer fires', () => {
    const harness = new OperatorHarness(keyedProcessFactory({
      processElement: (value: Reading, context: KeyedProcessContext<string>) => context.timerService().registerEventTimeTimer(value.value),
      *onTimer(timestamp: number, context: OnTimerContext<string>) {
        for (let i = 0; i < 3; i++) yield `${context.getCurrentKey()}${timestamp}.${i}`;
      },
    }, BY_ID));
    const [subtask] = harness.subtasks;
    harness.element({ id: 'x', value: 1 }, 0);
    harness.element({ id: 'y', value: 2 }, 0);
    subtask!.output.room = 1;
    harness.watermark(5);
    while (!subtask!.makeRoom(1));
    assert.deepEqual(subtask!.output.events, ['x1.0', 'x1.1', 'x1.2', 'y2.0', 'y2.1', 'y2.2', { watermark: 5 }]);
  });

  test('a deleted timer does not fire; processing-time timers fire by the clock and their rows have no timestamp', () => {
    const harness = new OperatorHarness(keyedProcessFactory({
      processElement(value: Reading, context: KeyedProcessContext<string>) {
        const timers = context.timerService();
        timers.registerProcessingTimeTimer(timers.currentProcessingTime() + value.value);
        timers.registerProcessingTimeTimer(timers.currentProcessingTime() + 1);
        timers.deleteProcessingTimeTimer(timers.currentProcessingTime() + 1);
        timers.registerEventTimeTimer(7);
        timers.deleteEventTimeTimer(7);
      },
      onTimer: (timestamp: number, context: OnTimerContext<string>, out: Collector<string>) => out.collect(`${context.getCurrentKey()}@${timestamp} ${context.timeDomain()}`),
    }, BY_ID));
    harness.element({ id: 'a', value: 50 }, 0);
    harness.advanceTime(20);
    harness.watermark(100);
    assert.deepEqual(harness.values, []);
    harness.advanceTime(30);
    assert.deepEqual(harness.subtasks[0]!.output.rows, [{ value: 'a@50 PROCESSING_TIME', timestamp: null }]);
  });

  test('elements of both inputs of one key meet in its state', () => {
    let names!: ValueState<string>;
    let waiting!: ListState<number>;
    const harness = new OperatorHarness(coProcessFactory(() => ({
      open: (context) => {
        names = context.getState(new ValueStateDescriptor('name', Types.STRING));
        waiting = context.getListState(new ListStateDescriptor('waiting', Types.LONG));
      },
      processElement1: (person: { id: number; name: string }, _context: unknown, out: Collector<string>) => {
        names.update(person.name);
        for (const item of waiting.get()) out.collect(`${person.name}-${item}`);
        waiting.clear();
      },
      processElement2: (sale: { seller: number; item: number }, _context: unknown, out: Collector<string>) => {
        const name = names.value();
        if (name === null) waiting.add(sale.item);
        else out.collect(`${name}-${sale.item}`);
      },
    }), [{ selector: (person) => person.id, type: Types.LONG }, { selector: (sale) => sale.seller, type: Types.LONG }]));
    harness.element({ seller: 7, item: 1 }, 0, 1);
    harness.element({ seller: 8, item: 2 }, 0, 1);
    harness.element({ id: 7, name: 'Ada' }, 0, 0);
    harness.element({ seller: 7, item: 3 }, 0, 1);
    assert.deepEqual(harness.values, ['Ada-1', 'Ada-3']);
  });
});

describe('keyed reduce', () => {
  const reduce: OperatorFactory = {
    kind: 'stream', keys: [BY_ID],
    create: () => new KeyedReduceOperator({ reduce: (a: Reading, b: Reading) => ({ id: a.id, value: a.value + b.value }) }, BY_ID, undefined),
  };

  test('sends the value so far after every element', () => {
    const harness = new OperatorHarness(reduce);
    for (const [id, value] of [['a', 1], ['b', 10], ['a', 2], ['a', 3]] as const) harness.element({ id, value });
    assert.deepEqual(harness.values, [{ id: 'a', value: 1 }, { id: 'b', value: 10 }, { id: 'a', value: 3 }, { id: 'a', value: 6 }]);
  });

  test('a promise as result fails', () => {
    const harness = new OperatorHarness({ ...reduce, create: () => new KeyedReduceOperator({ reduce: async (a: Reading) => a }, BY_ID, undefined) });
    harness.element({ id: 'a', value: 1 });
    assert.throws(() => harness.element({ id: 'a', value: 1 }), { code: 'USER_FUNCTION_RETURNED_PROMISE' });
  });
});

describe('restore at another parallelism', () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('element' as const), id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), value: fc.nat(9), at: fc.nat(60) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('watermark' as const), at: fc.nat(60) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restore' as const), parallelism: fc.integer({ min: 1, max: 4 }) }) },
  );

  test('rows over any number of restores are those of an undisturbed run', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const disturbed = run(steps, true);
      assert.deepEqual(disturbed.sort(), run(steps, false).sort());
    }), { numRuns: 60 });
  });

  function run(steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[], isRestoring: boolean): unknown[] {
    const rows: unknown[] = [];
    let harness = new OperatorHarness(sumPerTen(), { parallelism: 2 });
    let watermark = Number.NEGATIVE_INFINITY;
    for (const one of steps) {
      if (one.kind === 'element') harness.element({ id: one.id, value: one.value }, one.at);
      else if (one.kind === 'watermark') harness.watermark((watermark = Math.max(watermark, one.at)));
      else if (isRestoring) {
        const snapshots: OperatorSnapshot[] = harness.snapshot();
        rows.push(...harness.values);
        harness.close();
        harness = new OperatorHarness(sumPerTen(), { parallelism: one.parallelism, snapshots });
        harness.watermark(watermark);
      } else {
        // A restored run sees its watermark again, so late timers fire then; the undisturbed run must see it too.
        harness.watermark(watermark);
      }
    }
    harness.watermark(Number.POSITIVE_INFINITY);
    rows.push(...harness.values);
    harness.close();
    return rows;
  }
});
