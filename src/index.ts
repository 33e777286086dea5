// The package `millrace`: what programs import. Re-exports only; the first line gives a host process its executor.
export {} from '#client/cluster-client/install-host-executor';

export { Types, type Infer, type TypeInformation } from '#core/types/type-information';
export { Configuration } from '#core/config/configuration';
export { EngineError } from '#core/errors/engine-error';

export { StreamExecutionEnvironment, type ConfigurationInput, type LocalEnvironmentOptions } from '#datastream/environment/stream-execution-environment';
export type { JobClient, JobExecutionResult, ProgramJobStatus } from '#datastream/environment/job-client';
export type { JobProgram } from '#client/submission/run-program';
export { runJob, type RunJobOptions } from '#client/submission/run-job';

export { DataStream } from '#datastream/stream/data-stream';
export { SingleOutputStreamOperator } from '#datastream/stream/single-output-stream-operator';
export { KeyedStream } from '#datastream/stream/keyed-stream';
export { CountWindowedStream } from '#datastream/stream/count-windowed-stream';
export { IntervalJoined, type JoinedPair } from '#datastream/stream/interval-joined';
export { ConnectedStreams } from '#datastream/stream/connected-streams';
export { BroadcastStream } from '#datastream/stream/broadcast-stream';
export { BroadcastConnectedStream } from '#datastream/stream/broadcast-connected-stream';
export { WindowedStream } from '#datastream/stream/windowed-stream';
export { AllWindowedStream } from '#datastream/stream/all-windowed-stream';
export { DataStreamSink } from '#datastream/stream/data-stream-sink';
export { CollectedRows } from '#datastream/stream/collected-rows';

export {
  RichFilterFunction, RichFlatMapFunction, RichMapFunction, RichReduceFunction,
  type CoFlatMapFunction, type CoMapFunction, type FilterFunction, type FlatMapFunction, type KeySelector, type MapFunction, type ReduceFunction,
} from '#datastream/functions/functions';
export {
  CoProcessFunction, KeyedCoProcessFunction, KeyedProcessFunction, ProcessFunction,
  type Collector, type Emission, type KeyedProcessContext, type OnTimerContext, type ProcessContext, type RichFunction, type TimerService,
} from '#streaming/process/process-functions';
export {
  BroadcastProcessFunction, KeyedBroadcastProcessFunction,
  type BroadcastContext, type BroadcastElementContext, type BroadcastOnTimerContext, type BroadcastState, type KeyedBroadcastContext,
  type KeyedBroadcastElementContext, type ReadOnlyBroadcastState,
} from '#streaming/process/broadcast-process-functions';
export { perSubtask } from '#streaming/process/function-per-subtask';
export { OutputTag } from '#streaming/process/output-tag';
export { KeyedStateStore } from '#streaming/process/keyed-state-store';
export { RuntimeContext, type Counter, type TaskInfo } from '#streaming/process/runtime-context';
export {
  AggregatingStateDescriptor, ListStateDescriptor, MapStateDescriptor, ReducingStateDescriptor, ValueStateDescriptor,
} from '#streaming/process/state-descriptors';
export type {
  AggregateFunction, AggregatingState, ListState, MapState, ReducingState, StateTtlConfig, ValueState,
} from '#state/keyed/keyed-state';

export { SavepointReader, type SnapshotOperatorInfo, type SnapshotStateInfo } from '#client/savepoint/savepoint-reader';
export { SavepointWriter } from '#client/savepoint/savepoint-writer';
export {
  OperatorTransformation, type BootstrapTransformation, type KeyedBootstrapContext, type KeyedStateBootstrapFunction, type StateBootstrapFunction,
} from '#client/savepoint/state-bootstrap';
export type { KeyedStateRow } from '#state/keyed/state-section-rows';

export { Time } from '#datastream/windowing/time';
export {
  EventTimeSessionWindows, ProcessingTimeSessionWindows, SlidingEventTimeWindows, SlidingProcessingTimeWindows, TumblingEventTimeWindows,
  TumblingProcessingTimeWindows, type WindowAssigner,
} from '#datastream/windowing/window-assigners';
export {
  ProcessAllWindowFunction, ProcessWindowFunction, type AllWindowFunction, type ProcessWindowContext, type WindowFunction,
} from '#datastream/windowing/process-window-function';
export type { TimeWindow } from '#streaming/window/window-operator-options';
export { WatermarkStrategy, type WatermarkGenerator, type WatermarkOutput } from '#streaming/watermark/watermark-strategy';

export {
  ReadStatus, type Boundedness, type ReaderOutput, type Source, type SourceReader, type SourceReaderContext, type SplitEnumerator, type SplitEnumeratorContext,
} from '#streaming/source/source';
export type { Committer, Sink, SinkWriter, SinkWriterContext } from '#streaming/sink/sink';

export { BlackholeSink } from '#connectors/blackhole/sink';
export { CollectionSource } from '#connectors/collection/source';
export { DataGeneratorSource } from '#connectors/datagen/source';
export { FileSink, type FileSinkOptions } from '#connectors/files/sink';
export { dateTimeBuckets, type BucketAssigner, type BucketContext } from '#connectors/files/bucket-assigner';
export { RollingPolicy, type SizeAndTime } from '#connectors/files/rolling-policy';
export { FileSource } from '#connectors/files/source';
export type { Auction, Bid, NexmarkEvent, Person } from '#connectors/nexmark/event';
export { NexmarkSource } from '#connectors/nexmark/source';
export type { NexmarkSourceOptions } from '#connectors/nexmark/options';
export { PrintSink } from '#connectors/print/sink';
export { SequenceSource } from '#connectors/sequence/source';
