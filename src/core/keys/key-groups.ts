// From a key's hash to its key group and the subtask that owns it: Flink's formulas. hot path
// Invariant: keyGroupRangeOf of all subtasks cut [0, maxParallelism) without gap or overlap, and
// operatorIndexOfKeyGroup agrees with them.
import { assert } from '#core/assert';

/** Flink's bounds of the max parallelism that is derived when none is set, and the greatest one may set. */
export const DERIVED_MAX_PARALLELISM_MIN = 128;
export const MAX_PARALLELISM_LIMIT = 32768;

/** Both ends included. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** Flink's MathUtils.murmurHash of one int: in [0, 2^31). */
export function murmurHash(code: number): number {
  let hash = Math.imul(code, 0xcc9e2d51);
  hash = (hash << 15) | (hash >>> 17);
  hash = Math.imul(hash, 0x1b873593);
  hash = (hash << 13) | (hash >>> 19);
  hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  hash ^= 4;
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  hash ^= hash >>> 16;
  // The absolute value, and 0 for the smallest int, without a branch that half of all hashes would mispredict.
  const sign = hash >> 31;
  return ((hash ^ sign) - sign) & 0x7fffffff;
}

/** @param hash Java hashCode of the key. Returns the key group in [0, maxParallelism). */
export function assignToKeyGroup(hash: number, maxParallelism: number): number {
  return murmurHash(hash) % maxParallelism;
}

export function operatorIndexOfKeyGroup(maxParallelism: number, parallelism: number, keyGroup: number): number {
  return Math.trunc((keyGroup * parallelism) / maxParallelism);
}

/** Key groups that the subtask owns. Needs operatorIndex < parallelism <= maxParallelism. */
export function keyGroupRangeOf(maxParallelism: number, parallelism: number, operatorIndex: number): Range {
  assert(parallelism > 0 && parallelism <= maxParallelism, `parallelism ${parallelism} is within max parallelism ${maxParallelism}`);
  assert(operatorIndex >= 0 && operatorIndex < parallelism, `operator index ${operatorIndex} is below parallelism ${parallelism}`);
  const start = Math.trunc((operatorIndex * maxParallelism + parallelism - 1) / parallelism);
  const end = Math.trunc(((operatorIndex + 1) * maxParallelism - 1) / parallelism);
  return { start, end };
}

/** What Flink derives when no max parallelism is set: 1.5 times the parallelism, up to a power of two, within bounds. */
export function defaultMaxParallelism(parallelism: number): number {
  const wanted = parallelism + Math.trunc(parallelism / 2);
  const powerOfTwo = wanted <= 1 ? 1 : 2 ** (32 - Math.clz32(wanted - 1));
  return Math.min(Math.max(powerOfTwo, DERIVED_MAX_PARALLELISM_MIN), MAX_PARALLELISM_LIMIT);
}
