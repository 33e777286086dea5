// The table an operator keys its rows by, whatever the key's type: numbers and byte strings in managed memory, kinds
// that neither fits in a JS Map. Window operators hold one per slice. Invariant: rows are dense numbers that stay the
// row of their key until it is removed. Thread: the slot's.
import type { TypeInformation } from '#core/types/type-information';
import type { ColumnView } from '#state/tables/chunked-cut';
import { CompositeKeyTable } from '#state/tables/composite-key-table';
import { EncodedKeyTable } from '#state/tables/encoded-key-table';
import { ExactKeyTable, exactKeysOf } from '#state/tables/exact-key-table';
import { MapKeyTable } from '#state/tables/map-key-table';
import type { MemoryManager } from '#state/tables/memory-manager';
import { NumericKeyTable } from '#state/tables/numeric-key-table';
import type { RowColumns, RowLayout } from '#state/tables/row-columns';
import { tupleShapeOf } from '#state/tables/key-tuple';
import { UndeclaredKeyTable } from '#state/tables/undeclared-key-table';

/** Keys of a table as they were at a cut of its columns (RowColumns.cutChunks). */
export interface CutKeys {
  /** Key of a row that was live at the cut. @param columns of the chunk's views. @param at where the row is in them. */
  keyAt(columns: readonly ColumnView[], at: number): unknown;
  /** Index of the column of doubles that holds numeric keys; undefined for other keys. */
  readonly column?: number;
  /** Once, when the cut is closed. */
  release(): void;
}

export interface KeyTable {
  /** Number and JS columns by row; views are replaced when rows are added. */
  readonly columns: RowColumns;
  /** JS value per row, where the layout has it. */
  readonly any: unknown[];
  readonly size: number;
  /** Whether the last findOrInsert made its row. */
  readonly wasInserted: boolean;
  /** Row of the key, or -1. Throws STATE_KEY_UNSUITABLE or TYPE_MISMATCH for a key that is not of its declared type. */
  find(key: unknown): number;
  /** Row of the key, ready to be written; a new one has zeros and undefined. Throws as find, and MANAGED_MEMORY_EXHAUSTED. */
  findOrInsert(key: unknown): number;
  /** findOrInsert of the key that `find` did not find in the last call of the table. Where it saves work. */
  insertAbsent?(): number;
  /** The key of a live row; a fresh value for keys of composite type. */
  keyAt(row: number): unknown;
  /** For a reader of a cut of `columns` made at the same time; undefined where keys are values of JavaScript. */
  cutKeys(): CutKeys | undefined;
  /** Frees the key's row for reuse; false when the key is not there. */
  remove(key: unknown): boolean;
  /** Live rows in insertion order, except that a reused row keeps its place. Rows may not be added meanwhile. */
  forEachRow(visit: (row: number) => void): void;
  /** Frees all rows, keeps the memory. */
  clear(): void;
  /** Gives the memory back. */
  release(): void;
}

export interface KeyTableOptions {
  /** Undefined for undeclared keys: numbers, strings or anything, also mixed. */
  readonly keyType: TypeInformation | undefined;
  readonly memory: MemoryManager;
  /** Who is charged for the memory. */
  readonly owner: string;
  readonly layout: RowLayout;
}

export function createKeyTable(options: KeyTableOptions): KeyTable {
  const { keyType, memory, owner, layout } = options;
  if (keyType === undefined) return new UndeclaredKeyTable(memory, owner, layout);
  switch (keyType.kind) {
    case 'any':
      return new UndeclaredKeyTable(memory, owner, layout);
    case 'int':
    case 'long':
    case 'double':
      return new NumericKeyTable(memory, owner, layout);
    case 'boolean':
      return new MapKeyTable(memory, owner, layout);
    default: {
      const exact = exactKeysOf(keyType);
      if (exact !== undefined) return new ExactKeyTable(memory, owner, layout, exact);
      const shape = tupleShapeOf(keyType);
      return shape === undefined ? new EncodedKeyTable(memory, owner, layout, keyType) : new CompositeKeyTable(memory, owner, layout, shape);
    }
  }
}
