// Starts the workers of a command's first job before the command has loaded its engine: a worker takes about as long to
// load as the client takes to bundle a program, and both go on side by side. Loads little.
import { slotEntryUrl } from '#client/engine-modules';
import type { Platform } from '#client/platform';
import type { Configuration } from '#core/config/configuration';
import { deriveLocalMemory, localSlotCount } from '#core/memory/local-memory';
import { slotMemory } from '#core/memory/slot-memory';
import { prestartCount, WorkerSlot, workerLimits, type SpareSlot } from '#taskmanager/task-executor/worker-slot';

/** As many as the job will most likely need, within reason. Throws MemoryError and CONFIG_VALUE_INVALID. */
export function prestartSlots({ process, threads }: Platform, configuration: Configuration): readonly SpareSlot[] {
  const count = localSlotCount(configuration, process.hostCores);
  const { hardHeapBytes } = slotMemory(deriveLocalMemory(configuration, process.hostMemoryBytes).memory, count, process.hostMemoryBytes);
  return Array.from({ length: prestartCount(count, process.hostCores) }, (_, index) => ({ hardHeapBytes, handle: new WorkerSlot(threads, slotEntryUrl, `slot-early-${index}`, workerLimits(hardHeapBytes)) }));
}

export async function releaseSlots(spares: readonly SpareSlot[]): Promise<void> {
  await Promise.all(spares.map(({ handle }) => handle.release()));
}
