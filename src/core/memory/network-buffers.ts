// Flink's count of network buffers: how many there are, and how many an input gate or a result partition asks for.
// Invariant: required <= target. Pure; main thread. The rings here are sized by slot-memory.ts; these figures serve
// metrics, explain-memory and the checks that a Flink configuration would meet.

import type { Configuration } from '#core/config/configuration';
import type { MemorySize } from '#core/config/memory-size';
import { taskManagerOptions as keys } from '#core/config/options/task-manager-options';
import { ConfigError } from '#core/errors/config-errors';
import { MemoryError } from '#core/errors/memory-errors';

export const EXCLUSIVE_BUFFERS_PER_CHANNEL = 2;
export const FLOATING_BUFFERS_PER_GATE = 8;
export const BUFFERS_PER_SUBPARTITION_MAX = 10;
export const OVERDRAFT_BUFFERS_PER_GATE_MAX = 20;
const REQUIRED_PER_BLOCKING_GATE_MAX = 1000;
const SEGMENT_BYTES_MIN = 4096;
const BUFFER_COUNT_MAX = 2 ** 31 - 1;

/** Bytes of one segment. Throws CONFIG_VALUE_INVALID unless it is a power of two of at least 4096. */
export function segmentBytes(config: Configuration): number {
  const size = config.get(keys.segmentSize);
  const bytes = size.toNumber();
  if (bytes >= SEGMENT_BYTES_MIN && bytes <= BUFFER_COUNT_MAX && Number.isInteger(Math.log2(bytes))) return bytes;
  throw new ConfigError('CONFIG_VALUE_INVALID', `${keys.segmentSize.key} cannot be '${size}': give a power of two from 4 kb to 1 gb`);
}

/** Buffers of a TaskManager. Throws NETWORK_BUFFERS_TOO_MANY. */
export function networkBufferCount(network: MemorySize, segment: number): number {
  const count = network.bytes / BigInt(segment);
  if (count <= BigInt(BUFFER_COUNT_MAX)) return Number(count);
  throw new MemoryError('NETWORK_BUFFERS_TOO_MANY',
    `${network.toHumanString()} of network memory make ${count} buffers of ${segment} bytes, more than ${BUFFER_COUNT_MAX}: `
    + `lower ${keys.networkMax.key} or raise ${keys.segmentSize.key}`);
}

export interface GateBuffers {
  readonly required: number;
  readonly exclusivePerChannel: number;
  readonly target: number;
}

/** Buffers of an input gate; `limit` is taskmanager.network.memory.read-buffer.required-per-gate.max where it is set. */
export function inputGateBuffers(channels: number, exchange: 'pipelined' | 'blocking', limit?: number): GateBuffers {
  const wanted = EXCLUSIVE_BUFFERS_PER_CHANNEL * channels + 1;
  const required = Math.min(limit ?? (exchange === 'blocking' ? REQUIRED_PER_BLOCKING_GATE_MAX : BUFFER_COUNT_MAX), wanted);
  const exclusivePerChannel = channels === 0 ? 0 : Math.min(EXCLUSIVE_BUFFERS_PER_CHANNEL, Math.floor((required - 1) / channels));
  return { required, exclusivePerChannel, target: EXCLUSIVE_BUFFERS_PER_CHANNEL * channels + FLOATING_BUFFERS_PER_GATE };
}

export interface PartitionBuffers {
  readonly min: number;
  readonly max: number;
}

/** Buffers of a result partition with `subpartitions`; `sortMinBuffers` is taskmanager.network.sort-shuffle.min-buffers. */
export function resultPartitionBuffers(subpartitions: number, kind: 'pipelined' | 'unbounded' | 'sorted', sortMinBuffers: number): PartitionBuffers {
  if (kind === 'sorted') return { min: sortMinBuffers, max: Math.max(sortMinBuffers, 4 * subpartitions) };
  const min = subpartitions + 1;
  return { min, max: kind === 'unbounded' ? BUFFER_COUNT_MAX : EXCLUSIVE_BUFFERS_PER_CHANNEL * subpartitions + FLOATING_BUFFERS_PER_GATE };
}

/** Throws NETWORK_BUFFERS_INSUFFICIENT when fewer than `required` buffers are free. */
export function requireNetworkBuffers(required: number, available: number, pool: { readonly count: number; readonly segmentBytes: number }): void {
  if (required <= available) return;
  throw new MemoryError('NETWORK_BUFFERS_INSUFFICIENT',
    `Insufficient number of network buffers: required ${required}, but only ${available} available of ${pool.count} of ${pool.segmentBytes} bytes each: `
    + `raise ${keys.networkFraction.key}, ${keys.networkMin.key} or ${keys.networkMax.key}`,
    { context: { required, available } });
}
