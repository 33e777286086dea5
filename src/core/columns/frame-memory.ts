// Long-lived typed views over one buffer. Hot paths address columns as view + offset, so no view is made per batch.
// Thread: the views may be made in every thread that holds the buffer; who may write where is the channel's rule.
import { Buffer } from 'node:buffer';
import { assert } from '#core/assert';

/** Node's own string calls, which its types leave out. Offsets and lengths in bytes. */
export interface TextBuffer extends Buffer {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
  utf8Write(text: string, offset: number, length: number): number;
}

export class FrameMemory {
  readonly buffer: ArrayBufferLike;
  readonly u8: Uint8Array;
  readonly i32: Int32Array;
  readonly f64: Float64Array;
  readonly i64: BigInt64Array;
  /** Same bytes as u8; for latin1Slice, utf8Slice and utf8Write. */
  readonly bytes: TextBuffer;

  /** @param byteOffset start of the region, a multiple of 8. @param byteLength a multiple of 8, at most 2^32 - 8. */
  constructor(buffer: ArrayBufferLike, byteOffset = 0, byteLength = buffer.byteLength - byteOffset) {
    assert(byteOffset % 8 === 0 && byteLength % 8 === 0, `frame memory is 8-byte aligned, got offset ${byteOffset}, length ${byteLength}`);
    this.buffer = buffer;
    this.u8 = new Uint8Array(buffer, byteOffset, byteLength);
    this.i32 = new Int32Array(buffer, byteOffset, byteLength >>> 2);
    this.f64 = new Float64Array(buffer, byteOffset, byteLength >>> 3);
    this.i64 = new BigInt64Array(buffer, byteOffset, byteLength >>> 3);
    this.bytes = Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength) as TextBuffer;
  }

  /** Private memory of `byteLength` bytes (rounded up to 8), not shared between threads. */
  static allocate(byteLength: number): FrameMemory {
    return new FrameMemory(new ArrayBuffer((byteLength + 7) & ~7));
  }
}
