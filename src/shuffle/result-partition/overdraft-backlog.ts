// What one channel could not take yet, in order: frames (overdraft of user functions, which cannot be suspended) and control
// entries. Frames beyond a limit of memory go to a spill, so that one record may make any number of rows.
// Invariant: nothing passes what waits; whatever is handed over is sent, or waits behind all handed over before it.
// Thread: the producer's slot.
import { FrameHeader } from '#core/columns/frame';
import { FrameMemory } from '#core/columns/frame-memory';
import { type ChannelProducer, ControlKind } from '#shuffle/channel/channel';
import { type OversizedFrame, writeFragments } from '#shuffle/channel/write-fragments';
import type { OverdraftSpill } from '#shuffle/result-partition/overdraft-spill';

/** Bytes of waiting frames kept in memory per channel; what comes after goes to the spill. */
export const OVERDRAFT_MEMORY_BYTES_MAX = 16 * 1024 * 1024;

interface ControlEntry {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

type Waiting =
  | { readonly kind: 'frame'; readonly frame: OversizedFrame; cursor: number }
  | { readonly kind: 'spilled'; readonly position: number; readonly byteLength: number }
  | { readonly kind: 'control'; entry: ControlEntry };

export interface OverdraftBacklogOptions {
  readonly producer: ChannelProducer;
  readonly recordBytesMax: number;
  /** Opened when it is first needed; left out, all overdraft stays in memory. */
  readonly createSpill?: (() => OverdraftSpill) | undefined;
  /** Default OVERDRAFT_MEMORY_BYTES_MAX. */
  readonly memoryBytesMax?: number | undefined;
}

export class OverdraftBacklog {
  readonly #producer: ChannelProducer;
  readonly #recordBytesMax: number;
  readonly #createSpill: (() => OverdraftSpill) | undefined;
  readonly #memoryBytesMax: number;
  readonly #waiting: Waiting[] = [];
  /** Index of the first that still waits: entries before it are cut off in bulk. */
  #first = 0;
  #spill: OverdraftSpill | undefined;
  #memoryBytes = 0;
  #spilledBytes = 0;

  constructor(options: OverdraftBacklogOptions) {
    this.#producer = options.producer;
    this.#recordBytesMax = options.recordBytesMax;
    this.#createSpill = options.createSpill;
    this.#memoryBytesMax = options.memoryBytesMax ?? OVERDRAFT_MEMORY_BYTES_MAX;
  }

  get isEmpty(): boolean {
    return this.#first === this.#waiting.length;
  }

  /** Bytes of frames that wait in memory. */
  get memoryBytes(): number {
    return this.#memoryBytes;
  }

  /** Bytes of frames that wait in the spill. */
  get spilledBytes(): number {
    return this.#spilledBytes;
  }

