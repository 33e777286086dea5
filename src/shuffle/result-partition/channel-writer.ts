// hot path. The producer's end of one channel, with frames being filled in place in the ring. While the ring has no room,
// rows of user functions that cannot be suspended go to overdraft frames in private memory, and everything behind them
// (frames, control entries) waits in one backlog, in order. Thread: the producer's slot.
import { assert } from '#core/assert';
import { createRowWriter, type RowWriter } from '#core/codegen/row-writer';
import { compactFrame, isWorthCompacting } from '#core/columns/compact-frame';
import { Batch, capacityFor, FRAME_HEADER_BYTES, FrameHeader, FrameKind, type FrameLayout, layoutOf, sealFrame } from '#core/columns/frame';
import { FrameMemory } from '#core/columns/frame-memory';
import type { Schema } from '#core/columns/schema';
import { type ChannelProducer, ControlKind } from '#shuffle/channel/channel';
import { assertRecordSize, type OversizedFrame, writeFragments } from '#shuffle/channel/write-fragments';
import { ShuffleError } from '#shuffle/errors';
import type { Availability } from '#shuffle/result-partition/availability';

/** Rows of a full frame: large enough to pay per-frame work, small enough for the L2 cache. */
export const FRAME_ROWS_MAX = 1024;

interface ControlEntry {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

type Waiting = { readonly kind: 'frame'; readonly frame: OversizedFrame; cursor: number } | { readonly kind: 'control'; readonly entry: ControlEntry };

export interface ChannelWriterOptions {
  readonly producer: ChannelProducer;
  readonly availability: Availability;
  readonly attempt: number;
  readonly recordBytesMax: number;
}

export class ChannelWriter {
  readonly #producer: ChannelProducer;
  readonly #availability: Availability;
  readonly #attempt: number;
  readonly #recordBytesMax: number;
  readonly #backlog: Waiting[] = [];
  #writer: RowWriter | undefined;
  #layout: FrameLayout | undefined;
  #batch: Batch | undefined;
  #capacity = 0;
  #count = 0;
  #isOpen = false;
  #isOverdraft = false;
  #isBlocked = false;
  /** Rows and bytes of finished frames. */
  recordsOut = 0;
  bytesOut = 0;

  constructor(options: ChannelWriterOptions) {
    this.#producer = options.producer;
    this.#availability = options.availability;
    this.#attempt = options.attempt;
    this.#recordBytesMax = options.recordBytesMax;
  }

