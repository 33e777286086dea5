// hot path. One outgoing edge of a task: takes rows, one by one (edge-route.ts) or in whole batches. What columns an
// undeclared edge has is the concern of undeclared-edge.ts. Thread: the producer's slot.
// Bench: bench/exchange-bench.ts.
import type { Batch } from '#core/columns/frame';
import type { Misfits } from '#core/codegen/misfits';
import type { FieldTree } from '#core/codegen/field-tree';
import { createRowWriters } from '#core/codegen/row-writer';
import { projectType } from '#core/types/project-type';
import { schemaOf } from '#core/columns/schema';
import type { TypeInformation } from '#core/types/type-information';
import type { ChannelProducer } from '#shuffle/channel/channel';
import { ControlKind } from '#shuffle/channel/channel';
import type { Partitioner } from '#shuffle/partitioner/partitioner';
import type { Availability } from '#shuffle/result-partition/availability';
import { BatchEmitter } from '#shuffle/result-partition/batch-emitter';
import { ChannelWriter, type OvertakenFrames } from '#shuffle/result-partition/channel-writer';
import { createEdgeRoute, type EmitRow } from '#shuffle/result-partition/edge-route';
import type { OverdraftSpill } from '#shuffle/result-partition/overdraft-spill';
import { UndeclaredEdge } from '#shuffle/result-partition/undeclared-edge';

export interface RecordWriterOptions {
  readonly producers: readonly ChannelProducer[];
  readonly partitioner: Partitioner;
  /** Index of the producing subtask: where rebalance starts. */
  readonly subtaskIndex: number;
  readonly consumerMaxParallelism: number;
  readonly type: TypeInformation | undefined;
  /** What the consumers may read of a row: other columns are not sent. */
  readonly reads: FieldTree;
  readonly availability: Availability;
  readonly attempt: number;
  readonly recordBytesMax: number;
  /** Source of the random channel of `shuffle`, in [0, 1). */
  readonly random: () => number;
  /** Per channel: where overdraft beyond its memory goes; left out, all of it stays in memory. */
  readonly createSpill?: (() => OverdraftSpill) | undefined;
  /** Bytes of overdraft a channel keeps in memory; default OVERDRAFT_MEMORY_BYTES_MAX. */
  readonly overdraftBytesMax?: number | undefined;
}

export class RecordWriter {
  readonly channels: readonly ChannelWriter[];
  /** Appends a row to its channel. NaN = no event time. */
  readonly emit: EmitRow;
  readonly #reads: FieldTree;
  readonly #batches: BatchEmitter;
  readonly #undeclared: UndeclaredEdge | undefined;

  constructor(options: RecordWriterOptions) {
    const { availability, attempt, recordBytesMax, createSpill, overdraftBytesMax } = options;
    this.#reads = options.reads;
    this.channels = options.producers.map((producer) => new ChannelWriter({ producer, availability, attempt, recordBytesMax, createSpill, overdraftBytesMax }));
    if (options.type === undefined) {
      this.#undeclared = new UndeclaredEdge({
        open: (type, misfits) => this.#openChannels(type, misfits),
        emit: (value, eventTime) => this.emit(value, eventTime),
        rowsOut: () => this.channels.reduce((rows, { recordsOut, count }) => rows + recordsOut + count, 0),
      });
    }
    this.emit = createEdgeRoute(this.channels, options, this.#undeclared);
    if (options.type !== undefined) this.#openChannels(options.type);
    this.#batches = new BatchEmitter(this.channels, options, this.emit);
  }

  /**
   * Sends the rows of a batch, or only rows[0] .. rows[count - 1] of it, each channel's in their order. True when all are
   * sent. False = channels are blocked: call again with the same arguments after `drain`, and emit nothing else before (no
   * control entry either: the rows left are not a suffix of the batch). Columns are copied as they are where batch and edge
   * have one schema; otherwise rows are read and written one by one. An undeclared edge takes the schema of a first batch.
   */
  emitBatch(batch: Batch, rows?: Int32Array, count = batch.count): boolean {
    if (this.#undeclared?.isHolding === true) {
      if (this.#undeclared.hasHeldRows) this.#undeclared.infer();
      else this.#undeclared.openAs(batch.layout.schema.type);
    }
    return this.#batches.emit(batch, rows, count);
  }

  /** Publishes partly filled frames. */
  flush(): void {
    this.#undeclared?.infer();
    for (const channel of this.channels) channel.flush();
    this.#widen();
  }

  /** Publishes partly filled frames of channels whose consumer waits for data. */
  flushIdle(): void {
    if (this.#undeclared?.hasHeldRows === true && this.channels.some((channel) => channel.isConsumerIdle)) this.#undeclared.infer();
    for (const channel of this.channels) if (channel.hasUnflushed && channel.isConsumerIdle) channel.flush();
  }

  /** A control entry on every channel, behind all rows emitted so far. */
  broadcast(kind: number, a: number, b = 0, c = 0): void {
    this.#undeclared?.infer();
    this.#widen();
    for (const channel of this.channels) channel.control(kind, a, b, c);
  }

  /** As broadcast of a barrier that overtakes what waits: the frames it has passed, by channel. */
  overtake(kind: number, a: number, b: number, c: number): readonly OvertakenFrames[] {
    this.#undeclared?.infer();
    return this.channels.map((channel) => channel.overtake(kind, a, b, c));
  }

  emitWatermark(watermark: number): void {
    this.broadcast(ControlKind.WATERMARK, watermark);
  }

  /**
   * True when every channel has room again. After true nobody rings for what the caller waited for: it looks again before it
   * sleeps, at its end too.
   */
  drain(): boolean {
    let isFree = true;
    for (const channel of this.channels) if (!channel.drain()) isFree = false;
    return isFree;
  }

  get isDrained(): boolean {
    return this.#undeclared?.hasHeldRows !== true && this.channels.every((channel) => channel.isDrained);
  }

  get hasUnflushed(): boolean {
    return this.#undeclared?.hasHeldRows === true || this.channels.some((channel) => channel.hasUnflushed);
  }

  close(): void {
    for (const channel of this.channels) channel.close();
  }

  /** Not while a batch of the edge's schema is half sent. */
  #widen(): void {
    if (this.#undeclared !== undefined && !this.#batches.isMidColumns) this.#undeclared.onFrame();
  }

  #openChannels(type: TypeInformation, misfits?: Misfits): void {
    const writers = createRowWriters(schemaOf(projectType(type, this.#reads)), this.channels.length, misfits);
    this.channels.forEach((channel, index) => channel.open(writers[index]!));
  }
}
