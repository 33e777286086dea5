// Programs over the whole API, run inline: what a user writes and what comes out.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  BroadcastProcessFunction, EventTimeSessionWindows, KeyedProcessFunction, MapStateDescriptor, OutputTag, ProcessFunction, ProcessWindowFunction,
  RichFlatMapFunction, RichMapFunction, SlidingEventTimeWindows, StreamExecutionEnvironment, Time, TumblingEventTimeWindows, Types, ValueStateDescriptor,
  WatermarkStrategy, type BroadcastContext, type BroadcastElementContext, type Collector, type DataStream, type KeyedProcessContext, type OnTimerContext,
  type ProcessContext, type ProcessWindowContext, type RuntimeContext, type ValueState,
} from '#index';

interface Event {
  readonly key: string;
  readonly value: number;
  readonly at: number;
}

const EVENT = Types.ROW({ key: Types.STRING, value: Types.LONG, at: Types.LONG });

/** A watermark after every record: no lateness is forgiven, and nothing depends on the clock. */
const PUNCTUATED = WatermarkStrategy.forGenerator<Event>(() => ({ onEvent: (_event, timestamp, output) => output.emitWatermark(timestamp), onPeriodicEmit: () => {} }))
  .withTimestampAssigner((event) => event.at);

function inline(parallelism = 2): StreamExecutionEnvironment {
  return StreamExecutionEnvironment.createLocalEnvironment({ inline: true, parallelism });
}

function events(env: StreamExecutionEnvironment, ...rows: readonly (readonly [key: string, value: number, at: number])[]): DataStream<Event> {
  return env.fromData(rows.map(([key, value, at]) => ({ key, value, at }))).returns(EVENT).assignTimestampsAndWatermarks(PUNCTUATED);
}

const sorted = async <T>(stream: DataStream<T>): Promise<T[]> => (await stream.executeAndCollect()).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

describe('functions of one record', () => {
  test('map, filter and flatMap in all their forms', async () => {
    const env = inline();
    class Suffix extends RichMapFunction<string, string> {
      suffix = '';
      override open(context: RuntimeContext): void {
        super.open(context);
        this.suffix = `/${this.getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks()}`;
      }
      map(word: string): string {
        return word + this.suffix;
      }
    }
    const words = env.fromData('to be', 'or not').flatMap((line) => line.split(' ')).filter((word) => word !== 'or').map(new Suffix())
      .flatMap((word, out: Collector<string>) => {
        out.collect(word);
        if (word.startsWith('b')) out.collect('!');
      });
    assert.deepEqual(await sorted(words), ['!', 'be/2', 'not/2', 'to/2']);
  });

  test('a promise fails the job with the operator\'s name', async () => {
    const failing = inline().fromData(1).map(async (value) => value).name('Fetch');
    await assert.rejects(failing.executeAndCollect(), (error: Error) => /USER_FUNCTION_RETURNED_PROMISE|returned a promise/.test(errorText(error)) && /Fetch/.test(errorText(error)));
  });

  test('union, shuffle, rebalance, rescale, global, broadcast and custom partitioning lose nothing', async () => {
    const env = inline(3);
    const numbers = (): DataStream<number> => env.fromSequence(1, 30);
    const all = numbers().shuffle().map((n) => n).union(
      numbers().rebalance().map((n) => n), numbers().rescale().map((n) => n), numbers().global().map((n) => n), numbers().forward().map((n) => n),
      numbers().partitionCustom((key: number, count) => key % count, (n) => n).map((n) => n), numbers().broadcast().map((n) => n),
    );
    const rows = await all.executeAndCollect();
    assert.equal(rows.length, 30 * 6 + 30 * 3);
    assert.equal(rows.reduce((sum, n) => sum + n, 0), 465 * 9);
  });
});

