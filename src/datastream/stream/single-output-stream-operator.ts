// A stream that an operator of its own produces, so that the operator can be named, sized and placed.
import type { TypeInformation } from '#core/types/type-information';
import { DataStream } from '#datastream/stream/data-stream';
import { addNodeSettings, type NodeSettings } from '#datastream/stream/node-settings';
import type { OutputTag } from '#streaming/process/output-tag';

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- safe: the static block below adds what the interface says
export interface SingleOutputStreamOperator<T> extends NodeSettings {
  /** As of every stream. */
  readonly transformation: DataStream<T>['transformation'];
}

export class SingleOutputStreamOperator<T> extends DataStream<T> {
  static {
    addNodeSettings(this);
  }

  /** @param timeoutMs longest time a row waits in a partly filled frame; 0 = none, -1 = until the frame is full. */
  setBufferTimeout(timeoutMs: number): this {
    this.transformation.bufferTimeoutMs = timeoutMs;
    return this;
  }

  startNewChain(): this {
    this.transformation.chaining = 'head';
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
