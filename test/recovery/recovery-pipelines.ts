// Pipelines that together use every operator. Each gives lines of text that depend on nothing but its input: not on how
// tasks interleave, on parallelism, or on when the watermark was sent.
import { NexmarkSource } from '#connectors/nexmark/source';
import { FileSource } from '#connectors/files/source';
import { Types } from '#core/types/type-information';
import type { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import { RichMapFunction } from '#datastream/functions/functions';
import type { DataStream } from '#datastream/stream/data-stream';
import { ProcessWindowFunction, type ProcessWindowContext } from '#datastream/windowing/process-window-function';
import {
  EventTimeSessionWindows, ProcessingTimeSessionWindows, SlidingEventTimeWindows, SlidingProcessingTimeWindows, TumblingEventTimeWindows, TumblingProcessingTimeWindows,
} from '#datastream/windowing/window-assigners';
import type { ValueState } from '#state/keyed/keyed-state';
import { OutputTag } from '#streaming/process/output-tag';
import type { Collector } from '#streaming/process/process-functions';
import type { RuntimeContext } from '#streaming/process/runtime-context';
import { ValueStateDescriptor } from '#streaming/process/state-descriptors';
import { WatermarkStrategy } from '#streaming/watermark/watermark-strategy';
import { applyRules, AVERAGE, CountUnderRules, FiveStates, OnceInProcessingTime, RULES, SEVENTHS, SumsOfBoth, type Rule } from './recovery-functions.js';
import { slowDown, type Row } from './recovery-rows.js';

type Lines = DataStream<string>;

class RunningCount extends RichMapFunction<Row, string> {
  #count!: ValueState<number>;

  override open(context: RuntimeContext): void {
    super.open(context);
    this.#count = context.getState(new ValueStateDescriptor('count', Types.INT, 0));
  }

  map(row: Row): string {
    this.#count.update(this.#count.value()! + 1);
    return `rich ${row.key} ${this.#count.value()}`;
  }
}

export function rowPipelines(rows: DataStream<Row>): readonly Lines[] {
  return [
    rows.map((row) => row.value * 2).uid('map').filter((value) => value % 3 === 0).uid('filter')
      .flatMap((value: number, out: Collector<number>) => { out.collect(value); out.collect(-value); }).uid('collect')
      .flatMap(function* (value: number) { for (let i = 0; i < 3; i++) yield `chain ${value + i}`; }).uid('generate'),
    rows.rebalance().map((row) => `rebalance ${row.index}`).uid('rebalance'),
    rows.shuffle().map((row) => `shuffle ${row.index}`).uid('shuffle').rescale().map((line) => `${line} rescale`).uid('rescale'),
    rows.partitionCustom((key: number, count) => key % count, (row) => row.value).map((row) => `custom ${row.index}`).uid('custom'),
    rows.keyBy('key').map(new RunningCount()).uid('rich'),
    rows.map((row) => ({ key: row.key, sum: row.value })).uid('narrow').setParallelism(1).keyBy('key').reduce((a, b) => ({ key: a.key, sum: a.sum + b.sum })).uid('reduce').map((row) => `reduce ${row.key} ${row.sum}`).uid('reduce-text'),
    rows.keyBy('key').maxBy('value').uid('max-by').map((row) => `max ${row.key} ${row.index}`).uid('max-by-text'),
    rows.keyBy('key').countWindow(7).aggregate({ ...AVERAGE, add: (row: Row, sum) => AVERAGE.add(row.value, sum) }).uid('count-window').map((average) => `count-window ${average}`).uid('count-window-text'),
  ];
}

/** Timers and states; what they see depends on where the watermarks lie, so the watermarks are those of certain rows. */
export function timerPipelines(rows: DataStream<Row>): readonly Lines[] {
  const five = rows.keyBy('key').process(() => new FiveStates()).uid('five');
  return [five, five.getSideOutput(SEVENTHS).map((line) => line).uid('sevenths'), rows.keyBy('key').process(() => new OnceInProcessingTime(300)).uid('once')];
}

export function connectPipelines(env: StreamExecutionEnvironment, rows: DataStream<Row>, others: DataStream<Row>): readonly Lines[] {
  const rules: readonly Rule[] = [{ name: 'double', factor: 2 }, { name: 'triple', factor: 3 }];
  const ruleStream = (uid: string) => env.fromData(rules).uid(uid).broadcast(RULES);
  return [
    rows.union(others).map((row) => `union ${row.index}`).uid('union'),
    rows.connect(others.map((row) => row.index).uid('indexes')).map({ map1: (row) => `co-map ${row.key}`, map2: (index) => `co-map ${index}` }).uid('co-map'),
    rows.connect(others).keyBy((row) => row.key, (row) => row.key).process(() => new SumsOfBoth()).uid('both'),
    rows.keyBy('key').connect(ruleStream('rules-keyed')).process(() => new CountUnderRules()).uid('count-rules'),
    rows.filter((row) => row.index > 1000).uid('later').connect(ruleStream('rules')).process<string>(applyRules as never).uid('apply-rules'),
    rows.keyBy('key').intervalJoin(others.keyBy('key'), { lowerMs: -100, upperMs: 100 })
      .process<string>(({ first, second }, out) => out.collect(`join ${first.index} ${second.index}`)).uid('join'),
  ];
}

class Bounds extends ProcessWindowFunction<Row, string, string> {
  #windows!: ValueStateDescriptor<number>;

  override open(): void {
    this.#windows = new ValueStateDescriptor('windows', Types.INT, 0);
  }

  *process(key: string, context: ProcessWindowContext, rows: Iterable<Row>): Iterable<string> {
    const count = context.globalState().getState(this.#windows);
    count.update(count.value()! + 1);
    const indexes = [...rows].map((row) => row.index).toSorted((a, b) => a - b);
    yield `bounds ${key} ${context.window().start} ${context.window().end} ${count.value()} ${indexes.join()}`;
  }
}

interface Total {
  readonly key: string;
  readonly value: number;
}

const TOTAL = Types.ROW({ key: Types.STRING, value: Types.LONG });
const inWindow = (tag: string) => function* (key: string, context: ProcessWindowContext, values: Iterable<number | Total>): Iterable<string> {
  for (const value of values) yield `${tag} ${key} ${context.window().start} ${context.window().end} ${typeof value === 'number' ? value : value.value}`;
};
const averageOfRows = { ...AVERAGE, add: (row: Row, sum: { sum: number; count: number }) => AVERAGE.add(row.value, sum) };
const { merge: _merge, ...averageWithoutMerge } = averageOfRows;

export function windowPipelines(rows: DataStream<Row>, typed: DataStream<Row>): readonly Lines[] {
  const totals = typed.map((row) => ({ key: row.key, value: row.value })).uid('totals').returns<Total>(TOTAL);
  const gaps = rows.filter((row) => ((row.index >> 8) + row.index) % 3 !== 0).uid('gaps');
  const add = (a: Total, b: Total): Total => ({ key: a.key, value: a.value + b.value });
  return [
    totals.keyBy('key').window(TumblingEventTimeWindows.of(1000)).reduce(add, inWindow('tumbling')).uid('tumbling'),
    totals.keyBy('key').window(SlidingEventTimeWindows.of(2000, 500)).sum('value').uid('sliding-sum').map((total) => `sliding-sum ${total.key} ${total.value}`).uid('sliding-sum-text'),
    rows.keyBy('key').window(TumblingEventTimeWindows.of(1500, 100)).aggregate(averageOfRows, inWindow('average')).uid('average'),
    rows.keyBy('key').window(SlidingEventTimeWindows.of(3000, 1000)).aggregate(averageOfRows, inWindow('sliding')).uid('sliding'),
    rows.keyBy('key').window(SlidingEventTimeWindows.of(1000, 300)).aggregate(averageWithoutMerge, inWindow('no-merge')).uid('no-merge'),
    rows.keyBy('key').window(SlidingEventTimeWindows.of(1000, 500)).process(new Bounds()).uid('bounds'),
    gaps.keyBy((row) => row.index % 37).window(EventTimeSessionWindows.withGap(800))
      .aggregate(averageOfRows, (key, context, values, out: Collector<string>) => { for (const value of values) out.collect(`session ${key} ${context.window().start} ${context.window().end} ${value}`); }).uid('session'),
    gaps.keyBy('key').window(EventTimeSessionWindows.withDynamicGap((row: Row) => 100 + (row.index % 3) * 100)).process(new Bounds()).uid('dynamic-session'),
    gaps.keyBy('key').window(EventTimeSessionWindows.withGap(180)).reduce((a, b) => (a.value > b.value || (a.value === b.value && a.index > b.index) ? a : b)).uid('session-reduce').map((row) => `session-max ${row.index}`).uid('session-reduce-text'),
    rows.windowAll(TumblingEventTimeWindows.of(2000)).process((context, all, out: Collector<string>) => out.collect(`all ${context.window().end} ${[...all].length}`)).uid('all'),
  ];
}

const TOO_LATE = new OutputTag<Row>('too-late');

/** Fires again for rows that are a little late, and gives those that are too late aside. */
export function latePipelines(rows: DataStream<Row>): readonly Lines[] {
  const windows = rows.keyBy('key').window(TumblingEventTimeWindows.of(500)).allowedLateness(3000).sideOutputLateData(TOO_LATE)
    .aggregate(averageOfRows, inWindow('again')).uid('again');
  const sessions = rows.keyBy('key').window(EventTimeSessionWindows.withGap(150)).allowedLateness(2000).sideOutputLateData(TOO_LATE)
    .aggregate(averageOfRows, inWindow('session-again')).uid('session-again');
  return [
    windows, windows.getSideOutput(TOO_LATE).map((row) => `too-late ${row.index}`).uid('too-late'),
    sessions, sessions.getSideOutput(TOO_LATE).map((row) => `too-late-session ${row.index}`).uid('too-late-session'),
  ];
}

const indexes = {
  createAccumulator: (): number[] => [],
  add: (row: Row, found: number[]) => [...found, row.index],
  getResult: (found: number[]) => found,
  merge: (a: number[], b: number[]) => [...a, ...b],
};
const eachIndex = (tag: string) => function* (key: string, _context: ProcessWindowContext, found: Iterable<readonly number[]>): Iterable<string> {
  for (const all of found) for (const index of all) yield `${tag} ${key} ${index}`;
};

/** Which window a row falls into depends on the clock, but every row is told by each of its windows: 1, 3 and 1. */
export function processingTimePipelines(rows: DataStream<Row>): readonly Lines[] {
  return [
    rows.keyBy('key').window(TumblingProcessingTimeWindows.of(150)).process(function* (key, _context, found) { for (const row of found) yield `processing ${key} ${row.index}`; }).uid('processing'),
    rows.keyBy('key').window(SlidingProcessingTimeWindows.of(300, 100)).aggregate(indexes, eachIndex('processing-sliding')).uid('processing-sliding'),
    rows.keyBy('key').window(ProcessingTimeSessionWindows.withGap(80)).aggregate(indexes, eachIndex('processing-session')).uid('processing-session'),
  ];
}

/** Sources that split: their rows come in any order, so only what does not depend on it is told. */
export function sourcePipelines(env: StreamExecutionEnvironment, inputDirectory: string, counts: { readonly sequence: number; readonly events: number }): readonly Lines[] {
  const byTime = WatermarkStrategy.forBoundedOutOfOrderness<number>(500).withTimestampAssigner((value) => value);
  const numbers = env.fromSequence(1, counts.sequence).uid('sequence').map(slowDown<number>(40)).uid('slow-sequence').assignTimestampsAndWatermarks(byTime).uid('sequence-times');
  const bids = env.fromSource(new NexmarkSource({ events: counts.events, eventRate: 5000, blockEvents: 512 }),
    WatermarkStrategy.forMonotonousTimestamps<{ readonly bid: { readonly dateTime: number } | null; readonly person: { readonly dateTime: number } | null; readonly auction: { readonly dateTime: number } | null }>()
      .withTimestampAssigner((event) => event.bid?.dateTime ?? event.person?.dateTime ?? event.auction?.dateTime ?? 0) as never, 'nexmark').uid('nexmark')
    .map(slowDown<{ readonly bid: { readonly auction: number } | null }>(40) as never).uid('slow-nexmark') as unknown as DataStream<{ readonly bid: { readonly auction: number } | null }>;
  const files = env.fromSource(FileSource.forNdjson<{ readonly key: string; readonly n: number }>(inputDirectory), WatermarkStrategy.noWatermarks(), 'files').uid('files').map(slowDown<{ readonly key: string; readonly n: number }>(20)).uid('slow-files');
  return [
    numbers.keyBy((value) => value % 11).window(TumblingEventTimeWindows.of(2000)).sum().uid('sequence-sum').map((sum) => `sequence ${sum}`).uid('sequence-text'),
    bids.filter((event) => event.bid !== null).uid('bids').map((event) => ({ auction: event.bid!.auction })).uid('auctions').keyBy('auction').window(SlidingEventTimeWindows.of(2000, 500))
      .aggregate({ createAccumulator: () => 0, add: (_row: unknown, count: number) => count + 1, getResult: (count: number) => count, merge: (a: number, b: number) => a + b },
        (auction, context, found, out: Collector<string>) => { for (const count of found) out.collect(`bids ${auction} ${context.window().end} ${count}`); }).uid('bid-counts'),
    files.map((row) => `file ${row.key} ${row.n}`).uid('file-text'),
  ];
}