describe('keyed streams', () => {
  test('rolling aggregations and reduce send the value so far', async () => {
    const env = inline(1);
    const rows: readonly (readonly [string, number, number])[] = [['a', 3, 1], ['a', 1, 2], ['a', 1, 3], ['a', 5, 4]];
    const keyed = events(env, ...rows).keyBy('key');
    const all = keyed.sum('value').map((e) => `sum ${e.value}@${e.at}`).union(
      keyed.min('value').map((e) => `min ${e.value}@${e.at}`), keyed.maxBy('value').map((e) => `maxBy ${e.value}@${e.at}`),
      keyed.minBy('value').map((e) => `minBy ${e.value}@${e.at}`), keyed.minBy('value', { keep: 'last' }).map((e) => `minByLast ${e.value}@${e.at}`),
      keyed.reduce((a, b) => ({ ...a, value: a.value * b.value })).map((e) => `product ${e.value}@${e.at}`),
    );
    const texts = await all.executeAndCollect();
    const of = (name: string): string => texts.filter((text) => text.startsWith(`${name} `)).map((text) => text.slice(name.length + 1)).join(' ');
    assert.deepEqual([of('sum'), of('min'), of('maxBy'), of('minBy'), of('minByLast'), of('product')], [
      '3@1 4@1 5@1 10@1', '3@1 1@1 1@1 1@1', '3@1 3@1 3@1 5@4', '3@1 1@2 1@2 1@2', '3@1 1@2 1@3 1@3', '3@1 3@1 3@1 15@1',
    ]);
  });

  test('a stream of plain numbers is summed without a field, and a rich flatMap has keyed state', async () => {
    const env = inline();
    const sums = env.fromData(1, 2, 3, 4).keyBy((n) => n % 2).sum().map((n) => `sum ${n}`);
    class Distinct extends RichFlatMapFunction<number, string> {
      seen!: ValueState<boolean>;
      override open(context: RuntimeContext): void {
        this.seen = context.getState(new ValueStateDescriptor('seen', Types.BOOLEAN));
      }
      flatMap(value: number, out: Collector<string>): void {
        if (this.seen.value() === null) out.collect(`first ${value}`);
        this.seen.update(true);
      }
    }
    const firsts = env.fromData(7, 7, 8, 7).keyBy((n) => n).flatMap(new Distinct());
    assert.deepEqual(await sorted(sums.union(firsts)), ['first 7', 'first 8', 'sum 1', 'sum 2', 'sum 4', 'sum 6']);
  });

  test('timers of a keyed process function fire by event time, the last ones at the end of the input', async () => {
    class Quiet extends KeyedProcessFunction<string, Event, string> {
      last!: ValueState<number>;
      override open(context: RuntimeContext): void {
        this.last = context.getState(new ValueStateDescriptor('last', Types.LONG));
      }
      processElement(event: Event, context: KeyedProcessContext<string>): void {
        this.last.update(event.at);
        context.timerService().registerEventTimeTimer(event.at + 10);
      }
      override onTimer(timestamp: number, context: OnTimerContext<string>, out: Collector<string>): void {
        if (this.last.value() === timestamp - 10) out.collect(`${context.getCurrentKey()} quiet since ${timestamp - 10}`);
      }
    }
    const quiet = events(inline(1), ['a', 0, 0], ['b', 0, 3], ['a', 0, 5], ['c', 0, 50], ['b', 0, 100]).keyBy('key').process(new Quiet());
    assert.deepEqual(await sorted(quiet), ['a quiet since 5', 'b quiet since 100', 'b quiet since 3', 'c quiet since 50']);
  });

  test('a count window closes with its n-th record of the key', async () => {
    const env = inline();
    const keyed = env.fromData(...Array.from({ length: 7 }, (_, index) => index)).keyBy((n) => n % 2);
    const sums = keyed.countWindow(2).reduce((a, b) => a + b).map((n) => `sum ${n}`);
    const means = keyed.countWindow(3).aggregate({
      createAccumulator: () => [] as number[], add: (n: number, all: number[]) => [...all, n], getResult: (all: number[]) => `mean ${all.reduce((a, b) => a + b) / all.length}`,
    });
    assert.deepEqual(await sorted(sums.union(means)), ['mean 2', 'mean 3', 'sum 10', 'sum 2', 'sum 4']);
  });

  test('an interval join pairs records within the bounds, both ends in, once each', async () => {
    const env = inline(1);
    const orders = events(env, ['a', 1, 10], ['b', 2, 20], ['a', 3, 40]).keyBy('key');
    const payments = events(env, ['a', 100, 8], ['a', 101, 15], ['b', 102, 26], ['a', 103, 45], ['a', 104, 46]).keyBy('key');
    const bounds = { lowerMs: -2, upperMs: 5 };
    const strategy = WatermarkStrategy.noWatermarks<Event>().withTimestampAssigner((event) => event.at);
    const late = (stream: DataStream<Event>) => stream.assignTimestampsAndWatermarks(strategy).keyBy('key');
    const pairs = late(orders).intervalJoin(late(payments), bounds).process<string>(({ first, second }, out) => out.collect(`${first.value}-${second.value}`))
      .process({ processElement: (pair: string, context: ProcessContext, out: Collector<string>) => out.collect(`${pair}@${context.timestamp()}`) });
    assert.deepEqual(await sorted(pairs), ['1-100@10', '1-101@15', '3-103@45']);
    const unordered = { lowerMs: 1, upperMs: 0 };
    assert.throws(() => orders.intervalJoin(payments, unordered), { code: 'WINDOW_PARAMETERS_INVALID' });
    assert.throws(() => orders.countWindow(0), { code: 'WINDOW_PARAMETERS_INVALID' });
    const timeless = inline().fromData(1).keyBy((n) => n);
    await assert.rejects(timeless.intervalJoin(timeless, bounds).process(() => {}).executeAndCollect(), (error: Error) => /INTERVAL_JOIN_TIMESTAMP_MISSING/.test(errorText(error)));
  });

  test('connected keyed streams meet by key', async () => {
    const env = inline();
    const names = env.fromData<[number, string]>([1, 'Ada'], [2, 'Bob']);
    const orders = env.fromData<[number, number]>([1, 10], [2, 20], [1, 30]);
    const joined = names.connect(orders).keyBy((name) => name[0], (order) => order[0], Types.LONG).flatMap({
      flatMap1: ([id]: [number, string], out: Collector<string>) => out.collect(`name of ${id}`),
      *flatMap2([id, amount]: [number, number]) { yield `order of ${id}: ${amount}`; },
    });
    assert.deepEqual(await sorted(joined), ['name of 1', 'name of 2', 'order of 1: 10', 'order of 1: 30', 'order of 2: 20']);
  });
});

