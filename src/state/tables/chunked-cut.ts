// Columns as they were at a cut, chunk by chunk of some 64 KiB, while their table goes on changing: the first write to a chunk
// copies it aside, chunks that nobody writes to are read in place, and a table that grows or is cleared leaves its old
// segments to the cut. Made in O(chunks). hot path while a snapshot runs. Thread: the slot's. See
// docs/decisions/0003-chunked-copy-on-write.md. Invariant: a column of a chunk is written only when it was copied or the
// chunk settled. Bench: bench/heap-snapshot-bench.ts.
import { assert } from '#core/assert';
import type { MemoryManager, Segment } from '#state/tables/memory-manager';
import type { TableCut } from '#state/tables/table-cut';

export type ColumnView = Float64Array | Int32Array;

/** A view and, as a shift, how many of its elements make a row. */
export interface CutColumn {
  readonly view: ColumnView;
  readonly shift: number;
  /** Of a live row it never changes: it is copied only before a row is freed or taken again. */
  readonly isKey: boolean;
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
  /** First row of the chunk. */
  readonly base: number;
  readonly from: number;
  readonly to: number;
}

/** Marks of a chunk: which of its columns have been copied aside, and whether it was read. */
const VALUES_COPIED = 1;
const KEYS_COPIED = 2;
const SETTLED = 4;

export class ChunkedCut implements TableCut {
  readonly rowLimit: number;
  readonly chunkCount: number;
  /** How much was copied aside: the cost of the cut to the table's writer. */
  copiedBytes = 0;
  readonly #options: ChunkedCutOptions;
  readonly #marks: Uint8Array;
  /** Two per chunk: of values, of keys. */
  readonly #copies: (Segment | undefined)[] = [];
  #kept: readonly Segment[] = [];
  #unsettled: number;
  #hasEnded = false;
  #isMemoryFull = false;

  constructor(options: ChunkedCutOptions) {
    const { rowLimit, rowsShift } = options;
    this.rowLimit = rowLimit;
    this.chunkCount = (rowLimit + (1 << rowsShift) - 1) >>> rowsShift;
    this.#options = options;
    this.#marks = new Uint8Array(this.chunkCount);
    this.#unsettled = this.chunkCount;
  }

  /** Whether the chunk has been read. */
  isSettled(chunk: number): boolean {
    return this.#marks[chunk]! >= SETTLED;
  }

  /** The chunk as it was at the cut; it has not been settled. */
  viewsOf(chunk: number): ChunkViews {
    assert(!this.#hasEnded && !this.isSettled(chunk), `a chunk is read before it is settled, got ${chunk} of ${this.chunkCount}`);
    const { rowsShift, columns } = this.#options;
    const from = chunk << rowsShift;
    const to = Math.min(from + (1 << rowsShift), this.rowLimit);
    const copies = [this.#copiedViews(chunk, false), this.#copiedViews(chunk, true)];
    const views = columns.map(({ view, shift, isKey }, index) => copies[isKey ? 1 : 0]?.[index] ?? view.subarray(from << shift, to << shift));
    return { columns: views, base: from, from, to };
  }

  /** The chunk has been read: it may be written from now on. */
  settle(chunk: number): void {
    assert(!this.isSettled(chunk), `a chunk is settled once, got ${chunk}`);
    this.#marks[chunk] = SETTLED;
    this.#releaseCopies(chunk);
    this.#unsettled--;
  }

  /** Whether every chunk has been read. */
  get isRead(): boolean {
    return this.#unsettled === 0;
  }

  beforeWrite(row: number): void {
    const chunk = row >>> this.#options.rowsShift;
    const mark = this.#marks[chunk]!;
    if (mark !== SETTLED && (mark & VALUES_COPIED) === 0) this.#copy(chunk, false);
  }

  beforeReuse(row: number): void {
    this.beforeWrite(row);
    const chunk = row >>> this.#options.rowsShift;
    const mark = this.#marks[chunk]!;
    if (mark !== SETTLED && (mark & KEYS_COPIED) === 0) this.#copy(chunk, true);
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
    for (let chunk = 0; chunk < this.chunkCount; chunk++) this.#releaseCopies(chunk);
    for (const segment of this.#kept) this.#options.memory.release(segment);
    this.#kept = [];
    this.#options.onEnd();
  }

  #copy(chunk: number, isKey: boolean): void {
    const { rowsShift, columns, memory, owner } = this.#options;
    const rows = 1 << rowsShift;
    let bytes = 0;
    for (const { view, shift, isKey: isOfKey } of columns) if (isOfKey === isKey) bytes += (rows << shift) * view.BYTES_PER_ELEMENT;
    this.#marks[chunk]! |= isKey ? KEYS_COPIED : VALUES_COPIED;
    if (bytes === 0) return;
    // Once there is no room, asking again for each chunk would search all free memory each time.
    const segment = this.#isMemoryFull ? undefined : memory.tryAllocate(bytes, owner);
    if (segment === undefined) {
      this.#isMemoryFull = true;
      this.#marks[chunk]! &= ~(isKey ? KEYS_COPIED : VALUES_COPIED);
      this.#options.settleNow(chunk);
      assert(this.isSettled(chunk), 'a chunk that cannot be copied is settled at once');
      return;
    }
    const start = chunk << rowsShift;
    this.#copies[chunk * 2 + (isKey ? 1 : 0)] = segment;
    const targets = this.#copiedViews(chunk, isKey)!;
    columns.forEach(({ view, shift }, index) => targets[index]?.set(view.subarray(start << shift, (start + rows) << shift)));
    this.copiedBytes += bytes;
  }

  /** The views of a chunk's copy at the places of their columns, those of other columns undefined. */
  #copiedViews(chunk: number, isKey: boolean): (ColumnView | undefined)[] | undefined {
    const segment = this.#copies[chunk * 2 + (isKey ? 1 : 0)];
    if (segment === undefined) return undefined;
    const { rowsShift, columns } = this.#options;
    const { buffer } = segment.memory;
    let at = segment.memory.u8.byteOffset + segment.offset;
    return columns.map(({ view, shift, isKey: isOfKey }) => {
      if (isOfKey !== isKey) return undefined;
      const elements = 1 << (rowsShift + shift);
      const start = at;
      at += elements * view.BYTES_PER_ELEMENT;
      return view instanceof Float64Array ? new Float64Array(buffer, start, elements) : new Int32Array(buffer, start, elements);
    });
  }

  #releaseCopies(chunk: number): void {
    for (let index = chunk * 2; index < chunk * 2 + 2; index++) {
      const copy = this.#copies[index];
      if (copy !== undefined) this.#options.memory.release(copy);
      this.#copies[index] = undefined;
    }
  }
}
