import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  CoProcessFunction, KeyedCoProcessFunction, KeyedProcessFunction, MapStateDescriptor, OutputTag, ProcessFunction, RichFilterFunction, RichFlatMapFunction, RichMapFunction,
  TumblingEventTimeWindows, Types, ValueStateDescriptor, type Collector, type KeyedProcessContext, type OnTimerContext, type ProcessContext, type RuntimeContext, type ValueState,
} from '#index';
import { createHarness, createStreamHarness, createTwoStreamHarness, type OneInputHarness } from '#testing';

interface Event {
  readonly user: string;
  readonly value: number;
}

const LARGE = new OutputTag<number>('large');

/** Sums per user; gives the sum 10 ms of event time after the first element, and rings on processing time. */
class SumForTenMs extends KeyedProcessFunction<string, Event, string> {
  #sum!: ValueState<number>;

  override open(context: RuntimeContext): void {
    this.#sum = context.getState(new ValueStateDescriptor('sum', Types.DOUBLE));
  }

  override processElement({ value }: Event, context: KeyedProcessContext<string>): void {
    const before = this.#sum.value();
    if (before === null) {
      context.timerService().registerEventTimeTimer((context.timestamp() ?? 0) + 10);
      context.timerService().registerProcessingTimeTimer(context.timerService().currentProcessingTime() + 1000);
    }
    this.#sum.update((before ?? 0) + value);
    if (value > 100) context.output(LARGE, value);
  }

  override onTimer(timestamp: number, context: OnTimerContext<string>, out: Collector<string>): void {
    out.collect(`${context.getCurrentKey()}=${this.#sum.value()} ${context.timeDomain()} ${timestamp}`);
  }
}

const sumHarness = (options: { readonly parallelism?: number; readonly subtaskIndex?: number } = {}): OneInputHarness<Event, string> =>
  createHarness(() => new SumForTenMs(), { key: (event: Event) => event.user, keyType: Types.STRING, ...options });

describe('a keyed process function in a harness', () => {
  test('gets elements, watermarks and processing time one by one, and shows all that comes out', () => {
    const harness = sumHarness();
    harness.processElement({ user: 'a', value: 1 }, 5);
    harness.processElement({ user: 'b', value: 200 }, 6);
    harness.processElement({ user: 'a', value: 2 }, 7);
    assert.deepEqual([harness.numEventTimeTimers, harness.numProcessingTimeTimers, harness.output.length], [2, 2, 0]);
    assert.deepEqual(harness.sideOutput(LARGE), [{ value: 200, timestamp: 6 }]);
    harness.processWatermark(15);
    assert.deepEqual(harness.output, [{ value: 'a=3 EVENT_TIME 15', timestamp: 15 }]);
    assert.deepEqual([harness.watermarks, harness.numEventTimeTimers], [[15], 1]);
    harness.setProcessingTime(999);
    assert.equal(harness.output.length, 1);
    harness.setProcessingTime(1500);
    assert.deepEqual(harness.output.slice(1), [{ value: 'a=3 PROCESSING_TIME 1000', timestamp: null }, { value: 'b=200 PROCESSING_TIME 1000', timestamp: null }]);
    harness.clearOutput();
    assert.deepEqual([harness.output, harness.sideOutput(LARGE), harness.watermarks], [[], [], []]);
    harness.processWatermark(Number.POSITIVE_INFINITY);
    harness.close();
    assert.deepEqual(harness.values, ['b=200 EVENT_TIME 16']);
  });

  test('goes on from a snapshot, in this harness and in another one', () => {
    const harness = sumHarness();
    harness.processElement({ user: 'a', value: 1 }, 5);
    const bytes = harness.snapshot();
    harness.processElement({ user: 'a', value: 50 }, 5);
    const other = sumHarness();
    for (const restored of [harness, other]) {
      restored.restore(bytes);
      assert.deepEqual([restored.numEventTimeTimers, restored.numProcessingTimeTimers, restored.values], [1, 1, []]);
      restored.processElement({ user: 'a', value: 2 }, 6);
      restored.processWatermark(20);
      assert.deepEqual(restored.values, ['a=3 EVENT_TIME 15']);
      restored.close();
    }
  });

  test('a snapshot is cut to the keys of each new subtask, and those of several subtasks merge', () => {
    const users = Array.from({ length: 20 }, (_, index) => `user-${index}`);
    const before = sumHarness();
    for (const user of users) before.processElement({ user, value: 1 }, 0);
    const parts = [0, 1, 2].map((subtaskIndex) => {
      const part = sumHarness();
      part.restore(before.snapshot(), { parallelism: 3, subtaskIndex });
      const owned = users.filter((user) => part.ownsKey(user));
      assert.equal(part.numEventTimeTimers, owned.length);
      for (const user of owned) part.processElement({ user, value: 1 }, 0);
      return part;
    });
    const after = sumHarness();
    after.restore(parts.map((part) => part.snapshot()));
    after.restore(parts.map((part) => part.snapshot()), { parallelism: 1, subtaskIndex: 0 });
    after.processWatermark(10);
    assert.deepEqual(after.values.toSorted(), users.map((user) => `${user}=2 EVENT_TIME 10`).toSorted());
    for (const harness of [before, after, ...parts]) harness.close();
  });

  test('an element of another subtask is refused, as no keyBy would bring it', () => {
    const harness = sumHarness({ parallelism: 2, subtaskIndex: 1 });
    const foreign = Array.from({ length: 20 }, (_, index) => `user-${index}`).find((user) => !harness.ownsKey(user))!;
    assert.throws(() => harness.processElement({ user: foreign, value: 1 }, 0), { code: 'HARNESS_KEY_OF_OTHER_SUBTASK' });
    harness.close();
  });
});

