// Text of a frame that no string is made of: where its bytes lie. What reads a batch hands it to what writes a frame, or to a function
// that says it takes such texts, and to nobody else. hot path. Thread: the slot's.
// Invariant: valid until the reader moves to the next row; `offset` is a multiple of 4, and the text's last word is its own.
import type { FrameMemory } from '#core/columns/frame-memory';

export class TextSlice {
  memory: FrameMemory | undefined = undefined;
  /** Absolute, in bytes. */
  offset = 0;
  /** In bytes. */
  length = 0;
  /** All texts of its batch are ASCII. */
  isAscii = true;
  /** All texts of its batch as one string, which starts at byte `blockOffset`; null where they are not decoded at once. */
  block: string | null = null;
  blockOffset = 0;
  /** Strings that were made of parts of it since the batch was bound. */
  reads = 0;
  /** Another one for every text. */
  turn = 0;

  /** The text of bytes [from, to), which neither begin nor end within a character. */
  substring(from: number, to: number): string {
    this.reads++;
    const start = this.offset + from;
    if (this.block !== null) return this.block.substring(start - this.blockOffset, this.offset + to - this.blockOffset);
    return this.memory!.bytes.utf8Slice(start, this.offset + to);
  }
}
