// A stream whose records are grouped by key: keyed state, timers, rolling aggregations and windows live here.
// A rich map, filter or flatMap on it may use keyed state; plain functions stay in the fused loop of the chain.
import type { KeySpecification } from '#core/keys/key-specification';
import type { TypeInformation } from '#core/types/type-information';
import { keyedProcessFactory, type OneOrMaker } from '#datastream/functions/bind-process-functions';
import { fieldReducer, type FieldAggregation, type NumericFieldOf } from '#datastream/functions/field-aggregations';
import type { FilterFunction, FlatMapFunction, MapFunction, ReduceFunction } from '#datastream/functions/functions';
import type { IntervalBounds } from '#datastream/functions/interval-join-function';
import { keyedFilter, keyedFlatMap, keyedMap } from '#datastream/functions/keyed-row-functions';
import { BroadcastStream } from '#datastream/stream/broadcast-stream';
import type { BroadcastConnectedStream } from '#datastream/stream/broadcast-connected-stream';
import type { ConnectedStreams } from '#datastream/stream/connected-streams';
import type { CountWindowedStream } from '#datastream/stream/count-windowed-stream';
import { DataStream } from '#datastream/stream/data-stream';
import type { IntervalJoined } from '#datastream/stream/interval-joined';
import type { SingleOutputStreamOperator } from '#datastream/stream/single-output-stream-operator';
import { partitionedBy } from '#datastream/stream/transformations';
import type { WindowedStream } from '#datastream/stream/windowed-stream';
import type { WindowAssigner } from '#datastream/windowing/window-assigners';
import { FunctionPerSubtask } from '#streaming/process/function-per-subtask';
import { KeyedReduceOperator, type BoundReduceFunction } from '#streaming/process/keyed-reduce-operator';
import type { KeyedProcessFunctionShape } from '#streaming/process/process-functions';

export class KeyedStream<T, K> extends DataStream<T> {
  readonly key: KeySpecification;
  /** Phantom: type of the key. */
  declare readonly keyOf?: K;

  constructor(input: DataStream<T>, key: KeySpecification) {
    super(input.environment, partitionedBy(input.environment, input.transformation, { kind: 'hash', key }));
    this.key = key;
  }

  getKeyType(): TypeInformation<K> | undefined {
    return this.key.type as TypeInformation<K> | undefined;
  }

  override process<R>(processFunction: OneOrMaker<KeyedProcessFunctionShape<K, T, R>>): SingleOutputStreamOperator<R> {
    return this.transform({ name: 'KeyedProcess', operator: keyedProcessFactory(processFunction, this.key) });
  }

  override map<R>(mapper: MapFunction<T, R>): SingleOutputStreamOperator<R> {
    if (typeof mapper === 'function') return super.map(mapper);
    return this.transform({ name: 'Map', operator: keyedProcessFactory(keyedMap(mapper), this.key) });
  }

  override filter<S extends T>(predicate: (value: T) => value is S): SingleOutputStreamOperator<S>;
  override filter(predicate: FilterFunction<T>): SingleOutputStreamOperator<T>;
  override filter(predicate: FilterFunction<T>): SingleOutputStreamOperator<T> {
    if (typeof predicate === 'function') return super.filter(predicate);
    return this.transform({ name: 'Filter', operator: keyedProcessFactory(keyedFilter(predicate), this.key), outputType: this.getType() });
  }

  override flatMap<R>(flatMapper: FlatMapFunction<T, R>): SingleOutputStreamOperator<R> {
    if (typeof flatMapper === 'function') return super.flatMap(flatMapper);
    return this.transform({ name: 'Flat Map', operator: keyedProcessFactory(keyedFlatMap(flatMapper), this.key) });
  }

  /** Rolling reduce: after each record the value so far of its key. */
  reduce(reducer: ReduceFunction<T>): SingleOutputStreamOperator<T> {
    return this.#reduce('Keyed Reduce', typeof reducer === 'function' ? { reduce: reducer } : reducer);
  }

  /** @param field left out on a stream of plain numbers. The other fields are those of the key's first record. */
  sum(field?: NumericFieldOf<T>): SingleOutputStreamOperator<T> {
    return this.#aggregate('sum', field);
  }

  min(field?: NumericFieldOf<T>): SingleOutputStreamOperator<T> {
    return this.#aggregate('min', field);
  }

  max(field?: NumericFieldOf<T>): SingleOutputStreamOperator<T> {
    return this.#aggregate('max', field);
  }

  /** The whole record with the lowest value of the field. */
  minBy(field?: NumericFieldOf<T>, options: { readonly keep?: 'first' | 'last' } = {}): SingleOutputStreamOperator<T> {
    return this.#aggregate('minBy', field, options.keep !== 'last');
  }

  maxBy(field?: NumericFieldOf<T>, options: { readonly keep?: 'first' | 'last' } = {}): SingleOutputStreamOperator<T> {
    return this.#aggregate('maxBy', field, options.keep !== 'last');
  }

  window(assigner: WindowAssigner<T>): WindowedStream<T, K> {
    return this.environment.streams.windowed<T, K>(this, assigner);
  }

  /** A window closes with its `size`-th record of the key and starts anew; an unfinished one gives nothing. */
  countWindow(size: number): CountWindowedStream<T, K> {
    return this.environment.streams.countWindowed<T, K>(this, size);
  }

  /**
   * Pairs of records of one key whose event times lie within bounds: first + lowerMs <= second <= first + upperMs.
   * Both bounds belong to the interval.
   */
  intervalJoin<T2>(other: KeyedStream<T2, K>, bounds: IntervalBounds): IntervalJoined<T, T2, K> {
    return this.environment.streams.intervalJoined<T, T2, K>(this, other, bounds);
  }

  override connect<B>(broadcast: BroadcastStream<B>): BroadcastConnectedStream<T, B, K>;
  override connect<T2>(other: KeyedStream<T2, K>): ConnectedStreams<T, T2, K>;
  override connect<T2>(other: DataStream<T2>): ConnectedStreams<T, T2>;
  override connect<T2>(other: DataStream<T2> | BroadcastStream<T2>): ConnectedStreams<T, T2, K> | ConnectedStreams<T, T2> | BroadcastConnectedStream<T, T2, K> {
    if (other instanceof BroadcastStream) return this.environment.streams.broadcastConnected<T, T2, K>(this, other, this.key);
    return super.connect(other);
  }

  #aggregate(aggregation: FieldAggregation, field: NumericFieldOf<T> | undefined, isFirstKept = true): SingleOutputStreamOperator<T> {
    const reduce = fieldReducer<T>(aggregation, field as string | number | undefined, this.getType(), isFirstKept);
    return this.#reduce('Keyed Aggregation', { reduce });
  }

  #reduce(name: string, reducer: BoundReduceFunction): SingleOutputStreamOperator<T> {
    const functions = new FunctionPerSubtask<BoundReduceFunction>(reducer);
    const { key } = this;
    const type = this.getType();
    const create = () => new KeyedReduceOperator(functions.take(), key, type);
    return this.transform({ name, operator: { kind: 'stream', keys: [key], create }, outputType: type });
  }
}
