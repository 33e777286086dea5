// A whole stream cut into windows, without keys: one subtask does it all. Results carry window end - 1 as event time.
import type { ReduceFunction } from '#datastream/functions/functions';
import type { DataStream } from '#datastream/stream/data-stream';
import type { SingleOutputStreamOperator } from '#datastream/stream/single-output-stream-operator';
import { WindowAggregations } from '#datastream/stream/window-aggregations';
import { windowDefinition } from '#datastream/windowing/window-definition';
import { type AllWindowFunction, bindAllWindowFunction } from '#datastream/windowing/process-window-function';
import type { WindowAssigner } from '#datastream/windowing/window-assigners';
import type { AggregateFunction } from '#state/keyed/keyed-state';
import { ONLY_KEY, type WindowAggregation, type WindowProcess } from '#streaming/window/window-operator-options';
import type { TypeInformation } from '#core/types/type-information';

export class AllWindowedStream<T> extends WindowAggregations<T> {
  readonly #input: DataStream<T>;

  constructor(input: DataStream<T>, assigner: WindowAssigner<T>) {
    super(assigner);
    this.#input = input;
  }

  protected get elementType(): TypeInformation<T> | undefined {
    return this.#input.getType();
  }

  reduce(reducer: ReduceFunction<T>): SingleOutputStreamOperator<T>;
  reduce<R>(reducer: ReduceFunction<T>, windowFunction: AllWindowFunction<T, R>): SingleOutputStreamOperator<R>;
  reduce<R>(reducer: ReduceFunction<T>, windowFunction?: AllWindowFunction<T, R>): SingleOutputStreamOperator<T> | SingleOutputStreamOperator<R> {
    return this.applyReduce<R>(reducer, this.#bind(windowFunction));
  }

  aggregate<ACC, R>(aggregateFunction: AggregateFunction<T, ACC, R>): SingleOutputStreamOperator<R>;
  aggregate<ACC, V, R>(aggregateFunction: AggregateFunction<T, ACC, V>, windowFunction: AllWindowFunction<V, R>): SingleOutputStreamOperator<R>;
  aggregate<ACC, V, R>(aggregateFunction: AggregateFunction<T, ACC, V>, windowFunction?: AllWindowFunction<V, R>): SingleOutputStreamOperator<V> | SingleOutputStreamOperator<R> {
    return this.applyAggregate<ACC, V, R>(aggregateFunction, this.#bind(windowFunction));
  }

  process<R>(windowFunction: AllWindowFunction<T, R>): SingleOutputStreamOperator<R> {
    return this.apply<R>({ kind: 'list' }, bindAllWindowFunction(this.settings.assigner.name, windowFunction), undefined, undefined);
  }

  #bind<V, R>(windowFunction: AllWindowFunction<V, R> | undefined): (() => WindowProcess) | undefined {
    return windowFunction === undefined ? undefined : bindAllWindowFunction(this.settings.assigner.name, windowFunction);
  }

  protected override apply<R>(
    aggregation: WindowAggregation, makeProcess: (() => WindowProcess) | undefined,
    accumulatorType: TypeInformation | undefined, outputType: TypeInformation | undefined,
  ): SingleOutputStreamOperator<R> {
    const inputType = this.#input.getType();
    const stream = this.#input.global().transform<R>(windowDefinition(this.settings, {
      aggregation, makeProcess, keys: ONLY_KEY, inputType, accumulatorType, outputType,
    }));
    return stream.setParallelism(1).setMaxParallelism(1);
  }
}
