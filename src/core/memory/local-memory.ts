// Memory when everything runs in one process on the user's machine: Millrace's local target, and Flink's own MiniCluster
// rules for comparison. Invariant: every size that the user set is kept; only what is unset is filled in.
// Pure; main thread. The size of the host is an argument: only platform may ask for it.

import type { ConfigOption } from '#core/config/config-option';
import type { Configuration } from '#core/config/configuration';
import { MemorySize } from '#core/config/memory-size';
import { executionOptions } from '#core/config/options/execution-options';
import { taskManagerOptions as keys } from '#core/config/options/task-manager-options';
import { createRangeFraction, shareOf } from '#core/memory/range-fraction';
import { deriveTaskManagerMemory, isTaskManagerMemoryConfigured, type TaskManagerFlinkMemory, type TaskManagerMemory } from '#core/memory/task-manager-memory';

const MANAGED_PERCENT = 40n;
const NETWORK_FRACTION = 0.05;
const TASK_HEAP_PERCENT = 25n;
/** Room for buffers and add-ons; Flink's local mode sets no limit here, and none would let one job push the host into swap. */
const TASK_OFF_HEAP_PERCENT = 10n;

const MINI_CLUSTER_TASK = MemorySize.ofMebibytes(1024 * 1024);
const MINI_CLUSTER_MANAGED = MemorySize.ofMebibytes(128);
const MINI_CLUSTER_NETWORK = MemorySize.ofMebibytes(64);

export interface LocalMemory {
  readonly memory: TaskManagerMemory;
  /** True when a size was set from which the whole TaskManager is derived, as in a cluster. */
  readonly isDerivedInFull: boolean;
}

/** The local target. Throws MemoryError and CONFIG_VALUE_INVALID. `hostMemoryBytes` is the memory of the machine. */
export function deriveLocalMemory(config: Configuration, hostMemoryBytes: number): LocalMemory {
  if (isTaskManagerMemoryConfigured(config)) return { memory: deriveTaskManagerMemory(config), isDerivedInFull: true };
  const host = MemorySize.of(Math.floor(hostMemoryBytes));
  const parts: TaskManagerFlinkMemory = {
    frameworkHeap: config.get(keys.frameworkHeapSize),
    frameworkOffHeap: config.get(keys.frameworkOffHeapSize),
    taskHeap: config.get(keys.taskHeapSize) ?? percentOf(host, TASK_HEAP_PERCENT),
    taskOffHeap: config.getOptional(keys.taskOffHeapSize) ?? percentOf(host, TASK_OFF_HEAP_PERCENT),
    managed: config.get(keys.managedSize) ?? managedShare(config, host),
    network: networkShare(config, host),
  };
  const flink = sumOf(parts);
  const metaspace = config.get(keys.metaspaceSize);
  const overhead = config.get(keys.overheadMin);
  return { memory: { ...parts, flink, metaspace, overhead, process: flink.add(metaspace).add(overhead) }, isDerivedInFull: false };
}

/** Slots of the local target: as set, else the greatest parallelism of the job, else the default parallelism, else the cores. */
export function localSlotCount(config: Configuration, hostCores: number, jobParallelism?: number): number {
  return config.getOptional(keys.numberOfTaskSlots) ?? jobParallelism ?? config.getOptional(executionOptions.parallelismDefault) ?? hostCores;
}

/** What Flink's own local mode would use: total sizes are dropped, task memory is without limit, managed 128 mb, network 64 mb. */
export function deriveMiniClusterMemory(config: Configuration): TaskManagerMemory {
  const dropped: readonly ConfigOption<unknown>[] = [
    keys.processSize, keys.flinkSize, keys.frameworkHeapSize, keys.frameworkOffHeapSize, keys.metaspaceSize, keys.overheadMin, keys.overheadMax, keys.overheadFraction,
  ];
  const kept = dropped.reduce((rest, option) => rest.without(option), config);
  const networkMin = kept.getOptional(keys.networkMin);
  const networkMax = kept.getOptional(keys.networkMax);
  const parts: TaskManagerFlinkMemory = {
    frameworkHeap: keys.frameworkHeapSize.defaultValue,
    frameworkOffHeap: keys.frameworkOffHeapSize.defaultValue,
    taskHeap: kept.get(keys.taskHeapSize) ?? MINI_CLUSTER_TASK,
    taskOffHeap: kept.getOptional(keys.taskOffHeapSize) ?? MINI_CLUSTER_TASK,
    managed: kept.get(keys.managedSize) ?? MINI_CLUSTER_MANAGED,
    network: networkMin ?? networkMax ?? MINI_CLUSTER_NETWORK,
  };
  const flink = sumOf(parts);
  const metaspace = keys.metaspaceSize.defaultValue;
  const overhead = keys.overheadMax.defaultValue;
  return { ...parts, flink, metaspace, overhead, process: flink.add(metaspace).add(overhead) };
}

function managedShare(config: Configuration, host: MemorySize): MemorySize {
  const fraction = config.getOptional(keys.managedFraction);
  if (fraction === undefined) return percentOf(host, MANAGED_PERCENT);
  return shareOf(host, createRangeFraction(MemorySize.ZERO, MemorySize.MAX, fraction, keys.managedFraction.key));
}

/** Bounds that are only defaults do not count here: on a small host the default minimum would be more than the share. */
function networkShare(config: Configuration, host: MemorySize): MemorySize {
  const fraction = config.getOptional(keys.networkFraction);
  const min = config.getOptional(keys.networkMin) ?? MemorySize.ZERO;
  const max = config.getOptional(keys.networkMax) ?? MemorySize.MAX;
  const range = createRangeFraction(min, max, fraction ?? NETWORK_FRACTION, keys.networkFraction.key);
  return shareOf(host, range);
}

function percentOf(size: MemorySize, percent: bigint): MemorySize {
  return MemorySize.of((size.bytes * percent) / 100n);
}

function sumOf(parts: TaskManagerFlinkMemory): MemorySize {
  return parts.frameworkHeap.add(parts.frameworkOffHeap).add(parts.taskHeap).add(parts.taskOffHeap).add(parts.managed).add(parts.network);
}
