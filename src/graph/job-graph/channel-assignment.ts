// Which subtasks a channel connects, as Flink's edge managers decide. Pure; producer and consumer compute the same.
import { assert } from '#core/assert';
import type { DistributionPattern } from '#graph/job-graph/job-graph';

/** Subtask indexes, both ends included. */
export interface SubtaskRange {
  readonly start: number;
  readonly end: number;
}

/** Consumers that subtask `producerIndex` of a point-wise edge writes to. Never empty; with fewer consumers, several producers share one. */
export function pointwiseTargets(producerParallelism: number, consumerParallelism: number, producerIndex: number): SubtaskRange {
  assert(producerIndex >= 0 && producerIndex < producerParallelism, `producer ${producerIndex} is below parallelism ${producerParallelism}`);
  if (producerParallelism >= consumerParallelism) {
    const target = Math.floor(((producerIndex + 1) * consumerParallelism - 1) / producerParallelism);
    return { start: target, end: target };
  }
  return {
    start: Math.ceil((producerIndex * consumerParallelism) / producerParallelism),
    end: Math.ceil(((producerIndex + 1) * consumerParallelism) / producerParallelism) - 1,
  };
}

/** Producers that subtask `consumerIndex` of a point-wise edge reads from: the inverse of pointwiseTargets. */
export function pointwiseSources(producerParallelism: number, consumerParallelism: number, consumerIndex: number): SubtaskRange {
  assert(consumerIndex >= 0 && consumerIndex < consumerParallelism, `consumer ${consumerIndex} is below parallelism ${consumerParallelism}`);
  if (producerParallelism >= consumerParallelism) {
    return {
      start: Math.floor((consumerIndex * producerParallelism) / consumerParallelism),
      end: Math.floor(((consumerIndex + 1) * producerParallelism) / consumerParallelism) - 1,
    };
  }
  const source = Math.floor((consumerIndex * producerParallelism) / consumerParallelism);
  return { start: source, end: source };
}

/** Consumers of a producer on any edge. */
export function channelTargets(pattern: DistributionPattern, producerParallelism: number, consumerParallelism: number, producerIndex: number): SubtaskRange {
  return pattern === 'POINTWISE' ? pointwiseTargets(producerParallelism, consumerParallelism, producerIndex) : { start: 0, end: consumerParallelism - 1 };
}

/** Producers of a consumer on any edge. */
export function channelSources(pattern: DistributionPattern, producerParallelism: number, consumerParallelism: number, consumerIndex: number): SubtaskRange {
  return pattern === 'POINTWISE' ? pointwiseSources(producerParallelism, consumerParallelism, consumerIndex) : { start: 0, end: producerParallelism - 1 };
}
