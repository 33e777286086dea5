// Flink's KeyedStateStore: typed access to the state behind descriptors. The states themselves belong to whoever
// resolves them: the key's backend, or one window of a key. Thread: the slot's.
import type { AggregatingState, AnyState, ListState, MapState, ReducingState, StateDescriptor, ValueState } from '#state/keyed/keyed-state';
import type {
  AggregatingStateDescriptor, ListStateDescriptor, MapStateDescriptor, ReducingStateDescriptor, ValueStateDescriptor,
} from '#streaming/process/state-descriptors';

/** The states follow the current key: ask for them once, in `open`. */
export class KeyedStateStore {
  readonly #resolve: (descriptor: StateDescriptor) => AnyState;

  constructor(resolve: (descriptor: StateDescriptor) => AnyState) {
    this.#resolve = resolve;
  }

  getState<T>(descriptor: ValueStateDescriptor<T>): ValueState<T> {
    return this.#resolve(descriptor) as ValueState<T>;
  }

  getListState<T>(descriptor: ListStateDescriptor<T>): ListState<T> {
    return this.#resolve(descriptor) as ListState<T>;
  }

  getMapState<K, V>(descriptor: MapStateDescriptor<K, V>): MapState<K, V> {
    return this.#resolve(descriptor) as MapState<K, V>;
  }

  getReducingState<T>(descriptor: ReducingStateDescriptor<T>): ReducingState<T> {
    return this.#resolve(descriptor) as ReducingState<T>;
  }

  getAggregatingState<IN, ACC, OUT>(descriptor: AggregatingStateDescriptor<IN, ACC, OUT>): AggregatingState<IN, OUT> {
    return this.#resolve(descriptor) as AggregatingState<IN, OUT>;
  }
}
