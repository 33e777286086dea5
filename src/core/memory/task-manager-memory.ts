// Derives every memory component of a TaskManager from its configuration, byte for byte as Flink 2.3 does.
// Invariant: process = flink + metaspace + overhead, and flink = the six parts inside it.
// Pure; main thread, at start-up and in explain-memory.

import { assert } from '#core/assert';
import type { Configuration } from '#core/config/configuration';
import { MemorySize } from '#core/config/memory-size';
import { taskManagerOptions as keys } from '#core/config/options/task-manager-options';
import { MemoryError } from '#core/errors/memory-errors';
import { deriveProcessMemory, isProcessMemoryConfigured, type ProcessMemoryKeys } from '#core/memory/process-memory';
import { createRangeFraction, isWithin, readRangeFraction, shareBeside, shareOf } from '#core/memory/range-fraction';

/** The parts of total Flink memory. */
export interface TaskManagerFlinkMemory {
  readonly frameworkHeap: MemorySize;
  readonly frameworkOffHeap: MemorySize;
  readonly taskHeap: MemorySize;
  readonly taskOffHeap: MemorySize;
  readonly managed: MemorySize;
  readonly network: MemorySize;
}

export interface TaskManagerMemory extends TaskManagerFlinkMemory {
  readonly process: MemorySize;
  readonly flink: MemorySize;
  readonly metaspace: MemorySize;
  readonly overhead: MemorySize;
}

const networkRange = { min: keys.networkMin, max: keys.networkMax, fraction: keys.networkFraction };

export const taskManagerMemoryKeys: ProcessMemoryKeys = {
  parts: [keys.taskHeapSize, keys.managedSize],
  flinkSize: keys.flinkSize,
  processSize: keys.processSize,
  metaspaceSize: keys.metaspaceSize,
  overhead: { min: keys.overheadMin, max: keys.overheadMax, fraction: keys.overheadFraction },
};

/** True when process size, Flink size, or task heap with managed size is set. */
export function isTaskManagerMemoryConfigured(config: Configuration): boolean {
  return isProcessMemoryConfigured(config, taskManagerMemoryKeys);
}

/** Throws MemoryError when the settings cannot hold together, CONFIG_VALUE_INVALID for an unreadable one. */
export function deriveTaskManagerMemory(config: Configuration): TaskManagerMemory {
  const derived = deriveProcessMemory(config, taskManagerMemoryKeys, { fromParts, fromFlinkSize, totalOf });
  const { parts, ...totals } = derived;
  return { ...totals, ...parts };
}

/** Heap limit of the process: what Flink passes as -Xmx. */
export function heapLimitOf(memory: TaskManagerFlinkMemory): MemorySize {
  return memory.frameworkHeap.add(memory.taskHeap);
}

/** Limit of buffers outside the heap: what Flink passes as -XX:MaxDirectMemorySize. */
export function directLimitOf(memory: TaskManagerFlinkMemory): MemorySize {
  return memory.frameworkOffHeap.add(memory.taskOffHeap).add(memory.network);
}

type WithoutNetwork = Omit<TaskManagerFlinkMemory, 'network'>;

function totalOf(memory: TaskManagerFlinkMemory): MemorySize {
  return sumWithoutNetwork(memory).add(memory.network);
}

function sumWithoutNetwork(memory: WithoutNetwork): MemorySize {
  return memory.frameworkHeap.add(memory.frameworkOffHeap).add(memory.taskHeap).add(memory.taskOffHeap).add(memory.managed);
}

/** Task heap and managed size are set: network is the rest of the Flink size if that is set too, else a share beside the parts. */
function fromParts(config: Configuration): TaskManagerFlinkMemory {
  const taskHeap = config.get(keys.taskHeapSize);
  const managed = config.get(keys.managedSize);
  assert(taskHeap !== undefined && managed !== undefined, 'the parts are set');
  const fixed = { ...frameworkParts(config), taskHeap, managed };
  const flink = config.get(keys.flinkSize);
  if (flink !== undefined) return withNetworkAsRest(config, flink, fixed);
  return { ...fixed, network: shareBeside(sumWithoutNetwork(fixed), readRangeFraction(config, networkRange)) };
}

