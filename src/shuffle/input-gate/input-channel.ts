// hot path. The consumer's end of one channel as the gate sees it: knows the channel's schema, joins fragments, and tells
// what comes next. Thread: the consumer's slot.
import { assert } from '#core/assert';
import { Batch, FRAME_HEADER_BYTES, FrameHeader, FrameKind, layoutOf, openFrame } from '#core/columns/frame';
import type { FrameMemory } from '#core/columns/frame-memory';
import { type Schema, schemaOf } from '#core/columns/schema';
import type { TypeInformation } from '#core/types/type-information';
import { type ChannelConsumer, ControlKind, Polled } from '#shuffle/channel/channel';
import type { ChannelRecording } from '#shuffle/input-gate/in-flight-recorder';
import { FragmentAssembler } from '#shuffle/channel/fragment-assembler';

/** Which old channel it was. */
export interface RestoredOrigin {
  readonly edgeKey: string;
  readonly producer: number;
}

export class InputChannel {
  /** 0 or 1: the input of the head operator. */
  readonly input: number;
  /** Position in the gate, over all edges. */
  readonly index: number;
  readonly consumer: ChannelConsumer;
  readonly #assembler: FragmentAssembler;
  readonly #attempt: number;
  #schema: Schema | undefined;
  #batch: Batch | undefined;
  /** `batch` is handed out and not yet released. */
  #hasBatch = false;
  #isAssembled = false;
  #firstRow: number;
  /** Holds what a snapshot had of an old channel. */
  readonly isRestored: boolean;
  /** Of a restored channel. */
  readonly origin: RestoredOrigin | undefined;
  isEnded = false;
  /** A barrier has arrived and alignment is not complete: nothing is taken until then. */
  isBlocked = false;
  /** While an unaligned checkpoint waits for this channel's barrier: told of each frame before it may be released. */
  recording: ChannelRecording | undefined;
  recordsIn = 0;
  bytesIn = 0;
  /** Of the open batch, as it came. */
  batchBytes = 0;

  /**
   * @param attempt of the consuming task: frames of older ones are dropped.
   * @param restored the type of the frames, where no schema frame tells it, and the rows of the first batch that were processed.
   */
  constructor(consumer: ChannelConsumer, input: number, index: number, recordBytesMax: number, attempt: number, restored?: { readonly type: TypeInformation | null; readonly skipRows: number; readonly origin?: RestoredOrigin | undefined }) {
    this.consumer = consumer;
    this.input = input;
    this.index = index;
    this.#attempt = attempt;
    this.#assembler = new FragmentAssembler(recordBytesMax);
    this.isRestored = restored !== undefined;
    this.origin = restored?.origin;
    this.#firstRow = restored?.skipRows ?? 0;
    if (restored !== undefined && restored.type !== null) this.#useSchema(restored.type);
  }

  /** The batch of the last Polled.FRAME: valid until release. */
  get batch(): Batch {
    return this.#batch!;
  }

  /**
   * Polled.FRAME when `batch` is ready, Polled.CONTROL when the consumer's control fields are, else Polled.NOTHING.
   * The same again until release or takeControl.
   */
  poll(): number {
    if (this.#hasBatch) return Polled.FRAME;
    for (;;) {
      const polled = this.consumer.poll();
      if (polled !== Polled.FRAME) return polled;
      if (this.recording !== undefined) this.recording.catchUp();
      if (this.#open()) return Polled.FRAME;
    }
  }

  get firstRow(): number {
    return this.#firstRow;
  }

  /** Row to begin the open batch with: 0 but for the first one of a restored channel. */
  takeFirstRow(): number {
    const first = this.#firstRow;
    this.#firstRow = 0;
    return first;
  }

  /** Of the frames; undefined before the first schema. */
  get type(): TypeInformation | undefined {
    return this.#schema?.type;
  }

  get hasBatch(): boolean {
    return this.#hasBatch;
  }

  /** All rows before this barrier have been consumed. */
  isBarrierNext(checkpointId: number): boolean {
    const { consumer } = this;
    return !this.#hasBatch && consumer.poll() === Polled.CONTROL && consumer.controlKind === ControlKind.BARRIER && consumer.controlA === checkpointId;
  }

  /** A record that travels in pieces has not come whole. */
  get isMidRecord(): boolean {
    return this.#assembler.pendingBytes > 0;
  }

  /** A copy of the open batch's frame, when it came in pieces. */
  assembledFrame(): Uint8Array | undefined {
    if (!this.#hasBatch || !this.#isAssembled) return undefined;
    const { memory, base, byteLength } = this.#assembler.frame;
    return memory.u8.slice(base, base + byteLength);
  }

  /** The batch is consumed; nothing may point into it any more. */
  release(): void {
    assert(this.#hasBatch, 'a batch is open');
    this.#hasBatch = false;
    if (this.#isAssembled) this.#clearAssembled();
    else this.consumer.releaseFrame();
  }

  /** False when the frame was not rows (a schema, a piece of a record, of an older attempt): it is released and the next one is due. */
  #open(): boolean {
    const { memory, frameOffset, frameBytes } = this.consumer;
    const header = frameOffset >>> 2;
    if (memory.i32[header + FrameHeader.ATTEMPT]! < this.#attempt) {
      this.consumer.releaseFrame();
      return false;
    }
    this.bytesIn += frameBytes;
    if (memory.i32[header + FrameHeader.KIND] !== FrameKind.FRAGMENT) {
      if (this.#take(memory, frameOffset)) return true;
      this.consumer.releaseFrame();
      return false;
    }
    const isComplete = this.#assembler.accept(memory, frameOffset);
    this.consumer.releaseFrame();
    if (!isComplete) return false;
    const { frame } = this.#assembler;
    this.#isAssembled = true;
    if (this.#take(frame.memory, frame.base)) return true;
    this.#clearAssembled();
    return false;
  }

  /** True when the whole frame holds rows, which `batch` then shows; a schema is taken over. */
  #take(memory: FrameMemory, base: number): boolean {
    const header = base >>> 2;
    const kind = memory.i32[header + FrameHeader.KIND]!;
    if (kind === FrameKind.BATCH) {
      this.#bind(memory, base);
      return true;
    }
    assert(kind === FrameKind.SCHEMA, `frame kind ${kind} is known`);
    const start = base + FRAME_HEADER_BYTES;
    this.#useSchema(JSON.parse(memory.bytes.utf8Slice(start, start + memory.i32[header + FrameHeader.HEAP_LENGTH]!)) as TypeInformation);
    return false;
  }

  #clearAssembled(): void {
    this.#assembler.clear();
    this.#isAssembled = false;
  }

  #bind(memory: FrameMemory, base: number): void {
    assert(this.#schema !== undefined, 'a schema frame comes before the first batch');
    openFrame(this.#batch!, memory, base, this.#schema);
    this.#hasBatch = true;
    this.batchBytes = memory.i32[(base >>> 2) + FrameHeader.BYTE_LENGTH]!;
    this.recordsIn += this.#batch!.count;
  }

  #useSchema(type: TypeInformation): void {
    this.#schema = schemaOf(type);
    this.#batch = new Batch(this.consumer.memory, layoutOf(this.#schema, 1));
  }
}
