// hot path. The producer's end of one channel, with frames being filled in place in the ring. While the ring has no room,
// rows of user functions that cannot be suspended go to overdraft frames in private memory, and everything behind them
// waits in the backlog, in order. Invariant: a frame of the ring is open only while the backlog is empty.
// Thread: the producer's slot. Bench: bench/exchange-bench.ts.
import { assert } from '#core/assert';
import type { RowWriter } from '#core/codegen/row-writer';
import { compactFrame, isWorthCompacting } from '#core/columns/compact-frame';
import { Batch, capacityFor, FRAME_HEADER_BYTES, FrameHeader, FrameKind, type FrameLayout, layoutOf, sealFrame } from '#core/columns/frame';
import { FrameMemory } from '#core/columns/frame-memory';
import type { Schema } from '#core/columns/schema';
import type { TypeInformation } from '#core/types/type-information';
import type { ChannelProducer } from '#shuffle/channel/channel';
import { assertRecordSize, type OversizedFrame } from '#shuffle/channel/write-fragments';
import { ShuffleError } from '#shuffle/errors';
import type { Availability } from '#shuffle/result-partition/availability';
import { OverdraftBacklog } from '#shuffle/result-partition/overdraft-backlog';
import type { OverdraftSpill } from '#shuffle/result-partition/overdraft-spill';

/** Rows of a full frame: large enough to pay per-frame work, small enough for the L2 cache. */
export const FRAME_ROWS_MAX = 1024;

/** First size of frames with strings: this many times their fixed part, at least FRAME_BYTES_MIN. */
const HEAP_RATIO = 4;
const FRAME_BYTES_MIN = 64 * 1024;

export interface ChannelWriterOptions {
  readonly producer: ChannelProducer;
  readonly availability: Availability;
  readonly attempt: number;
  readonly recordBytesMax: number;
  /** Where overdraft beyond its memory goes; left out, all of it stays in memory. */
  readonly createSpill?: (() => OverdraftSpill) | undefined;
  readonly overdraftBytesMax?: number | undefined;
}

/** What a barrier has passed in one channel. */
export interface OvertakenFrames {
  /** Of the frames; null when a schema frame comes first. */
  readonly type: TypeInformation | null;
  readonly frames: readonly Uint8Array[];
}

export class ChannelWriter {
  readonly #producer: ChannelProducer;
  readonly #availability: Availability;
  readonly #attempt: number;
  readonly #recordBytesMax: number;
  readonly #backlog: OverdraftBacklog;
  /** In the order in which the channel had them. */
  readonly #schemas: Schema[] = [];
  #layout: FrameLayout | undefined;
  #batch: Batch | undefined;
  /** One frame of private memory, used again for every overdraft frame. */
  #overdraftMemory: FrameMemory | undefined;
  #frameBytes = 0;
  /** The producer's, when frames were laid out. */
  #frameBytesTarget = 0;
  #isOverdraft = false;
  #isBlocked = false;
  /** These four are read, and `count` is written, by the edge's generated route too: who writes the rows, undefined before `open`, */
  writer: RowWriter | undefined;
  /** whether a frame is open, */
  isOpen = false;
  /** how many rows it has, */
  count = 0;
  /** and how many it takes. */
  capacity = 0;
  /** Rows and bytes of finished frames. */
  recordsOut = 0;
  bytesOut = 0;

  constructor(options: ChannelWriterOptions) {
    const { producer, recordBytesMax, createSpill, overdraftBytesMax } = options;
    this.#producer = producer;
    this.#availability = options.availability;
    this.#attempt = options.attempt;
    this.#recordBytesMax = recordBytesMax;
    this.#backlog = new OverdraftBacklog({ producer, recordBytesMax, createSpill, memoryBytesMax: overdraftBytesMax });
  }

