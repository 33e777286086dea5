// Typed views over one segment, indexed from 0: a table makes them when it grows and keeps them, so its loops add no
// base offset and reach segments beyond 2 GiB. Thread: the slot's.
import type { Segment } from '#state/tables/memory-manager';

/** All of the segment as doubles. */
export function f64ViewOf(segment: Segment): Float64Array {
  return new Float64Array(segment.memory.buffer, segment.memory.f64.byteOffset + segment.offset, segment.bytes >>> 3);
}

/** All of the segment as 32-bit integers. */
export function i32ViewOf(segment: Segment): Int32Array {
  return new Int32Array(segment.memory.buffer, segment.memory.i32.byteOffset + segment.offset, segment.bytes >>> 2);
}

/** All of the segment as bytes. */
export function u8ViewOf(segment: Segment): Uint8Array {
  return new Uint8Array(segment.memory.buffer, segment.memory.u8.byteOffset + segment.offset, segment.bytes);
}
