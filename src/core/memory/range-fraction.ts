// A share of a size, held between a minimum and a maximum: how Flink derives network memory, overhead and managed memory.
// Invariant: min <= max and 0 <= fraction < 1. Pure; any thread.

import type { ConfigOption } from '#core/config/config-option';
import type { Configuration } from '#core/config/configuration';
import type { MemorySize } from '#core/config/memory-size';
import { MemoryError } from '#core/errors/memory-errors';

export interface RangeFraction {
  readonly min: MemorySize;
  readonly max: MemorySize;
  /** A 32-bit float widened to a double, so 0.1 is 0.10000000149011612. */
  readonly fraction: number;
}

export interface RangeOptions {
  readonly min: ConfigOption<MemorySize>;
  readonly max: ConfigOption<MemorySize>;
  readonly fraction: ConfigOption<number>;
}

/** Throws MEMORY_RANGE_INCONSISTENT. */
export function createRangeFraction(min: MemorySize, max: MemorySize, fraction: number, fractionKey: string): RangeFraction {
  const isConsistent = min.bytes <= max.bytes && fraction >= 0 && fraction < 1;
  if (isConsistent) return { min, max, fraction };
  throw new MemoryError('MEMORY_RANGE_INCONSISTENT',
    `${fractionKey} is ${fraction}, with a minimum of ${min.toHumanString()} and a maximum of ${max.toHumanString()}: `
    + 'let the fraction be at least 0 and below 1, and the minimum at most the maximum', { context: { key: fractionKey } });
}

/** Reads the three keys of a range. Throws MEMORY_RANGE_INCONSISTENT and CONFIG_VALUE_INVALID. */
export function readRangeFraction(config: Configuration, options: RangeOptions): RangeFraction {
  return createRangeFraction(config.get(options.min), config.get(options.max), config.get(options.fraction), options.fraction.key);
}

/** The share of `base`, held in the range. */
export function shareOf(base: MemorySize, range: RangeFraction): MemorySize {
  return capped(base.multiply(range.fraction), range);
}

/** The share of a whole of which `rest` is all but the share, held in the range. */
export function shareBeside(rest: MemorySize, range: RangeFraction): MemorySize {
  return capped(rest.multiply(range.fraction / (1 - range.fraction)), range);
}

export function isWithin(size: MemorySize, range: RangeFraction): boolean {
  return size.bytes >= range.min.bytes && size.bytes <= range.max.bytes;
}

function capped(size: MemorySize, range: RangeFraction): MemorySize {
  const atLeast = size.isGreaterThan(range.min) ? size : range.min;
  return atLeast.isGreaterThan(range.max) ? range.max : atLeast;
}
