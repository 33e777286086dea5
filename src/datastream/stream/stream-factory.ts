// Makes every kind of stream. The stream classes reach each other only through it (environment.streams), so that none
// of them imports another that imports it.
import { CollectSink } from '#connectors/collect/sink';
import { PrintSink } from '#connectors/print/sink';
import type { KeySpecification } from '#core/keys/key-specification';
import type { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import { AllWindowedStream } from '#datastream/stream/all-windowed-stream';
import { BroadcastConnectedStream } from '#datastream/stream/broadcast-connected-stream';
import { BroadcastStream } from '#datastream/stream/broadcast-stream';
import { ConnectedStreams } from '#datastream/stream/connected-streams';
import { CountWindowedStream } from '#datastream/stream/count-windowed-stream';
import type { DataStream } from '#datastream/stream/data-stream';
import { IntervalJoined } from '#datastream/stream/interval-joined';
import { KeyedStream } from '#datastream/stream/keyed-stream';
import { SingleOutputStreamOperator } from '#datastream/stream/single-output-stream-operator';
import { WindowedStream } from '#datastream/stream/windowed-stream';
import type { IntervalBounds } from '#datastream/functions/interval-join-function';
import type { WindowAssigner } from '#datastream/windowing/window-assigners';
import type { Transformation } from '#graph/transformation/transformation';
import type { OperatorFactory } from '#streaming/operator/stream-operator';
import type { MapStateDescriptor } from '#streaming/process/state-descriptors';
import type { Sink } from '#streaming/sink/sink';
import { createWatermarkOperator } from '#streaming/watermark/create-watermark-operator';
import type { WatermarkStrategy } from '#streaming/watermark/watermark-strategy';

export class StreamFactory {
  operator<T>(environment: StreamExecutionEnvironment, transformation: Transformation): SingleOutputStreamOperator<T> {
    return new SingleOutputStreamOperator(environment, transformation);
  }

  keyed<T, K>(input: DataStream<T>, key: KeySpecification): KeyedStream<T, K> {
    return new KeyedStream(input, key);
  }

  connected<T1, T2, K = never>(first: DataStream<T1>, second: DataStream<T2>): ConnectedStreams<T1, T2, K> {
    return new ConnectedStreams(first, second);
  }

  broadcast<T>(stream: DataStream<T>, descriptors: readonly MapStateDescriptor<any, any>[]): BroadcastStream<T> { // any: user's state types
    return new BroadcastStream(stream, descriptors);
  }

  /** @param key of the element side when that is keyed. */
  broadcastConnected<T, B, K>(elements: DataStream<T>, broadcast: BroadcastStream<B>, key: KeySpecification | undefined): BroadcastConnectedStream<T, B, K> {
    return new BroadcastConnectedStream(elements, broadcast, key);
  }

  windowed<T, K>(input: KeyedStream<T, K>, assigner: WindowAssigner<T>): WindowedStream<T, K> {
    return new WindowedStream(input, assigner);
  }

  countWindowed<T, K>(input: KeyedStream<T, K>, size: number): CountWindowedStream<T, K> {
    return new CountWindowedStream(input, size);
  }

  intervalJoined<T1, T2, K>(first: KeyedStream<T1, K>, second: KeyedStream<T2, K>, bounds: IntervalBounds): IntervalJoined<T1, T2, K> {
    return new IntervalJoined(first, second, bounds);
  }

  allWindowed<T>(input: DataStream<T>, assigner: WindowAssigner<T>): AllWindowedStream<T> {
    return new AllWindowedStream(input, assigner);
  }

  printSink(prefix: string | undefined): Sink {
    return new PrintSink(prefix) as Sink;
  }

  collectSink(): Sink {
    return new CollectSink() as unknown as Sink;
  }

  watermarkOperator(strategy: WatermarkStrategy<any>): OperatorFactory { // any: the stream's element type
    return { kind: 'stream', create: () => createWatermarkOperator(strategy) };
  }
}