describe('windows', () => {
  const rows: readonly (readonly [string, number, number])[] = [['a', 1, 1], ['a', 2, 5], ['b', 4, 9], ['a', 8, 12], ['b', 16, 30]];

  test('tumbling, sliding and session windows with reduce, aggregate and process', async () => {
    const env = inline();
    const keyed = events(env, ...rows).keyBy('key');
    const tumbling = keyed.window(TumblingEventTimeWindows.of(10)).sum('value').map((e) => `tumbling ${e.key}=${e.value}`);
    const sliding = keyed.window(SlidingEventTimeWindows.of(10, 5)).aggregate({
      createAccumulator: () => 0, add: (event: Event, sum: number) => sum + event.value, getResult: (sum: number) => sum, merge: (a: number, b: number) => a + b,
    }, (key, context, [sum]) => [`sliding ${key}@${context.window().start}=${sum}`]);
    class Values extends ProcessWindowFunction<Event, string, string> {
      process(key: string, context: ProcessWindowContext, elements: Iterable<Event>, out: Collector<string>): void {
        const { start, end } = context.window();
        out.collect(`session ${key} [${start}, ${end}) ${[...elements].map((e) => e.value).join('+')}`);
      }
    }
    const sessions = keyed.window(EventTimeSessionWindows.withGap(8)).process(new Values());
    assert.deepEqual(await sorted(tumbling.union(sliding, sessions)), [
      'session a [1, 20) 1+2+8', 'session b [30, 38) 16', 'session b [9, 17) 4',
      'sliding a@-5=1', 'sliding a@0=3', 'sliding a@10=8', 'sliding a@5=10', 'sliding b@0=4', 'sliding b@25=16', 'sliding b@30=16', 'sliding b@5=4',
      'tumbling a=3', 'tumbling a=8', 'tumbling b=16', 'tumbling b=4',
    ]);
  });

  test('windowAll gathers the whole stream in one subtask, and window results feed later windows', async () => {
    const env = inline(2);
    const counts = events(env, ...rows).keyBy('key').window(TumblingEventTimeWindows.of(10)).aggregate({
      createAccumulator: () => 0, add: (_event: Event, count: number) => count + 1, getResult: (count: number) => count,
    });
    const perWindow = counts.windowAll(TumblingEventTimeWindows.of(Time.milliseconds(10))).process((context, elements) => [`${context.window().start}: ${[...elements].sort().join()}`]);
    assert.deepEqual(await sorted(perWindow), ['0: 1,2', '10: 1', '30: 1']);
  });

  test('functions of windowAll have state over all windows', async () => {
    const numbered = events(inline(2), ...rows).windowAll(TumblingEventTimeWindows.of(10)).process((context, elements) => {
      const windows = context.globalState().getState(new ValueStateDescriptor('windows', Types.INT));
      windows.update((windows.value() ?? 0) + 1);
      return [`window ${windows.value()} from ${context.window().start}: ${[...elements].length}`];
    });
    assert.deepEqual(await sorted(numbered), ['window 1 from 0: 3', 'window 2 from 10: 1', 'window 3 from 30: 1']);
  });

  test('late records go to the side output, those within the allowed lateness fire their window again', async () => {
    const env = inline(1);
    const late = new OutputTag('late', EVENT);
    const sums = events(env, ['a', 1, 5], ['a', 2, 12], ['a', 4, 6], ['a', 8, 30], ['a', 16, 7]).keyBy('key').window(TumblingEventTimeWindows.of(10)).allowedLateness(5).sideOutputLateData(late).sum('value');
    const all = sums.map((e) => `sum ${e.value}`).union(sums.getSideOutput(late).map((e) => `late ${e.value}`));
    assert.deepEqual(await sorted(all), ['late 16', 'sum 1', 'sum 2', 'sum 5', 'sum 8']);
  });
});

