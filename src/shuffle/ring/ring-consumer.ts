// hot path (per frame; bench/ring-bench.ts)
// The consumer's end of a ring (layout: ring-layout.ts). Invariant: HEAD is looked at before CONTROL_HEAD, so every entry
// that precedes a visible frame is visible too; an entry acts when as many frames are released as were published before it.
// Thread: the slot of the consumer subtask, nobody else.
import { assert } from '#core/assert';
import type { FrameMemory } from '#core/columns/frame-memory';
import { ControlKind, Polled } from '#shuffle/channel/channel';
import type { ChannelConsumer, Doorbell, QueuedBarrier } from '#shuffle/channel/channel';
import type { RingFence } from '#shuffle/ring/ring-fence';
import {
  assertFormatted,
  CONTROL_ENTRIES,
  CONTROL_ENTRY_BYTES,
  CONTROL_START,
  DATA_START,
  RECORD_PREFIX_BYTES,
  RingCell,
  ringFrameBytesMax,
  WRAP_MARKER,
} from '#shuffle/ring/ring-layout';

export class RingConsumer implements ChannelConsumer {
  readonly memory: FrameMemory;
  frameOffset = 0;
  frameBytes = 0;
  controlKind = 0;
  controlA = 0;
  controlB = 0;
  controlC = 0;
  controlAfterFrame = 0;
  framesReleased: number;
  readonly #fence: RingFence;
  readonly #producerBell: Doorbell;
  readonly #cells: number;
  readonly #controlStart: number;
  readonly #dataStart: number;
  readonly dataBytes: number;
  readonly #frameBytesMax: number;
  #tail: number;
  #index: number;
  /** HEAD as last seen. */
  #headSeen: number;
  #controlTail: number;
  /** CONTROL_HEAD as last seen, never older than #headSeen. */
  #controlHeadSeen: number;
  #polled: number = Polled.NOTHING;

