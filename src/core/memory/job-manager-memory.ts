// Derives the memory components of a JobManager from its configuration, byte for byte as Flink 2.3 does.
// Invariant: process = heap + off-heap + metaspace + overhead, and flink = heap + off-heap.
// Pure; main thread, at start-up and in explain-memory.

import { assert } from '#core/assert';
import type { Configuration } from '#core/config/configuration';
import { MemorySize } from '#core/config/memory-size';
import { jobManagerOptions as keys } from '#core/config/options/job-manager-options';
import { MemoryError } from '#core/errors/memory-errors';
import { deriveProcessMemory, isProcessMemoryConfigured, type ProcessMemoryKeys } from '#core/memory/process-memory';

export interface JobManagerFlinkMemory {
  readonly heap: MemorySize;
  readonly offHeap: MemorySize;
}

export interface JobManagerMemory extends JobManagerFlinkMemory {
  readonly process: MemorySize;
  readonly flink: MemorySize;
  readonly metaspace: MemorySize;
  readonly overhead: MemorySize;
  /** Sentences for the log; the derivation holds all the same. */
  readonly warnings: readonly string[];
}

const HEAP_RECOMMENDED_MIN = MemorySize.ofMebibytes(128);

export const jobManagerMemoryKeys: ProcessMemoryKeys = {
  parts: [keys.heapSize],
  flinkSize: keys.flinkSize,
  processSize: keys.processSize,
  metaspaceSize: keys.metaspaceSize,
  overhead: { min: keys.overheadMin, max: keys.overheadMax, fraction: keys.overheadFraction },
};

/** True when process size, Flink size or heap size is set. */
export function isJobManagerMemoryConfigured(config: Configuration): boolean {
  return isProcessMemoryConfigured(config, jobManagerMemoryKeys);
}

/** Throws MemoryError when the settings cannot hold together, CONFIG_VALUE_INVALID for an unreadable one. */
export function deriveJobManagerMemory(config: Configuration): JobManagerMemory {
  const { parts, ...totals } = deriveProcessMemory(config, jobManagerMemoryKeys, { fromParts, fromFlinkSize, totalOf });
  const isSmall = HEAP_RECOMMENDED_MIN.isGreaterThan(parts.heap);
  const warning = `the JobManager heap is ${parts.heap.toHumanString()}: at least ${HEAP_RECOMMENDED_MIN.toHumanString()} is advised (${keys.heapSize.key})`;
  return { ...totals, ...parts, warnings: isSmall ? [warning] : [] };
}

function totalOf(memory: JobManagerFlinkMemory): MemorySize {
  return memory.heap.add(memory.offHeap);
}

function fromParts(config: Configuration): JobManagerFlinkMemory {
  const heap = config.get(keys.heapSize);
  assert(heap !== undefined, 'the heap size is set');
  const flink = config.get(keys.flinkSize);
  const offHeap = config.get(keys.offHeapSize);
  if (flink === undefined) return { heap, offHeap };
  if (!config.contains(keys.offHeapSize)) {
    if (heap.isGreaterThan(flink)) throw partsDiffer(`${keys.heapSize.key} (${heap.toHumanString()}) exceeds`, flink);
    return { heap, offHeap: flink.subtract(heap) };
  }
  if (!heap.add(offHeap).equals(flink)) {
    throw partsDiffer(`${keys.heapSize.key} (${heap.toHumanString()}) and ${keys.offHeapSize.key} (${offHeap.toHumanString()}) do not add up to`, flink);
  }
  return { heap, offHeap };
}

function fromFlinkSize(config: Configuration, flink: MemorySize): JobManagerFlinkMemory {
  const offHeap = config.get(keys.offHeapSize);
  if (flink.isGreaterThan(offHeap)) return { heap: flink.subtract(offHeap), offHeap };
  throw new MemoryError('MEMORY_PARTS_EXCEED_FLINK',
    `JobManager memory does not add up: total Flink memory (${flink.toHumanString()}) leaves no heap beside ${keys.offHeapSize.key} `
    + `(${offHeap.toHumanString()}): raise ${keys.processSize.key} or ${keys.flinkSize.key}, or lower the off-heap size`);
}

function partsDiffer(what: string, flink: MemorySize): MemoryError {
  return new MemoryError('MEMORY_PARTS_DIFFER_FROM_FLINK',
    `JobManager memory does not add up: ${what} ${keys.flinkSize.key} (${flink.toHumanString()}): leave one of the sizes out`);
}