describe('side outputs and broadcast state', () => {
  test('rows go to the stream of their tag', async () => {
    const env = inline();
    const odd = new OutputTag('odd', Types.LONG);
    class Split extends ProcessFunction<number, number> {
      processElement(value: number, context: ProcessContext, out: Collector<number>): void {
        if (value % 2 === 1) context.output(odd, value);
        else out.collect(value);
      }
    }
    const split = env.fromSequence(1, 6).process(new Split());
    assert.deepEqual(await sorted(split.map((n) => `even ${n}`).union(split.getSideOutput(odd).map((n) => `odd ${n}`))), ['even 2', 'even 4', 'even 6', 'odd 1', 'odd 3', 'odd 5']);
  });

  test('every subtask sees what was broadcast', async () => {
    const env = inline(2);
    const rules = new MapStateDescriptor('rules', Types.STRING, Types.LONG);
    class Rules extends BroadcastProcessFunction<number, [string, number], string> {
      processElement(_value: number, _context: BroadcastElementContext): void {}
      processBroadcastElement([name, limit]: [string, number], context: BroadcastContext, out: Collector<string>): void {
        context.getBroadcastState(rules).put(name, limit);
        out.collect([...context.getBroadcastState(rules).entries()].map(([key, value]) => `${key}<${value}`).join());
      }
    }
    const seen = env.fromSequence(1, 4).connect(env.fromData<[string, number]>(['heat', 50], ['rain', 5]).broadcast(rules)).process(new Rules());
    assert.deepEqual(await sorted(seen), ['heat<50', 'heat<50', 'heat<50,rain<5', 'heat<50,rain<5']);
  });
});

describe('results', () => {
  test('a limit cancels the job once it has so many rows', async () => {
    assert.equal((await inline().fromSequence(1, 1_000_000_000).executeAndCollect(5)).length, 5);
  });

  test('collectAsync gives the rows of several streams of one job', async () => {
    const env = inline();
    const small = env.fromData(1, 2).collectAsync();
    const large = env.fromData(100, 200).map((n) => n).collectAsync();
    await assert.rejects(small.next(), { code: 'PROGRAM_RESULT_NOT_STARTED' });
    const client = await env.executeAsync('two results');
    const take = async (rows: AsyncIterable<number>): Promise<number[]> => {
      const taken: number[] = [];
      for await (const row of rows) taken.push(row);
      return taken.sort((a, b) => a - b);
    };
    assert.deepEqual(await Promise.all([take(small), take(large)]), [[1, 2], [100, 200]]);
    const result = await client.getJobExecutionResult();
    assert.deepEqual([result.jobName, result.jobId === client.jobId, await client.getJobStatus()], ['two results', true, 'FINISHED']);
  });
});

function errorText(error: unknown): string {
  return error instanceof Error ? `${(error as { code?: string }).code} ${error.message} ${errorText(error.cause)}` : '';
}