describe('functions without keys in a harness', () => {
  test('a process function sees timestamps and watermarks, and rows of an iterable come out', () => {
    class Twice extends ProcessFunction<string, string> {
      override *processElement(value: string, context: ProcessContext): Iterable<string> {
        yield `${value}@${context.timestamp()}`;
        yield `${value}/${context.timerService().currentWatermark()}`;
      }
    }
    const harness = createHarness(new Twice());
    harness.processElement('x', 3);
    harness.processWatermark(3);
    harness.processElement('y');
    assert.deepEqual(harness.output, [{ value: 'x@3', timestamp: 3 }, { value: 'x/-Infinity', timestamp: 3 }, { value: 'y@null', timestamp: null }, { value: 'y/3', timestamp: null }]);
    harness.close();
  });

  test('plain functions run as their kind says', () => {
    const doubled = createHarness((value: number) => value * 2, { kind: 'map' });
    const even = createHarness((value: number) => value % 2 === 0, { kind: 'filter' });
    const words = createHarness((line: string, out: Collector<string>) => { for (const word of line.split(' ')) out.collect(word); }, { kind: 'flatMap' });
    const letters = createHarness((word: string) => [...word], { kind: 'flatMap' });
    for (const value of [1, 2, 4]) {
      doubled.processElement(value, value);
      even.processElement(value, value);
    }
    words.processElement('to be');
    letters.processElement('be', 1);
    assert.deepEqual(doubled.output, [{ value: 2, timestamp: 1 }, { value: 4, timestamp: 2 }, { value: 8, timestamp: 4 }]);
    assert.deepEqual([even.values, words.values, letters.output], [[2, 4], ['to', 'be'], [{ value: 'b', timestamp: 1 }, { value: 'e', timestamp: 1 }]]);
  });

  test('rich functions are opened once, count, and are closed once', () => {
    const calls: string[] = [];
    class Life extends RichMapFunction<number, string> {
      override open(context: RuntimeContext): void {
        super.open(context);
        calls.push(`open ${context.getTaskInfo().getTaskName()} ${context.getTaskInfo().getIndexOfThisSubtask()}/${context.getTaskInfo().getNumberOfParallelSubtasks()}`);
      }
      map(value: number): string {
        this.getRuntimeContext().getMetricGroup().counter('mapped').inc(2);
        return `<${value}>`;
      }
      override close(): void {
        calls.push('close');
      }
    }
    const harness = createHarness(new Life(), { parallelism: 4, subtaskIndex: 3, name: 'lively' });
    assert.deepEqual(calls, []);
    harness.open();
    harness.processElement(1);
    harness.processWatermark(1);
    harness.close();
    harness.close();
    assert.deepEqual([harness.values, harness.counter('mapped'), harness.watermarks, calls], [['<1>'], 2, [1], ['open lively 3/4', 'close']]);
  });

  test('rich filters and flatMaps run too, and on a keyed stream they have state', () => {
    class Seen extends RichFilterFunction<string> {
      filter(value: string): boolean {
        const seen = this.getRuntimeContext().getMapState(new MapStateDescriptor('seen', Types.STRING, Types.BOOLEAN));
        const isNew = !seen.has(value);
        seen.put(value, true);
        return isNew;
      }
    }
    class Split extends RichFlatMapFunction<string, string> {
      flatMap(value: string): string[] {
        return value.split('');
      }
    }
    const seen = createHarness(new Seen(), { key: (value: string) => value.length });
    for (const value of ['a', 'b', 'a', 'aa']) seen.processElement(value);
    const bytes = seen.snapshot();
    seen.restore(bytes);
    for (const value of ['a', 'bb']) seen.processElement(value);
    const split = createHarness(new Split());
    split.processElement('ab');
    assert.deepEqual([seen.values, split.values], [['bb'], ['a', 'b']]);
    assert.throws(() => createHarness(new Seen()).processElement('a'), { code: 'STATE_NEEDS_KEYED_STREAM' });
  });

  test('an error of the function comes out of the call as it is', () => {
    const harness = createHarness((value: number) => { if (value === 2) throw new RangeError('no 2'); return value; }, { kind: 'map' });
    harness.processElement(1);
    assert.throws(() => harness.processElement(2), new RangeError('no 2'));
    assert.throws(() => createHarness(async (value: number) => value, { kind: 'map' }).processElement(1), { code: 'USER_FUNCTION_RETURNED_PROMISE' });
    assert.throws(() => createHarness((() => 7) as unknown as () => void, { kind: 'flatMap' }).processElement(1), { code: 'USER_FUNCTION_NOT_ITERABLE' });
  });
});

