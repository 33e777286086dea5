// hot path (per frame; bench/ring-bench.ts)
// The producer's end of a ring (layout: ring-layout.ts). Invariant: bytes between TAIL and HEAD belong to the consumer,
// all others to this object; a reservation lies in the latter until publish moves HEAD over it.
// Thread: the slot of the producer subtask, nobody else.
import { assert } from '#core/assert';
import type { FrameMemory } from '#core/columns/frame-memory';
import type { ChannelProducer, Doorbell } from '#shuffle/channel/channel';
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

/** Below it a frame is hardly more than its header. */
const FRAME_BYTES_TARGET_MIN = 64;

export class RingProducer implements ChannelProducer {
  readonly memory: FrameMemory;
  readonly frameBytesMax: number;
  readonly #fence: RingFence;
  readonly #consumerBell: Doorbell;
  readonly #cells: number;
  readonly #controlStart: number;
  readonly #dataStart: number;
  readonly #dataBytes: number;
  #head: number;
  #index: number;
  /** TAIL as last seen: the consumer may have released more since. */
  #tailSeen: number;
  #controlHead: number;
  #controlTailSeen: number;
  #frames: number;
  /** Bytes of the open reservation, 0 when there is none. */
  #reservedBytes = 0;
  /** Bytes skipped before it at the end of the ring. */
  #reservedSkip = 0;
  #isWaitingForRoom = false;
  #isWaitingForControlRoom = false;

  /** @param offset byte offset in `memory` of a formatted region. */
  constructor(memory: FrameMemory, offset: number, dataBytes: number, fence: RingFence, consumerBell: Doorbell) {
    assertFormatted(memory, offset, dataBytes);
    this.memory = memory;
    this.frameBytesMax = ringFrameBytesMax(dataBytes);
    this.#fence = fence;
    this.#consumerBell = consumerBell;
    this.#cells = offset >>> 2;
    this.#controlStart = offset + CONTROL_START;
    this.#dataStart = offset + DATA_START;
    this.#dataBytes = dataBytes;
    this.#head = fence.load(RingCell.HEAD);
    this.#index = memory.i32[this.#cells + RingCell.HEAD_INDEX]!;
    this.#tailSeen = fence.load(RingCell.TAIL);
    this.#controlHead = fence.load(RingCell.CONTROL_HEAD);
    this.#controlTailSeen = fence.load(RingCell.CONTROL_TAIL);
    this.#frames = memory.f64[(this.#cells + RingCell.FRAMES_PUBLISHED) >>> 1]!;
  }

  get framesPublished(): number {
    return this.#frames;
  }

