// User functions of the recovery job: every kind of keyed state, timers that register timers, broadcast state.
import { Types } from '#core/types/type-information';
import type { AggregatingState, AggregateFunction, ListState, MapState, ReducingState, ValueState } from '#state/keyed/keyed-state';
import { KeyedBroadcastProcessFunction, type BroadcastContext, type KeyedBroadcastContext, type KeyedBroadcastElementContext, type BroadcastOnTimerContext } from '#streaming/process/broadcast-process-functions';
import { OutputTag } from '#streaming/process/output-tag';
import { KeyedCoProcessFunction, KeyedProcessFunction, type Collector, type KeyedProcessContext, type OnTimerContext } from '#streaming/process/process-functions';
import type { RuntimeContext } from '#streaming/process/runtime-context';
import { AggregatingStateDescriptor, ListStateDescriptor, MapStateDescriptor, ReducingStateDescriptor, ValueStateDescriptor } from '#streaming/process/state-descriptors';
import type { Row } from './recovery-rows.js';

export const SEVENTHS = new OutputTag<string>('sevenths', Types.STRING);
/** Behind the event time of every row. */
const END_OF_TIME = 10_000_000;
const TIMER_MS = 700;

export const AVERAGE: AggregateFunction<number, { sum: number; count: number }, number> = {
  createAccumulator: () => ({ sum: 0, count: 0 }),
  add: (value, { sum, count }) => ({ sum: sum + value, count: count + 1 }),
  getResult: ({ sum, count }) => Math.round((sum / count) * 1000) / 1000,
  merge: (a, b) => ({ sum: a.sum + b.sum, count: a.count + b.count }),
};

/** Tells all five states whenever a timer fires, and registers the next timer. */
export class FiveStates extends KeyedProcessFunction<string, Row, string> {
  #value!: ValueState<number>;
  #list!: ListState<number>;
  #map!: MapState<number, number>;
  #reducing!: ReducingState<number>;
  #aggregating!: AggregatingState<number, number>;

  override open(context: RuntimeContext): void {
    this.#value = context.getState(new ValueStateDescriptor('value', Types.INT, 0));
    this.#list = context.getListState(new ListStateDescriptor<number>('list'));
    this.#map = context.getMapState(new MapStateDescriptor('map', Types.INT, Types.LONG));
    this.#reducing = context.getReducingState(new ReducingStateDescriptor<number>('reducing', (a, b) => Math.max(a, b), Types.INT));
    this.#aggregating = context.getAggregatingState(new AggregatingStateDescriptor('aggregating', AVERAGE));
  }

  processElement(row: Row, context: KeyedProcessContext<string>): void {
    if (this.#value.value() === 0) context.timerService().registerEventTimeTimer(row.time - (row.time % TIMER_MS) + TIMER_MS);
    this.#value.update(this.#value.value()! + 1);
    this.#list.add(row.value);
    this.#map.put(row.value % 5, (this.#map.get(row.value % 5) ?? 0) + 1);
    this.#reducing.add(row.value);
    this.#aggregating.add(row.value);
    if (row.value % 7 === 0) context.output(SEVENTHS, `seventh ${row.key} ${row.index}`);
  }

  override onTimer(time: number, context: OnTimerContext<string>, out: Collector<string>): void {
    const counts = [...this.#map.entries()].toSorted(([a], [b]) => a - b).map((entry) => entry.join(':'));
    out.collect(`five ${context.getCurrentKey()} ${time} ${this.#value.value()} [${[...this.#list.get()].join()}] {${counts.join()}} ${this.#reducing.get()} ${this.#aggregating.get()}`);
    this.#list.clear();
    if (context.timerService().currentWatermark() < END_OF_TIME) context.timerService().registerEventTimeTimer(time + TIMER_MS);
  }
}

/** One processing-time timer per key, after its first row. */
export class OnceInProcessingTime extends KeyedProcessFunction<string, Row, string> {
  readonly #delayMs: number;
  #isSeen!: ValueState<boolean>;

  constructor(delayMs: number) {
    super();
    this.#delayMs = delayMs;
  }

  override open(context: RuntimeContext): void {
    this.#isSeen = context.getState(new ValueStateDescriptor<boolean>('seen'));
  }

  processElement(_row: Row, context: KeyedProcessContext<string>): void {
    if (this.#isSeen.value() === true) return;
    this.#isSeen.update(true);
    const timers = context.timerService();
    timers.registerProcessingTimeTimer(timers.currentProcessingTime() + this.#delayMs);
  }

  override onTimer(_time: number, context: OnTimerContext<string>, out: Collector<string>): void {
    out.collect(`once ${context.getCurrentKey()} ${context.timeDomain()}`);
  }
}

/** Sums of both inputs per second of event time, told when the watermark has passed the second. */
export class SumsOfBoth extends KeyedCoProcessFunction<string, Row, Row, string> {
  #sums!: MapState<number, readonly [number, number]>;

  override open(context: RuntimeContext): void {
    this.#sums = context.getMapState(new MapStateDescriptor<number, readonly [number, number]>('sums'));
  }

  processElement1(row: Row, context: KeyedProcessContext<string>): void {
    this.#add(row.time, row.value, 0, context);
  }

  processElement2(row: Row, context: KeyedProcessContext<string>): void {
    this.#add(row.time, 0, row.value, context);
  }

  override *onTimer(time: number, context: OnTimerContext<string>): Iterable<string> {
    yield `both ${context.getCurrentKey()} ${time} ${this.#sums.get(time)!.join('+')}`;
    this.#sums.remove(time);
  }

  #add(time: number, first: number, second: number, context: KeyedProcessContext<string>): void {
    const end = time - (time % 1000) + 1000;
    const [a, b] = this.#sums.get(end) ?? [0, 0];
    this.#sums.put(end, [a + first, b + second]);
    context.timerService().registerEventTimeTimer(end);
  }
}

export interface Rule {
  readonly name: string;
  readonly factor: number;
}

export const RULES = new MapStateDescriptor<string, Rule>('rules');

/** Counts rows per key and tells the count under every rule at the end of time. */
export class CountUnderRules extends KeyedBroadcastProcessFunction<string, Row, Rule, string> {
  #count!: ValueState<number>;

  override open(context: RuntimeContext): void {
    this.#count = context.getState(new ValueStateDescriptor('count', Types.INT, 0));
  }

  processElement(_row: Row, context: KeyedBroadcastElementContext<string>): void {
    this.#count.update(this.#count.value()! + 1);
    context.timerService().registerEventTimeTimer(END_OF_TIME);
  }

  processBroadcastElement(rule: Rule, context: KeyedBroadcastContext<string>): void {
    context.getBroadcastState(RULES).put(rule.name, rule);
  }

  override onTimer(_time: number, context: BroadcastOnTimerContext<string>, out: Collector<string>): void {
    for (const [name, rule] of context.getBroadcastState(RULES).entries()) out.collect(`rule ${name} ${context.getCurrentKey()} ${this.#count.value()! * rule.factor}`);
  }
}

/** Of a broadcast function without keys: the rules, once they must be known. */
export const applyRules = {
  processElement: (row: Row, context: { getBroadcastState(descriptor: typeof RULES): { get(name: string): Rule | null } }, out: Collector<string>): void => {
    out.collect(`applied ${row.index} ${row.value * (context.getBroadcastState(RULES).get('double')?.factor ?? -1)}`);
  },
  processBroadcastElement: (rule: Rule, context: BroadcastContext): void => {
    context.getBroadcastState(RULES).put(rule.name, rule);
  },
};
