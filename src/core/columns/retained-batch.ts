// Batches that outlive their frame: rows copied, with the columns that are needed, out of a ring into a slot's managed
// memory. Invariant: a retained batch lives until each holder has released it or its owner is closed, whichever is first;
// then its memory is back with the allocator, once. Thread: the slot's. The allocator is state's MemoryManager.
import { assert } from '#core/assert';
import { columnGuardsOf } from '#core/columns/column-guards';
import { Batch, type ColumnLayout, FRAME_HEADER_BYTES, type FrameLayout, layoutOf } from '#core/columns/frame';
import type { FrameMemory } from '#core/columns/frame-memory';
import { appendBatch, type FrameFill, gatherRows, heapBytesAt } from '#core/columns/gather-rows';
import type { ColumnKind, Schema } from '#core/columns/schema';

export interface MemorySegment {
  readonly memory: FrameMemory;
  /** Byte offset in `memory`, a multiple of 8. */
  readonly offset: number;
  readonly bytes: number;
}

export interface SegmentAllocator {
  /** Contents undefined. Throws when there is no memory left. */
  allocate(bytes: number, owner: string): MemorySegment;
  release(segment: MemorySegment): void;
}

export class RetainedBatch {
  /**
   * Same schema and column numbers as the original. Columns that were not asked for are absent: their ColumnLayout has
   * data, validity and lengths -1, so it takes loops over chosen columns, not a row reader.
   */
  readonly batch: Batch;
  readonly #free: () => void;
  #holders = 1;

  constructor(batch: Batch, free: () => void) {
    this.batch = batch;
    this.#free = free;
  }

  /** One more holder, who will release. */
  retain(): void {
    assert(this.#holders > 0, 'a batch is retained while it lives');
    this.#holders++;
  }

  /** The last holder's release frees the memory: nothing may point into the batch afterwards. */
  release(): void {
    // The owner was closed before: the memory is gone already.
    if (this.#holders === Number.NEGATIVE_INFINITY) return;
    assert(this.#holders > 0, 'a batch is released once per holder');
    if (--this.#holders === 0) this.#free();
  }

  /** The owner has freed the memory: what holders release later changes nothing. */
  abandon(): void {
    this.#holders = Number.NEGATIVE_INFINITY;
  }
}

/** The retained batches of one owner: an operator, or a whole slot. */
export class RetainedBatches {
  readonly #allocator: SegmentAllocator;
  readonly #owner: string;
  readonly #live = new Map<RetainedBatch, MemorySegment>();

  /** @param owner named in the allocator's accounting and errors. */
  constructor(allocator: SegmentAllocator, owner: string) {
    this.#allocator = allocator;
    this.#owner = owner;
  }

  /** Batches that are not released. */
  get size(): number {
    return this.#live.size;
  }

  /**
   * Copies a batch, with one holder: the caller. @param columns to copy, by index; left out, all. Bits that say which of
   * their values are there come with them. Cost: one block copy per column, a row loop for texts when columns are left out.
   */
  retain(batch: Batch, columns?: readonly number[]): RetainedBatch {
    const { schema } = batch.layout;
    const layout = columns === undefined ? layoutOf(schema, Math.max(batch.count, 1)) : partialLayout(schema, Math.max(batch.count, 1), columns);
    let heapBytes = (batch.heapLength + 3) & ~3;
    if (columns !== undefined) {
      heapBytes = 0;
      for (let row = 0; row < batch.count; row++) heapBytes += heapBytesAt(batch, row, layout);
    }
    const segment = this.#allocator.allocate(layout.heapStart + heapBytes, this.#owner);
    const fill = { memory: segment.memory, base: segment.offset, layout, heapEnd: segment.offset + layout.heapStart + heapBytes, count: 0, heapTop: segment.offset + layout.heapStart };
    const isCopied = columns === undefined ? appendBatch(batch, fill) : gatherRows(batch, everyRow(batch.count), 0, batch.count, fill) === batch.count;
    assert(isCopied, 'a retained batch fits the memory measured for it');
    const retained: RetainedBatch = new RetainedBatch(batchOn(fill, batch.isAsciiHeap), () => this.#free(retained));
    this.#live.set(retained, segment);
    return retained;
  }

  /** Frees everything, whoever still holds it. Idempotent. */
  close(): void {
    for (const [retained, segment] of this.#live) {
      retained.abandon();
      this.#allocator.release(segment);
    }
    this.#live.clear();
  }

  #free(retained: RetainedBatch): void {
    const segment = this.#live.get(retained);
    assert(segment !== undefined, 'a live batch is freed');
    this.#live.delete(retained);
    this.#allocator.release(segment);
  }
}

function batchOn(fill: FrameFill, isAsciiHeap: boolean): Batch {
  const batch = new Batch(fill.memory, fill.layout);
  batch.base = fill.base;
  batch.count = fill.count;
  batch.heapLength = fill.heapTop - fill.base - fill.layout.heapStart;
  batch.isAsciiHeap = isAsciiHeap;
  return batch;
}

const everyRow = (count: number): Int32Array => Int32Array.from({ length: count }, (_, row) => row);
const DATA_BYTES: Readonly<Record<ColumnKind, number>> = { u8: 1, i32: 4, f64: 8, i64: 8, var: 4, presence: 0 };
const ABSENT = { validity: -1, data: -1, lengths: -1 } as const;

/** The layout of a frame with only some columns and the bits that guard them. */
function partialLayout(schema: Schema, capacity: number, columns: readonly number[]): FrameLayout {
  const guards = columnGuardsOf(schema);
  const values = new Set(columns);
  const bits = new Set(columns.flatMap((index) => {
    assert(guards[index] !== undefined, `column ${index} is in the schema`);
    const { set, unlessSide } = guards[index];
    return unlessSide === -1 ? set : [...set, unlessSide];
  }));
  let at = FRAME_HEADER_BYTES;
  const take = (bytes: number): number => {
    const start = at;
    at += (bytes + 7) & ~7;
    return start;
  };
  const eventTimes = take(capacity * 8);
  const layouts = schema.columns.map(({ index, kind }): ColumnLayout => {
    const hasValues = values.has(index) && kind !== 'presence';
    if (!hasValues && !bits.has(index)) return { kind, ...ABSENT };
    return {
      kind,
      validity: bits.has(index) ? take(((capacity + 31) >>> 5) * 4) : -1,
      data: hasValues ? take(capacity * DATA_BYTES[kind]) : -1,
      lengths: hasValues && kind === 'var' ? take(capacity * 4) : -1,
    };
  });
  return { schema, capacity, eventTimes, columns: layouts, heapStart: at };
}