  /** Sends a frame or keeps a copy of it: the caller may use its memory again. */
  sendFrame(frame: OversizedFrame): void {
    if (this.#trySendNow(frame)) return;
    if (!this.#trySpill(frame)) this.#keep(copyOf(frame));
  }

  /** As sendFrame for a frame whose memory nobody else uses. */
  sendOwnedFrame(frame: OversizedFrame): void {
    if (this.#trySendNow(frame)) return;
    if (!this.#trySpill(frame)) this.#keep(frame);
  }

  /** Sends a control entry, or lets it wait: false. A watermark that waits last is replaced by a newer one. */
  sendControl(kind: number, a: number, b: number, c: number): boolean {
    if (this.pump() && this.#producer.tryControl(kind, a, b, c)) return true;
    const last = this.#waiting.at(-1);
    if (kind === ControlKind.WATERMARK && !this.isEmpty && last?.kind === 'control' && last.entry.kind === ControlKind.WATERMARK) last.entry = { kind, a, b, c };
    else this.#waiting.push({ kind: 'control', entry: { kind, a, b, c } });
    return false;
  }

  /** Frames that wait can be given to a snapshot: none lies in the spill, whose bytes are read once. */
  get isInMemory(): boolean {
    return this.#spilledBytes === 0;
  }

  /**
   * Sends a barrier before all that waits, or has it wait first. The frames that it has overtaken, one that has gone in part
   * as a whole; their bytes do not change.
   */
  overtake(entry: ControlEntry): readonly Uint8Array[] {
    const overtaken: Uint8Array[] = [];
    for (let i = this.#first; i < this.#waiting.length; i++) {
      const waiting = this.#waiting[i]!;
      if (waiting.kind === 'frame') overtaken.push(waiting.frame.memory.u8.subarray(waiting.frame.base, waiting.frame.base + waiting.frame.byteLength));
    }
    if (!this.#producer.tryControl(entry.kind, entry.a, entry.b, entry.c)) this.#waiting.splice(this.#first, 0, { kind: 'control', entry });
    return overtaken;
  }

  /** Moves what waits into the channel as far as there is room. True when nothing waits any more. */
  pump(): boolean {
    while (!this.isEmpty) {
      if (!this.#trySend(this.#first)) {
        // Cut off in bulk, so that a long backlog is not moved once per frame.
        if (this.#first > this.#waiting.length / 2) this.#forgetSent();
        return false;
      }
      this.#first++;
    }
    if (this.#first > 0) this.#reset();
    return true;
  }

  /** Drops everything. */
  close(): void {
    this.#waiting.length = 0;
    this.#reset();
  }

  #reset(): void {
    this.#forgetSent();
    this.#memoryBytes = 0;
    this.#spilledBytes = 0;
    this.#spill?.close();
    this.#spill = undefined;
  }

  #forgetSent(): void {
    this.#waiting.splice(0, this.#first);
    this.#first = 0;
  }

  #trySendNow(frame: OversizedFrame): boolean {
    if (frame.byteLength > this.#producer.frameBytesMax) return false;
    return this.pump() && this.#tryFrame(frame);
  }

  #keep(frame: OversizedFrame): void {
    this.#waiting.push({ kind: 'frame', frame, cursor: 0 });
    this.#memoryBytes += frame.byteLength;
    // A frame in pieces begins at once if nothing is before it.
    if (frame.byteLength > this.#producer.frameBytesMax) this.pump();
  }

  #trySpill(frame: OversizedFrame): boolean {
    if (this.#createSpill === undefined || this.#memoryBytes + frame.byteLength <= this.#memoryBytesMax || this.isEmpty) return false;
    this.#spill ??= this.#createSpill();
    const position = this.#spill.append(frame.memory.u8.subarray(frame.base, frame.base + frame.byteLength));
    this.#spilledBytes += frame.byteLength;
    this.#waiting.push({ kind: 'spilled', position, byteLength: frame.byteLength });
    return true;
  }

  #trySend(index: number): boolean {
    const waiting = this.#waiting[index]!;
    if (waiting.kind === 'control') {
      const { kind, a, b, c } = waiting.entry;
      return this.#producer.tryControl(kind, a, b, c);
    }
    const loaded = waiting.kind === 'frame' ? waiting : this.#trySpilled(index, waiting.position, waiting.byteLength);
    if (loaded === undefined) return true;
    if (loaded === false) return false;
    if (loaded.frame.byteLength > this.#producer.frameBytesMax) {
      loaded.cursor = writeFragments(this.#producer, loaded.frame, loaded.cursor, this.#recordBytesMax);
      if (loaded.cursor < loaded.frame.byteLength) return false;
    } else if (!this.#tryFrame(loaded.frame)) return false;
    this.#memoryBytes -= loaded.frame.byteLength;
    return true;
  }

  /** Reads a spilled frame straight into the channel: undefined when it is sent, false without room; one in pieces into memory. */
  #trySpilled(index: number, position: number, byteLength: number): Waiting & { kind: 'frame' } | undefined | false {
    if (byteLength <= this.#producer.frameBytesMax) {
      const base = this.#producer.tryReserve(byteLength);
      if (base === -1) return false;
      this.#spill!.read(position, this.#producer.memory.u8.subarray(base, base + byteLength));
      this.#publish(base, byteLength);
      this.#spilledBytes -= byteLength;
      return undefined;
    }
    const memory = FrameMemory.allocate(byteLength);
    this.#spill!.read(position, memory.u8.subarray(0, byteLength));
    this.#spilledBytes -= byteLength;
    this.#memoryBytes += byteLength;
    const loaded = { kind: 'frame' as const, frame: { memory, base: 0, byteLength }, cursor: 0 };
    this.#waiting[index] = loaded;
    return loaded;
  }

  #tryFrame(frame: OversizedFrame): boolean {
    const base = this.#producer.tryReserve(frame.byteLength);
    if (base === -1) return false;
    this.#producer.memory.u8.set(frame.memory.u8.subarray(frame.base, frame.base + frame.byteLength), base);
    this.#publish(base, frame.byteLength);
    return true;
  }

  /** Only now is it known which frame of the channel this one is. */
  #publish(base: number, byteLength: number): void {
    this.#producer.memory.i32[(base >>> 2) + FrameHeader.SEQUENCE] = this.#producer.framesPublished | 0;
    this.#producer.publish(byteLength);
  }
}

function copyOf(frame: OversizedFrame): OversizedFrame {
  const memory = FrameMemory.allocate(frame.byteLength);
  memory.u8.set(frame.memory.u8.subarray(frame.base, frame.base + frame.byteLength));
  return { memory, base: 0, byteLength: frame.byteLength };
}
