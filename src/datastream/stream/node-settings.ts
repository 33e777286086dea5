// Parallelism settings of a node, checked where the program gives them so that the error points there.
import { MAX_PARALLELISM_LIMIT } from '#core/keys/key-groups';
import { GraphError } from '#graph/errors';
import type { Transformation } from '#graph/transformation/transformation';

/** Throws PARALLELISM_INVALID. @param what subject of the message. */
export function checkParallelism(what: string, value: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= MAX_PARALLELISM_LIMIT) return value;
  throw new GraphError('PARALLELISM_INVALID', `${what} is ${String(value)}: give a whole number from 1 to ${MAX_PARALLELISM_LIMIT}`, { context: { value } });
}

export function setNodeParallelism(node: Transformation, parallelism: number): void {
  node.parallelism = checkParallelism(`the parallelism of "${node.name}"`, parallelism);
}

export function setNodeMaxParallelism(node: Transformation, maxParallelism: number): void {
  node.maxParallelism = checkParallelism(`the max parallelism of "${node.name}"`, maxParallelism);
}
