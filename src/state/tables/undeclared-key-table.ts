// Key table for undeclared keys: numbers in managed memory until the first key of another kind arrives, then all keys
// in a JS Map; rows and columns stay. Invariant: exactly one of the two tables is in use. Thread: the slot's.
import type { CutKeys, KeyTable } from '#state/tables/key-table';
import { MapKeyTable } from '#state/tables/map-key-table';
import type { MemoryManager } from '#state/tables/memory-manager';
import { NumericKeyTable } from '#state/tables/numeric-key-table';
import type { RowColumns, RowLayout } from '#state/tables/row-columns';

export class UndeclaredKeyTable implements KeyTable {
  readonly columns: RowColumns;
  wasInserted = false;
  readonly #numeric: NumericKeyTable;
  #map: MapKeyTable | undefined;

  constructor(memory: MemoryManager, owner: string, layout: RowLayout) {
    this.#numeric = new NumericKeyTable(memory, owner, layout);
    this.columns = this.#numeric.columns;
  }

  get size(): number {
    return this.columns.size;
  }

  get any(): unknown[] {
    return this.columns.any;
  }

  find(key: unknown): number {
    if (this.#map !== undefined) return this.#map.find(key);
    // Adding 0 turns -0 into 0: ANY keeps no difference between them.
    if (typeof key === 'number') return this.#numeric.find(key + 0);
    return this.#useMap().find(key);
  }

  findOrInsert(key: unknown): number {
    if (this.#map === undefined && typeof key === 'number') {
      const row = this.#numeric.findOrInsert(key + 0);
      this.wasInserted = this.#numeric.wasInserted;
      return row;
    }
    const map = this.#useMap();
    const row = map.findOrInsert(key);
    this.wasInserted = map.wasInserted;
    return row;
  }

  keyAt(row: number): unknown {
    return this.#map === undefined ? this.#numeric.keyAt(row) : this.#map.keyAt(row);
  }

  /** Numbers stay in their column also when the keys move to a map meanwhile. */
  cutKeys(): CutKeys | undefined {
    return this.#map === undefined ? this.#numeric.cutKeys() : undefined;
  }

  remove(key: unknown): boolean {
    if (this.#map === undefined && typeof key === 'number') return this.#numeric.remove(key + 0);
    return this.#useMap().remove(key);
  }

  forEachRow(visit: (row: number) => void): void {
    this.columns.forEachRow(visit);
  }

  clear(): void {
    if (this.#map === undefined) this.#numeric.clear();
    else this.#map.clear();
  }

  release(): void {
    if (this.#map === undefined) this.#numeric.release();
    else this.#map.release();
  }

  #useMap(): MapKeyTable {
    if (this.#map === undefined) {
      this.#map = MapKeyTable.adopt(this.columns, (row) => this.#numeric.keyAt(row));
      this.#numeric.releaseSlots();
    }
    return this.#map;
  }
}