describe('functions of two inputs in a harness', () => {
  test('the watermark is the lower one of both inputs', () => {
    class Both extends CoProcessFunction<number, string, string> {
      override processElement1(value: number, _context: ProcessContext, out: Collector<string>): void {
        out.collect(`1:${value}`);
      }
      override processElement2(value: string, _context: ProcessContext, out: Collector<string>): void {
        out.collect(`2:${value}`);
      }
    }
    const harness = createHarness(new Both());
    harness.processElement1(1, 1);
    harness.processElement2('x');
    harness.processWatermark1(10);
    assert.deepEqual([harness.values, harness.watermarks], [['1:1', '2:x'], []]);
    harness.processWatermark2(4);
    harness.processWatermark2(4);
    harness.processWatermark(12);
    assert.deepEqual(harness.watermarks, [4, 12]);
    harness.close();
  });

  test('keyed ones share state and timers between the inputs', () => {
    class Last extends KeyedCoProcessFunction<string, Event, string, string> {
      #last!: ValueState<number>;
      override open(context: RuntimeContext): void {
        this.#last = context.getState(new ValueStateDescriptor('last', Types.DOUBLE));
      }
      override processElement1(event: Event): void {
        this.#last.update(event.value);
      }
      override processElement2(_user: string, context: KeyedProcessContext<string>): void {
        context.timerService().registerEventTimeTimer(9);
      }
      override onTimer(_timestamp: number, context: OnTimerContext<string>, out: Collector<string>): void {
        out.collect(`${context.getCurrentKey()}:${this.#last.value()}`);
      }
    }
    const harness = createHarness(() => new Last(), { keys: [(event: Event) => event.user, (user: string) => user] });
    harness.processElement1({ user: 'a', value: 4 });
    harness.processElement2('a');
    harness.restore(harness.snapshot());
    harness.processWatermark1(9);
    assert.deepEqual(harness.values, []);
    harness.processWatermark2(9);
    assert.deepEqual(harness.values, ['a:4']);
    harness.close();
  });

  test('co-maps and co-flatMaps run as they do behind connect', () => {
    const map = createHarness({ map1: (value: number) => `${value}`, map2: (value: string) => value });
    const flatMap = createHarness({ flatMap1: (value: number) => [value, value], flatMap2: (value: number) => [-value] });
    map.processElement1(1);
    map.processElement2('two');
    flatMap.processElement1(1);
    flatMap.processElement2(2);
    assert.deepEqual([map.values, flatMap.values], [['1', 'two'], [1, 1, -2]]);
  });
});

