// The types of the DataStream API, from function to function. A wrong type fails the build; the test says that it ran.
import { test } from 'node:test';
import {
  BroadcastProcessFunction, EventTimeSessionWindows, KeyedCoProcessFunction, KeyedProcessFunction, MapStateDescriptor, OutputTag, ProcessFunction,
  RichMapFunction, StreamExecutionEnvironment, TumblingEventTimeWindows, Types, ValueStateDescriptor, WatermarkStrategy,
  type Collector, type ConnectedStreams, type DataStream, type KeyedProcessContext, type KeyedStream, type ProcessContext, type RuntimeContext, type ValueState,
} from '#index';
import { type Equals, expectType } from './expect-type.js';

interface Bid {
  readonly auction: number;
  readonly channel: string;
  readonly price: number;
}

type ElementOf<S> = S extends DataStream<infer T> ? T : never;
const env = StreamExecutionEnvironment.createLocalEnvironment();
const bids: DataStream<Bid> = env.fromData<Bid>({ auction: 1, channel: 'web', price: 2 });

test('map, filter and flatMap infer their results', () => {
  const prices = bids.map((bid) => bid.price * 2);
  expectType<Equals<ElementOf<typeof prices>, number>>();
  const numbered = env.fromData(1, 2, 3);
  expectType<Equals<ElementOf<typeof numbered>, number>>();
  const present = env.fromData<string | null>('a', null).filter((text) => text !== null);
  expectType<Equals<ElementOf<typeof present>, string>>();
  const words = env.fromData('a b').flatMap((line) => line.split(' '));
  expectType<Equals<ElementOf<typeof words>, string>>();
  const generated = env.fromData(3).flatMap(function* (count) {
    for (let i = 0; i < count; i++) yield { index: i };
  });
  expectType<Equals<ElementOf<typeof generated>, { index: number }>>();
  const collected = env.fromData(3).flatMap((count, out: Collector<string>) => out.collect(String(count)));
  expectType<Equals<ElementOf<typeof collected>, string>>();
  class Length extends RichMapFunction<string, number> {
    map(text: string): number {
      return text.length;
    }
  }
  const lengths = words.map(new Length());
  expectType<Equals<ElementOf<typeof lengths>, number>>();
  // @ts-expect-error: there is no such field
  bids.map((bid) => bid.missing);
  // @ts-expect-error: the function takes strings, the stream has bids
  bids.map(new Length());
});

test('declared types must fit the records', () => {
  const row = Types.ROW({ auction: Types.LONG, channel: Types.STRING, price: Types.DOUBLE });
  const declared = env.fromData<Bid>({ auction: 1, channel: 'web', price: 2 }).returns(row);
  expectType<Equals<ElementOf<typeof declared>['channel'], string>>();
  // @ts-expect-error: channel is a string
  bids.map((bid) => ({ channel: bid.channel })).returns(Types.ROW({ channel: Types.LONG }));
});

test('keyBy knows the key, and keyed methods take only what fits', () => {
  const byChannel = bids.keyBy((bid) => bid.channel);
  expectType<Equals<typeof byChannel, KeyedStream<Bid, string>>>();
  const byAuction = bids.keyBy('auction');
  expectType<Equals<typeof byAuction, KeyedStream<Bid, number>>>();
  // @ts-expect-error: bids have no such field
  bids.keyBy('seller');
  // @ts-expect-error: channel is no number
  byAuction.sum('channel');
  byAuction.sum('price');
  byAuction.reduce((a, b) => ({ ...a, price: a.price + b.price }));
  // @ts-expect-error: a reduce gives the type it takes
  byAuction.reduce((a, b) => a.price + b.price);
  class PerAuction extends KeyedProcessFunction<number, Bid, string> {
    count!: ValueState<number>;
    override open(context: RuntimeContext): void {
      this.count = context.getState(new ValueStateDescriptor('count', Types.LONG));
      // @ts-expect-error: the state holds numbers
      context.getState(new ValueStateDescriptor('count', Types.LONG)).update('one');
    }
    processElement(_bid: Bid, context: KeyedProcessContext<number>, out: Collector<string>): void {
      out.collect(String(context.getCurrentKey()));
    }
  }
  const perAuction = byAuction.process(new PerAuction());
  expectType<Equals<ElementOf<typeof perAuction>, string>>();
  // @ts-expect-error: the function's key is a number, the stream's a string
  byChannel.process(new PerAuction());
});

