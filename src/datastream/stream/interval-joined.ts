// Two keyed streams to be joined by closeness in event time: what to make of each pair.
import { ProgramError } from '#datastream/errors';
import { IntervalJoinFunction, type IntervalBounds, type JoinedPair, type PairFunction } from '#datastream/functions/interval-join-function';
import type { KeyedStream } from '#datastream/stream/keyed-stream';
import type { SingleOutputStreamOperator } from '#datastream/stream/single-output-stream-operator';

export type { JoinedPair };

export class IntervalJoined<T1, T2, K> {
  readonly #first: KeyedStream<T1, K>;
  readonly #second: KeyedStream<T2, K>;
  readonly #bounds: IntervalBounds;

  constructor(first: KeyedStream<T1, K>, second: KeyedStream<T2, K>, bounds: IntervalBounds) {
    const { lowerMs, upperMs } = bounds;
    if (!Number.isSafeInteger(lowerMs) || !Number.isSafeInteger(upperMs) || lowerMs > upperMs) {
      throw new ProgramError('WINDOW_PARAMETERS_INVALID', `the bounds of an interval join are ${String(lowerMs)} and ${String(upperMs)}: give whole milliseconds, the lower one first`, { context: { lowerMs, upperMs } });
    }
    this.#first = first;
    this.#second = second;
    this.#bounds = bounds;
  }

  /** Called once per pair; its rows carry the greater of both event times. Late records are dropped and counted. */
  process<R>(join: PairFunction<T1, T2, R>): SingleOutputStreamOperator<R> {
    const [bounds, firstType, secondType] = [this.#bounds, this.#first.getType(), this.#second.getType()];
    const connected = this.#first.environment.streams.connected<T1, T2, K>(this.#first, this.#second);
    return connected.process(() => new IntervalJoinFunction<K, T1, T2, R>({ bounds, join, firstType, secondType }) as never).name('Interval Join') as SingleOutputStreamOperator<R>;
  }
}
