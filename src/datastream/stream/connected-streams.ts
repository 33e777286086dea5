// Two streams of different types that one operator reads. Keyed when both sides are keyed by keys of the same type:
// then equal keys of both sides meet in one subtask, with shared keyed state. K is never for streams without keys.
import type { KeySpecification } from '#core/keys/key-specification';
import {
  coFlatMapAsCoProcess, coMapAsCoProcess, coProcessFactory, type OneOrMaker,
} from '#datastream/functions/bind-process-functions';
import type { CoFlatMapFunction, CoMapFunction, KeySelector } from '#datastream/functions/functions';
import type { DataStream } from '#datastream/stream/data-stream';
import { KeyedStream } from '#datastream/stream/keyed-stream';
import type { SingleOutputStreamOperator } from '#datastream/stream/single-output-stream-operator';
import { addTwoInput } from '#datastream/stream/transformations';
import type { OperatorFactory } from '#streaming/operator/stream-operator';
import { FunctionPerSubtask } from '#streaming/process/function-per-subtask';
import type { CoProcessFunctionShape, KeyedCoProcessFunctionShape } from '#streaming/process/process-functions';
import type { TypeInformation } from '#core/types/type-information';

/** Keyed connected streams take keyed functions, others plain ones. */
export type CoProcessOf<T1, T2, R, K> = [K] extends [never] ? CoProcessFunctionShape<T1, T2, R> : KeyedCoProcessFunctionShape<K, T1, T2, R>;

export class ConnectedStreams<T1, T2, K = never> {
  readonly first: DataStream<T1>;
  readonly second: DataStream<T2>;

  constructor(first: DataStream<T1>, second: DataStream<T2>) {
    this.first = first;
    this.second = second;
  }

  keyBy<K2>(selector1: KeySelector<T1, K2>, selector2: KeySelector<T2, K2>, keyType?: TypeInformation<K2>): ConnectedStreams<T1, T2, K2> {
    return new ConnectedStreams<T1, T2, K2>(this.first.keyBy(selector1, keyType), this.second.keyBy(selector2, keyType));
  }

  map<R>(mapper: CoMapFunction<T1, T2, R>): SingleOutputStreamOperator<R> {
    const functions = new FunctionPerSubtask(mapper);
    return this.#transform('Co-Map', coProcessFactory(() => coMapAsCoProcess(functions.take()), this.#keys()));
  }

  flatMap<R>(flatMapper: CoFlatMapFunction<T1, T2, R>): SingleOutputStreamOperator<R> {
    const functions = new FunctionPerSubtask(flatMapper);
    return this.#transform('Co-Flat Map', coProcessFactory(() => coFlatMapAsCoProcess(functions.take()), this.#keys()));
  }

  process<R>(processFunction: OneOrMaker<CoProcessOf<T1, T2, R, K>>): SingleOutputStreamOperator<R> {
    const keys = this.#keys();
    const template = processFunction as OneOrMaker<CoProcessFunctionShape<T1, T2, R>>;
    return this.#transform(keys === undefined ? 'Co-Process' : 'Co-Keyed-Process', coProcessFactory(template, keys));
  }

  #keys(): readonly [KeySpecification, KeySpecification] | undefined {
    return this.first instanceof KeyedStream && this.second instanceof KeyedStream ? [this.first.key, this.second.key] : undefined;
  }

  #transform<R>(name: string, operator: OperatorFactory): SingleOutputStreamOperator<R> {
    const { environment } = this.first;
    return environment.streams.operator(environment, addTwoInput(environment, this.first.transformation, this.second.transformation, { name, operator }));
  }
}