test('side outputs have the type of their tag', () => {
  const late = new OutputTag<Bid>('late');
  const names = new OutputTag('names', Types.STRING);
  class Split extends ProcessFunction<Bid, number> {
    processElement(bid: Bid, context: ProcessContext): void {
      context.output(names, bid.channel);
      // @ts-expect-error: the tag takes strings
      context.output(names, bid.price);
    }
  }
  const split = bids.process(new Split());
  const side = split.getSideOutput(names);
  expectType<Equals<ElementOf<typeof side>, string>>();
  const windows = bids.keyBy('auction').window(TumblingEventTimeWindows.of(10)).sideOutputLateData(late);
  expectType<Equals<ElementOf<ReturnType<typeof windows.sum>>, Bid>>();
  // @ts-expect-error: late records are bids
  bids.keyBy('auction').window(TumblingEventTimeWindows.of(10)).sideOutputLateData(names);
});

test('windows pass types from the aggregate to the window function', () => {
  const average = {
    createAccumulator: () => ({ sum: 0, count: 0 }),
    add: (bid: Bid, { sum, count }: { sum: number; count: number }) => ({ sum: sum + bid.price, count: count + 1 }),
    getResult: ({ sum, count }: { sum: number; count: number }) => sum / count,
  };
  const windowed = bids.keyBy('channel').window(TumblingEventTimeWindows.of(10));
  const averages = windowed.aggregate(average);
  expectType<Equals<ElementOf<typeof averages>, number>>();
  const named = windowed.aggregate(average, (key, context, [mean], out: Collector<{ key: string; mean: number; end: number }>) => {
    expectType<Equals<typeof key, string>>();
    out.collect({ key, mean: mean!, end: context.window().end });
  });
  expectType<Equals<ElementOf<typeof named>['mean'], number>>();
  const listed = windowed.process((_key, _context, elements) => [...elements].map((bid) => bid.price));
  expectType<Equals<ElementOf<typeof listed>, number>>();
  const all = bids.windowAll(EventTimeSessionWindows.withDynamicGap((bid: Bid) => bid.price)).process((_context, elements) => [...elements]);
  expectType<Equals<ElementOf<typeof all>, Bid>>();
  // @ts-expect-error: the gap looks at strings, the stream has bids
  bids.windowAll(EventTimeSessionWindows.withDynamicGap((text: string) => text.length));
});

test('connected streams keep both types, and their key', () => {
  const words = env.fromData('a');
  const connected = bids.connect(words);
  expectType<Equals<typeof connected, ConnectedStreams<Bid, string, never>>>();
  const lengths = connected.map({ map1: (bid) => bid.channel.length, map2: (word) => word.length });
  expectType<Equals<ElementOf<typeof lengths>, number>>();
  const keyed = connected.keyBy((bid) => bid.channel, (word) => word);
  expectType<Equals<typeof keyed, ConnectedStreams<Bid, string, string>>>();
  class Both extends KeyedCoProcessFunction<string, Bid, string, boolean> {
    processElement1(_bid: Bid, _context: KeyedProcessContext<string>, out: Collector<boolean>): void {
      out.collect(true);
    }
    processElement2(_word: string, context: KeyedProcessContext<string>, out: Collector<boolean>): void {
      out.collect(context.getCurrentKey().length > 0);
    }
  }
  const both = keyed.process(new Both());
  expectType<Equals<ElementOf<typeof both>, boolean>>();
  // @ts-expect-error: the keys have different types
  connected.keyBy((bid) => bid.auction, (word) => word);
  // @ts-expect-error: a union has one type
  bids.union(words);
});

test('broadcast state has the type of its descriptor', () => {
  const rules = new MapStateDescriptor('rules', Types.STRING, Types.LONG);
  class Limit extends BroadcastProcessFunction<Bid, [string, number], string> {
    processElement(bid: Bid, context: Parameters<BroadcastProcessFunction<Bid, [string, number], string>['processElement']>[1], out: Collector<string>): void {
      const limit = context.getBroadcastState(rules).get(bid.channel);
      expectType<Equals<typeof limit, number | null>>();
      // @ts-expect-error: the element side reads only
      context.getBroadcastState(rules).put('x', 1);
      out.collect(bid.channel);
    }
    processBroadcastElement([name, limit]: [string, number], context: Parameters<BroadcastProcessFunction<Bid, [string, number], string>['processBroadcastElement']>[1]): void {
      context.getBroadcastState(rules).put(name, limit);
    }
  }
  const limited = bids.connect(env.fromData<[string, number]>(['web', 1]).broadcast(rules)).process(new Limit());
  expectType<Equals<ElementOf<typeof limited>, string>>();
});

test('sources, sinks and watermarks fit the stream', () => {
  bids.assignTimestampsAndWatermarks(WatermarkStrategy.forMonotonousTimestamps<Bid>().withTimestampAssigner((bid) => bid.price));
  // @ts-expect-error: the strategy is for strings
  bids.assignTimestampsAndWatermarks(WatermarkStrategy.noWatermarks<string>().withTimestampAssigner((text) => text.length));
  const rows: Promise<Bid[]> = Promise.resolve([] satisfies Awaited<ReturnType<typeof bids.executeAndCollect>>);
  void rows;
});