  /**
   * Sets the schema of the frames that follow, that of the writer, and tells the consumer: before the first row, and again
   * between two rows when the schema of an undeclared edge has widened.
   */
  open(writer: RowWriter): void {
    const { schema } = writer;
    if (this.isOpen) this.#leaveFrame();
    const { frameBytesMax } = this.#producer;
    if (capacityFor(schema, frameBytesMax, 1) === 0) {
      throw new ShuffleError('CHANNEL_FRAME_TOO_SMALL', `a row of ${Math.ceil(schema.rowBytes)} fixed bytes does not fit a frame of ${frameBytesMax} bytes: raise taskmanager.memory.network.min`, { context: { rowBytes: schema.rowBytes, frameBytesMax } });
    }
    this.writer = writer;
    this.#schemas.push(schema);
    this.#layOutFrames();
    this.#batch = new Batch(this.#producer.memory, this.#layout!);
    this.#backlog.sendOwnedFrame(schemaFrame(schema, this.#attempt));
    this.#openFrame();
  }

  /** Undefined before `open`. */
  get schema(): Schema | undefined {
    return this.writer?.schema;
  }

  /**
   * Copies rows[from] .. rows[to - 1] of a batch of the channel's schema. Stops where the channel has no room, without
   * overdraft: returns the index behind the last row taken, to go on with after `drain`.
   */
  copyRows(source: Batch, rows: Int32Array, from: number, to: number): number {
    const writer = this.writer!;
    let at = from;
    while (at < to && this.isOpen && !this.#isOverdraft) {
      const next = writer.copyRows(source, rows, at, to);
      this.count += next - at;
      at = next;
      if (this.count === this.capacity) {
        this.rotate();
      } else if (at < to && (this.#growFrames() || this.count > 0)) {
        this.rotate();
      } else if (at < to) {
        const row = at++;
        this.#writeAlone(() => writer.copyRows(source, rows, row, row + 1) === row + 1);
      }
    }
    return at;
  }

  /** As copyRows for all rows of a batch, in blocks: false when they do not fit a frame of their own or there is no room. */
  copyBatch(source: Batch): boolean {
    if (!this.isOpen || this.#isOverdraft) return false;
    let isCopied = this.writer!.copyBatch(source);
    if (!isCopied && this.count > 0) {
      this.rotate();
      isCopied = this.isOpen && this.writer!.copyBatch(source);
    }
    if (!isCopied) return false;
    this.count += source.count;
    if (this.count === this.capacity) this.rotate();
    return true;
  }

  /** Publishes what is filled, so that the consumer sees it. Overdraft that cannot be sent stays open for more rows. */
  flush(): void {
    if (!this.hasUnflushed) return;
    if (this.#isOverdraft && !this.#backlog.pump()) return;
    this.rotate();
  }

  /** True when rows wait in an open frame. */
  get hasUnflushed(): boolean {
    return this.isOpen && this.count > 0;
  }

  get isConsumerIdle(): boolean {
    return this.#producer.isConsumerIdle;
  }

  /** Flushes, then appends a control entry behind it. A watermark that waits is replaced by a newer one. */
  control(kind: number, a: number, b: number, c: number): void {
    if (this.hasUnflushed) this.rotate();
    if (this.#backlog.sendControl(kind, a, b, c)) return;
    // Rows that follow must not be published before the entry: the empty frame goes back until it is placed.
    if (this.isOpen && !this.#isOverdraft) this.#producer.cancelReservation();
    this.isOpen = false;
    this.#setBlocked(true);
  }

  /** A barrier that passes what waits on this side. One that cannot pass waits its turn, and has passed nothing. */
  overtake(kind: number, a: number, b: number, c: number): OvertakenFrames {
    if (this.hasUnflushed) this.rotate();
    if (this.#backlog.isEmpty || !this.#backlog.isInMemory) {
      this.control(kind, a, b, c);
      return { type: null, frames: [] };
    }
    const frames = this.#backlog.overtake({ kind, a, b, c });
    const laterSchemas = frames.filter(isSchemaFrame).length;
    return { type: this.#schemas[this.#schemas.length - 1 - laterSchemas]?.type ?? null, frames };
  }

  /** Moves the backlog into the channel as far as there is room. True when the channel is available again. */
  drain(): boolean {
    if (!this.#backlog.pump()) return false;
    // An overdraft frame that is being filled goes into the channel first, so that its rows keep their place.
    if (this.isOpen && this.#isOverdraft) this.rotate();
    else if (!this.isOpen && this.writer !== undefined) this.#openFrame();
    const isFree = this.#backlog.isEmpty && (this.writer === undefined || (this.isOpen && !this.#isOverdraft));
    this.#setBlocked(!isFree);
    return isFree;
  }

  /** Everything is in the channel: nothing waits on this side. */
  get isDrained(): boolean {
    return this.#backlog.isEmpty && !this.hasUnflushed;
  }

  /** Bytes of finished frames that wait, in memory and in the spill. */
  get overdraftBytes(): number {
    return this.#backlog.memoryBytes + this.#backlog.spilledBytes;
  }

  /** Gives an unpublished reservation back; the channel itself belongs to the slot. Idempotent. */
  close(): void {
    if (this.isOpen && !this.#isOverdraft) this.#producer.cancelReservation();
    this.isOpen = false;
    this.#backlog.close();
    this.#setBlocked(false);
  }

  /** For the route: the row did not fit the open frame. */
  appendToNext(value: unknown, eventTime: number): void {
    const writer = this.writer!;
    while (this.#growFrames() || this.count > 0) {
      this.rotate();
      if (!this.isOpen) this.openOverdraft();
      if (writer.append(value, eventTime)) {
        this.count++;
        return;
      }
    }
    this.#writeAlone(() => writer.append(value, eventTime));
  }

  /** As large as the consumer wants frames now, but for at least one row. */
  #layOutFrames(): void {
    const { schema } = this.writer!;
    const { frameBytesTarget } = this.#producer;
    this.#frameBytesTarget = frameBytesTarget;
    this.capacity = Math.max(1, capacityFor(schema, frameBytesTarget, FRAME_ROWS_MAX));
    this.#layout = layoutOf(schema, this.capacity);
    // A frame that asks for no more than it will need keeps most of the ring usable: with strings it grows as they do.
    const { heapStart } = this.#layout;
    this.#frameBytes = schema.hasVar ? Math.max(heapStart, Math.min(frameBytesTarget, Math.max(heapStart * HEAP_RATIO, FRAME_BYTES_MIN))) : heapStart;
  }

  /** The heap was full before half of the rows were: the frames that follow are larger. False when they are as large as can be. */
  #growFrames(): boolean {
    const bytesMax = this.count === 0 ? this.#producer.frameBytesMax : this.#frameBytesTarget;
    if (this.#frameBytes >= bytesMax || this.count * 2 >= this.capacity) return false;
    this.#frameBytes = this.count === 0 ? bytesMax : Math.min(bytesMax, this.#frameBytes * 2);
    return true;
  }

  /** A single row larger than a frame of this layout: sealed in private memory, it travels in pieces if need be. */
  #writeAlone(write: () => boolean): void {
    assert(this.count === 0, 'the rows before are sealed');
    const writer = this.writer!;
    if (!this.#isOverdraft) this.#producer.cancelReservation();
    this.isOpen = false;
    const layout = layoutOf(writer.schema, 1);
    const bytesMax = Math.ceil((Math.max(this.#recordBytesMax, this.#producer.frameBytesMax) + layout.heapStart) / 8) * 8;
    for (let bytes = Math.min(this.#producer.frameBytesMax * 2, bytesMax); ; bytes = Math.min(bytes * 4, bytesMax)) {
      const memory = FrameMemory.allocate(bytes);
      writer.open(memory, 0, layout, bytes);
      if (!write()) {
        if (bytes === bytesMax) assertRecordSize(bytes + 1, this.#recordBytesMax);
        continue;
      }
      const frame = this.#seal(new Batch(memory, layout));
      assertRecordSize(frame.byteLength, this.#recordBytesMax);
      this.#backlog.sendOwnedFrame(frame);
      break;
    }
    this.#openFrame();
  }

  #seal(batch: Batch): OversizedFrame {
    this.writer!.finish(batch);
    if (isWorthCompacting(batch)) compactFrame(batch);
    const byteLength = sealFrame(batch, this.#producer.framesPublished, this.#attempt);
    this.recordsOut += batch.count;
    this.bytesOut += byteLength;
    return { memory: batch.memory, base: batch.base, byteLength };
  }

  /** For the route too: seals the open frame, sends it, and opens the next one if there is room. An empty frame is given back. */
  rotate(): void {
    if (this.count === 0) {
      if (!this.#isOverdraft) this.#producer.cancelReservation();
      this.isOpen = false;
      this.#openFrame();
      return;
    }
    const frame = this.#seal(this.#batch!);
    if (this.#isOverdraft) this.#backlog.sendFrame(frame);
    else this.#producer.publish(frame.byteLength);
    this.isOpen = false;
    this.#openFrame();
  }

  /** Rows are sealed, an empty frame goes back. */
  #leaveFrame(): void {
    if (this.count > 0) this.rotate();
    if (this.isOpen && !this.#isOverdraft) this.#producer.cancelReservation();
    this.isOpen = false;
  }

  #openFrame(): void {
    this.count = 0;
    if (this.#producer.frameBytesTarget !== this.#frameBytesTarget) this.#layOutFrames();
    const base = this.#backlog.isEmpty ? this.#producer.tryReserve(this.#frameBytes) : -1;
    if (base === -1) {
      this.#setBlocked(true);
      return;
    }
    this.#use(this.#producer.memory, base);
    this.#isOverdraft = false;
  }

  /** For the route: no frame is open, and the row goes to overdraft. */
  openOverdraft(): void {
    if (this.#overdraftMemory === undefined || this.#overdraftMemory.u8.length < this.#frameBytes) this.#overdraftMemory = FrameMemory.allocate(this.#frameBytes);
    this.#use(this.#overdraftMemory, 0);
    this.#isOverdraft = true;
    this.#setBlocked(true);
  }

  #use(memory: FrameMemory, base: number): void {
    const batch = this.#batch!;
    batch.memory = memory;
    batch.base = base;
    batch.layout = this.#layout!;
    this.writer!.open(memory, base, this.#layout!, this.#frameBytes);
    this.isOpen = true;
  }

  #setBlocked(isBlocked: boolean): void {
    if (this.#isBlocked === isBlocked) return;
    this.#isBlocked = isBlocked;
    this.#availability.blocked += isBlocked ? 1 : -1;
  }
}

function isSchemaFrame(frame: Uint8Array): boolean {
  return new Int32Array(frame.buffer, frame.byteOffset, FrameHeader.KIND + 1)[FrameHeader.KIND] === FrameKind.SCHEMA;
}

function schemaFrame(schema: Schema, attempt: number): OversizedFrame {
  const text = Buffer.from(JSON.stringify(schema.type));
  const byteLength = (FRAME_HEADER_BYTES + text.length + 7) & ~7;
  const memory = FrameMemory.allocate(byteLength);
  memory.i32[FrameHeader.KIND] = FrameKind.SCHEMA;
  memory.i32[FrameHeader.SCHEMA_ID] = schema.id;
  memory.i32[FrameHeader.BYTE_LENGTH] = byteLength;
  memory.i32[FrameHeader.HEAP_LENGTH] = text.length;
  memory.i32[FrameHeader.ATTEMPT] = attempt;
  memory.u8.set(text, FRAME_HEADER_BYTES);
  return { memory, base: 0, byteLength };
}
