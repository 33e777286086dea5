// Keys, or namespaces, that timers refer to by row, with a count of references; keys without any are swept in batches,
// since most come back at once. hot path. Invariant: rows with references stay. Thread: the slot's.
import { assert } from '#core/assert';
import type { KeyTable } from '#state/tables/key-table';

/** A sweep runs when this many keys, and half of all, have no reference. */
const UNREFERENCED_MIN = 1024;

export class ReferencedKeys {
  readonly #table: KeyTable;
  #unreferenced = 0;
  #holds = 0;

  /** @param table column i32 0 holds the counts. */
  constructor(table: KeyTable) {
    this.#table = table;
  }

  /** Row of the key, made if need be; the caller retains it before the next call. */
  rowOf(key: unknown): number {
    const table = this.#table;
    const row = table.findOrInsert(key);
    if (table.wasInserted) {
      this.#unreferenced++;
      if (this.#unreferenced > UNREFERENCED_MIN && this.#unreferenced * 2 > table.size && this.#holds === 0) this.#sweep(row);
    }
    return row;
  }

  /** Row of the key, or -1. */
  tryRowOf(key: unknown): number {
    return this.#table.find(key);
  }

  keyAt(row: number): unknown {
    return this.#table.keyAt(row);
  }

  /** Keys keep their rows, referenced or not, until `unhold`: a snapshot reads them. */
  hold(): void {
    this.#holds++;
  }

  unhold(): void {
    this.#holds--;
  }

  retain(row: number): void {
    const counts = this.#table.columns.i32[0]!;
    if (counts[row]!++ === 0) this.#unreferenced--;
  }

  dereference(row: number): void {
    const counts = this.#table.columns.i32[0]!;
    assert(counts[row]! > 0, `a timer's key is referenced, row ${row}`);
    if (--counts[row]! === 0) this.#unreferenced++;
  }

  release(): void {
    this.#table.release();
    this.#unreferenced = 0;
  }

  #sweep(keptRow: number): void {
    const table = this.#table;
    const counts = table.columns.i32[0]!;
    const keys: unknown[] = [];
    table.forEachRow((row) => {
      if (counts[row] === 0 && row !== keptRow) keys.push(table.keyAt(row));
    });
    for (const key of keys) table.remove(key);
    this.#unreferenced -= keys.length;
  }
}
