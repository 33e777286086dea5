// Rows of arriving batches, kept for ever as they came: whole batches are copied column by column into chunks of managed memory, and
// a row is a number. What the sides of joins are made of: a row costs no object and is not read until it is met. hot path.
// Thread: the slot's. Invariant: rows never change and never go, until all do.
//   row id = chunk << 13 | row in the chunk
import { createRowView, type RowView } from '#core/codegen/row-view';
import { Batch, layoutOf } from '#core/columns/frame';
import { appendBatch, type FrameFill } from '#core/columns/gather-rows';
import { type Schema, schemaOf } from '#core/columns/schema';
import type { DataOutput } from '#core/serialization/data-output';
import type { TypeInformation } from '#core/types/type-information';
import type { MemoryManager, Segment } from '#state/tables/memory-manager';

const ROWS_SHIFT = 13;
const ROWS_MAX = 1 << ROWS_SHIFT;
const CHUNKS_MAX = 1 << (31 - ROWS_SHIFT);
/** The first chunk; later ones double up to the last. */
const CHUNK_BYTES_MIN = 16 * 1024;
const CHUNK_BYTES_MAX = 1024 * 1024;

interface Chunk {
  readonly segment: Segment;
  readonly fill: FrameFill;
  readonly batch: Batch;
}

export class RowArchive {
  readonly #memory: MemoryManager;
  readonly #owner: string;
  readonly #schema: Schema;
  readonly #view: RowView;
  #chunks: Chunk[] = [];
  #boundChunk = -1;

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
    return batch.layout.schema === this.#schema && batch.count <= ROWS_MAX && this.#chunks.length < CHUNKS_MAX - 1;
  }

  /** Keeps all rows of an accepted batch; returns the id of its first one, the others follow. Throws MANAGED_MEMORY_EXHAUSTED. */
  add(batch: Batch): number {
    const last = this.#chunks.at(-1);
    const at = last?.fill.count ?? 0;
    if (last !== undefined && appendBatch(batch, last.fill)) return this.#idOf(this.#chunks.length - 1, at, batch, last);
    const chunk = this.#openChunk(batch);
    this.#chunks.push(chunk);
    const isAdded = appendBatch(batch, chunk.fill);
    if (!isAdded) throw new RangeError('a chunk holds the batch that it was made for');
    return this.#idOf(this.#chunks.length - 1, 0, batch, chunk);
  }

  /** The row as a plain object of its own. */
  read(id: number): any { // any: fields of every type
    return this.#at(id).copy();
  }

  /** Appends the bytes of the row's serializer. */
  encode(id: number, output: DataOutput): void {
    this.#at(id).encode(output);
  }

  /** Gives all memory back. */
  release(): void {
    for (const { segment } of this.#chunks) this.#memory.release(segment);
    this.#chunks = [];
    this.#boundChunk = -1;
  }

  #idOf(chunk: number, row: number, source: Batch, { batch, fill }: Chunk): number {
    batch.count = fill.count;
    batch.heapLength = fill.heapTop - fill.base - fill.layout.heapStart;
    batch.isAsciiHeap = batch.isAsciiHeap && source.isAsciiHeap;
    return (chunk << ROWS_SHIFT) | row;
  }

  #at(id: number): RowView {
    const chunk = id >>> ROWS_SHIFT;
    if (chunk !== this.#boundChunk) {
      this.#view.bind(this.#chunks[chunk]!.batch, { isSame: false });
      this.#boundChunk = chunk;
    }
    this.#view.moveTo(id & (ROWS_MAX - 1));
    return this.#view;
  }

  #openChunk(batch: Batch): Chunk {
    const bytes = Math.min(CHUNK_BYTES_MIN * 2 ** Math.min(this.#chunks.length, 10), CHUNK_BYTES_MAX);
    const heapBytesPerRow = batch.heapLength / Math.max(1, batch.count);
    const rows = Math.floor(bytes / (this.#schema.rowBytes + heapBytesPerRow));
    const layout = layoutOf(this.#schema, Math.min(ROWS_MAX, Math.max(batch.count, roundedRows(rows), 1)));
    const heapBytes = Math.max((batch.heapLength + 3) & ~3, Math.ceil((layout.capacity * heapBytesPerRow) / 4) * 4);
    const segment = this.#memory.allocate(layout.heapStart + heapBytes, this.#owner);
    const { memory, offset } = segment;
    const fill = { memory, base: offset, layout, heapEnd: offset + segment.bytes, count: 0, heapTop: offset + layout.heapStart };
    const own = new Batch(memory, layout);
    own.base = offset;
    return { segment, fill, batch: own };
  }
}

/** Few capacities, since each has a layout that is kept. */
function roundedRows(rows: number): number {
  if (rows < 16) return rows;
  const step = 2 ** (Math.floor(Math.log2(rows)) - 2);
  return Math.floor(rows / step) * step;
}
