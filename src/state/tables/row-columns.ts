// Dense rows with typed columns over managed memory and, if wanted, one column of JS values. hot path
// Invariant: a row that is not live holds 0 in every number column and undefined in the JS column, so a new row starts
// clean. Thread: the slot's. Growth replaces the views in `f64` and `i32`: read them anew after rows were added.
// Who writes to a row that a table's findOrInsert did not just give out calls beforeWrite first: a snapshot may be reading.
import { assert } from '#core/assert';
import { ChunkedCut, type CutColumn } from '#state/tables/chunked-cut';
import type { MemoryManager, Segment } from '#state/tables/memory-manager';
import { f64ViewOf, i32ViewOf } from '#state/tables/segment-views';
import type { TableCut } from '#state/tables/table-cut';

export interface RowLayout {
  /** How many columns of doubles. */
  readonly f64: number;
  /** How many columns of 32-bit integers. */
  readonly i32: number;
  /** Whether each row has a JS value in `any`; the array stays empty without. */
  readonly hasAny: boolean;
}

const CAPACITY_MIN = 64;
/** log2 of the rows per chunk of a cut: 64 KiB where rows have 16 bytes. */
export const CUT_ROWS_SHIFT = 12;
/** Marks of the free column: 0 = live, 1 = last of the free list, n + 2 = free and followed by row n. */
const FREE_LAST = 1;
const FREE_NEXT = 2;

export class RowColumns {
  /** View per column, `capacity` or more elements. */
  readonly f64: Float64Array[] = [];
  readonly i32: Int32Array[] = [];
  /** JS value per row. */
  readonly any: unknown[] = [];
  readonly hasAny: boolean;
  /** Live rows. */
  size = 0;
  /** Rows [0, rowLimit) are live or free. */
  rowLimit = 0;
  capacity = 0;
  /** Rows below it are announced by beforeWrite: 0 while no cut is being read. */
  writeGuard = 0;
  readonly owner: string;
  readonly memory: MemoryManager;
  readonly #f64Segments: Segment[] = [];
  readonly #i32Segments: Segment[] = [];
  readonly #f64Keys = new Set<number>();
  readonly #i32Keys = new Set<number>();
  #freeHead = -1;
  /** Index of the free-list column in `i32`, made at the first removal. */
  #freeColumn = -1;
  #cut: TableCut | undefined;
  #afterCut: (() => void) | undefined;

  constructor(memory: MemoryManager, owner: string, layout: RowLayout) {
    this.memory = memory;
    this.owner = owner;
    this.hasAny = layout.hasAny;
    for (let i = 0; i < layout.f64; i++) this.addF64();
    for (let i = 0; i < layout.i32; i++) this.addI32();
  }

  /** Adds a column that a live row's key lies in: it is written when a row is taken, and never again until it is freed. */
  addF64Key(): number {
    const index = this.addF64();
    this.#f64Keys.add(index);
    return index;
  }

  /** As addF64Key. */
  addI32Key(): number {
    const index = this.addI32();
    this.#i32Keys.add(index);
    return index;
  }

  /** Adds a column of zeros; returns its index. Cost: O(capacity). */
  addF64(): number {
    if (this.capacity > 0) {
      const segment = this.memory.allocate(this.capacity * 8, this.owner);
      this.#f64Segments.push(segment);
      this.f64.push(f64ViewOf(segment).fill(0));
    } else {
      this.f64.push(new Float64Array(0));
    }
    return this.f64.length - 1;
  }

  /** Adds a column of zeros; returns its index. Cost: O(capacity). */
  addI32(): number {
    if (this.capacity > 0) {
      const segment = this.memory.allocate(this.capacity * 4, this.owner);
      this.#i32Segments.push(segment);
      this.i32.push(i32ViewOf(segment).fill(0));
    } else {
      this.i32.push(new Int32Array(0));
    }
    return this.i32.length - 1;
  }

