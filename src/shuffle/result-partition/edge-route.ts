// hot path. The function that sends one row over an edge: to which channel by the edge's partitioner, and into the channel's
// open frame. Its text is generated per edge, so that each edge has call sites of its own: in functions that all edges
// share, V8 sees the selector and writer of each and inlines none (CPU of a narrow row in a slot with two edges, both sides:
// 34 to 14 ns with one channel, 59 to 32 with two; bench/exchange-bench.ts). Thread: the producer's slot.
import { createKeyHasher } from '#core/keys/key-hasher';
import { assignToKeyGroup, murmurHash, operatorIndexOfKeyGroup } from '#core/keys/key-groups';
import { previewValue } from '#core/errors/type-errors';
import { ShuffleError } from '#shuffle/errors';
import type { Partitioner } from '#shuffle/partitioner/partitioner';
import type { ChannelWriter } from '#shuffle/result-partition/channel-writer';

/** NaN = no event time. */
export type EmitRow = (value: unknown, eventTime: number) => void;

export interface EdgeRouteOptions {
  readonly partitioner: Partitioner;
  readonly subtaskIndex: number;
  readonly consumerMaxParallelism: number;
  readonly random: () => number;
}

/** Of an undeclared edge: its rows before its schema is known, and when the schema may change. */
export interface HeldRows {
  isHolding: boolean;
  hold(value: unknown, eventTime: number): void;
  /** Called between two rows when a frame was full. */
  onFrame(): void;
}

/** @param held asked for each row; left out where the edge has a schema from the start. */
export function createEdgeRoute(channels: readonly ChannelWriter[], options: EdgeRouteOptions, held: HeldRows | undefined): EmitRow {
  const { partitioner, subtaskIndex, consumerMaxParallelism, random } = options;
  const { key } = partitioner;
  const isHashed = partitioner.kind === 'hash' && channels.length > 1;
  const scope = {
    channels, held, random,
    count: channels.length,
    first: subtaskIndex % channels.length,
    selector: key?.selector,
    partition: partitioner.partition,
    hash: isHashed ? createKeyHasher(key!.type) : undefined,
    channelOfGroup: isHashed ? Array.from({ length: consumerMaxParallelism }, (_, group) => channels[operatorIndexOfKeyGroup(consumerMaxParallelism, channels.length, group)]!) : undefined,
    maxParallelism: consumerMaxParallelism,
    murmurHash, assignToKeyGroup,
    failPartition: (index: unknown) => failPartition(index, channels.length),
  };
  const text = `"use strict";
const only = channels[0];
let next = first;
const append = (channel, value, eventTime) => {
  if (!channel.isOpen) channel.openOverdraft();
  if (channel.writer.append(value, eventTime)) channel.count++;
  else channel.appendToNext(value, eventTime);
  if (channel.count === channel.capacity) ${held === undefined ? 'channel.rotate();' : '{ channel.rotate(); held.onFrame(); }'}
};
return (value, eventTime) => {
  ${held === undefined ? '' : 'if (held.isHolding) return held.hold(value, eventTime);'}
  ${routeCode(partitioner, channels.length, consumerMaxParallelism)}
};
//# sourceURL=millrace-edge-${partitioner.kind}.js`;
  return new Function(...Object.keys(scope), text)(...Object.values(scope)) as EmitRow;
}

function routeCode(partitioner: Partitioner, count: number, maxParallelism: number): string {
  switch (partitioner.kind) {
    case 'hash': return hashCode(count, maxParallelism);
    case 'custom': return `const index = partition(selector(value), count);
  const channel = Number.isInteger(index) ? channels[index] : undefined;
  if (channel === undefined) failPartition(index);
  append(channel, value, eventTime);`;
    case 'broadcast': return 'for (let i = 0; i < count; i++) append(channels[i], value, eventTime);';
    case 'forward': case 'global': return 'append(only, value, eventTime);';
    case 'shuffle': return 'append(channels[Math.floor(random() * count)], value, eventTime);';
    case 'rebalance': case 'rescale': return `append(channels[next], value, eventTime);
  next = next + 1 === count ? 0 : next + 1;`;
  }
}

/** Max parallelism is a power of two unless the user set another: then no division is needed. */
function hashCode(count: number, maxParallelism: number): string {
  if (count === 1) return 'append(only, value, eventTime);';
  const isPowerOfTwo = (maxParallelism & (maxParallelism - 1)) === 0;
  const group = isPowerOfTwo ? `murmurHash(hash(selector(value))) & ${maxParallelism - 1}` : 'assignToKeyGroup(hash(selector(value)), maxParallelism)';
  return `append(channelOfGroup[${group}], value, eventTime);`;
}

function failPartition(index: unknown, channels: number): never {
  throw new ShuffleError('PARTITION_INDEX_INVALID', `the custom partitioner returned ${previewValue(index)} for ${channels} channels: return an integer from 0 to ${channels - 1}`, { context: { index, channels } });
}
