// Rows of arriving batches, kept as they came: whole batches are copied column by column into chunks of managed memory, and a row is
// a number. What the sides of joins are made of: a row costs no object and is not read until it is met. Rows are in lists: each knows
// the one behind it. hot path. Thread: the slot's. Bench: `millrace nexmark --query q7 --api sql`.
// Invariant: rows never change; a chunk goes with the last of its rows that a list held, unless rows of it may still come into lists
// or a snapshot holds it.
//   row id = chunk << 13 | row in the chunk; the number of a chunk that is gone is used again
//   chunk  = | frame, with its heap | behind each row the id of the next one of its list + 1, int32 by row |
import { createRowView, type RowView } from '#core/codegen/row-view';
import { createRowWriter, type RowWriter } from '#core/codegen/row-writer';
import { Batch, layoutOf } from '#core/columns/frame';
import { FrameMemory } from '#core/columns/frame-memory';
import { appendBatch, gatherRows, type FrameFill } from '#core/columns/gather-rows';
import { type Schema, schemaOf } from '#core/columns/schema';
import type { DataOutput } from '#core/serialization/data-output';
import type { TypeInformation } from '#core/types/type-information';
import type { MemoryManager, Segment } from '#state/tables/memory-manager';
import { packChunk, roundedRows, ROWS_MAX, ROWS_SHIFT } from '#state/tables/packed-rows';
import { RowCache } from '#state/tables/row-cache';

const CHUNKS_MAX = 1 << (31 - ROWS_SHIFT);
/** The first chunk; later ones double up to the last. */
const CHUNK_BYTES_MIN = 16 * 1024;
const CHUNK_BYTES_MAX = 1024 * 1024;
const LINK_BYTES = 4;
/** Fewer rows are not worth being moved. */
const SPARSE_ROWS_MIN = 16 * 1024;
/** Room for a row that comes alone; made larger for one that needs more. */
const SINGLE_ROW_BYTES = 4096;

interface Chunk {
  readonly segment: Segment;
  readonly fill: FrameFill;
  readonly batch: Batch;
  /** Where its links start in the int32 view of its memory. */
  readonly links: number;
  /** Rows that lists hold. */
  live: number;
  /** Snapshots that hold it. */
  holds: number;
  /** So few of its rows are in lists that these are to be moved. */
  isSparse: boolean;
}

/**
 * The chunks of an archive as they were when they were held, to be read while it goes on. A list is as it was between the ids of its
 * first and its last row then: rows that were added since are linked behind the last one.
 */
export interface HeldRows {
  readonly chunkCount: number;
  /** The bytes of one of them, as PackedRows reads them. */
  pack(chunk: number): Uint8Array;
  /** Idempotent. */
  release(): void;
}

export class RowArchive {
  readonly #memory: MemoryManager;
  readonly #owner: string;
  readonly #schema: Schema;
  readonly #view: RowView;
  readonly #cache = new RowCache();
  /** Undefined: given back. */
  #chunks: (Chunk | undefined)[] = [];
  /** So many were made: the later ones are larger. */
  #chunksMade = 0;
  /** Numbers of chunks that are given back. */
  #freeChunks: number[] = [];
  /** Where rows go now, -1 before the first. */
  #openChunkIndex = -1;
  #boundChunk = -1;
  /** Where the rows of the batch added last lie: more of them may come into lists. */
  #batchChunk = -1;
  /** The batch added last by a view, and the id of its first row. */
  #batchToken: object | undefined;
  #batchStart = 0;
  /** Rows of all chunks, and how many of them lists hold. */
  #rows = 0;
  #liveRows = 0;
  /** Rows of a batch that have ids in the open chunk and are not copied yet; all of the batch has room there. */
  #pendingBatch: Batch | undefined;
  #pendingRows: Int32Array | undefined;
  #pendingCount = 0;
  #single: { readonly writer: RowWriter; memory: FrameMemory } | undefined;

