// How the managed memory of a slot is divided between its consumers, as Flink's fractions do.
// Invariant: the fractions of one slot-sharing group never add up to more than 1 (quotients are rounded down).
// Pure; main thread while a job is planned, and slot start-up.

import type { Configuration } from '#core/config/configuration';
import { fractionRoundedDown } from '#core/config/decimal-product';
import type { MemorySize } from '#core/config/memory-size';
import { taskManagerOptions } from '#core/config/options/task-manager-options';
import { MemoryError } from '#core/errors/memory-errors';

export const MANAGED_MEMORY_USE_CASES = ['OPERATOR', 'STATE_BACKEND', 'PYTHON'] as const;
export type ManagedMemoryUseCase = (typeof MANAGED_MEMORY_USE_CASES)[number];

export type ConsumerWeights = Readonly<Partial<Record<ManagedMemoryUseCase, number>>>;

/** Reads the consumer weights. Throws MEMORY_CONSUMER_WEIGHT_INVALID. */
export function readConsumerWeights(config: Configuration): ConsumerWeights {
  const option = taskManagerOptions.managedConsumerWeights;
  const weights: Partial<Record<ManagedMemoryUseCase, number>> = {};
  for (const [name, text] of Object.entries(config.get(option))) {
    const useCase = MANAGED_MEMORY_USE_CASES.find((candidate) => candidate === name.toUpperCase());
    if (useCase === undefined) throw badWeight(`${option.key} names the consumer '${name}': use ${MANAGED_MEMORY_USE_CASES.join(', ')}`);
    if (!/^\+?[0-9]+$/.test(text)) throw badWeight(`${option.key} gives ${name} the weight '${text}': use a whole number of at least 0`);
    weights[useCase] = Number(text);
  }
  return weights;
}

/** Share of one operator in its use case: its weight of the weights of all operators of that use case in the group. */
export function operatorFraction(weight: number, groupWeight: number): number {
  return fractionRoundedDown(weight, groupWeight);
}

/**
 * Share of a slot for one consumer: its share within the use case, times the use case's share among those present.
 * A state backend that uses no managed memory counts for nothing.
 */
export function fractionOfSlot(
  useCase: ManagedMemoryUseCase,
  fractionOfUseCase: number,
  present: ReadonlySet<ManagedMemoryUseCase>,
  weights: ConsumerWeights,
  backend: { readonly usesManagedMemory: boolean },
): number {
  const weightOf = (each: ManagedMemoryUseCase): number => (each === 'STATE_BACKEND' && !backend.usesManagedMemory ? 0 : (weights[each] ?? 0));
  let total = 0;
  for (const each of present) total += weightOf(each);
  return fractionOfUseCase * fractionRoundedDown(weightOf(useCase), total);
}

/** Whole pages of a slot for a fraction of it. */
export function pagesOfFraction(pagesTotal: number, fraction: number): number {
  return Math.trunc(pagesTotal * fraction);
}

/** Bytes of a slot for a fraction of it. */
export function bytesOfFraction(managed: MemorySize, fraction: number): number {
  return Math.floor(managed.toNumber() * fraction);
}

export interface RocksDbMemory {
  readonly cacheBytes: number;
  readonly writeBufferBytes: number;
}

/** Cache and write-buffer limits of the RocksDB instances that share `budgetBytes`. */
export function rocksDbMemory(budgetBytes: number, writeBufferRatio: number): RocksDbMemory {
  return {
    cacheBytes: Math.trunc(((3 - writeBufferRatio) * budgetBytes) / 3),
    writeBufferBytes: Math.trunc((2 * budgetBytes * writeBufferRatio) / 3),
  };
}

export interface RocksDbArena {
  /** Block that a write buffer grows by: an eighth of it, rounded up to 4 KiB. */
  readonly arenaBlockBytes: number;
  /** Write buffers are flushed above this many bytes. */
  readonly mutableLimitBytes: number;
  /** False means endless flushing: the caller warns. */
  readonly fits: boolean;
}

export function rocksDbArena(writeBufferSizeBytes: number, writeBufferLimitBytes: number): RocksDbArena {
  const arenaBlockBytes = Math.ceil(Math.trunc(writeBufferSizeBytes / 8) / 4096) * 4096;
  const mutableLimitBytes = Math.trunc((writeBufferLimitBytes * 7) / 8);
  return { arenaBlockBytes, mutableLimitBytes, fits: arenaBlockBytes <= mutableLimitBytes };
}

function badWeight(message: string): MemoryError {
  return new MemoryError('MEMORY_CONSUMER_WEIGHT_INVALID', message);
}
