// Errors of the memory model: settings that cannot hold together, and pools too small for what is asked of them.
// Invariant: a message names the keys that can be changed, and shows every size it compares.

import { EngineError, type EngineErrorOptions } from '#core/errors/engine-error';

/** Code -> when it is thrown. */
export const MEMORY_ERRORS = {
  MEMORY_NOT_CONFIGURED: 'None of process size, Flink size, or the explicit parts is set, so there is nothing to derive from.',
  MEMORY_PARTS_EXCEED_FLINK: 'The parts inside total Flink memory add up to more than total Flink memory.',
  MEMORY_PARTS_DIFFER_FROM_FLINK: 'All parts of total Flink memory are set and do not add up to the total Flink memory that is set too.',
  MEMORY_NETWORK_OUT_OF_RANGE: 'Network memory, derived as the rest of total Flink memory, lies outside network.min and network.max.',
  MEMORY_OVERHEAD_OUT_OF_RANGE: 'Overhead, derived as the rest of process memory, lies outside jvm-overhead.min and jvm-overhead.max.',
  MEMORY_FLINK_EXCEEDS_PROCESS: 'Process memory is smaller than total Flink memory and metaspace together.',
  MEMORY_OVERHEAD_EXCEEDS_PROCESS: 'Metaspace and overhead together are larger than process memory.',
  MEMORY_RANGE_INCONSISTENT: 'A minimum lies above its maximum, or a fraction lies outside 0 (inclusive) to 1 (exclusive).',
  MEMORY_SIZE_OVERFLOW: 'A size left the range of 0 to 2^63-1 bytes during the derivation.',
  MEMORY_SLOT_COUNT_INVALID: 'The number of task slots, or of CPU cores, is not above zero.',
  MEMORY_RESOURCES_NOT_FIXED: 'A TaskManager was started without the fixed sizes that its start script derives.',
  MEMORY_CONSUMER_WEIGHT_INVALID: 'A weight of a managed-memory consumer is negative, not a whole number, or names no known consumer.',
  MEMORY_SETTING_UNSAFE: 'A setting derives, but would leave slots or rings below what they need, or needs more memory than the host has.',
  NETWORK_BUFFERS_INSUFFICIENT: 'Network memory is too small for the channels or buffers that a job needs.',
  NETWORK_BUFFERS_TOO_MANY: 'Network memory divided by the segment size gives more buffers than a 32-bit count can hold.',
} as const;

export type MemoryErrorCode = keyof typeof MEMORY_ERRORS;

/** Operating error of the memory model; `code` is one of MEMORY_ERRORS. */
export class MemoryError extends EngineError {
  constructor(code: MemoryErrorCode, message: string, options: EngineErrorOptions = {}) {
    super(code, message, options);
  }
}
