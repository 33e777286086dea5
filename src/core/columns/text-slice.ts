// Text that goes from one frame into another: where its bytes lie, in place of a string that would be made to be taken apart again.
// What reads a batch hands it to what writes a frame, and to nobody else. hot path. Thread: the slot's.
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
}
