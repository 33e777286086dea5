// A stream that an operator of its own produces, so that the operator can be named, sized and placed.
import type { TypeInformation } from '#core/types/type-information';
import { DataStream } from '#datastream/stream/data-stream';
import { setNodeMaxParallelism, setNodeParallelism } from '#datastream/stream/node-settings';
import type { OutputTag } from '#streaming/process/output-tag';

export class SingleOutputStreamOperator<T> extends DataStream<T> {
  name(name: string): this {
    this.transformation.name = name;
    return this;
  }

  /** Stable id of the operator's state over changes of the program; unique in the job. */
  uid(uid: string): this {
    this.transformation.uid = uid;
    return this;
  }

  /** The operator id itself, 32 hex digits: to match state of a job that ran without uids. */
  uidHash(uidHash: string): this {
    this.transformation.uidHash = uidHash;
    return this;
  }

  setDescription(description: string): this {
    this.transformation.description = description;
    return this;
  }

  setParallelism(parallelism: number): this {
    setNodeParallelism(this.transformation, parallelism);
    return this;
  }

  setMaxParallelism(maxParallelism: number): this {
    setNodeMaxParallelism(this.transformation, maxParallelism);
    return this;
  }

  /** @param timeoutMs longest time a row waits in a partly filled frame; 0 = none, -1 = until the frame is full. */
  setBufferTimeout(timeoutMs: number): this {
    this.transformation.bufferTimeoutMs = timeoutMs;
    return this;
  }

  disableChaining(): this {
    this.transformation.chaining = 'never';
    return this;
  }

  startNewChain(): this {
    this.transformation.chaining = 'head';
    return this;
  }

  slotSharingGroup(group: string): this {
    this.transformation.slotSharingGroup = group;
    return this;
  }

  /** Declares the type of the records: they travel and are stored in columns of that type. */
  returns<R extends T>(type: TypeInformation<R>): SingleOutputStreamOperator<R> {
    this.transformation.outputType = type;
    return this as unknown as SingleOutputStreamOperator<R>;
  }

  getSideOutput<X>(tag: OutputTag<X>): DataStream<X> {
    return new DataStream(this.environment, this.environment.transformations.sideOutput(this.transformation, tag.id, tag.type));
  }
}