function fromFlinkSize(config: Configuration, flink: MemorySize): TaskManagerFlinkMemory {
  const taskHeap = config.get(keys.taskHeapSize);
  const managed = managedOf(config, flink);
  if (taskHeap !== undefined) return withNetworkAsRest(config, flink, { ...frameworkParts(config), taskHeap, managed });
  const network = shareOf(flink, readRangeFraction(config, networkRange));
  const others = { ...frameworkParts(config), taskHeap: MemorySize.ZERO, managed, network };
  const used = totalOf(others);
  if (used.isGreaterThan(flink)) throw partsExceed(flink, others, 'network');
  return { ...others, taskHeap: flink.subtract(used) };
}

function frameworkParts(config: Configuration): Pick<TaskManagerFlinkMemory, 'frameworkHeap' | 'frameworkOffHeap' | 'taskOffHeap'> {
  return {
    frameworkHeap: config.get(keys.frameworkHeapSize),
    frameworkOffHeap: config.get(keys.frameworkOffHeapSize),
    taskOffHeap: config.get(keys.taskOffHeapSize),
  };
}

function managedOf(config: Configuration, flink: MemorySize): MemorySize {
  const fixed = config.get(keys.managedSize);
  if (fixed !== undefined) return fixed;
  const fraction = config.get(keys.managedFraction);
  return shareOf(flink, createRangeFraction(MemorySize.ZERO, MemorySize.MAX, fraction, keys.managedFraction.key));
}

function withNetworkAsRest(config: Configuration, flink: MemorySize, fixed: WithoutNetwork): TaskManagerFlinkMemory {
  const used = sumWithoutNetwork(fixed);
  if (used.isGreaterThan(flink)) throw partsExceed(flink, { ...fixed, network: MemorySize.ZERO }, 'taskHeap');
  const network = flink.subtract(used);
  const range = readRangeFraction(config, networkRange);
  if (isWithin(network, range)) return { ...fixed, network };
  throw new MemoryError('MEMORY_NETWORK_OUT_OF_RANGE',
    `TaskManager memory does not add up: the rest of total Flink memory, ${network.toHumanString()}, goes to the network and is outside `
    + `${keys.networkMin.key} (${range.min.toHumanString()}) to ${keys.networkMax.key} (${range.max.toHumanString()}): `
    + `change ${keys.flinkSize.key}, ${keys.taskHeapSize.key}, ${keys.managedSize.key} or the range`);
}

/** `last` is the component that was set or derived beside the four that are always there. */
function partsExceed(flink: MemorySize, parts: TaskManagerFlinkMemory, last: 'network' | 'taskHeap'): MemoryError {
  const named: readonly [string, MemorySize][] = [
    [keys.frameworkHeapSize.key, parts.frameworkHeap],
    [keys.frameworkOffHeapSize.key, parts.frameworkOffHeap],
    [keys.taskOffHeapSize.key, parts.taskOffHeap],
    ['managed memory', parts.managed],
    last === 'network' ? ['network memory', parts.network] : [keys.taskHeapSize.key, parts.taskHeap],
  ];
  const list = named.map(([name, size]) => `${name} ${size.toHumanString()}`).join(', ');
  return new MemoryError('MEMORY_PARTS_EXCEED_FLINK',
    `TaskManager memory does not add up: ${list} exceed total Flink memory (${flink.toHumanString()}): `
    + `raise ${keys.processSize.key} or ${keys.flinkSize.key}, or lower ${keys.managedSize.key}, ${keys.managedFraction.key} or ${keys.networkMin.key}`);
}
