// A stream of elements that meets broadcast state. K is never when the element side has no keys.
import type { KeySpecification } from '#core/keys/key-specification';
import { broadcastProcessFactory, type OneOrMaker } from '#datastream/functions/bind-process-functions';
import type { BroadcastStream } from '#datastream/stream/broadcast-stream';
import type { DataStream } from '#datastream/stream/data-stream';
import type { SingleOutputStreamOperator } from '#datastream/stream/single-output-stream-operator';
import { addTwoInput } from '#datastream/stream/transformations';
import type { BroadcastProcessFunctionShape, KeyedBroadcastProcessFunctionShape } from '#streaming/process/broadcast-process-functions';

export type BroadcastProcessOf<T, B, R, K> = [K] extends [never] ? BroadcastProcessFunctionShape<T, B, R> : KeyedBroadcastProcessFunctionShape<K, T, B, R>;

export class BroadcastConnectedStream<T, B, K = never> {
  readonly elements: DataStream<T>;
  readonly broadcast: BroadcastStream<B>;
  readonly #key: KeySpecification | undefined;

  constructor(elements: DataStream<T>, broadcast: BroadcastStream<B>, key: KeySpecification | undefined) {
    this.elements = elements;
    this.broadcast = broadcast;
    this.#key = key;
  }

  process<R>(processFunction: OneOrMaker<BroadcastProcessOf<T, B, R, K>>): SingleOutputStreamOperator<R> {
    const { environment } = this.elements;
    const operator = broadcastProcessFactory(processFunction as OneOrMaker<BroadcastProcessFunctionShape<T, B, R>>, this.#key, this.broadcast.descriptors);
    const name = this.#key === undefined ? 'Co-Process-Broadcast' : 'Co-Process-Broadcast-Keyed';
    return environment.streams.operator(environment, addTwoInput(environment, this.elements.transformation, this.broadcast.stream.transformation, { name, operator }));
  }
}
