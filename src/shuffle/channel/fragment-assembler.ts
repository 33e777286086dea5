// The consumer's side of write-fragments.ts: joins the pieces of a frame too large for its channel. Invariant: one frame at
// a time, its pieces in order and without gap. Thread: the consumer's slot.
import { assert } from '#core/assert';
import { FRAME_HEADER_BYTES, FrameHeader, FrameKind } from '#core/columns/frame';
import { FrameMemory } from '#core/columns/frame-memory';
import { assertRecordSize } from '#shuffle/channel/write-fragments';
import type { OversizedFrame } from '#shuffle/channel/write-fragments';

/** Joins the pieces of one frame at a time into private memory, kept until `clear`. One per channel; allocates per frame. */
export class FragmentAssembler {
  readonly #recordBytesMax: number;
  #memory: FrameMemory | undefined;
  #totalBytes = 0;
  #joinedBytes = 0;

  constructor(recordBytesMax: number) {
    this.#recordBytesMax = recordBytesMax;
  }

  /** Bytes of a frame begun and not yet complete; 0 between frames. A snapshot is taken only there. */
  get pendingBytes(): number {
    return this.#joinedBytes === this.#totalBytes ? 0 : this.#joinedBytes;
  }

  /** The complete frame at offset 0 of its memory. Valid until clear. */
  get frame(): OversizedFrame {
    assert(this.#memory !== undefined && this.#joinedBytes === this.#totalBytes, 'the frame is complete');
    return { memory: this.#memory, base: 0, byteLength: this.#totalBytes };
  }

  /** Takes the FRAGMENT frame at `base`; true when it completes the frame. The piece may be released afterwards. */
  accept(memory: FrameMemory, base: number): boolean {
    const header = base >>> 2;
    const totalBytes = memory.i32[header + FrameHeader.TOTAL_BYTES]!;
    const pieceOffset = memory.i32[header + FrameHeader.PIECE_OFFSET]!;
    const pieceBytes = memory.i32[header + FrameHeader.BYTE_LENGTH]! - FRAME_HEADER_BYTES;
    assert(memory.i32[header + FrameHeader.KIND] === FrameKind.FRAGMENT, 'a fragment is assembled');
    if (pieceOffset === 0) this.#begin(totalBytes);
    assert(pieceOffset === this.#joinedBytes && totalBytes === this.#totalBytes, 'fragments arrive in order');
    assert(pieceBytes > 0 && pieceOffset + pieceBytes <= totalBytes, 'a fragment lies inside its frame');
    this.#memory!.u8.set(memory.u8.subarray(base + FRAME_HEADER_BYTES, base + FRAME_HEADER_BYTES + pieceBytes), pieceOffset);
    this.#joinedBytes += pieceBytes;
    return this.#joinedBytes === totalBytes;
  }

  /** Forgets the frame, complete or not (its producer's attempt ended), and its memory. */
  clear(): void {
    this.#memory = undefined;
    this.#totalBytes = 0;
    this.#joinedBytes = 0;
  }

  #begin(totalBytes: number): void {
    assert(this.#memory === undefined, 'the frame before was cleared');
    assertRecordSize(totalBytes, this.#recordBytesMax);
    this.#memory = FrameMemory.allocate(totalBytes);
    this.#totalBytes = totalBytes;
  }
}
