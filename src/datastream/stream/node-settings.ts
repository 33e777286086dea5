// What a program may set of the operator or sink behind a stream, whatever it is. Parallelisms are checked here, where the
// program gives them, so that the error points there.
import { MAX_PARALLELISM_LIMIT } from '#core/keys/key-groups';
import { GraphError } from '#graph/errors';
import type { Transformation } from '#graph/transformation/transformation';

/** Throws PARALLELISM_INVALID. @param what subject of the message. */
export function checkParallelism(what: string, value: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= MAX_PARALLELISM_LIMIT) return value;
  throw new GraphError('PARALLELISM_INVALID', `${what} is ${String(value)}: give a whole number from 1 to ${MAX_PARALLELISM_LIMIT}`, { context: { value } });
}

/** Setters of the node that a stream or sink stands for. */
export abstract class NodeSettings {
  abstract readonly transformation: Transformation;

  /** Plans and metrics show it; of a sink, as `<name>: Writer`. */
  name(name: string): this {
    this.transformation.name = name;
    return this;
  }

  /** Stable id of the node's state over changes of the program; unique in the job. */
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

  /** Throws PARALLELISM_INVALID. */
  setParallelism(parallelism: number): this {
    this.transformation.parallelism = checkParallelism(`the parallelism of "${this.transformation.name}"`, parallelism);
    return this;
  }

  /** Throws PARALLELISM_INVALID. */
  setMaxParallelism(maxParallelism: number): this {
    this.transformation.maxParallelism = checkParallelism(`the max parallelism of "${this.transformation.name}"`, maxParallelism);
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

/** For a class that has another base: gives its objects these setters; its interface extends NodeSettings. */
export function addNodeSettings(target: { readonly prototype: object }): void {
  const { constructor: _, ...setters } = Object.getOwnPropertyDescriptors(NodeSettings.prototype);
  Object.defineProperties(target.prototype, setters);
}
