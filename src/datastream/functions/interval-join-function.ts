// Joins two keyed inputs by closeness in event time. Each side keeps its records by event time until the watermark says
// that no partner can come any more. Invariant: a pair is made once, when its second record arrives.
import { Types, type TypeInformation } from '#core/types/type-information';
import { ProgramError } from '#datastream/errors';
import type { MapState } from '#state/keyed/keyed-state';
import { KeyedCoProcessFunction, type Collector, type KeyedProcessContext, type OnTimerContext } from '#streaming/process/process-functions';
import type { Counter, RuntimeContext } from '#streaming/process/runtime-context';
import { MapStateDescriptor } from '#streaming/process/state-descriptors';
import type { TimestampedCollector } from '#streaming/process/user-emission';

/** Of the second record's event time minus the first one's, in ms, both included. */
export interface IntervalBounds {
  readonly lowerMs: number;
  readonly upperMs: number;
}

export interface JoinedPair<T1, T2> {
  readonly first: T1;
  readonly second: T2;
  readonly firstTimestamp: number;
  readonly secondTimestamp: number;
}

export type PairFunction<T1, T2, R> = (pair: JoinedPair<T1, T2>, out: Collector<R>) => void;

export interface IntervalJoinDefinition<T1, T2, R> {
  readonly bounds: IntervalBounds;
  readonly join: PairFunction<T1, T2, R>;
  readonly firstType: TypeInformation<T1> | undefined;
  readonly secondType: TypeInformation<T2> | undefined;
}

export class IntervalJoinFunction<K, T1, T2, R> extends KeyedCoProcessFunction<K, T1, T2, R> {
  readonly #definition: IntervalJoinDefinition<T1, T2, R>;
  #first!: MapState<number, T1[]>;
  #second!: MapState<number, T2[]>;
  #lateCount!: Counter;

  constructor(definition: IntervalJoinDefinition<T1, T2, R>) {
    super();
    this.#definition = definition;
  }

  override open(context: RuntimeContext): void {
    const { firstType, secondType } = this.#definition;
    this.#first = context.getMapState(new MapStateDescriptor('first', Types.LONG, listOf(firstType)));
    this.#second = context.getMapState(new MapStateDescriptor('second', Types.LONG, listOf(secondType)));
    this.#lateCount = context.getMetricGroup().counter('numLateRecordsDropped');
  }

  processElement1(first: T1, context: KeyedProcessContext<K>, out: Collector<R>): void {
    const firstTimestamp = this.#timeOf(context);
    if (Number.isNaN(firstTimestamp)) return;
    const { lowerMs, upperMs } = this.#definition.bounds;
    append(this.#first, firstTimestamp, first);
    context.timerService().registerEventTimeTimer(firstTimestamp + Math.max(upperMs, 0));
    for (const [secondTimestamp, seconds] of this.#second.entries()) {
      if (secondTimestamp < firstTimestamp + lowerMs || secondTimestamp > firstTimestamp + upperMs) continue;
      for (const second of seconds) this.#emit({ first, second, firstTimestamp, secondTimestamp }, out);
    }
  }

  processElement2(second: T2, context: KeyedProcessContext<K>, out: Collector<R>): void {
    const secondTimestamp = this.#timeOf(context);
    if (Number.isNaN(secondTimestamp)) return;
    const { lowerMs, upperMs } = this.#definition.bounds;
    append(this.#second, secondTimestamp, second);
    context.timerService().registerEventTimeTimer(secondTimestamp - Math.min(lowerMs, 0));
    for (const [firstTimestamp, firsts] of this.#first.entries()) {
      if (secondTimestamp < firstTimestamp + lowerMs || secondTimestamp > firstTimestamp + upperMs) continue;
      for (const first of firsts) this.#emit({ first, second, firstTimestamp, secondTimestamp }, out);
    }
  }

  /** The records whose last possible partner would come now. */
  override onTimer(timestamp: number, _context: OnTimerContext<K>): void {
    const { lowerMs, upperMs } = this.#definition.bounds;
    this.#first.remove(timestamp - Math.max(upperMs, 0));
    this.#second.remove(timestamp + Math.min(lowerMs, 0));
  }

  /** NaN for a late record, which is dropped. */
  #timeOf(context: KeyedProcessContext<K>): number {
    const timestamp = context.timestamp();
    if (timestamp === null) {
      throw new ProgramError('INTERVAL_JOIN_TIMESTAMP_MISSING', 'a record without an event time reached an interval join: assign timestamps and watermarks before it');
    }
    if (timestamp >= context.timerService().currentWatermark()) return timestamp;
    this.#lateCount.inc();
    return Number.NaN;
  }

  #emit(pair: JoinedPair<T1, T2>, out: Collector<R>): void {
    (out as TimestampedCollector<R>).begin(Math.max(pair.firstTimestamp, pair.secondTimestamp));
    this.#definition.join(pair, out);
  }
}

function append<T>(state: MapState<number, T[]>, timestamp: number, value: T): void {
  const values = state.get(timestamp);
  state.put(timestamp, values === null ? [value] : [...values, value]);
}

function listOf<T>(type: TypeInformation<T> | undefined): TypeInformation<T[]> | undefined {
  return type === undefined ? undefined : Types.LIST(type);
}