  readonly #copyPending = (): void => {
    if (this.#pendingCount === 0) return;
    const chunk = this.#chunks[this.#openChunkIndex]!;
    const batch = this.#pendingBatch!;
    const at = chunk.fill.count;
    const copied = gatherRows(batch, this.#pendingRows!, 0, this.#pendingCount, chunk.fill);
    if (copied !== this.#pendingCount) throw new RangeError('a chunk has room for the batch of which rows were promised');
    this.#pendingCount = 0;
    this.#pendingBatch = undefined;
    this.#idOf(at, batch, chunk);
  };

  private constructor(memory: MemoryManager, owner: string, schema: Schema, view: RowView) {
    this.#memory = memory;
    this.#owner = owner;
    this.#schema = schema;
    this.#view = view;
  }

  /** Undefined for rows of a type that no view reads. */
  static create(memory: MemoryManager, owner: string, rowType: TypeInformation): RowArchive | undefined {
    const schema = schemaOf(rowType);
    const view = createRowView(schema, { decodesBlocks: false });
    return view === undefined ? undefined : new RowArchive(memory, owner, schema, view);
  }

  /** Whether rows of such batches can be kept. */
  accepts(batch: Batch): boolean {
    return batch.layout.schema === this.#schema && batch.count <= ROWS_MAX;
  }

  /** Keeps all rows of an accepted batch, in no list yet; returns the id of its first one, the others follow. Throws MANAGED_MEMORY_EXHAUSTED. */
  add(batch: Batch): number {
    const id = this.#append(batch);
    const before = this.#batchChunk;
    this.#batchChunk = this.#openChunkIndex;
    this.#releaseIfDead(before);
    return id;
  }

  /** As add, the batch of a view that stands at one of its rows, once; returns the id of that row. */
  addView(view: RowView): number {
    if (view.batchToken !== this.#batchToken) {
      if (!this.accepts(view.batch)) return this.addRow(view.copy() as object);
      this.#batchStart = this.add(view.batch);
      this.#batchToken = view.batchToken;
    }
    return this.#batchStart + view.position;
  }

  /**
   * Keeps the row that the view stands at, of an accepted batch, without the others of the batch, in no list yet; returns its id. It is
   * copied with those that follow when the view is done with the batch, or is read before.
   */
  addRowOf(view: RowView): number {
    const { batch } = view;
    if (this.#pendingCount === 0) {
      this.#pendingBatch = batch;
      this.#pendingRows ??= new Int32Array(ROWS_MAX);
      if (!hasRoomFor(batch, this.#chunks[this.#openChunkIndex]?.fill)) this.#openChunk(batch);
      view.onFinish(this.#copyPending);
    }
    this.#pendingRows![this.#pendingCount] = view.position;
    return (this.#openChunkIndex << ROWS_SHIFT) | (this.#chunks[this.#openChunkIndex]!.fill.count + this.#pendingCount++);
  }

  /** Keeps one row that is no batch's, in no list yet; returns its id. */
  addRow(value: object): number {
    const single = (this.#single ??= { writer: createRowWriter(this.#schema), memory: FrameMemory.allocate(SINGLE_ROW_BYTES) });
    const layout = layoutOf(this.#schema, 1);
    const batch = new Batch(single.memory, layout);
    for (;;) {
      const bytes = single.memory.u8.length;
      if (bytes > layout.heapStart) {
        single.writer.open(single.memory, 0, layout, bytes);
        if (single.writer.append(value, Number.NaN)) break;
      }
      batch.memory = single.memory = FrameMemory.allocate(bytes * 2);
    }
    single.writer.finish(batch);
    return this.#append(batch);
  }

  /** A row that was added becomes the last of a list: the one behind `previous`, -1 where it is the first. */
  link(id: number, previous: number): void {
    const chunk = this.#chunks[id >>> ROWS_SHIFT]!;
    chunk.fill.memory.i32[chunk.links + (id & (ROWS_MAX - 1))] = 0;
    chunk.live++;
    this.#liveRows++;
    if (previous === -1) return;
    const before = this.#chunks[previous >>> ROWS_SHIFT]!;
    before.fill.memory.i32[before.links + (previous & (ROWS_MAX - 1))] = id + 1;
  }

  /** The row behind in its list, or -1. */
  nextOf(id: number): number {
    const chunk = this.#chunks[id >>> ROWS_SHIFT]!;
    return chunk.fill.memory.i32[chunk.links + (id & (ROWS_MAX - 1))]! - 1;
  }

  /** No list holds the row any more: its id may become another row's. */
  remove(id: number): void {
    const index = id >>> ROWS_SHIFT;
    this.#chunks[index]!.live--;
    this.#liveRows--;
    this.#releaseIfDead(index);
  }

  /** Most rows of its chunks are in no list. */
  get isSparse(): boolean {
    return this.#rows - this.#liveRows > this.#liveRows + SPARSE_ROWS_MIN;
  }

  /** Decides which chunks are to be left: those that are full and mostly of rows that no list holds. Cost: O(chunks). */
  markSparse(): void {
    this.#chunks.forEach((chunk, index) => {
      if (chunk !== undefined) chunk.isSparse = index !== this.#openChunkIndex && index !== this.#batchChunk && chunk.live * 2 < chunk.fill.count;
    });
  }

  /** Whether the row's chunk is one that markSparse found. */
  isInSparse(id: number): boolean {
    return this.#chunks[id >>> ROWS_SHIFT]!.isSparse;
  }

  /** The row is known to be read again: `at` gives the object. @param row itself, which nobody changes. */
  keepRead(id: number, row: object): void {
    this.#cache.keep(id, row);
  }

  /** The row: valid until another one is asked for. It may be one of a view. */
  at(id: number): any { // any: fields of every type
    const cached = this.#cache.get(id);
    if (cached !== undefined) return cached;
    const view = this.#at(id);
    return this.#cache.isKnown(id) ? this.#cache.put(id, view.copy()) : view.row;
  }

  /** The row as a plain object that may be kept. */
  read(id: number): any { // any: as above
    return this.#cache.get(id) ?? this.#at(id).copy();
  }

  /** Appends the bytes of the row's serializer. */
  encode(id: number, output: DataOutput): void {
    this.#at(id).encode(output);
  }

  /** Keeps all chunks that are there until they are released. Cost: O(chunks). */
  hold(): HeldRows {
    this.#copyPending();
    const held: { readonly index: number; readonly chunk: Chunk; readonly rows: Batch }[] = [];
    this.#chunks.forEach((chunk, index) => {
      if (chunk === undefined || chunk.fill.count === 0) return;
      chunk.holds++;
      held.push({ index, chunk, rows: copyOf(chunk.batch) });
    });
    let isReleased = false;
    return {
      chunkCount: held.length,
      pack(at) {
        const { index, chunk, rows } = held[at]!;
        return packChunk({ index, batch: rows, links: rows.memory.i32.subarray(chunk.links, chunk.links + rows.count) });
      },
      release: () => {
        if (isReleased) return;
        isReleased = true;
        for (const { index, chunk } of held) {
          chunk.holds--;
          this.#releaseIfDead(index);
        }
      },
    };
  }

  /** Gives all memory back. */
  release(): void {
    for (const chunk of this.#chunks) if (chunk !== undefined) this.#memory.release(chunk.segment);
    this.#chunks = [];
    this.#chunksMade = 0;
    this.#freeChunks = [];
    this.#openChunkIndex = -1;
    this.#boundChunk = -1;
    this.#batchChunk = -1;
    this.#batchToken = undefined;
    this.#pendingCount = 0;
    this.#pendingBatch = undefined;
    this.#rows = 0;
    this.#liveRows = 0;
    this.#cache.clear();
  }

  #append(batch: Batch): number {
    this.#copyPending();
    const open = this.#chunks[this.#openChunkIndex];
    const at = open?.fill.count ?? 0;
    if (open !== undefined && appendBatch(batch, open.fill)) return this.#idOf(at, batch, open);
    const chunk = this.#openChunk(batch);
    const isAdded = appendBatch(batch, chunk.fill);
    if (!isAdded) throw new RangeError('a chunk holds the batch that it was made for');
    return this.#idOf(0, batch, chunk);
  }

  /** Another chunk becomes the one that rows go to, with room for the batch at least. */
  #openChunk(batch: Batch): Chunk {
    const chunk = this.#makeChunk(batch);
    const full = this.#openChunkIndex;
    this.#openChunkIndex = this.#freeChunks.pop() ?? this.#chunks.length;
    this.#chunks[this.#openChunkIndex] = chunk;
    this.#releaseIfDead(full);
    return chunk;
  }

  /** Of a chunk of which no row is in a list: unless rows of it may still come into one, or a snapshot reads it. */
  #releaseIfDead(index: number): void {
    const chunk = this.#chunks[index];
    if (chunk === undefined || chunk.live > 0 || chunk.holds > 0 || index === this.#openChunkIndex || index === this.#batchChunk) return;
    this.#memory.release(chunk.segment);
    this.#rows -= chunk.fill.count;
    this.#chunks[index] = undefined;
    this.#freeChunks.push(index);
    if (this.#boundChunk === index) this.#boundChunk = -1;
    this.#cache.forget(index << ROWS_SHIFT, (index << ROWS_SHIFT) + chunk.fill.count);
  }

  #idOf(row: number, source: Batch, { batch, fill }: Chunk): number {
    this.#rows += fill.count - row;
    batch.count = fill.count;
    batch.heapLength = fill.heapTop - fill.base - fill.layout.heapStart;
    batch.isAsciiHeap = batch.isAsciiHeap && source.isAsciiHeap;
    return (this.#openChunkIndex << ROWS_SHIFT) | row;
  }

  #at(id: number): RowView {
    if (this.#pendingCount > 0) this.#copyPending();
    const chunk = id >>> ROWS_SHIFT;
    if (chunk !== this.#boundChunk) {
      this.#view.bind(this.#chunks[chunk]!.batch, { isSame: false });
      this.#boundChunk = chunk;
    }
    this.#view.moveTo(id & (ROWS_MAX - 1));
    return this.#view;
  }

  #makeChunk(batch: Batch): Chunk {
    if (this.#chunks.length === CHUNKS_MAX && this.#freeChunks.length === 0) throw new RangeError(`an archive of rows has at most ${CHUNKS_MAX} chunks at a time`);
    const bytes = Math.min(CHUNK_BYTES_MIN * 2 ** Math.min(this.#chunksMade++, 10), CHUNK_BYTES_MAX);
    const heapBytesPerRow = batch.heapLength / Math.max(1, batch.count);
    const rows = Math.floor(bytes / (this.#schema.rowBytes + LINK_BYTES + heapBytesPerRow));
    const layout = layoutOf(this.#schema, Math.min(ROWS_MAX, Math.max(batch.count, roundedRows(rows, Math.floor), 1)));
    const heapBytes = Math.max((batch.heapLength + 3) & ~3, Math.ceil((layout.capacity * heapBytesPerRow) / 4) * 4);
    const linkBytes = layout.capacity * LINK_BYTES;
    const segment = this.#memory.allocate(layout.heapStart + heapBytes + linkBytes, this.#owner);
    const { memory, offset } = segment;
    const heapEnd = offset + segment.bytes - linkBytes;
    const own = new Batch(memory, layout);
    own.base = offset;
    const fill = { memory, base: offset, layout, heapEnd, count: 0, heapTop: offset + layout.heapStart };
    return { segment, fill, batch: own, links: heapEnd >>> 2, live: 0, holds: 0, isSparse: false };
  }
}

/** Of as many rows of the batch as there are. */
function hasRoomFor(batch: Batch, fill: FrameFill | undefined): boolean {
  return fill !== undefined && fill.count + batch.count <= fill.layout.capacity && fill.heapTop + ((batch.heapLength + 3) & ~3) <= fill.heapEnd;
}

/** The batch as it is now. */
function copyOf({ memory, layout, base, count, heapLength, isAsciiHeap }: Batch): Batch {
  return Object.assign(new Batch(memory, layout), { base, count, heapLength, isAsciiHeap });
}
