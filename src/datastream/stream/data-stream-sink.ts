// The end of a stream: settings of the sink's node.
import { setNodeMaxParallelism, setNodeParallelism } from '#datastream/stream/node-settings';
import type { Transformation } from '#graph/transformation/transformation';

export class DataStreamSink<T> {
  readonly transformation: Transformation;
  /** Phantom: what the sink takes. */
  declare readonly elementType?: T;

  constructor(transformation: Transformation) {
    this.transformation = transformation;
  }

  /** Plans show it as `<name>: Writer`. */
  name(name: string): this {
    this.transformation.name = name;
    return this;
  }

  /** Stable id of the sink's state over changes of the program. */
  uid(uid: string): this {
    this.transformation.uid = uid;
    return this;
  }

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

  disableChaining(): this {
    this.transformation.chaining = 'never';
    return this;
  }

  slotSharingGroup(group: string): this {
    this.transformation.slotSharingGroup = group;
    return this;
  }
}
