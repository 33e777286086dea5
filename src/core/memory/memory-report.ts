// The memory model as rows: every pool with what was configured, what was derived and which keys change it.
// Invariant: pool names are those of the conformance vectors. Pure; main thread: explain-memory, later the dashboard.

import type { ConfigOption } from '#core/config/config-option';
import { keysOf, type Configuration } from '#core/config/configuration';
import type { MemorySize } from '#core/config/memory-size';
import { jobManagerOptions } from '#core/config/options/job-manager-options';
import { taskManagerOptions } from '#core/config/options/task-manager-options';
import { MemoryError } from '#core/errors/memory-errors';
import { deriveJobManagerMemory, isJobManagerMemoryConfigured, type JobManagerMemory } from '#core/memory/job-manager-memory';
import { deriveLocalMemory, localSlotCount } from '#core/memory/local-memory';
import { RING_BYTES_MIN, ringBytes, slotMemory, type SlotMemory } from '#core/memory/slot-memory';
import { deriveTaskManagerMemory, directLimitOf, heapLimitOf, isTaskManagerMemoryConfigured, type TaskManagerMemory } from '#core/memory/task-manager-memory';

/** What the shipped config.yaml sets, and so what a cluster starts with when nothing is configured. */
export const SHIPPED_TASK_MANAGER_PROCESS_SIZE = '1728m';
export const SHIPPED_JOB_MANAGER_PROCESS_SIZE = '1600m';

/** Below this a worker cannot even load the engine. */
const SLOT_HEAP_BYTES_MIN = 16 * 1024 * 1024;

export interface MemoryHost {
  readonly memoryBytes: number;
  readonly cores: number;
}

export interface MemoryPool {
  readonly name: string;
  readonly bytes: number;
  /** The settings that were made for it, such as `fraction 0.2`; empty when all is default. */
  readonly configured: string;
  /** What changes it, most direct first. */
  readonly keys: readonly string[];
}

export interface SlotReport extends SlotMemory {
  readonly count: number;
  /** Channels of one exchange from every slot to every slot. */
  readonly channels: number;
  /** Size of one ring of that exchange; undefined when even the smallest rings do not fit. */
  readonly ringBytes: number | undefined;
}

export interface MemoryReport {
  readonly process: 'taskmanager' | 'jobmanager';
  /** One sentence: from what the sizes were derived. */
  readonly basis: string;
  readonly pools: readonly MemoryPool[];
  readonly slots: SlotReport | undefined;
  readonly warnings: readonly string[];
}

const TM = taskManagerOptions;
const JM = jobManagerOptions;

const TASK_MANAGER_POOL_KEYS = {
  process: [TM.processSize],
  flink: [TM.flinkSize, TM.processSize],
  frameworkHeap: [TM.frameworkHeapSize],
  taskHeap: [TM.taskHeapSize],
  frameworkOffHeap: [TM.frameworkOffHeapSize],
  taskOffHeap: [TM.taskOffHeapSize],
  network: [TM.networkFraction, TM.networkMin, TM.networkMax],
  managed: [TM.managedSize, TM.managedFraction],
  metaspace: [TM.metaspaceSize],
  overhead: [TM.overheadFraction, TM.overheadMin, TM.overheadMax],
  jvmHeap: [TM.frameworkHeapSize, TM.taskHeapSize],
  jvmDirect: [TM.frameworkOffHeapSize, TM.taskOffHeapSize, TM.networkFraction],
} as const;

const JOB_MANAGER_POOL_KEYS = {
  process: [JM.processSize],
  flink: [JM.flinkSize, JM.processSize],
  heap: [JM.heapSize],
  offHeap: [JM.offHeapSize],
  metaspace: [JM.metaspaceSize],
  overhead: [JM.overheadFraction, JM.overheadMin, JM.overheadMax],
} as const;

/** A TaskManager as a cluster would start it. Throws MemoryError and CONFIG_VALUE_INVALID. */
export function taskManagerReport(config: Configuration, host: MemoryHost): MemoryReport {
  const isConfigured = isTaskManagerMemoryConfigured(config);
  const settings = isConfigured ? config : config.setText(TM.processSize.key, SHIPPED_TASK_MANAGER_PROCESS_SIZE);
  const memory = deriveTaskManagerMemory(settings);
  const basis = isConfigured ? 'derived from the configured sizes' : `nothing configured: ${TM.processSize.key} is ${SHIPPED_TASK_MANAGER_PROCESS_SIZE}, as shipped`;
  const warnings = memory.process.toNumber() > host.memoryBytes
    ? [`one TaskManager takes ${memory.process.toHumanString()}, more than this host's ${host.memoryBytes} bytes: lower ${TM.processSize.key} to run it here`]
    : [];
  return { process: 'taskmanager', basis, pools: taskManagerPools(memory, config), slots: slotReport(memory, config.get(TM.numberOfTaskSlots), host), warnings };
}

/** The one process of the local target. Throws MemoryError and CONFIG_VALUE_INVALID. */
export function localReport(config: Configuration, host: MemoryHost): MemoryReport {
  const { memory, isDerivedInFull } = deriveLocalMemory(config, host.memoryBytes);
  const basis = isDerivedInFull
    ? 'local target with configured sizes: derived in full, as in a cluster'
    : `local target: shares of the host's ${host.memoryBytes} bytes (managed 40 %, network 5 %, task heap 25 %)`;
  return { process: 'taskmanager', basis, pools: taskManagerPools(memory, config), slots: slotReport(memory, localSlotCount(config, host.cores), host), warnings: [] };
}

