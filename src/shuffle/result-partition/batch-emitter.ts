// hot path. Sends the rows of column batches over one edge: first the channel of every row, by columns where they are known,
// then the rows of each channel gathered into its frames. Keeps the cursor of a batch that had to stop, so that the caller
// comes back with the same batch. Thread: the producer's slot. Bench: bench/exchange-bench.ts.
import { assert } from '#core/assert';
import { createRowReader, type RowReader } from '#core/codegen/row-reader';
import type { Batch } from '#core/columns/frame';
import type { Schema } from '#core/columns/schema';
import { operatorIndexTable } from '#core/keys/hash-column';
import { assignToKeyGroup, murmurHash } from '#core/keys/key-groups';
import type { Availability } from '#shuffle/result-partition/availability';
import type { ChannelWriter } from '#shuffle/result-partition/channel-writer';
import { canHashColumns, hashKeyColumns } from '#shuffle/partitioner/hash-key-columns';
import type { Partitioner } from '#shuffle/partitioner/partitioner';

export interface BatchEmitterOptions {
  readonly partitioner: Partitioner;
  readonly subtaskIndex: number;
  readonly consumerMaxParallelism: number;
  readonly availability: Availability;
  readonly random: () => number;
}

export class BatchEmitter {
  readonly #channels: readonly ChannelWriter[];
  readonly #options: BatchEmitterOptions;
  readonly #emitRow: (value: unknown, eventTime: number) => void;
  /** Channel of each key group. */
  readonly #channelOfGroup: Int32Array;
  /** Row numbers by channel: `#stride` slots each. */
  #selections = new Int32Array(0);
  #stride = 0;
  readonly #counts: Int32Array;
  readonly #positions: Int32Array;
  #hashes = new Int32Array(0);
  #scratch = new Int32Array(0);
  #everyRow = new Int32Array(0);
  #next: number;
  /** The batch that had to stop. */
  #stopped: Batch | undefined;
  /** Decided when a batch begins: the edge's schema may change before it is finished. */
  #isByColumns = false;
  #row = 0;
  #reader: RowReader | undefined;
  #readerSchema: Schema | undefined;

  /** @param emitRow the edge's way for single rows: taken where rows cannot be routed or copied by columns. */
  constructor(channels: readonly ChannelWriter[], options: BatchEmitterOptions, emitRow: (value: unknown, eventTime: number) => void) {
    this.#channels = channels;
    this.#options = options;
    this.#emitRow = emitRow;
    this.#counts = new Int32Array(channels.length);
    this.#positions = new Int32Array(channels.length);
    this.#channelOfGroup = options.partitioner.kind === 'hash' ? operatorIndexTable(options.consumerMaxParallelism, channels.length) : new Int32Array(0);
    this.#next = options.subtaskIndex % channels.length;
  }

