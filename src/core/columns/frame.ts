// Frame: the one layout of a batch, in rings, local channels, retained batches, spill files and channel state.
//
//   byte 0                                64                        heapStart
//   | header (16 int32) | event times f64 | column 0 | column 1 ... | heap (bytes of var columns) |
//
// A column is [validity bits, int32 words][values], each part 8-byte aligned, sized for the frame's `capacity` rows.
// A var column's values are `capacity` int32 offsets (relative to heapStart), then `capacity` int32 lengths.
// Only `count` rows are filled. Because the heap is last, a frame is cut to `byteLength` when it is published.
import { assert } from '#core/assert';
import type { FrameMemory } from '#core/columns/frame-memory';
import type { ColumnKind, Schema } from '#core/columns/schema';

/** Int32 slots of the header. */
export const FrameHeader = {
  KIND: 0,
  SCHEMA_ID: 1,
  COUNT: 2,
  CAPACITY: 3,
  BYTE_LENGTH: 4,
  HEAP_LENGTH: 5,
  SEQUENCE: 6,
  ATTEMPT: 7,
  FLAGS: 8,
  /** For FRAGMENT frames: bytes of the whole record, and offset of this piece. */
  TOTAL_BYTES: 9,
  PIECE_OFFSET: 10,
} as const;

export const FRAME_HEADER_BYTES = 64;

export const FrameKind = {
  /** Rows in columns. */
  BATCH: 1,
  /** UTF-8 JSON of the TypeInformation of the frames that follow on this channel. */
  SCHEMA: 2,
  /** A piece of a frame too large for the channel; pieces are joined by the consumer. */
  FRAGMENT: 3,
} as const;

export const FrameFlag = {
  /** Every byte of the heap is < 0x80 and every var column is a string: block decode by latin1Slice is exact. */
  ASCII_HEAP: 1,
} as const;

/** Event time of a record without a timestamp. */
export const NO_TIMESTAMP = Number.NaN;

/** Byte offsets from the frame's base. `validity` is -1 where a column has none, `data` -1 for presence columns. */
export interface ColumnLayout {
  readonly kind: ColumnKind;
  readonly validity: number;
  readonly data: number;
  /** Var columns: offset of the lengths; else -1. */
  readonly lengths: number;
}

export interface FrameLayout {
  readonly schema: Schema;
  readonly capacity: number;
  readonly eventTimes: number;
  readonly columns: readonly ColumnLayout[];
  /** Where the heap starts = bytes of a frame without heap. Multiple of 8. */
  readonly heapStart: number;
}

const align8 = (bytes: number): number => (bytes + 7) & ~7;
const layouts = new WeakMap<Schema, Map<number, FrameLayout>>();

/** Layout of a frame with room for `capacity` rows; computed once per (schema, capacity). */
export function layoutOf(schema: Schema, capacity: number): FrameLayout {
  let byCapacity = layouts.get(schema);
  if (byCapacity === undefined) layouts.set(schema, (byCapacity = new Map()));
  let layout = byCapacity.get(capacity);
  if (layout === undefined) byCapacity.set(capacity, (layout = buildLayout(schema, capacity)));
  return layout;
}

const DATA_BYTES: Readonly<Record<ColumnKind, number>> = { u8: 1, i32: 4, f64: 8, i64: 8, var: 4, presence: 0 };

function buildLayout(schema: Schema, capacity: number): FrameLayout {
  assert(Number.isInteger(capacity) && capacity > 0, `frame capacity is a positive integer, got ${capacity}`);
  let at = FRAME_HEADER_BYTES;
  const take = (bytes: number): number => {
    const start = at;
    at += align8(bytes);
    return start;
  };
  const eventTimes = take(capacity * 8);
  const columns = schema.columns.map((column): ColumnLayout => ({
    kind: column.kind,
    validity: column.isNullable ? take(((capacity + 31) >>> 5) * 4) : -1,
    data: column.kind === 'presence' ? -1 : take(capacity * DATA_BYTES[column.kind]),
    lengths: column.kind === 'var' ? take(capacity * 4) : -1,
  }));
  return { schema, capacity, eventTimes, columns, heapStart: at };
}

