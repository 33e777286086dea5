// The derived sizes as settings: what a start script hands to a TaskManager process, and the check at the other end.
// Invariant: reading back what was written gives the same sizes. Pure; main thread of both processes.

import type { ConfigOption } from '#core/config/config-option';
import { Configuration } from '#core/config/configuration';
import type { MemorySize } from '#core/config/memory-size';
import { taskManagerOptions as keys } from '#core/config/options/task-manager-options';
import { MemoryError } from '#core/errors/memory-errors';
import type { TaskManagerFlinkMemory, TaskManagerMemory } from '#core/memory/task-manager-memory';

/** Settings with exact byte counts; minimum and maximum of network and overhead are the derived size. */
export function fixedResourceSettings(memory: TaskManagerMemory, cpuCores: number, slotCount: number): Configuration {
  const sizes: readonly [ConfigOption<MemorySize> | ConfigOption<MemorySize | undefined>, MemorySize][] = [
    [keys.frameworkHeapSize, memory.frameworkHeap],
    [keys.frameworkOffHeapSize, memory.frameworkOffHeap],
    [keys.taskHeapSize, memory.taskHeap],
    [keys.taskOffHeapSize, memory.taskOffHeap],
    [keys.networkMin, memory.network],
    [keys.networkMax, memory.network],
    [keys.managedSize, memory.managed],
    [keys.metaspaceSize, memory.metaspace],
    [keys.overheadMin, memory.overhead],
    [keys.overheadMax, memory.overhead],
  ];
  const texts = Object.fromEntries(sizes.map(([option, size]) => [option.key, `${size.bytes}b`]));
  return Configuration.fromMap({ ...texts, [keys.cpuCores.key]: cpuCores, [keys.numberOfTaskSlots.key]: slotCount });
}

/** Reads the sizes in a TaskManager process. Throws MEMORY_RESOURCES_NOT_FIXED when one is missing or network is a range. */
export function readFixedResources(config: Configuration): TaskManagerFlinkMemory & { readonly cpuCores: number } {
  const cpuCores = config.get(keys.cpuCores);
  const taskHeap = config.get(keys.taskHeapSize);
  const taskOffHeap = config.getOptional(keys.taskOffHeapSize);
  const managed = config.get(keys.managedSize);
  if (cpuCores === undefined || taskHeap === undefined || taskOffHeap === undefined || managed === undefined) {
    const wanted = [keys.cpuCores, keys.taskHeapSize, keys.taskOffHeapSize, keys.managedSize];
    const missing = wanted.filter((option) => !config.contains(option)).map((option) => option.key).join(', ');
    throw new MemoryError('MEMORY_RESOURCES_NOT_FIXED', `the TaskManager was started without ${missing}: start it with millrace taskmanager, which derives them`);
  }
  const network = config.get(keys.networkMin);
  if (!network.equals(config.get(keys.networkMax))) {
    throw new MemoryError('MEMORY_RESOURCES_NOT_FIXED',
      `${keys.networkMin.key} (${network}) and ${keys.networkMax.key} (${config.get(keys.networkMax)}) differ: start it with millrace taskmanager, which makes them equal`);
  }
  return { cpuCores, frameworkHeap: config.get(keys.frameworkHeapSize), frameworkOffHeap: config.get(keys.frameworkOffHeapSize), taskHeap, taskOffHeap, managed, network };
}
