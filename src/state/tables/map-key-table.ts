// Key table on a JS Map, for keys that neither numbers nor bytes in managed memory fit: booleans, bigints, and
// undeclared keys of mixed kinds or of objects. Keys are JS values by row. Thread: the slot's.
import { comparableKeyOf } from '#state/tables/comparable-key';
import type { KeyTable } from '#state/tables/key-table';
import type { MemoryManager } from '#state/tables/memory-manager';
import { RowColumns, type RowLayout } from '#state/tables/row-columns';

export class MapKeyTable implements KeyTable {
  columns: RowColumns;
  wasInserted = false;
  readonly #rows = new Map<unknown, number>();
  readonly #keys: unknown[] = [];

  constructor(memory: MemoryManager, owner: string, layout: RowLayout) {
    this.columns = new RowColumns(memory, owner, layout);
  }

  /** Takes over the live rows of another table: `columns` is its columns, `keyAt` its keys. Cost: O(rows). */
  static adopt(columns: RowColumns, keyAt: (row: number) => unknown): MapKeyTable {
    const table = new MapKeyTable(columns.memory, columns.owner, { f64: 0, i32: 0, hasAny: false });
    table.columns = columns;
    columns.forEachRow((row) => {
      const key = keyAt(row);
      table.#keys[row] = key;
      table.#rows.set(comparableKeyOf(key), row);
    });
    return table;
  }

  get size(): number {
    return this.columns.size;
  }

  get any(): unknown[] {
    return this.columns.any;
  }

  find(key: unknown): number {
    return this.#rows.get(comparableKeyOf(key)) ?? -1;
  }

  findOrInsert(key: unknown): number {
    const comparable = comparableKeyOf(key);
    const found = this.#rows.get(comparable);
    this.wasInserted = found === undefined;
    if (found !== undefined) {
      this.columns.beforeWrite(found);
      return found;
    }
    const row = this.columns.takeRow();
    this.#rows.set(comparable, row);
    this.#keys[row] = key === 0 ? 0 : key;
    return row;
  }

  keyAt(row: number): unknown {
    return this.#keys[row];
  }

  remove(key: unknown): boolean {
    const comparable = comparableKeyOf(key);
    const row = this.#rows.get(comparable);
    if (row === undefined) return false;
    this.columns.beforeReuse(row);
    this.#rows.delete(comparable);
    this.#keys[row] = undefined;
    this.columns.freeRow(row);
    return true;
  }

  forEachRow(visit: (row: number) => void): void {
    this.columns.forEachRow(visit);
  }

  /** Keys are values of JavaScript, which a cut does not hold. */
  cutKeys(): undefined {
    return undefined;
  }

  clear(): void {
    this.columns.clear();
    this.#rows.clear();
    this.#keys.length = 0;
  }

  release(): void {
    this.#rows.clear();
    this.#keys.length = 0;
    this.columns.release();
  }
}
