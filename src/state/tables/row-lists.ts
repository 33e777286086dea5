// Rows in lists by key: the rows of each key of a join's side, or the best rows of each key in their order. Rows have number
// columns and, if wanted, a blob each for everything else. hot path. Thread: the slot's.
// Invariant: a row is in the list of exactly one key from its insertion until its removal; next and previous agree.
import { assert } from '#core/assert';
import { BlobHeap, NO_BLOB } from '#state/tables/blob-heap';
import type { MemoryManager } from '#state/tables/memory-manager';
import { RowColumns, type RowLayout } from '#state/tables/row-columns';

/** Where matchMany goes on: a position of the batch, and the row of its key's list, -1 for the first. */
export interface MatchCursor {
  position: number;
  row: number;
}

const NONE = -1;

export class RowLists {
  /** Values by row; views are replaced when rows are added. */
  readonly columns: RowColumns;
  readonly #keys: RowColumns;
  readonly #blobs: BlobHeap;
  /** In the columns of keys: first and last row + 1, and how many there are. */
  readonly #head: number;
  readonly #tail: number;
  readonly #count: number;
  /** In the columns of rows: neighbours as row + 1, and the blob as reference + 1. */
  readonly #next: number;
  readonly #previous: number;
  readonly #blob: number;

  /** @param keys columns of the table that keys have their rows in; gets three more. */
  constructor(memory: MemoryManager, owner: string, layout: RowLayout, keys: RowColumns) {
    this.columns = new RowColumns(memory, owner, layout);
    this.#keys = keys;
    this.#blobs = new BlobHeap(memory, owner);
    this.#head = keys.addI32();
    this.#tail = keys.addI32();
    this.#count = keys.addI32();
    this.#next = this.columns.addI32();
    this.#previous = this.columns.addI32();
    this.#blob = this.columns.addI32();
  }

  /** Rows of all keys. */
  get size(): number {
    return this.columns.size;
  }

  /** Rows of the key. */
  countOf(keyRow: number): number {
    return this.#keys.i32[this.#count]![keyRow]!;
  }

  /** First row of the key, or -1. */
  firstOf(keyRow: number): number {
    return this.#keys.i32[this.#head]![keyRow]! - 1;
  }

  /** Last row of the key, or -1. */
  lastOf(keyRow: number): number {
    return this.#keys.i32[this.#tail]![keyRow]! - 1;
  }

  /** The row behind in its list, or -1. */
  nextOf(row: number): number {
    return this.columns.i32[this.#next]![row]! - 1;
  }

  /** The row before in its list, or -1. */
  previousOf(row: number): number {
    return this.columns.i32[this.#previous]![row]! - 1;
  }

  /** A new clean row at the end of the key's list. */
  append(keyRow: number): number {
    return this.insertBefore(keyRow, NONE);
  }

  /** New clean rows, row i at the end of the list of keyRows[i]. */
  appendMany(keyRows: Int32Array, count: number, rowsOut: Int32Array): void {
    assert(count <= keyRows.length && count <= rowsOut.length, `a batch of ${count} rows fits ${keyRows.length} keys and ${rowsOut.length} rows`);
    for (let i = 0; i < count; i++) rowsOut[i] = this.insertBefore(keyRows[i]!, NONE);
  }

  /** A new clean row before `successor` of the same key; -1 for the end. */
  insertBefore(keyRow: number, successor: number): number {
    const keys = this.#keys;
    const row = this.columns.takeRow();
    const previous = successor === NONE ? this.lastOf(keyRow) : this.previousOf(successor);
    keys.beforeWrite(keyRow);
    this.#link(keyRow, previous, row);
    this.#link(keyRow, row, successor);
    keys.i32[this.#count]![keyRow]!++;
    return row;
  }

  /** Takes the row out of the key's list and frees it with its blob. */
  remove(keyRow: number, row: number): void {
    const { columns } = this;
    const blob = columns.i32[this.#blob]![row]! - 1;
    this.#keys.beforeWrite(keyRow);
    this.#link(keyRow, this.previousOf(row), this.nextOf(row));
    this.#keys.i32[this.#count]![keyRow]!--;
    columns.beforeReuse(row);
    if (blob !== NO_BLOB) this.#blobs.free(blob);
    columns.freeRow(row);
  }

  /** Frees all rows of the key. */
  removeAll(keyRow: number): void {
    for (let row = this.firstOf(keyRow); row !== NONE; row = this.firstOf(keyRow)) this.remove(keyRow, row);
  }

  /** Keeps source[offset .. offset + length) with the row, in place of what was kept. */
  writeBlob(row: number, source: Uint8Array, offset: number, length: number): void {
    const { columns } = this;
    columns.beforeWrite(row);
    const blobs = columns.i32[this.#blob]!;
    blobs[row] = this.#blobs.replace(blobs[row]! - 1, source, offset, length) + 1;
  }

  /** Reference of the row's blob, to be read through `blobs`; NO_BLOB for none. */
  blobOf(row: number): number {
    return this.columns.i32[this.#blob]![row]! - 1;
  }

  /** Read only. */
  get blobs(): BlobHeap {
    return this.#blobs;
  }

  /**
   * Pairs of a batch and the rows of its keys' lists: positions into positionsOut, rows into rowsOut, up to their length.
   * keyRows may hold -1, which has no rows. Returns how many pairs; fewer than fit means that the batch is over. Goes on at
   * `cursor`, which starts as { position: 0, row: -1 }; lists may not change in between.
   */
  matchMany(keyRows: Int32Array, count: number, cursor: MatchCursor, positionsOut: Int32Array, rowsOut: Int32Array): number {
    const heads = this.#keys.i32[this.#head]!;
    const nexts = this.columns.i32[this.#next]!;
    const limit = Math.min(positionsOut.length, rowsOut.length);
    let { position, row } = cursor;
    let pairs = 0;
    while (position < count && pairs < limit) {
      const keyRow = keyRows[position]!;
      if (row === NONE && keyRow !== NONE) row = heads[keyRow]! - 1;
      for (; row !== NONE && pairs < limit; pairs++) {
        positionsOut[pairs] = position;
        rowsOut[pairs] = row;
        row = nexts[row]! - 1;
      }
      if (row === NONE) position++;
    }
    cursor.position = position;
    cursor.row = row;
    return pairs;
  }

  /** Frees all rows and keeps the memory; the table of keys is cleared with it. */
  clear(): void {
    this.columns.clear();
    this.#blobs.clear();
  }

  /** Gives all memory back. */
  release(): void {
    this.columns.release();
    this.#blobs.release();
  }

  /** Makes two rows neighbours; -1 is the end of the key's list. */
  #link(keyRow: number, before: number, after: number): void {
    const { columns } = this;
    const keys = this.#keys;
    if (before === NONE) {
      keys.i32[this.#head]![keyRow] = after + 1;
    } else {
      columns.beforeWrite(before);
      columns.i32[this.#next]![before] = after + 1;
    }
    if (after === NONE) {
      keys.i32[this.#tail]![keyRow] = before + 1;
    } else {
      columns.beforeWrite(after);
      columns.i32[this.#previous]![after] = before + 1;
    }
  }
}
