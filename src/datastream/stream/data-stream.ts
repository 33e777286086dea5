// A stream of records of type T in a program that is being built: what can be done with it. Nothing runs here; each
// call adds to the environment's dataflow. Lives in the process that runs the program, on its main thread.
import { Types, typesEqual, type TypeInformation } from '#core/types/type-information';
import { processFactory, type OneOrMaker } from '#datastream/functions/bind-process-functions';
import type { FilterFunction, FlatMapFunction, KeySelector, MapFunction } from '#datastream/functions/functions';
import { filterRowOperator, flatMapRowOperator, mapRowOperator } from '#datastream/functions/row-operators';
import type { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import { ProgramError } from '#datastream/errors';
import { CollectedRows } from '#datastream/stream/collected-rows';
import type { AllWindowedStream } from '#datastream/stream/all-windowed-stream';
import type { BroadcastStream } from '#datastream/stream/broadcast-stream';
import type { BroadcastConnectedStream } from '#datastream/stream/broadcast-connected-stream';
import type { ConnectedStreams } from '#datastream/stream/connected-streams';
import { DataStreamSink } from '#datastream/stream/data-stream-sink';
import { keySpecification } from '#datastream/stream/key-specification';
import type { KeyedStream } from '#datastream/stream/keyed-stream';
import type { SingleOutputStreamOperator } from '#datastream/stream/single-output-stream-operator';
import { addOneInput, addSink, partitionedBy, type OperatorDefinition } from '#datastream/stream/transformations';
import type { WindowAssigner } from '#datastream/windowing/window-assigners';
import type { Transformation } from '#graph/transformation/transformation';
import type { Partitioner } from '#shuffle/partitioner/partitioner';
import type { ProcessFunctionShape } from '#streaming/process/process-functions';
import type { MapStateDescriptor } from '#streaming/process/state-descriptors';
import type { Sink } from '#streaming/sink/sink';
import type { WatermarkStrategy } from '#streaming/watermark/watermark-strategy';

export class DataStream<T> {
  readonly environment: StreamExecutionEnvironment;
  readonly transformation: Transformation;

  constructor(environment: StreamExecutionEnvironment, transformation: Transformation) {
    this.environment = environment;
    this.transformation = transformation;
  }

  /** Declared or known type; undefined when it is inferred at run time. */
  getType(): TypeInformation<T> | undefined {
    return this.transformation.outputType as TypeInformation<T> | undefined;
  }

  map<R>(mapper: MapFunction<T, R>): SingleOutputStreamOperator<R> {
    return this.transform({ name: 'Map', operator: { kind: 'row', row: mapRowOperator(mapper) } });
  }

  /** A predicate that is a type guard narrows the stream's type. */
  filter<S extends T>(predicate: (value: T) => value is S): SingleOutputStreamOperator<S>;
  filter(predicate: FilterFunction<T>): SingleOutputStreamOperator<T>;
  filter(predicate: FilterFunction<T>): SingleOutputStreamOperator<T> {
    return this.transform({ name: 'Filter', operator: { kind: 'row', row: filterRowOperator(predicate) }, outputType: this.getType() });
  }

  /** The function collects its rows, or returns an iterable (a generator) that is pulled from as there is room. */
  flatMap<R>(flatMapper: FlatMapFunction<T, R>): SingleOutputStreamOperator<R> {
    return this.transform({ name: 'Flat Map', operator: { kind: 'row', row: flatMapRowOperator(flatMapper) } });
  }

  process<R>(processFunction: OneOrMaker<ProcessFunctionShape<T, R>>): SingleOutputStreamOperator<R> {
    return this.transform({ name: 'Process', operator: processFactory(processFunction) });
  }

  /**
   * Sends equal keys to the same subtask. @param keyType declared type of the key: faster, and the key's schema in
   * snapshots; a field name takes it from the declared type of the stream.
   */
  keyBy<F extends keyof T & string>(field: F, keyType?: TypeInformation<T[F]>): KeyedStream<T, T[F]>;
  keyBy<K>(selector: KeySelector<T, K>, keyType?: TypeInformation<K>): KeyedStream<T, K>;
  keyBy(key: string | KeySelector<T, unknown>, keyType?: TypeInformation): KeyedStream<T, unknown> {
    return this.environment.streams.keyed(this, keySpecification(key, keyType, this.getType()));
  }

  union(...others: readonly DataStream<T>[]): DataStream<T> {
    for (const other of others) this.#checkEnvironment(other.environment);
    const union = this.environment.transformations.union([this.transformation, ...others.map((other) => other.transformation)]);
    const type = this.getType();
    if (type !== undefined && others.every((other) => typesEqual(other.getType() ?? Types.ANY, type))) union.outputType = type;
    return new DataStream(this.environment, union);
  }

  connect<B>(broadcast: BroadcastStream<B>): BroadcastConnectedStream<T, B, never>;
  connect<T2>(other: DataStream<T2>): ConnectedStreams<T, T2>;
  connect<T2>(other: DataStream<T2> | BroadcastStream<T2>): ConnectedStreams<T, T2> | BroadcastConnectedStream<T, T2, never> {
    this.#checkEnvironment(other.environment);
    const streams = this.environment.streams;
    return other instanceof DataStream ? streams.connected(this, other) : streams.broadcastConnected<T, T2, never>(this, other, undefined);
  }

  /** Every record to a random subtask. */
  shuffle(): DataStream<T> {
    return this.partitioned({ kind: 'shuffle' });
  }

  /** Round robin over all subtasks. */
  rebalance(): DataStream<T> {
    return this.partitioned({ kind: 'rebalance' });
  }

  /** Round robin over the subtasks near the sender. */
  rescale(): DataStream<T> {
    return this.partitioned({ kind: 'rescale' });
  }

  /** All records to subtask 0. */
  global(): DataStream<T> {
    return this.partitioned({ kind: 'global' });
  }

  /** From subtask n to subtask n; both sides must have the same parallelism. */
  forward(): DataStream<T> {
    return this.partitioned({ kind: 'forward' });
  }

  /** Without descriptors every record goes to every subtask; with them the stream feeds broadcast state. */
  broadcast(): DataStream<T>;
  broadcast(...descriptors: readonly [MapStateDescriptor<any, any>, ...MapStateDescriptor<any, any>[]]): BroadcastStream<T>; // any: user's state types
  broadcast(...descriptors: readonly MapStateDescriptor<any, any>[]): DataStream<T> | BroadcastStream<T> { // any: user's state types
    const stream = this.partitioned({ kind: 'broadcast' });
    return descriptors.length === 0 ? stream : this.environment.streams.broadcast(stream, descriptors);
  }

  /** @param partition target subtask in [0, count) for the record's key. */
  partitionCustom<K>(partition: (key: K, count: number) => number, selector: KeySelector<T, K>): DataStream<T> {
    return this.partitioned({ kind: 'custom', key: { selector, type: undefined }, partition });
  }

  assignTimestampsAndWatermarks(strategy: WatermarkStrategy<T>): SingleOutputStreamOperator<T> {
    const operator = this.environment.streams.watermarkOperator(strategy);
    return this.transform({ name: 'Timestamps/Watermarks', operator, outputType: this.getType() });
  }

  /** One key for the whole stream: runs at parallelism 1. */
  windowAll(assigner: WindowAssigner<T>): AllWindowedStream<T> {
    return this.environment.streams.allWindowed(this, assigner);
  }

  sinkTo(sink: Sink<T, any, any>): DataStreamSink<T> { // any: the sink's own state and committables
    return this.addSink(sink as unknown as Sink, 'Sink');
  }

  /** Writes each record's text to standard output, with `prefix:` and, at parallelism above 1, `subtask>` before it. */
  print(prefix?: string): DataStreamSink<T> {
    return this.addSink(this.environment.streams.printSink(prefix), 'Print to Std. Out');
  }

  /** Runs the program and gives this stream's records; with a limit the job is canceled once it has so many. */
  async executeAndCollect(limit?: number, jobName?: string): Promise<T[]> {
    const rows = this.collectAsync();
    const client = await this.environment.executeAsync(jobName);
    const result: T[] = [];
    if (limit === undefined || limit > 0) {
      for await (const row of rows) if (result.push(row) === limit) break;
    }
    if (limit === undefined || result.length < limit) await client.getJobExecutionResult();
    else await client.cancel();
    return result;
  }

  /** The records of this stream once the program is executed, in arrival order. Closing the iterator does not end the job. */
  collectAsync(): CollectedRows<T> {
    const sink = this.addSink(this.environment.streams.collectSink(), 'Collect');
    const uid = `collect-${sink.transformation.id}`;
    sink.uid(uid);
    const rows = new CollectedRows<T>(uid);
    this.environment.addExecutionListener((client) => rows.start(client));
    return rows;
  }

  /** Adds an operator behind this stream: what the methods above are made of. */
  transform<R>(definition: OperatorDefinition): SingleOutputStreamOperator<R> {
    return this.environment.streams.operator(this.environment, addOneInput(this.environment, this.transformation, definition));
  }

  protected partitioned(partitioner: Partitioner): DataStream<T> {
    return new DataStream(this.environment, partitionedBy(this.environment, this.transformation, partitioner));
  }

  protected addSink(sink: Sink, name: string): DataStreamSink<T> {
    return new DataStreamSink(addSink(this.environment, this.transformation, sink, name));
  }

  #checkEnvironment(other: StreamExecutionEnvironment): void {
    if (other !== this.environment) {
      throw new ProgramError('PROGRAM_ENVIRONMENTS_MIXED', 'two streams of different environments meet: build both from the same environment');
    }
  }
}
