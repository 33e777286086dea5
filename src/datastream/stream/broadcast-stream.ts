// A stream whose records go to every subtask, to feed broadcast state.
import type { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import type { DataStream } from '#datastream/stream/data-stream';
import type { MapStateDescriptor } from '#streaming/process/state-descriptors';

export class BroadcastStream<B> {
  readonly stream: DataStream<B>;
  /** The states that functions behind it may ask for. */
  readonly descriptors: readonly MapStateDescriptor<any, any>[]; // any: user's state types

  constructor(stream: DataStream<B>, descriptors: readonly MapStateDescriptor<any, any>[]) { // any: user's state types
    this.stream = stream;
    this.descriptors = descriptors;
  }

  get environment(): StreamExecutionEnvironment {
    return this.stream.environment;
  }
}