  /** Sets the schema of the frames that follow and tells the consumer. Called once before the first row. */
  open(schema: Schema): void {
    assert(this.#writer === undefined, 'a channel has one schema');
    const capacity = capacityFor(schema, this.#producer.frameBytesMax, FRAME_ROWS_MAX);
    if (capacity === 0) {
      throw new ShuffleError('CHANNEL_FRAME_TOO_SMALL', `a row of ${Math.ceil(schema.rowBytes)} fixed bytes does not fit a frame of ${this.#producer.frameBytesMax} bytes: raise taskmanager.memory.network.min`, { context: { rowBytes: schema.rowBytes, frameBytesMax: this.#producer.frameBytesMax } });
    }
    this.#writer = createRowWriter(schema);
    this.#capacity = capacity;
    this.#layout = layoutOf(schema, capacity);
    this.#batch = new Batch(this.#producer.memory, this.#layout);
    this.#send({ kind: 'frame', frame: schemaFrame(schema, this.#attempt), cursor: 0 });
    this.#openFrame();
  }

  get isOpen(): boolean {
    return this.#writer !== undefined;
  }

  /** Never refuses: without room the row goes to overdraft. */
  append(value: unknown, eventTime: number): void {
    if (!this.#isOpen) this.#openOverdraft();
    const writer = this.#writer!;
    if (!writer.append(value, eventTime)) this.#appendToNext(value, eventTime);
    if (++this.#count === this.#capacity) this.#rotate();
  }

  /** Publishes what is filled, so that the consumer sees it. */
  flush(): void {
    if (this.#isOpen && this.#count > 0) this.#rotate();
  }

  /** True when rows wait in an open frame. */
  get hasUnflushed(): boolean {
    return this.#isOpen && this.#count > 0;
  }

  get isConsumerIdle(): boolean {
    return this.#producer.isConsumerIdle;
  }

  /** Flushes, then appends a control entry behind it. A watermark that waits is replaced by a newer one. */
  control(kind: number, a: number, b: number, c: number): void {
    this.flush();
    if (this.#backlog.length === 0 && this.#producer.tryControl(kind, a, b, c)) return;
    const last = this.#backlog.at(-1);
    if (kind === ControlKind.WATERMARK && last?.kind === 'control' && last.entry.kind === ControlKind.WATERMARK) this.#backlog.pop();
    // Rows that follow must not be published before the entry: the empty frame goes back until it is placed.
    if (this.#isOpen && !this.#isOverdraft) this.#producer.cancelReservation();
    this.#isOpen = false;
    this.#backlog.push({ kind: 'control', entry: { kind, a, b, c } });
    this.#setBlocked(true);
  }

  /** Moves the backlog into the channel as far as there is room. True when the channel is available again. */
  drain(): boolean {
    let sent = 0;
    while (sent < this.#backlog.length && this.#trySend(this.#backlog[sent]!)) sent++;
    if (sent > 0) this.#backlog.splice(0, sent);
    if (this.#backlog.length > 0) return false;
    // An overdraft frame that is being filled goes into the channel first, so that its rows keep their place.
    if (this.#isOpen && this.#isOverdraft) this.#rotate();
    else if (!this.#isOpen && this.#writer !== undefined) this.#openFrame();
    const isFree = this.#backlog.length === 0 && (this.#writer === undefined || (this.#isOpen && !this.#isOverdraft));
    this.#setBlocked(!isFree);
    return isFree;
  }

  /** Everything is in the channel: nothing waits on this side. */
  get isDrained(): boolean {
    return this.#backlog.length === 0 && !this.hasUnflushed;
  }

  get overdraftBytes(): number {
    return this.#backlog.reduce((sum, waiting) => sum + (waiting.kind === 'frame' ? waiting.frame.byteLength : 0), 0);
  }

  /** Gives an unpublished reservation back; the channel itself belongs to the slot. */
  close(): void {
    if (this.#isOpen && !this.#isOverdraft) this.#producer.cancelReservation();
    this.#isOpen = false;
    this.#backlog.length = 0;
  }

  #appendToNext(value: unknown, eventTime: number): void {
    if (this.#count > 0) {
      this.#rotate();
      if (!this.#isOpen) this.#openOverdraft();
      if (this.#writer!.append(value, eventTime)) return;
    }
    this.#appendAlone(value, eventTime);
    this.#count--;
  }

  /** A single row larger than a frame: sealed in private memory, it travels in pieces. */
  #appendAlone(value: unknown, eventTime: number): void {
    const writer = this.#writer!;
    if (!this.#isOverdraft) this.#producer.cancelReservation();
    this.#isOpen = false;
    const layout = layoutOf(writer.schema, 1);
    for (let heapBytes = this.#producer.frameBytesMax * 2; ; heapBytes *= 4) {
      const bytes = Math.min(layout.heapStart + heapBytes, this.#recordBytesMax + 4096);
      const memory = FrameMemory.allocate(bytes);
      writer.open(memory, 0, layout, bytes);
      if (!writer.append(value, eventTime)) {
        assertRecordSize(layout.heapStart + heapBytes, this.#recordBytesMax);
        continue;
      }
      const batch = new Batch(memory, layout);
      this.#sendSealed(memory, batch);
      break;
    }
    this.#openFrame();
  }

  #sendSealed(memory: FrameMemory, batch: Batch): void {
    this.#writer!.finish(batch);
    if (isWorthCompacting(batch)) compactFrame(batch);
    const byteLength = sealFrame(batch, this.#producer.framesPublished, this.#attempt);
    this.recordsOut += batch.count;
    this.bytesOut += byteLength;
    this.#send({ kind: 'frame', frame: { memory, base: 0, byteLength }, cursor: 0 });
  }

  /** Seals the open frame, sends it, and opens the next one if there is room. */
  #rotate(): void {
    const batch = this.#batch!;
    if (this.#isOverdraft) {
      this.#isOpen = false;
      this.#isOverdraft = false;
      const memory = batch.memory;
      this.#sendSealed(memory, batch);
    } else {
      this.#writer!.finish(batch);
      if (isWorthCompacting(batch)) compactFrame(batch);
      const byteLength = sealFrame(batch, this.#producer.framesPublished, this.#attempt);
      this.#producer.publish(byteLength);
      this.recordsOut += batch.count;
      this.bytesOut += byteLength;
      this.#isOpen = false;
    }
    this.#count = 0;
    this.#openFrame();
  }

  #openFrame(): void {
    const bytes = this.#producer.frameBytesMax;
    const base = this.#backlog.length > 0 ? -1 : this.#producer.tryReserve(bytes);
    if (base === -1) {
      this.#setBlocked(true);
      return;
    }
    this.#use(this.#producer.memory, base, bytes);
    this.#isOverdraft = false;
  }

  #openOverdraft(): void {
    const bytes = this.#producer.frameBytesMax;
    this.#use(FrameMemory.allocate(bytes), 0, bytes);
    this.#isOverdraft = true;
    this.#setBlocked(true);
  }

  #use(memory: FrameMemory, base: number, bytes: number): void {
    const batch = this.#batch!;
    batch.memory = memory;
    batch.base = base;
    batch.layout = this.#layout!;
    this.#writer!.open(memory, base, this.#layout!, bytes);
    this.#count = 0;
    this.#isOpen = true;
  }

  #send(waiting: Waiting): void {
    if (this.#backlog.length > 0 || !this.#trySend(waiting)) {
      this.#backlog.push(waiting);
      this.#setBlocked(true);
    }
  }

  #trySend(waiting: Waiting): boolean {
    if (waiting.kind === 'control') {
      const { kind, a, b, c } = waiting.entry;
      return this.#producer.tryControl(kind, a, b, c);
    }
    const { frame } = waiting;
    if (frame.byteLength > this.#producer.frameBytesMax) {
      waiting.cursor = writeFragments(this.#producer, frame, waiting.cursor, this.#recordBytesMax);
      return waiting.cursor === frame.byteLength;
    }
    const base = this.#producer.tryReserve(frame.byteLength);
    if (base === -1) return false;
    this.#producer.memory.u8.set(frame.memory.u8.subarray(frame.base, frame.base + frame.byteLength), base);
    this.#producer.publish(frame.byteLength);
    return true;
  }

  #setBlocked(isBlocked: boolean): void {
    if (this.#isBlocked === isBlocked) return;
    this.#isBlocked = isBlocked;
    this.#availability.blocked += isBlocked ? 1 : -1;
  }
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