  /** See RecordWriter.emitBatch. */
  emit(batch: Batch, rows: Int32Array | undefined, count: number): boolean {
    assert(this.#stopped === undefined || this.#stopped === batch, 'a batch that stopped is finished before the next one');
    assert(count <= (rows?.length ?? batch.count), 'the rows to send are there');
    if (this.#stopped === undefined) this.#isByColumns = this.#canCopy(batch);
    const isDone = this.#isByColumns ? this.#emitColumns(batch, rows, count) : this.#emitRows(batch, rows, count);
    this.#stopped = isDone ? undefined : batch;
    return isDone;
  }

  /** A batch of the edge's own schema is half sent: the edge keeps that schema until it is through. */
  get isMidColumns(): boolean {
    return this.#stopped !== undefined && this.#isByColumns;
  }

  #canCopy(batch: Batch): boolean {
    const { partitioner } = this.#options;
    const { schema } = batch.layout;
    if (this.#channels[0]!.schema !== schema) return false;
    if (partitioner.kind === 'custom') return false;
    return partitioner.kind !== 'hash' || this.#channels.length === 1 || (partitioner.keyColumns !== undefined && canHashColumns(schema, partitioner.keyColumns));
  }

  #emitColumns(batch: Batch, rows: Int32Array | undefined, count: number): boolean {
    const channels = this.#channels;
    if (channels.length === 1 || this.#options.partitioner.kind === 'broadcast' || this.#options.partitioner.kind === 'global') return this.#emitWhole(batch, rows, count);
    if (this.#stopped === undefined) this.#select(batch, rows, count);
    let isDone = true;
    for (let channel = 0; channel < channels.length; channel++) {
      const start = channel * this.#stride;
      const end = start + this.#counts[channel]!;
      const at = channels[channel]!.copyRows(batch, this.#selections, start + this.#positions[channel]!, end);
      this.#positions[channel] = at - start;
      if (at < end) isDone = false;
    }
    return isDone;
  }

  /** All rows to one channel, or to every one. */
  #emitWhole(batch: Batch, rows: Int32Array | undefined, count: number): boolean {
    const targets = this.#options.partitioner.kind === 'broadcast' ? this.#channels.length : 1;
    if (this.#stopped === undefined) this.#positions.fill(0);
    if (rows === undefined && this.#everyRow.length < count) this.#everyRow = Int32Array.from({ length: Math.max(count, 1024) }, (_, row) => row);
    const selection = rows ?? this.#everyRow;
    const isAll = rows === undefined && count === batch.count;
    let isDone = true;
    for (let target = 0; target < targets; target++) {
      const channel = this.#channels[target]!;
      const from = this.#positions[target]!;
      const isCopied = isAll && from === 0 && channel.copyBatch(batch);
      this.#positions[target] = isCopied ? count : channel.copyRows(batch, selection, from, count);
      if (this.#positions[target]! < count) isDone = false;
    }
    return isDone;
  }

  /** Row by row, as if each had been emitted on its own; stops where a channel is blocked. */
  #emitRows(batch: Batch, rows: Int32Array | undefined, count: number): boolean {
    const { schema } = batch.layout;
    if (this.#readerSchema !== schema) {
      this.#reader = createRowReader(schema);
      this.#readerSchema = schema;
    }
    const reader = this.#reader!;
    reader.bind(batch);
    if (this.#stopped === undefined) this.#row = 0;
    const { availability } = this.#options;
    while (this.#row < count) {
      if (availability.blocked !== 0) return false;
      const row = rows === undefined ? this.#row : rows[this.#row]!;
      this.#row++;
      this.#emitRow(reader.read(row), reader.eventTime(row));
    }
    return true;
  }

  #select(batch: Batch, rows: Int32Array | undefined, count: number): void {
    const channels = this.#channels.length;
    if (count > this.#stride) {
      this.#stride = Math.max(count, 1024);
      this.#selections = new Int32Array(this.#stride * channels);
    }
    this.#counts.fill(0);
    this.#positions.fill(0);
    const { partitioner } = this.#options;
    switch (partitioner.kind) {
      case 'hash': this.#selectByKey(batch, rows, count, partitioner.keyColumns!); break;
      case 'shuffle': this.#selectAtRandom(rows, count); break;
      default: this.#selectInTurn(rows, count);
    }
  }

  #selectByKey(batch: Batch, rows: Int32Array | undefined, count: number, keyColumns: readonly number[]): void {
    if (this.#hashes.length < batch.count) {
      this.#hashes = new Int32Array(Math.max(batch.count, 1024));
      this.#scratch = new Int32Array(this.#hashes.length);
    }
    hashKeyColumns(batch, keyColumns, this.#hashes, this.#scratch);
    const { consumerMaxParallelism } = this.#options;
    const isPowerOfTwo = (consumerMaxParallelism & (consumerMaxParallelism - 1)) === 0;
    if (rows === undefined && isPowerOfTwo) splitByMask(this.#hashes, consumerMaxParallelism - 1, this.#channelOfGroup, this.#selections, this.#stride, this.#counts, count);
    else this.#splitChosen(rows, count);
  }

  #splitChosen(rows: Int32Array | undefined, count: number): void {
    const { consumerMaxParallelism } = this.#options;
    for (let i = 0; i < count; i++) {
      const row = rows === undefined ? i : rows[i]!;
      this.#add(this.#channelOfGroup[assignToKeyGroup(this.#hashes[row]!, consumerMaxParallelism)]!, row);
    }
  }

  #selectAtRandom(rows: Int32Array | undefined, count: number): void {
    const { random } = this.#options;
    for (let i = 0; i < count; i++) this.#add(Math.floor(random() * this.#channels.length), rows === undefined ? i : rows[i]!);
  }

  #selectInTurn(rows: Int32Array | undefined, count: number): void {
    for (let i = 0; i < count; i++) {
      this.#add(this.#next, rows === undefined ? i : rows[i]!);
      this.#next = this.#next + 1 === this.#channels.length ? 0 : this.#next + 1;
    }
  }

  #add(channel: number, row: number): void {
    this.#selections[channel * this.#stride + this.#counts[channel]!] = row;
    this.#counts[channel]!++;
  }
}

/**
 * Key group, channel and selection in one pass: 9 ns a row with the hashing, 14 as passes of their own. Max parallelism is a
 * power of two unless the user set another.
 */
function splitByMask(hashes: Int32Array, mask: number, channelOfGroup: Int32Array, selections: Int32Array, stride: number, counts: Int32Array, count: number): void {
  for (let row = 0; row < count; row++) {
    const channel = channelOfGroup[murmurHash(hashes[row]!) & mask]!;
    const at = counts[channel]!;
    selections[channel * stride + at] = row;
    counts[channel] = at + 1;
  }
}
