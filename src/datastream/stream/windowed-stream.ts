// A keyed stream cut into windows: what to do with each window of each key. Results carry window end - 1 as event time.
// Not here, with reasons in docs/flink-map: custom triggers and evictors (they would force every window to keep its elements).
import type { ReduceFunction } from '#datastream/functions/functions';
import type { KeyedStream } from '#datastream/stream/keyed-stream';
import type { SingleOutputStreamOperator } from '#datastream/stream/single-output-stream-operator';
import { WindowAggregations } from '#datastream/stream/window-aggregations';
import { windowDefinition } from '#datastream/windowing/window-definition';
import { bindWindowFunction, type WindowFunction } from '#datastream/windowing/process-window-function';
import type { WindowAssigner } from '#datastream/windowing/window-assigners';
import type { AggregateFunction } from '#state/keyed/keyed-state';
import type { WindowAggregation, WindowProcess } from '#streaming/window/window-operator-options';
import type { TypeInformation } from '#core/types/type-information';

export class WindowedStream<T, K> extends WindowAggregations<T> {
  readonly #input: KeyedStream<T, K>;

  constructor(input: KeyedStream<T, K>, assigner: WindowAssigner<T>) {
    super(assigner);
    this.#input = input;
  }

  protected get elementType(): TypeInformation<T> | undefined {
    return this.#input.getType();
  }

  /** One value per window; with a window function, what it makes of that value. */
  reduce(reducer: ReduceFunction<T>): SingleOutputStreamOperator<T>;
  reduce<R>(reducer: ReduceFunction<T>, windowFunction: WindowFunction<T, R, K>): SingleOutputStreamOperator<R>;
  reduce<R>(reducer: ReduceFunction<T>, windowFunction?: WindowFunction<T, R, K>): SingleOutputStreamOperator<T> | SingleOutputStreamOperator<R> {
    return this.applyReduce<R>(reducer, this.#bind(windowFunction));
  }

  aggregate<ACC, R>(aggregateFunction: AggregateFunction<T, ACC, R>): SingleOutputStreamOperator<R>;
  aggregate<ACC, V, R>(aggregateFunction: AggregateFunction<T, ACC, V>, windowFunction: WindowFunction<V, R, K>): SingleOutputStreamOperator<R>;
  aggregate<ACC, V, R>(aggregateFunction: AggregateFunction<T, ACC, V>, windowFunction?: WindowFunction<V, R, K>): SingleOutputStreamOperator<V> | SingleOutputStreamOperator<R> {
    return this.applyAggregate<ACC, V, R>(aggregateFunction, this.#bind(windowFunction));
  }

  /** All elements of each window, in arrival order: the window keeps every one until it is purged. */
  process<R>(windowFunction: WindowFunction<T, R, K>): SingleOutputStreamOperator<R> {
    return this.apply<R>({ kind: 'list' }, bindWindowFunction(this.settings.assigner.name, windowFunction), undefined, undefined);
  }

  #bind<V, R>(windowFunction: WindowFunction<V, R, K> | undefined): (() => WindowProcess) | undefined {
    return windowFunction === undefined ? undefined : bindWindowFunction(this.settings.assigner.name, windowFunction);
  }

  protected override apply<R>(
    aggregation: WindowAggregation, makeProcess: (() => WindowProcess) | undefined,
    accumulatorType: TypeInformation | undefined, outputType: TypeInformation | undefined,
  ): SingleOutputStreamOperator<R> {
    const inputType = this.#input.getType();
    return this.#input.transform(windowDefinition(this.settings, {
      aggregation, makeProcess, keys: this.#input.key, inputType, accumulatorType, outputType,
    }));
  }
}