describe('an operator of the DataStream API in a harness', () => {
  const LATE = new OutputTag<Event>('late');
  const EVENT = Types.ROW({ user: Types.STRING, value: Types.DOUBLE });

  test('windows fire with the watermark, late elements go aside, and state is restored', () => {
    const create = (): OneInputHarness<Event, Event> =>
      createStreamHarness((input) => input.keyBy('user').window(TumblingEventTimeWindows.of(10)).sideOutputLateData(LATE).sum('value'), { inputType: EVENT });
    const before = create();
    before.processElement({ user: 'a', value: 1 }, 1);
    before.processElement({ user: 'a', value: 2 }, 9);
    before.processElement({ user: 'a', value: 4 }, 10);
    const harness = create();
    harness.restore(before.snapshot());
    harness.processWatermark(9);
    harness.processElement({ user: 'b', value: 8 }, 3);
    assert.deepEqual(harness.output.map(({ value, timestamp }) => [value.user, value.value, timestamp]), [['a', 3, 9]]);
    assert.deepEqual(harness.sideOutput(LATE).map((row) => row.value.user), ['b']);
    harness.processWatermark(Number.POSITIVE_INFINITY);
    assert.deepEqual(harness.values.map((row) => row.value), [3, 4]);
    before.close();
    harness.close();
  });

  test('so do rolling reductions and joins of two streams', () => {
    const sums = createStreamHarness<number, number>((input) => input.keyBy((value) => value % 2).reduce((a, b) => a + b));
    for (const value of [1, 2, 3]) sums.processElement(value);
    const joined = createTwoStreamHarness<Event, Event, string>((first, second) =>
      first.keyBy((event) => event.user).connect(second.keyBy((event) => event.user)).map({ map1: (event) => `1${event.user}`, map2: (event) => `2${event.user}` }));
    joined.processElement2({ user: 'a', value: 1 });
    assert.deepEqual([sums.values, joined.values], [[1, 2, 4], ['2a']]);
  });

  test('what is not one operator on the inputs is refused', () => {
    const refused = { code: 'HARNESS_STREAM_INVALID' };
    assert.throws(() => createStreamHarness<number, number>((input) => input), refused);
    assert.throws(() => createStreamHarness<number, number>((input) => input.map((value) => value).filter(() => true)), refused);
    assert.throws(() => createStreamHarness<number, number>((input) => input.union(input)), refused);
    assert.throws(() => createTwoStreamHarness<number, number, number>((first, second) => second.connect(first).map({ map1: (value) => value, map2: (value) => value })), refused);
    assert.throws(() => createTwoStreamHarness<number, number, number>((first) => first.map((value) => value)), refused);
  });
});

describe('a harness that is used wrongly', () => {
  test('names what it got and what it takes', () => {
    const loose = createHarness as (fn: object, options?: object) => OneInputHarness<unknown, unknown>;
    assert.throws(() => loose((value: number) => value), { code: 'HARNESS_FUNCTION_UNKNOWN', message: /plain function without its kind/ });
    assert.throws(() => loose({ run: () => undefined }), { code: 'HARNESS_FUNCTION_UNKNOWN', message: /none of processElement/ });
    assert.throws(() => loose(() => 1), { code: 'HARNESS_FUNCTION_UNKNOWN' });
    assert.throws(() => loose(new SumForTenMs()), { code: 'HARNESS_KEY_MISSING', message: /SumForTenMs/ });
    assert.throws(() => sumHarness({ parallelism: 2, subtaskIndex: 2 }), { code: 'HARNESS_SUBTASK_INVALID' });
    assert.throws(() => sumHarness().restore(sumHarness().snapshot(), { parallelism: 129 }), { code: 'HARNESS_SUBTASK_INVALID' });
    assert.throws(() => sumHarness().restore(new Uint8Array(40)), { code: 'SNAPSHOT_CORRUPT' });
  });

  test('refuses time that goes back, and calls after its end', () => {
    const harness = sumHarness();
    harness.processWatermark(5);
    harness.setProcessingTime(5);
    assert.throws(() => harness.processWatermark(4), { code: 'HARNESS_TIME_WENT_BACK' });
    assert.throws(() => harness.setProcessingTime(4), { code: 'HARNESS_TIME_WENT_BACK' });
    harness.close();
    assert.throws(() => harness.processWatermark(6), { code: 'HARNESS_CLOSED' });
    assert.throws(() => harness.snapshot(), { code: 'HARNESS_CLOSED' });
  });
});
