// Columns as they were at a cut, chunk by chunk of 64 KiB, while their table goes on changing: the first write to a chunk
// copies it aside, chunks that nobody writes to are read in place, and a table that grows or is cleared leaves its old
// segments to the cut. Made in O(chunks). hot path while a snapshot runs. Thread: the slot's. See
// docs/decisions/0003-chunked-copy-on-write.md. Invariant: a chunk is pending until it is copied or settled, and only then
// written. Bench: bench/state-bench.ts, rows "copy on write".
import { assert } from '#core/assert';
import type { MemoryManager, Segment } from '#state/tables/memory-manager';
import type { TableCut } from '#state/tables/table-cut';

export type ColumnView = Float64Array | Int32Array;

/** A view and, as a shift, how many of its elements make a row. */
export interface CutColumn {
  readonly view: ColumnView;
  readonly shift: number;
}

export interface ChunkedCutOptions {
  readonly rowLimit: number;
  /** log2 of the rows per chunk. */
  readonly rowsShift: number;
  /** Doubles before integers, so that copies are aligned. */
  readonly columns: readonly CutColumn[];
  readonly memory: MemoryManager;
  readonly owner: string;
  /** Reads the chunk at once and settles it: called where memory has no room for a copy. */
  readonly settleNow: (chunk: number) => void;
  /** Called once, when the cut is closed. */
  readonly onEnd: () => void;
}

/** Rows [from, to) of one chunk: row r of a column is at (r - base) << shift. Valid until the table is written to. */
export interface ChunkViews {
  readonly columns: readonly ColumnView[];
  readonly base: number;
  readonly from: number;
  readonly to: number;
}

const PENDING = 0;
const COPIED = 1;
const SETTLED = 2;

export class ChunkedCut implements TableCut {
  readonly rowLimit: number;
  readonly chunkCount: number;
  /** How many chunks were copied aside: the cost of the cut to the table's writer. */
  copiedChunks = 0;
  readonly #options: ChunkedCutOptions;
  readonly #views: readonly ColumnView[];
  readonly #marks: Uint8Array;
  readonly #copies: (Segment | undefined)[] = [];
  #kept: readonly Segment[] = [];
  #unsettled: number;
  #hasEnded = false;

  constructor(options: ChunkedCutOptions) {
    const { rowLimit, rowsShift, columns } = options;
    this.rowLimit = rowLimit;
    this.chunkCount = (rowLimit + (1 << rowsShift) - 1) >>> rowsShift;
    this.#options = options;
    this.#views = columns.map((column) => column.view);
    this.#marks = new Uint8Array(this.chunkCount);
    this.#unsettled = this.chunkCount;
  }

  /** Whether the chunk has been read. */
  isSettled(chunk: number): boolean {
    return this.#marks[chunk] === SETTLED;
  }

  /** The chunk as it was at the cut; it has not been settled. */
  viewsOf(chunk: number): ChunkViews {
    assert(!this.#hasEnded && this.#marks[chunk] !== SETTLED, `a chunk is read before it is settled, got ${chunk} of ${this.chunkCount}`);
    const { rowsShift } = this.#options;
    const from = chunk << rowsShift;
    const to = Math.min(from + (1 << rowsShift), this.rowLimit);
    const copy = this.#copies[chunk];
    return copy === undefined ? { columns: this.#views, base: 0, from, to } : { columns: this.#viewsOn(copy), base: from, from, to };
  }

  /** The chunk has been read: it may be written from now on. */
  settle(chunk: number): void {
    assert(this.#marks[chunk] !== SETTLED, `a chunk is settled once, got ${chunk}`);
    this.#marks[chunk] = SETTLED;
    this.#releaseCopy(chunk);
    this.#unsettled--;
  }

  /** Whether every chunk has been read. */
  get isRead(): boolean {
    return this.#unsettled === 0;
  }

  beforeWrite(row: number): void {
    const chunk = row >>> this.#options.rowsShift;
    if (this.#marks[chunk] === PENDING) this.#rescue(chunk);
  }

  keepMoved(segments: readonly Segment[]): boolean {
    assert(this.#kept.length === 0, 'a table leaves its segments to a cut once');
    this.#kept = segments;
    return true;
  }

  keepCleared(segments: readonly Segment[]): boolean {
    return this.keepMoved(segments);
  }

  /** The table gives its memory back before the cut was read. */
  abort(): void {
    this.close();
  }

  /** Gives back the copies and what the table left; nothing may be read any more. Idempotent. */
  close(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (let chunk = 0; chunk < this.#copies.length; chunk++) this.#releaseCopy(chunk);
    for (const segment of this.#kept) this.#options.memory.release(segment);
    this.#kept = [];
    this.#options.onEnd();
  }

  #rescue(chunk: number): void {
    const { rowsShift, columns, memory, owner } = this.#options;
    const rows = 1 << rowsShift;
    const bytes = columns.reduce((sum, { view, shift }) => sum + (rows << shift) * view.BYTES_PER_ELEMENT, 0);
    const segment = memory.tryAllocate(bytes, owner);
    if (segment === undefined) {
      this.#options.settleNow(chunk);
      assert(this.#marks[chunk] === SETTLED, 'a chunk that cannot be copied is settled at once');
      return;
    }
    const start = chunk << rowsShift;
    const targets = this.#viewsOn(segment);
    columns.forEach(({ view, shift }, index) => targets[index]!.set(view.subarray(start << shift, (start + rows) << shift)));
    this.#copies[chunk] = segment;
    this.#marks[chunk] = COPIED;
    this.copiedChunks++;
  }

  /** The views of a chunk's copy, in the order of the columns. */
  #viewsOn(segment: Segment): ColumnView[] {
    const { rowsShift, columns } = this.#options;
    const { buffer } = segment.memory;
    let at = segment.memory.u8.byteOffset + segment.offset;
    return columns.map(({ view, shift }) => {
      const elements = 1 << (rowsShift + shift);
      const start = at;
      at += elements * view.BYTES_PER_ELEMENT;
      return view instanceof Float64Array ? new Float64Array(buffer, start, elements) : new Int32Array(buffer, start, elements);
    });
  }

  #releaseCopy(chunk: number): void {
    const copy = this.#copies[chunk];
    if (copy !== undefined) this.#options.memory.release(copy);
    this.#copies[chunk] = undefined;
  }
}
