// Windows of a number of records per key. Runs as a keyed process function: a count and an accumulator in state.
import type { TypeInformation } from '#core/types/type-information';
import { CountWindowFunction } from '#datastream/functions/count-window-function';
import type { ReduceFunction } from '#datastream/functions/functions';
import { ProgramError } from '#datastream/errors';
import type { KeyedStream } from '#datastream/stream/keyed-stream';
import type { SingleOutputStreamOperator } from '#datastream/stream/single-output-stream-operator';
import type { AggregateFunction } from '#state/keyed/keyed-state';

export class CountWindowedStream<T, K> {
  readonly #input: KeyedStream<T, K>;
  readonly #size: number;

  constructor(input: KeyedStream<T, K>, size: number) {
    if (!Number.isSafeInteger(size) || size < 1) {
      throw new ProgramError('WINDOW_PARAMETERS_INVALID', `the size of a count window is ${String(size)}: give a whole number from 1 up`, { context: { size } });
    }
    this.#input = input;
    this.#size = size;
  }

  reduce(reducer: ReduceFunction<T>): SingleOutputStreamOperator<T> {
    const reduce = typeof reducer === 'function' ? reducer : (a: T, b: T) => reducer.reduce(a, b);
    const type = this.#input.getType();
    return this.#apply((value, reduced: T | null) => (reduced === null ? value : reduce(reduced, value)), (reduced) => reduced, type, type);
  }

  aggregate<ACC, R>(aggregate: AggregateFunction<T, ACC, R>): SingleOutputStreamOperator<R> {
    return this.#apply(
      (value, accumulator: ACC | null) => aggregate.add(value, accumulator ?? aggregate.createAccumulator()),
      (accumulator) => aggregate.getResult(accumulator), aggregate.accumulatorType, aggregate.resultType,
    );
  }

  #apply<ACC, R>(
    add: (value: T, accumulator: ACC | null) => ACC, finish: (accumulator: ACC) => R,
    accumulatorType: TypeInformation<ACC> | undefined, resultType: TypeInformation<R> | undefined,
  ): SingleOutputStreamOperator<R> {
    const size = this.#size;
    const result = this.#input.process<R>(() => new CountWindowFunction<K, T, ACC, R>({ size, add, finish, accumulatorType })).name('CountWindow');
    return resultType === undefined ? result : result.returns(resultType);
  }
}