/**
 * The most rows whose fixed part fits in `shareOfFixed` of `frameBytes`, at most `rowsMax`; 0 when not even one row fits.
 */
export function capacityFor(schema: Schema, frameBytes: number, rowsMax: number): number {
  const room = (frameBytes - FRAME_HEADER_BYTES) * (schema.hasVar ? 0.5 : 1);
  let capacity = Math.min(rowsMax, Math.floor(room / schema.rowBytes));
  while (capacity > 0 && layoutOf(schema, capacity).heapStart > frameBytes) capacity = Math.floor(capacity * 0.9);
  return capacity;
}

/** A batch: where it lies and how it is laid out. Mutable so that one object serves all batches of a reader. */
export class Batch {
  memory: FrameMemory;
  /** Byte offset of the frame in `memory`, a multiple of 8. */
  base = 0;
  layout: FrameLayout;
  count = 0;
  heapLength = 0;
  isAsciiHeap = true;

  constructor(memory: FrameMemory, layout: FrameLayout) {
    this.memory = memory;
    this.layout = layout;
  }

  /** A private batch with room for `capacity` rows and `heapBytes` of var data; what columnar sources fill. */
  static allocate(memory: FrameMemory, schema: Schema, capacity: number): Batch {
    const batch = new Batch(memory, layoutOf(schema, capacity));
    assert(memory.u8.length >= batch.layout.heapStart, 'batch memory holds the fixed part');
    return batch;
  }

  /** Bytes the heap may still grow to in this batch's memory. */
  get heapBytesMax(): number {
    return this.memory.u8.length - this.base - this.layout.heapStart;
  }
}

/** Writes the header of a finished frame. Returns its byte length, a multiple of 8. */
export function sealFrame(batch: Batch, sequence: number, attempt: number): number {
  const { memory, base, layout } = batch;
  const header = base >>> 2;
  const byteLength = align8(layout.heapStart + batch.heapLength);
  const i32 = memory.i32;
  i32[header + FrameHeader.KIND] = FrameKind.BATCH;
  i32[header + FrameHeader.SCHEMA_ID] = layout.schema.id;
  i32[header + FrameHeader.COUNT] = batch.count;
  i32[header + FrameHeader.CAPACITY] = layout.capacity;
  i32[header + FrameHeader.BYTE_LENGTH] = byteLength;
  i32[header + FrameHeader.HEAP_LENGTH] = batch.heapLength;
  i32[header + FrameHeader.SEQUENCE] = sequence | 0;
  i32[header + FrameHeader.ATTEMPT] = attempt | 0;
  i32[header + FrameHeader.FLAGS] = batch.isAsciiHeap ? FrameFlag.ASCII_HEAP : 0;
  return byteLength;
}

/** Points `batch` at a sealed frame. The frame must be of `schema`. */
export function openFrame(batch: Batch, memory: FrameMemory, base: number, schema: Schema): void {
  const header = base >>> 2;
  const i32 = memory.i32;
  assert(i32[header + FrameHeader.SCHEMA_ID] === schema.id, 'a frame is read with the schema it was written with');
  batch.memory = memory;
  batch.base = base;
  batch.count = i32[header + FrameHeader.COUNT]!;
  batch.heapLength = i32[header + FrameHeader.HEAP_LENGTH]!;
  batch.isAsciiHeap = (i32[header + FrameHeader.FLAGS]! & FrameFlag.ASCII_HEAP) !== 0;
  const capacity = i32[header + FrameHeader.CAPACITY]!;
  if (batch.layout.capacity !== capacity || batch.layout.schema !== schema) batch.layout = layoutOf(schema, capacity);
}