/** Throws MemoryError and CONFIG_VALUE_INVALID. */
export function jobManagerReport(config: Configuration, target: 'cluster' | 'local'): MemoryReport {
  const isConfigured = isJobManagerMemoryConfigured(config);
  const memory = deriveJobManagerMemory(isConfigured ? config : config.setText(JM.processSize.key, SHIPPED_JOB_MANAGER_PROCESS_SIZE));
  const basis = isConfigured ? 'derived from the configured sizes' : `nothing configured: ${JM.processSize.key} is ${SHIPPED_JOB_MANAGER_PROCESS_SIZE}, as shipped`;
  const place = target === 'local' ? 'in the local target no process of its own; in a cluster ' : '';
  return { process: 'jobmanager', basis: place + basis, pools: jobManagerPools(memory, config), slots: undefined, warnings: memory.warnings };
}

/**
 * Throws MEMORY_SETTING_UNSAFE naming `keys` when `after` derives but could not work. More than the host's memory is
 * refused for the local target only, and only where `before` took less: a cluster may be planned on a smaller machine.
 */
export function requireSafe(before: MemoryReport, after: MemoryReport, keys: readonly string[], host: MemoryHost, target: 'cluster' | 'local'): void {
  const refuse = (why: string): MemoryError => new MemoryError('MEMORY_SETTING_UNSAFE', `${keys.join(', ')} would be unsafe: ${why}`, { context: { keys } });
  const total = processBytes(after);
  if (target === 'local' && total > host.memoryBytes && total > processBytes(before)) {
    throw refuse(`the process would take ${total} bytes, and the host has ${host.memoryBytes}: choose smaller sizes`);
  }
  const slots = after.slots;
  if (slots === undefined) return;
  if (slots.softHeapBytes < SLOT_HEAP_BYTES_MIN) {
    throw refuse(`each of ${slots.count} slots would get ${slots.softHeapBytes} bytes of heap, and a worker needs ${SLOT_HEAP_BYTES_MIN}: lower ${TM.numberOfTaskSlots.key} or raise ${TM.taskHeapSize.key}`);
  }
  if (slots.ringBytes === undefined) {
    throw refuse(`${slots.networkBytesTotal} bytes of network memory do not hold the ${slots.channels} rings of ${RING_BYTES_MIN} bytes that an exchange between all slots needs: raise ${TM.networkMin.key} or ${TM.networkFraction.key}`);
  }
}

function processBytes(report: MemoryReport): number {
  return report.pools.find((pool) => pool.name === 'process')?.bytes ?? 0;
}

function taskManagerPools(memory: TaskManagerMemory, config: Configuration): readonly MemoryPool[] {
  const sizes: Record<keyof typeof TASK_MANAGER_POOL_KEYS, MemorySize> = {
    process: memory.process, flink: memory.flink, frameworkHeap: memory.frameworkHeap, taskHeap: memory.taskHeap,
    frameworkOffHeap: memory.frameworkOffHeap, taskOffHeap: memory.taskOffHeap, network: memory.network, managed: memory.managed,
    metaspace: memory.metaspace, overhead: memory.overhead, jvmHeap: heapLimitOf(memory), jvmDirect: directLimitOf(memory),
  };
  return poolsOf(sizes, TASK_MANAGER_POOL_KEYS, config);
}

function jobManagerPools(memory: JobManagerMemory, config: Configuration): readonly MemoryPool[] {
  const { process, flink, heap, offHeap, metaspace, overhead } = memory;
  return poolsOf({ process, flink, heap, offHeap, metaspace, overhead }, JOB_MANAGER_POOL_KEYS, config);
}

function poolsOf<N extends string>(
  sizes: Readonly<Record<N, MemorySize>>, keys: Readonly<Record<N, readonly ConfigOption<unknown>[]>>, config: Configuration,
): readonly MemoryPool[] {
  return Object.keys(keys).map((name) => {
    const options = keys[name as N];
    const isSum = name === 'jvmHeap' || name === 'jvmDirect';
    return { name, bytes: sizes[name as N].toNumber(), configured: isSum ? '' : configuredText(config, options, name), keys: options.map((option) => option.key) };
  });
}

/** The first key of `flink` is its own; the process size is named only as what changes it. */
function configuredText(config: Configuration, options: readonly ConfigOption<unknown>[], pool: string): string {
  const own = pool === 'flink' ? options.slice(0, 1) : options;
  const texts = config.toMap();
  return own.flatMap((option) => {
    const key = keysOf(option).find((candidate) => texts[candidate] !== undefined);
    if (key === undefined) return [];
    return own.length === 1 ? [texts[key] ?? ''] : [`${option.key.slice(option.key.lastIndexOf('.') + 1)} ${texts[key]}`];
  }).join(', ');
}

function slotReport(memory: TaskManagerMemory, count: number, host: MemoryHost): SlotReport {
  const slot = slotMemory(memory, count, host.memoryBytes);
  const channels = count * count;
  const hasRings = Math.floor(slot.networkBytesTotal / channels) >= RING_BYTES_MIN;
  return { count, channels, ...slot, ringBytes: hasRings ? ringBytes(slot.networkBytesTotal, channels) : undefined };
}