  get bytesInFlight(): number {
    return (this.#head - this.#fence.load(RingCell.TAIL)) | 0;
  }

  get isConsumerIdle(): boolean {
    return this.#fence.load(RingCell.TAIL) === this.#head;
  }

  get frameBytesTarget(): number {
    const limit = this.#fence.load(RingCell.BYTES_LIMIT);
    return limit === 0 ? this.frameBytesMax : Math.max(FRAME_BYTES_TARGET_MIN, ringFrameBytesMax(limit));
  }

  tryReserve(bytes: number): number {
    assert(this.#reservedBytes === 0, 'one reservation at a time');
    assert(bytes > 0 && bytes <= this.frameBytesMax, `a frame of ${bytes} bytes is within the channel's ${this.frameBytesMax}`);
    const index = this.#index;
    const need = RECORD_PREFIX_BYTES + ((bytes + 7) & ~7);
    const skip = index + need > this.#dataBytes ? this.#dataBytes - index : 0;
    const headAfter = (this.#head + skip + need) | 0;
    const limit = this.#fence.load(RingCell.BYTES_LIMIT);
    const windowBytes = limit === 0 ? this.#dataBytes : Math.max(limit, skip + need);
    if (((headAfter - this.#tailSeen) | 0) > windowBytes && !this.#hasRoomAfterLook((headAfter - windowBytes) | 0)) return -1;
    if (this.#isWaitingForRoom) this.#stopWaitingForRoom();
    this.#reservedBytes = bytes;
    this.#reservedSkip = skip;
    return this.#dataStart + (skip === 0 ? index : 0) + RECORD_PREFIX_BYTES;
  }

  publish(byteLength: number): void {
    assert(byteLength > 0 && byteLength <= this.#reservedBytes, `published ${byteLength} bytes of a reservation of ${this.#reservedBytes}`);
    const i32 = this.memory.i32;
    const skip = this.#reservedSkip;
    let index = this.#index;
    if (skip !== 0) {
      i32[(this.#dataStart + index) >>> 2] = WRAP_MARKER;
      index = 0;
    }
    i32[(this.#dataStart + index) >>> 2] = byteLength;
    const recordBytes = RECORD_PREFIX_BYTES + ((byteLength + 7) & ~7);
    index += recordBytes;
    this.#index = index === this.#dataBytes ? 0 : index;
    this.#head = (this.#head + skip + recordBytes) | 0;
    this.#frames += 1;
    this.#reservedBytes = 0;
    i32[this.#cells + RingCell.HEAD_INDEX] = this.#index;
    this.memory.f64[(this.#cells + RingCell.FRAMES_PUBLISHED) >>> 1] = this.#frames;
    this.#fence.store(RingCell.HEAD, this.#head);
    this.#consumerBell.ring();
  }

  cancelReservation(): void {
    assert(this.#reservedBytes !== 0, 'a reservation is open');
    this.#reservedBytes = 0;
  }

  tryControl(kind: number, a: number, b: number, c: number): boolean {
    const head = this.#controlHead;
    if (((head - this.#controlTailSeen) | 0) === CONTROL_ENTRIES && !this.#hasControlRoomAfterLook()) return false;
    if (this.#isWaitingForControlRoom) {
      this.#isWaitingForControlRoom = false;
      this.#fence.store(RingCell.CONTROL_WAIT, 0);
    }
    const at = this.#controlStart + (head & (CONTROL_ENTRIES - 1)) * CONTROL_ENTRY_BYTES;
    const { i32, f64 } = this.memory;
    i32[at >>> 2] = kind;
    i32[(at >>> 2) + 1] = this.#frames | 0;
    f64[(at >>> 3) + 1] = a;
    f64[(at >>> 3) + 2] = b;
    f64[(at >>> 3) + 3] = c;
    this.#controlHead = (head + 1) | 0;
    this.#fence.store(RingCell.CONTROL_HEAD, this.#controlHead);
    this.#consumerBell.ring();
    return true;
  }

  /**
   * Looks at TAIL again; when there is no room, says from which TAIL on there will be, and looks once more: a consumer that
   * released in between either saw the wait and rings, or is seen here.
   */
  #hasRoomAfterLook(tailWanted: number): boolean {
    this.#tailSeen = this.#fence.load(RingCell.TAIL);
    if (((this.#tailSeen - tailWanted) | 0) >= 0) return true;
    this.#isWaitingForRoom = true;
    this.#fence.store(RingCell.ROOM_WAIT, tailWanted | 1);
    this.#tailSeen = this.#fence.load(RingCell.TAIL);
    return ((this.#tailSeen - tailWanted) | 0) >= 0;
  }

  #stopWaitingForRoom(): void {
    this.#isWaitingForRoom = false;
    this.#fence.store(RingCell.ROOM_WAIT, 0);
  }

  #hasControlRoomAfterLook(): boolean {
    this.#controlTailSeen = this.#fence.load(RingCell.CONTROL_TAIL);
    if (this.#controlHead !== ((this.#controlTailSeen + CONTROL_ENTRIES) | 0)) return true;
    this.#isWaitingForControlRoom = true;
    this.#fence.store(RingCell.CONTROL_WAIT, 1);
    this.#controlTailSeen = this.#fence.load(RingCell.CONTROL_TAIL);
    return this.#controlHead !== ((this.#controlTailSeen + CONTROL_ENTRIES) | 0);
  }
}
