// The program that the kill campaign runs through the command line: Nexmark events through windows, sessions, a join and a
// bare projection, each into exactly-once files. Its input is slow until the gate is open. Arguments: one JSON object.
import { existsSync } from 'node:fs';
import {
  EventTimeSessionWindows, FileSink, KeyedCoProcessFunction, ListStateDescriptor, NexmarkSource, RollingPolicy, SlidingEventTimeWindows, StreamExecutionEnvironment, Types, ValueStateDescriptor,
  WatermarkStrategy, type Collector, type KeyedProcessContext, type ListState, type NexmarkEvent, type RuntimeContext, type ValueState,
} from 'millrace';

export interface KillArguments {
  readonly outputDirectory: string;
  readonly events: number;
  /** While this file is not there, each source sleeps a millisecond behind every `slowRows` rows. */
  readonly gateFile: string;
  readonly slowRows: number;
}

interface Seller { readonly id: number; readonly name: string }
interface Offer { readonly seller: number; readonly auction: number }

/** A line per auction and its seller, whichever came first. */
class Offers extends KeyedCoProcessFunction<number, Seller, Offer, string> {
  #seller!: ValueState<string>;
  #waiting!: ListState<number>;

  override open(context: RuntimeContext): void {
    this.#seller = context.getState(new ValueStateDescriptor('seller', Types.STRING));
    this.#waiting = context.getListState(new ListStateDescriptor<number>('waiting', Types.LONG));
  }

  override processElement1({ id, name }: Seller, _context: KeyedProcessContext<number>, out: Collector<string>): void {
    this.#seller.update(name);
    for (const auction of this.#waiting.get()) out.collect(`${id} ${name} ${auction}`);
    this.#waiting.clear();
  }

  override processElement2({ seller, auction }: Offer, _context: KeyedProcessContext<number>, out: Collector<string>): void {
    const name = this.#seller.value();
    if (name === null) this.#waiting.add(auction);
    else out.collect(`${seller} ${name} ${auction}`);
  }
}

const COUNT = { createAccumulator: () => 0, add: (_row: unknown, count: number) => count + 1, getResult: (count: number) => count, merge: (a: number, b: number) => a + b };

export default function killProgram(env: StreamExecutionEnvironment, args: readonly string[]): void {
  const { outputDirectory, events, gateFile, slowRows } = JSON.parse(args[0]!) as KillArguments;
  const watermarks = WatermarkStrategy.forMonotonousTimestamps<NexmarkEvent>();
  const all = env.fromSource(new NexmarkSource({ events, eventRate: 2000, blockEvents: 256 }), watermarks, 'nexmark').uid('nexmark').map(slowUntilOpen<NexmarkEvent>(gateFile, slowRows)).uid('slow');
  const bids = all.filter((event) => event.bid !== null).uid('bids').map((event) => ({ auction: event.bid!.auction, bidder: event.bid!.bidder, price: event.bid!.price })).uid('bid-rows');
  const sink = (name: string, options = {}): FileSink<string> => FileSink.forText<string>(`${outputDirectory}/${name}`, options);

  bids.filter(({ auction }) => auction % 7 === 0).uid('sevenths').map(({ auction, bidder, price }) => `${auction} ${bidder} ${price}`).uid('bid-text').sinkTo(sink('bids')).uid('bids-sink');
  bids.keyBy('auction').window(SlidingEventTimeWindows.of(4000, 1000)).aggregate(COUNT, (auction, context, counts, out: Collector<string>) => {
    for (const count of counts) out.collect(`${context.window().end} ${auction} ${count}`);
  }).uid('counts').sinkTo(sink('counts', { rolling: RollingPolicy.bySizeAndTime({ maxPartBytes: 60_000, rolloverMs: 700, inactivityMs: 400 }), bucket: (line: string) => `second=${Number(line.split(' ')[0]) / 1000 % 3}` })).uid('counts-sink');
  bids.keyBy('bidder').window(EventTimeSessionWindows.withGap(500)).aggregate(COUNT, (bidder, context, counts, out: Collector<string>) => {
    for (const count of counts) out.collect(`${context.window().start} ${bidder} ${count}`);
  }).uid('sessions').sinkTo(sink('sessions', { rolling: RollingPolicy.bySizeAndTime() })).uid('sessions-sink');
  const sellers = all.filter((event) => event.person !== null).uid('persons').map((event) => ({ id: event.person!.id, name: event.person!.name })).uid('sellers');
  const offers = all.filter((event) => event.auction !== null).uid('auctions').map((event) => ({ seller: event.auction!.seller, auction: event.auction!.id })).uid('offers');
  sellers.keyBy('id').connect(offers.keyBy('seller')).process(new Offers()).uid('join').sinkTo(sink('offers')).uid('offers-sink');
}

/** Gives the input a middle in which it can be disturbed, and an end that comes soon when it need not be any more. */
function slowUntilOpen<T>(gateFile: string, slowRows: number): (row: T) => T {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  let rows = 0;
  let isOpen = false;
  return (row) => {
    if (isOpen || ++rows % slowRows !== 0) return row;
    if (rows % (slowRows * 10) === 0) isOpen = existsSync(gateFile);
    Atomics.wait(cell, 0, 0, 1);
    return row;
  };
}
