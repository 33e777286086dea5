// What one slot worker gets of a TaskManager's memory, and the size of the rings between slots.
// Invariant: the shares of all slots never exceed the TaskManager's components (integer division rounds down).
// Pure; main thread when slots are made, and explain-memory.

import { assert } from '#core/assert';
import type { Configuration } from '#core/config/configuration';
import type { MemorySize } from '#core/config/memory-size';
import { taskManagerOptions as keys } from '#core/config/options/task-manager-options';
import { MemoryError } from '#core/errors/memory-errors';
import type { TaskManagerFlinkMemory } from '#core/memory/task-manager-memory';

export const RING_BYTES_MIN = 64 * 1024;
export const RING_BYTES_MAX = 4 * 1024 * 1024;
/** V8's own limit lies this much above the limit at which the job is failed with a clear message. */
const HARD_LIMIT_FACTOR = 4;
/** All slots together may fill this share of the host with objects before V8 ends them, so that no function that runs wild takes the host down. */
const HARD_LIMIT_HOST_SHARE = 0.5;

/** Flink's default slot profile: what a slot offers when a job asks for no particular size. */
export interface SlotProfile {
  readonly cpuCores: number;
  readonly taskHeap: MemorySize;
  readonly taskOffHeap: MemorySize;
  readonly managed: MemorySize;
  readonly network: MemorySize;
}

/** Limits of one slot worker, all in bytes. */
export interface SlotMemory {
  /** Size of the slot's managed region (one SharedArrayBuffer). */
  readonly managedBytes: number;
  /** Heap above which the slot fails its job. */
  readonly softHeapBytes: number;
  /** V8's limit of the worker; above it the worker ends. */
  readonly hardHeapBytes: number;
  /** Buffers and native memory above which the slot fails its job. */
  readonly offHeapBytes: number;
  /** Network memory of the whole TaskManager, which all its slots share. */
  readonly networkBytesTotal: number;
}

/** Where the slots run on a host of `hostMemoryBytes`. Throws MEMORY_SLOT_COUNT_INVALID. */
export function slotMemory(memory: TaskManagerFlinkMemory, slotCount: number, hostMemoryBytes: number): SlotMemory {
  requireSlots(slotCount);
  const softHeapBytes = memory.frameworkHeap.add(memory.taskHeap).divide(slotCount).toNumber();
  return {
    managedBytes: memory.managed.divide(slotCount).toNumber(),
    softHeapBytes,
    hardHeapBytes: Math.max(softHeapBytes, Math.min(softHeapBytes * HARD_LIMIT_FACTOR, Math.floor((hostMemoryBytes * HARD_LIMIT_HOST_SHARE) / slotCount))),
    offHeapBytes: memory.taskOffHeap.divide(slotCount).toNumber(),
    networkBytesTotal: memory.network.toNumber(),
  };
}

/** Throws MEMORY_SLOT_COUNT_INVALID. */
export function slotProfile(memory: TaskManagerFlinkMemory, cpuCores: number, slotCount: number): SlotProfile {
  requireSlots(slotCount);
  return {
    cpuCores: cpuCores / slotCount,
    taskHeap: memory.taskHeap.divide(slotCount),
    taskOffHeap: memory.taskOffHeap.divide(slotCount),
    managed: memory.managed.divide(slotCount),
    network: memory.network.divide(slotCount),
  };
}

/** Cores of a TaskManager: as set, else one per slot. Throws MEMORY_SLOT_COUNT_INVALID. */
export function cpuCoresOf(config: Configuration, slotCount: number): number {
  requireSlots(slotCount);
  const cores = config.get(keys.cpuCores) ?? slotCount;
  if (cores > 0) return cores;
  throw new MemoryError('MEMORY_SLOT_COUNT_INVALID', `${keys.cpuCores.key} is ${cores}: set a number above 0`);
}

/**
 * Size of one ring when `channels` rings share the network memory: the greatest power of two within 64 KiB to 4 MiB.
 * Throws NETWORK_BUFFERS_INSUFFICIENT when not even the smallest rings fit.
 */
export function ringBytes(networkBytes: number, channels: number): number {
  assert(Number.isInteger(channels) && channels > 0, 'rings are made for at least one channel');
  const share = Math.floor(networkBytes / channels);
  if (share < RING_BYTES_MIN) {
    throw new MemoryError('NETWORK_BUFFERS_INSUFFICIENT',
      `Insufficient number of network buffers: required ${channels} rings of at least ${RING_BYTES_MIN} bytes, but only `
      + `${Math.floor(networkBytes / RING_BYTES_MIN)} fit into the ${networkBytes} bytes of network memory: raise ${keys.networkMin.key}, `
      + `${keys.networkMax.key} or ${keys.networkFraction.key}, or lower the parallelism`,
      { context: { channels, networkBytes } });
  }
  return 2 ** Math.floor(Math.log2(Math.min(share, RING_BYTES_MAX)));
}

function requireSlots(slotCount: number): void {
  if (Number.isInteger(slotCount) && slotCount > 0) return;
  throw new MemoryError('MEMORY_SLOT_COUNT_INVALID', `${keys.numberOfTaskSlots.key} is ${slotCount}: set a whole number above 0`);
}