  /** @param offset byte offset in `memory` of a formatted region. */
  constructor(memory: FrameMemory, offset: number, dataBytes: number, fence: RingFence, producerBell: Doorbell) {
    assertFormatted(memory, offset, dataBytes);
    this.memory = memory;
    this.#fence = fence;
    this.#producerBell = producerBell;
    this.#cells = offset >>> 2;
    this.#controlStart = offset + CONTROL_START;
    this.#dataStart = offset + DATA_START;
    this.dataBytes = dataBytes;
    this.#frameBytesMax = ringFrameBytesMax(dataBytes);
    this.#tail = fence.load(RingCell.TAIL);
    this.#index = memory.i32[this.#cells + RingCell.TAIL_INDEX]!;
    this.framesReleased = memory.f64[(this.#cells + RingCell.FRAMES_RELEASED) >>> 1]!;
    this.#controlTail = fence.load(RingCell.CONTROL_TAIL);
    this.#headSeen = this.#tail;
    this.#controlHeadSeen = this.#controlTail;
  }

  get bytesQueued(): number {
    return (this.#fence.load(RingCell.HEAD) - this.#tail) | 0;
  }

  limitBytesInFlight(bytes: number): void {
    assert(bytes >= 8 && bytes <= this.dataBytes, `a limit of ${bytes} bytes is within the channel's ${this.dataBytes}`);
    this.#fence.store(RingCell.BYTES_LIMIT, bytes & ~7);
  }

  poll(): number {
    if (this.#polled !== Polled.NOTHING) return this.#polled;
    let isControlDue = this.#isControlDue();
    if (!isControlDue && this.#tail === this.#headSeen) {
      this.#headSeen = this.#fence.load(RingCell.HEAD);
      this.#controlHeadSeen = this.#fence.load(RingCell.CONTROL_HEAD);
      isControlDue = this.#isControlDue();
    }
    if (isControlDue) this.#openControl();
    else if (this.#tail !== this.#headSeen) this.#openFrame();
    return this.#polled;
  }

  releaseFrame(): void {
    assert(this.#polled === Polled.FRAME, 'a frame is open');
    const recordBytes = RECORD_PREFIX_BYTES + ((this.frameBytes + 7) & ~7);
    const index = this.#index + recordBytes;
    this.#polled = Polled.NOTHING;
    this.#index = index === this.dataBytes ? 0 : index;
    this.#tail = (this.#tail + recordBytes) | 0;
    this.framesReleased += 1;
    this.memory.i32[this.#cells + RingCell.TAIL_INDEX] = this.#index;
    this.memory.f64[(this.#cells + RingCell.FRAMES_RELEASED) >>> 1] = this.framesReleased;
    this.#fence.store(RingCell.TAIL, this.#tail);
    const wait = this.#fence.load(RingCell.ROOM_WAIT);
    if (wait !== 0 && ((this.#tail - (wait & ~7)) | 0) >= 0) this.#producerBell.ring();
  }

  takeControl(): void {
    assert(this.#polled === Polled.CONTROL, 'a control entry is open');
    this.#polled = Polled.NOTHING;
    this.#controlTail = (this.#controlTail + 1) | 0;
    this.#fence.store(RingCell.CONTROL_TAIL, this.#controlTail);
    if (this.#fence.load(RingCell.CONTROL_WAIT) !== 0) this.#producerBell.ring();
  }

  peekBarrier(checkpointId = 0): QueuedBarrier | undefined {
    this.#controlHeadSeen = this.#fence.load(RingCell.CONTROL_HEAD);
    const { i32, f64 } = this.memory;
    for (let entry = this.#controlTail; entry !== this.#controlHeadSeen; entry = (entry + 1) | 0) {
      const at = this.#entryAt(entry);
      if (i32[at >>> 2] !== ControlKind.BARRIER) continue;
      const double = at >>> 3;
      if (f64[double + 1]! < checkpointId) continue;
      return { checkpointId: f64[double + 1]!, timestamp: f64[double + 2]!, flags: f64[double + 3]!, afterFrame: this.#afterFrame(at) };
    }
    return undefined;
  }

  forEachQueuedFrame(beforeFrame: number, visit: (offset: number, bytes: number) => void): void {
    const head = this.#fence.load(RingCell.HEAD);
    let tail = this.#tail;
    let index = this.#index;
    for (let frame = this.framesReleased; frame < beforeFrame && tail !== head; frame++) {
      let bytes = this.memory.i32[(this.#dataStart + index) >>> 2]!;
      if (bytes === WRAP_MARKER) {
        tail = (tail + this.dataBytes - index) | 0;
        index = 0;
        bytes = this.memory.i32[this.#dataStart >>> 2]!;
      }
      visit(this.#dataStart + index + RECORD_PREFIX_BYTES, bytes);
      const recordBytes = RECORD_PREFIX_BYTES + ((bytes + 7) & ~7);
      tail = (tail + recordBytes) | 0;
      index += recordBytes;
      if (index === this.dataBytes) index = 0;
    }
  }

  #isControlDue(): boolean {
    if (this.#controlTail === this.#controlHeadSeen) return false;
    const after = this.memory.i32[(this.#entryAt(this.#controlTail) >>> 2) + 1]!;
    assert(((after - this.framesReleased) | 0) >= 0, 'no frame is released past a control entry');
    return after === (this.framesReleased | 0);
  }

  #openControl(): void {
    const at = this.#entryAt(this.#controlTail);
    const f64 = this.memory.f64;
    this.controlKind = this.memory.i32[at >>> 2]!;
    this.controlA = f64[(at >>> 3) + 1]!;
    this.controlB = f64[(at >>> 3) + 2]!;
    this.controlC = f64[(at >>> 3) + 3]!;
    this.controlAfterFrame = this.framesReleased;
    this.#polled = Polled.CONTROL;
  }

  #openFrame(): void {
    let bytes = this.memory.i32[(this.#dataStart + this.#index) >>> 2]!;
    if (bytes === WRAP_MARKER) {
      // The skipped bytes are given back with the frame that follows them.
      this.#tail = (this.#tail + this.dataBytes - this.#index) | 0;
      this.#index = 0;
      bytes = this.memory.i32[this.#dataStart >>> 2]!;
    }
    assert(bytes > 0 && bytes <= this.#frameBytesMax, `a published frame has 1 to ${this.#frameBytesMax} bytes, got ${bytes}`);
    this.frameOffset = this.#dataStart + this.#index + RECORD_PREFIX_BYTES;
    this.frameBytes = bytes;
    this.#polled = Polled.FRAME;
  }

  #entryAt(entry: number): number {
    return this.#controlStart + (entry & (CONTROL_ENTRIES - 1)) * CONTROL_ENTRY_BYTES;
  }

  /** The entry's data sequence number, completed from modulo 2^32: it is at most a ring's worth of frames ahead. */
  #afterFrame(entryOffset: number): number {
    const after = this.memory.i32[(entryOffset >>> 2) + 1]!;
    return this.framesReleased + ((after - this.framesReleased) | 0);
  }
}
