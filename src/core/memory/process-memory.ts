// The part of the derivation that TaskManager and JobManager share: which setting to start from, and the memory around
// total Flink memory (metaspace and overhead). Follows Flink's order of checks, so that the same error wins.
// Pure; main thread, at start-up and in explain-memory.

import type { ConfigOption } from '#core/config/config-option';
import type { Configuration } from '#core/config/configuration';
import type { MemorySize } from '#core/config/memory-size';
import { MemoryError } from '#core/errors/memory-errors';
import { isWithin, readRangeFraction, shareBeside, shareOf, type RangeFraction, type RangeOptions } from '#core/memory/range-fraction';

type SizeOption = ConfigOption<MemorySize | undefined>;

/** The keys of one kind of process. */
export interface ProcessMemoryKeys {
  /** Setting all of these makes the derivation start from the parts. */
  readonly parts: readonly SizeOption[];
  readonly flinkSize: SizeOption;
  readonly processSize: SizeOption;
  readonly metaspaceSize: ConfigOption<MemorySize>;
  readonly overhead: RangeOptions;
}

/** How the memory inside total Flink memory is derived; `T` holds its components. */
export interface FlinkMemoryDerivation<T> {
  readonly fromParts: (config: Configuration) => T;
  readonly fromFlinkSize: (config: Configuration, flink: MemorySize) => T;
  readonly totalOf: (parts: T) => MemorySize;
}

export interface ProcessMemory<T> {
  readonly process: MemorySize;
  readonly flink: MemorySize;
  readonly parts: T;
  readonly metaspace: MemorySize;
  readonly overhead: MemorySize;
}

interface AroundFlink {
  readonly metaspace: MemorySize;
  readonly overhead: MemorySize;
}

/** True when at least one of the three starting points is set. */
export function isProcessMemoryConfigured(config: Configuration, keys: ProcessMemoryKeys): boolean {
  return keys.parts.every((option) => config.contains(option)) || config.contains(keys.flinkSize) || config.contains(keys.processSize);
}

/** Derives a whole process. Throws MemoryError and CONFIG_VALUE_INVALID. */
export function deriveProcessMemory<T>(config: Configuration, keys: ProcessMemoryKeys, derivation: FlinkMemoryDerivation<T>): ProcessMemory<T> {
  if (keys.parts.every((option) => config.contains(option))) return completed(config, keys, derivation, derivation.fromParts(config));
  const flink = config.get(keys.flinkSize);
  if (flink !== undefined) return completed(config, keys, derivation, derivation.fromFlinkSize(config, flink));
  const process = config.get(keys.processSize);
  if (process !== undefined) return fromProcessSize(config, keys, derivation, process);
  const parts = keys.parts.map((option) => option.key).join(' and ');
  throw new MemoryError('MEMORY_NOT_CONFIGURED', `no memory size is configured: set ${keys.processSize.key}, or ${keys.flinkSize.key}, or ${parts}`);
}

function completed<T>(config: Configuration, keys: ProcessMemoryKeys, derivation: FlinkMemoryDerivation<T>, parts: T): ProcessMemory<T> {
  const flink = derivation.totalOf(parts);
  const around = aroundFlinkSize(config, keys, flink);
  return { process: flink.add(around.metaspace).add(around.overhead), flink, parts, ...around };
}

function fromProcessSize<T>(config: Configuration, keys: ProcessMemoryKeys, derivation: FlinkMemoryDerivation<T>, process: MemorySize): ProcessMemory<T> {
  const metaspace = config.get(keys.metaspaceSize);
  const overhead = shareOf(process, readRangeFraction(config, keys.overhead));
  const around = metaspace.add(overhead);
  if (around.isGreaterThan(process)) {
    throw new MemoryError('MEMORY_OVERHEAD_EXCEEDS_PROCESS',
      `metaspace (${metaspace.toHumanString()}) and overhead (${overhead.toHumanString()}) together exceed ${keys.processSize.key} (${process.toHumanString()}): `
      + `raise it, or lower ${keys.metaspaceSize.key} or ${keys.overhead.min.key}`);
  }
  const flink = process.subtract(around);
  return { process, flink, parts: derivation.fromFlinkSize(config, flink), metaspace, overhead };
}

function aroundFlinkSize(config: Configuration, keys: ProcessMemoryKeys, flink: MemorySize): AroundFlink {
  const metaspace = config.get(keys.metaspaceSize);
  const inner = flink.add(metaspace);
  const process = config.get(keys.processSize);
  if (process === undefined) return { metaspace, overhead: shareBeside(inner, readRangeFraction(config, keys.overhead)) };
  if (inner.isGreaterThan(process)) {
    throw new MemoryError('MEMORY_FLINK_EXCEEDS_PROCESS',
      `${keys.processSize.key} (${process.toHumanString()}) is less than total Flink memory (${flink.toHumanString()}) and `
      + `${keys.metaspaceSize.key} (${metaspace.toHumanString()}) together: raise the first or lower the others`);
  }
  const overhead = process.subtract(inner);
  requireOverheadWithin(overhead, readRangeFraction(config, keys.overhead), keys);
  return { metaspace, overhead };
}

function requireOverheadWithin(overhead: MemorySize, range: RangeFraction, keys: ProcessMemoryKeys): void {
  if (isWithin(overhead, range)) return;
  throw new MemoryError('MEMORY_OVERHEAD_OUT_OF_RANGE',
    `what ${keys.processSize.key} leaves for the overhead (${overhead.toHumanString()}) is outside ${keys.overhead.min.key} `
    + `(${range.min.toHumanString()}) to ${keys.overhead.max.key} (${range.max.toHumanString()}): change the process size or the range`);
}
