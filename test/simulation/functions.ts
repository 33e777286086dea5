// User functions of simulated jobs: keyed state, timers, two inputs.
import { Types } from '#core/types/type-information';
import type { MapState, ValueState } from '#state/keyed/keyed-state';
import { KeyedCoProcessFunction, KeyedProcessFunction, type Collector, type KeyedProcessContext, type OnTimerContext } from '#streaming/process/process-functions';
import type { RuntimeContext } from '#streaming/process/runtime-context';
import { MapStateDescriptor, ValueStateDescriptor } from '#streaming/process/state-descriptors';
import type { Row } from './input.js';

/** Width of the buckets that timers close, ms. */
export const BUCKET_MS = 70;

export function bucketEndOf(time: number): number {
  return time - (time % BUCKET_MS) + BUCKET_MS;
}

/** Counts the rows of a lane, which come in order, and weighs each with its place. */
export class RunningSum extends KeyedProcessFunction<string, Row, string> {
  #count!: ValueState<number>;
  #sum!: ValueState<number>;

  override open(context: RuntimeContext): void {
    this.#count = context.getState(new ValueStateDescriptor('count', Types.INT, 0));
    this.#sum = context.getState(new ValueStateDescriptor('sum', Types.LONG, 0));
  }

  processElement(row: Row, _context: KeyedProcessContext<string>, out: Collector<string>): void {
    const count = this.#count.value()! + 1;
    const sum = (this.#sum.value()! * 3 + row.value) % 1_000_003;
    this.#count.update(count);
    this.#sum.update(sum);
    out.collect(`running ${row.lane} ${row.n} ${count} ${sum} ${row.pad.length}`);
  }
}

/** Counts the rows of a key in buckets of event time, and tells each bucket when its time has passed. */
export class Buckets extends KeyedProcessFunction<string, Row, string> {
  #counts!: MapState<number, number>;

  override open(context: RuntimeContext): void {
    this.#counts = context.getMapState(new MapStateDescriptor('counts', Types.LONG, Types.INT));
  }

  processElement(row: Row, context: KeyedProcessContext<string>): void {
    const end = bucketEndOf(row.time);
    this.#counts.put(end, (this.#counts.get(end) ?? 0) + 1 + (row.pad.length & 0));
    context.timerService().registerEventTimeTimer(end);
  }

  override *onTimer(time: number, context: OnTimerContext<string>): Iterable<string> {
    const count = this.#counts.get(time) ?? 0;
    this.#counts.remove(time);
    for (let part = 0; part < 3; part++) yield `bucket ${context.getCurrentKey()} ${time} ${part} ${count}`;
  }
}

/** As Buckets, over two inputs. */
export class BucketsOfBoth extends KeyedCoProcessFunction<string, Row, Row, string> {
  #sums!: MapState<number, readonly [number, number]>;

  override open(context: RuntimeContext): void {
    this.#sums = context.getMapState(new MapStateDescriptor<number, readonly [number, number]>('sums'));
  }

  processElement1(row: Row, context: KeyedProcessContext<string>): void {
    this.#add(row.time, row.value + (row.pad.length & 0), 0, context);
  }

  processElement2(row: Row, context: KeyedProcessContext<string>): void {
    this.#add(row.time, 0, row.value, context);
  }

  override *onTimer(time: number, context: OnTimerContext<string>): Iterable<string> {
    yield `both ${context.getCurrentKey()} ${time} ${(this.#sums.get(time) ?? ['lost']).join('+')}`;
    this.#sums.remove(time);
  }

  #add(time: number, first: number, second: number, context: KeyedProcessContext<string>): void {
    const end = bucketEndOf(time);
    const [a, b] = this.#sums.get(end) ?? [0, 0];
    this.#sums.put(end, [a + first, b + second]);
    context.timerService().registerEventTimeTimer(end);
  }
}
