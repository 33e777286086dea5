// Where everything lies in the region of one channel. The one description used by both ends.
//
//   byte 0      128                 256                 384                512                  4608
//   | constants | producer's line   | consumer's line   | producer's waits | 128 control entries | data ...
//
// Invariant: one writer per cell. HEAD, TAIL, CONTROL_HEAD and CONTROL_TAIL are counters modulo 2^32 (their differences
// are exact); the plain cells beside them are read only by their own writer, when an end is rebuilt.
//
// Data: records [i32 byte length][i32 unused][frame, padded to 8 bytes]. A record never wraps: where the rest of the ring is
// too short, a record of length WRAP_MARKER says "go on at index 0". Skipped bytes count in HEAD and TAIL.
import { assert } from '#core/assert';
import type { FrameMemory } from '#core/columns/frame-memory';

/** Int32 indexes from the start of the region. Lines are 128 bytes apart, so that the two ends never share one. */
export const RingCell = {
  VERSION: 0,
  DATA_BYTES: 1,
  /** Most bytes in flight that the consumer wants, 0 = all that fit. Consumer; atomic. Written seldom, so in the line of constants. */
  BYTES_LIMIT: 2,
  /** Bytes published, skipped ones included. Producer; atomic. */
  HEAD: 32,
  /** Where the next record goes, from the start of the data. Producer; plain. */
  HEAD_INDEX: 33,
  /** Control entries appended. Producer; atomic. */
  CONTROL_HEAD: 34,
  /** Frames published, as a double (this cell and the next). Producer; plain. */
  FRAMES_PUBLISHED: 36,
  /** Bytes released. Consumer; atomic. */
  TAIL: 64,
  /** Consumer; plain. */
  TAIL_INDEX: 65,
  /** Control entries taken. Consumer; atomic. */
  CONTROL_TAIL: 66,
  /** As a double. Consumer; plain. */
  FRAMES_RELEASED: 68,
  /** 0, or (TAIL from which the wanted reservation fits) | 1: positions are multiples of 8. Producer; atomic. */
  ROOM_WAIT: 96,
  /** 1 while the producer waits for room in the control lane. Producer; atomic. */
  CONTROL_WAIT: 97,
} as const;

/** A control entry: i32 kind, i32 afterFrame (modulo 2^32), f64 a, f64 b, f64 c. */
export const CONTROL_ENTRY_BYTES = 32;
/** A power of two, so that a counter modulo 2^32 keeps naming the right entry. */
export const CONTROL_ENTRIES = 128;
export const RECORD_PREFIX_BYTES = 8;
export const WRAP_MARKER = -1;
export const CONTROL_START = 512;
export const DATA_START = CONTROL_START + CONTROL_ENTRIES * CONTROL_ENTRY_BYTES;

const LAYOUT_VERSION = 1;
const DATA_BYTES_MIN = 1024;
const DATA_BYTES_MAX = 1 << 30;

/** Bytes a channel with `dataBytes` of data lane occupies: a multiple of 128, so that regions may lie side by side. */
export function ringRegionBytes(dataBytes: number): number {
  return (DATA_START + dataBytes + 127) & ~127;
}

/** The largest data lane that fits a region of `regionBytes`; what remains of one share of network memory. */
export function ringDataBytes(regionBytes: number): number {
  return ((regionBytes & ~127) - DATA_START) & ~7;
}

/** Largest frame of a channel: four of them, with their prefixes, fill the data lane exactly or almost. */
export function ringFrameBytesMax(dataBytes: number): number {
  return ((dataBytes >>> 2) & ~7) - RECORD_PREFIX_BYTES;
}

/** Where a new ring starts; only tests start anywhere but at 0, to be near the end of a counter's range. */
export interface RingStart {
  readonly position: number;
  readonly frames: number;
  readonly controlEntries: number;
}

/**
 * Makes the region an empty channel. Called by whoever hands out network memory, before either end exists and again
 * before a region is used by another attempt.
 */
export function formatRing(memory: FrameMemory, offset: number, dataBytes: number, start?: RingStart): void {
  assert(offset % 8 === 0, `a ring region is 8-byte aligned, got ${offset}`);
  assert(dataBytes % 8 === 0 && dataBytes >= DATA_BYTES_MIN && dataBytes <= DATA_BYTES_MAX, `data lane of ${dataBytes} bytes is within limits`);
  assert(offset + DATA_START + dataBytes <= memory.u8.length, 'the ring region lies inside its memory');
  const base = offset >>> 2;
  const { i32, f64 } = memory;
  i32.fill(0, base, base + (DATA_START >>> 2));
  i32[base + RingCell.DATA_BYTES] = dataBytes;
  if (start !== undefined) {
    assert((start.position & 7) === 0, 'positions are multiples of 8');
    i32[base + RingCell.HEAD] = i32[base + RingCell.TAIL] = start.position | 0;
    i32[base + RingCell.CONTROL_HEAD] = i32[base + RingCell.CONTROL_TAIL] = start.controlEntries | 0;
    f64[(base + RingCell.FRAMES_PUBLISHED) >>> 1] = f64[(base + RingCell.FRAMES_RELEASED) >>> 1] = start.frames;
  }
  Atomics.store(i32, base + RingCell.VERSION, LAYOUT_VERSION);
}

/** What each end checks before it trusts a region. */
export function assertFormatted(memory: FrameMemory, offset: number, dataBytes: number): void {
  const base = offset >>> 2;
  assert(Atomics.load(memory.i32, base + RingCell.VERSION) === LAYOUT_VERSION, `ring region at ${offset} is formatted`);
  assert(memory.i32[base + RingCell.DATA_BYTES] === dataBytes, `ring region at ${offset} has ${dataBytes} data bytes`);
}
