// The end of a stream: settings of the sink's node.
import { NodeSettings } from '#datastream/stream/node-settings';
import type { Transformation } from '#graph/transformation/transformation';

export class DataStreamSink<T> extends NodeSettings {
  readonly transformation: Transformation;
  /** Phantom: what the sink takes. */
  declare readonly elementType?: T;

  constructor(transformation: Transformation) {
    super();
    this.transformation = transformation;
  }
}