  /** A clean row: a freed one, the latest first, else the next new one. */
  takeRow(): number {
    this.size++;
    const freed = this.#freeHead;
    if (freed !== -1) {
      this.beforeReuse(freed);
      const free = this.i32[this.#freeColumn]!;
      const mark = free[freed]!;
      this.#freeHead = mark === FREE_LAST ? -1 : mark - FREE_NEXT;
      free[freed] = 0;
      return freed;
    }
    const row = this.rowLimit;
    if (row === this.capacity) this.#grow(Math.max(CAPACITY_MIN, this.capacity * 2));
    this.rowLimit = row + 1;
    if (this.hasAny) this.any.push(undefined);
    return row;
  }

  /** Rows may be appended up to this limit, at most `count`, without growth; none while freed rows wait for reuse. */
  appendableRows(count: number): number {
    return this.#freeHead === -1 ? Math.min(this.capacity, this.rowLimit + count) : this.rowLimit;
  }

  /** Takes all rows below `rowLimit`, which a loop has appended. */
  appendRows(rowLimit: number): void {
    assert(rowLimit >= this.rowLimit && rowLimit <= this.capacity, `appended rows end in the capacity, got ${rowLimit} of ${this.capacity}`);
    this.size += rowLimit - this.rowLimit;
    this.rowLimit = rowLimit;
    if (this.hasAny) while (this.any.length < rowLimit) this.any.push(undefined);
  }

  /** Wipes a live row and frees it for reuse. */
  freeRow(row: number): void {
    if (!this.isLive(row)) assert(false, `a freed row is live, got ${row}`);
    this.beforeReuse(row);
    if (this.#freeColumn === -1) this.#freeColumn = this.addI32();
    for (let i = 0; i < this.f64.length; i++) this.f64[i]![row] = 0;
    for (let i = 0; i < this.i32.length; i++) this.i32[i]![row] = 0;
    if (this.hasAny) this.any[row] = undefined;
    this.i32[this.#freeColumn]![row] = this.#freeHead === -1 ? FREE_LAST : this.#freeHead + FREE_NEXT;
    this.#freeHead = row;
    this.size--;
  }

  isLive(row: number): boolean {
    return row >= 0 && row < this.rowLimit && (this.#freeColumn === -1 || this.i32[this.#freeColumn]![row] === 0);
  }

  /** Calls `visit` for each live row in row order: insertion order, except that a reused row keeps its place. */
  forEachRow(visit: (row: number) => void): void {
    const limit = this.rowLimit;
    for (let row = 0; row < limit; row++) if (this.isLive(row)) visit(row);
  }

  /** Frees all rows and keeps the memory, unless a cut keeps it. Cost: O(rows). */
  clear(): void {
    if (this.#cut?.keepCleared(this.#segments()) === true) {
      this.#forgetSegments();
    } else {
      const limit = this.rowLimit;
      for (let i = 0; i < this.f64.length; i++) this.f64[i]!.fill(0, 0, limit);
      for (let i = 0; i < this.i32.length; i++) this.i32[i]!.fill(0, 0, limit);
    }
    this.#forgetCut();
    this.#forgetRows();
  }

  /** Gives all memory back; the columns may be filled again afterwards. A cut that has not been read ends. */
  release(): void {
    this.#cut?.abort();
    for (const segment of this.#segments()) this.memory.release(segment);
    this.#forgetSegments();
    this.#forgetRows();
  }

  /** Must be called before a row is written, unless findOrInsert of its table gave it out since the last snapshot. */
  beforeWrite(row: number): void {
    if (row < this.writeGuard) this.#cut!.beforeWrite(row);
  }

  /** Must be called before a row is freed, or anything of its key is. */
  beforeReuse(row: number): void {
    if (row < this.writeGuard) this.#cut!.beforeReuse(row);
  }

  /** beforeWrite of rows[0 .. count): where a batch is updated, once before its loops. */
  beforeWriteMany(rows: Int32Array, count: number): void {
    const guard = this.writeGuard;
    if (guard === 0) return;
    const cut = this.#cut!;
    for (let i = 0; i < count; i++) if (rows[i]! < guard) cut.beforeWrite(rows[i]!);
  }

  get hasCut(): boolean {
    return this.#cut !== undefined;
  }

  /** From now on the cut is told of every row before it changes. */
  startCut(cut: TableCut): void {
    assert(this.#cut === undefined, `a table of ${this.owner} has one cut at a time`);
    this.#cut = cut;
    this.writeGuard = cut.rowLimit;
  }

  endCut(cut: TableCut): void {
    if (this.#cut === cut) this.#forgetCut();
  }

  /** Calls `action` once when the cut that there is has been read or given up: nobody but its reader knows the table any more. */
  whenCutEnds(action: () => void): void {
    assert(this.#cut !== undefined && this.#afterCut === undefined, `a table of ${this.owner} is left to its cut once`);
    this.#afterCut = action;
  }

  /** A cut of the number columns that there are now, doubles first; its reader closes it. @param settleNow reads a chunk that cannot be copied. */
  cutChunks(settleNow: (chunk: number) => void): ChunkedCut {
    const columns: CutColumn[] = [...this.f64, ...this.i32].map((view, index) => ({ view, shift: 0, isKey: this.#isKeyColumn(index) }));
    const { rowLimit, memory, owner } = this;
    const cut: ChunkedCut = new ChunkedCut({ rowLimit, rowsShift: CUT_ROWS_SHIFT, columns, memory, owner, settleNow, onEnd: () => this.endCut(cut) });
    this.startCut(cut);
    return cut;
  }

  /** Index in `i32` of the column that is 0 for live rows, or -1: all rows below rowLimit are live. */
  get freeColumn(): number {
    return this.#freeColumn;
  }

  /** @param index among the columns of a cut: doubles first. */
  #isKeyColumn(index: number): boolean {
    return index < this.f64.length ? this.#f64Keys.has(index) : this.#i32Keys.has(index - this.f64.length);
  }

  #forgetCut(): void {
    this.#cut = undefined;
    this.writeGuard = 0;
    const action = this.#afterCut;
    this.#afterCut = undefined;
    action?.();
  }

  #segments(): Segment[] {
    return [...this.#f64Segments, ...this.#i32Segments];
  }

  #forgetSegments(): void {
    this.#f64Segments.length = 0;
    this.#i32Segments.length = 0;
    for (let i = 0; i < this.f64.length; i++) this.f64[i] = new Float64Array(0);
    for (let i = 0; i < this.i32.length; i++) this.i32[i] = new Int32Array(0);
    this.capacity = 0;
  }

  #forgetRows(): void {
    this.any.length = 0;
    this.size = 0;
    this.rowLimit = 0;
    this.#freeHead = -1;
  }

  #grow(capacity: number): void {
    assert(capacity < 2 ** 30, `a table holds fewer than 2^30 rows, asked for ${capacity}`);
    const isKept = this.#cut?.keepMoved(this.#segments()) === true;
    if (isKept) {
      this.#forgetCut();
      this.#f64Segments.length = 0;
      this.#i32Segments.length = 0;
    }
    for (let i = 0; i < this.f64.length; i++) {
      const segment = this.memory.allocate(capacity * 8, this.owner);
      const view = f64ViewOf(segment);
      view.set(this.f64[i]!.subarray(0, this.rowLimit));
      view.fill(0, this.rowLimit);
      this.f64[i] = view;
      this.#replace(this.#f64Segments, i, segment);
    }
    for (let i = 0; i < this.i32.length; i++) {
      const segment = this.memory.allocate(capacity * 4, this.owner);
      const view = i32ViewOf(segment);
      view.set(this.i32[i]!.subarray(0, this.rowLimit));
      view.fill(0, this.rowLimit);
      this.i32[i] = view;
      this.#replace(this.#i32Segments, i, segment);
    }
    this.capacity = capacity;
  }

  #replace(segments: Segment[], index: number, segment: Segment): void {
    const old = segments[index];
    if (old !== undefined) this.memory.release(old);
    segments[index] = segment;
  }
}
