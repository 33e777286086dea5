// Key table for exact integers (INT64, BIGINT) and for integers that may be null: keys that a number holds are those of a numeric
// table. The others, which are rare, are found through a map and a field; their rows lie among the rows of the numeric table, and
// their values in its columns, so that a cut holds them too. hot path. Thread: the slot's.
//   key column = the number | beyond 2^53 - 1 the nearest double, and what is missing in the low column | NaN for null
// Invariant: a row is found in exactly one of the three ways.
import { previewValue } from '#core/errors/type-errors';
import { exactOf } from '#core/columns/exact-integer';
import { formatType, type TypeInformation } from '#core/types/type-information';
import { StateError } from '#state/errors';
import type { ColumnView } from '#state/tables/chunked-cut';
import type { CutKeys, KeyTable } from '#state/tables/key-table';
import type { MemoryManager } from '#state/tables/memory-manager';
import { NumericKeyTable } from '#state/tables/numeric-key-table';
import type { RowColumns, RowLayout } from '#state/tables/row-columns';

export interface ExactKeys {
  readonly type: TypeInformation;
  readonly isNullable: boolean;
  /** Keys are bigints, also those that a number holds. */
  readonly isBigInt: boolean;
}

const INT64_BITS = 64;
const NO_COLUMN = -1;
const ABSENT = -1;

/** Undefined where a table of keys of the type is another one. */
export function exactKeysOf(type: TypeInformation): ExactKeys | undefined {
  const inner = type.kind === 'nullable' ? type.inner : type;
  switch (inner.kind) {
    case 'int64': return { type, isNullable: inner !== type, isBigInt: false };
    case 'bigint': return { type, isNullable: inner !== type, isBigInt: true };
    case 'int': case 'long': return inner === type ? undefined : { type, isNullable: true, isBigInt: false };
    default: return undefined;
  }
}

export class ExactKeyTable implements KeyTable {
  readonly columns: RowColumns;
  wasInserted = false;
  readonly #numeric: NumericKeyTable;
  readonly #keys: ExactKeys;
  readonly #wideRows = new Map<bigint, number>();
  /** Made with the first wide key. */
  #lowColumn = NO_COLUMN;
  #nullRow = ABSENT;

  constructor(memory: MemoryManager, owner: string, layout: RowLayout, keys: ExactKeys) {
    this.#numeric = new NumericKeyTable(memory, owner, layout);
    this.columns = this.#numeric.columns;
    this.#keys = keys;
  }

  get size(): number {
    return this.columns.size;
  }

  get any(): unknown[] {
    return this.columns.any;
  }

  find(key: unknown): number {
    // Adding 0 turns -0 into 0: integers know no difference.
    if (typeof key === 'number' && !this.#keys.isBigInt) return this.#numeric.find(key + 0);
    const exact = this.#exactOf(key);
    if (typeof exact === 'number') return this.#numeric.find(exact);
    return exact === null ? this.#nullRow : (this.#wideRows.get(exact) ?? ABSENT);
  }

  findOrInsert(key: unknown): number {
    const exact = typeof key === 'number' && !this.#keys.isBigInt ? key + 0 : this.#exactOf(key);
    if (typeof exact === 'number') {
      const row = this.#numeric.findOrInsert(exact);
      this.wasInserted = this.#numeric.wasInserted;
      return row;
    }
    const found = exact === null ? this.#nullRow : (this.#wideRows.get(exact) ?? ABSENT);
    this.wasInserted = found === ABSENT;
    if (found === ABSENT) return exact === null ? this.#insertNull() : this.#insertWide(exact);
    this.columns.beforeWrite(found);
    return found;
  }

  keyAt(row: number): unknown {
    const { f64 } = this.columns;
    return this.#read(f64[this.#numeric.keyColumn]![row]!, this.#lowColumn === NO_COLUMN ? 0 : f64[this.#lowColumn]![row]!);
  }

  cutKeys(): CutKeys {
    const { keyColumn } = this.#numeric;
    // A low column that is made later belongs to keys that the cut does not have.
    const lowColumn = this.#lowColumn;
    return {
      keyAt: (columns: readonly ColumnView[], at: number) => this.#read(columns[keyColumn]![at]!, lowColumn === NO_COLUMN ? 0 : columns[lowColumn]![at]!),
      release: () => undefined,
    };
  }

  remove(key: unknown): boolean {
    const exact = this.#exactOf(key);
    if (typeof exact === 'number') return this.#numeric.remove(exact);
    const row = exact === null ? this.#nullRow : (this.#wideRows.get(exact) ?? ABSENT);
    if (row === ABSENT) return false;
    this.columns.freeRow(row);
    if (exact === null) this.#nullRow = ABSENT;
    else this.#wideRows.delete(exact);
    return true;
  }

  forEachRow(visit: (row: number) => void): void {
    this.columns.forEachRow(visit);
  }

  clear(): void {
    this.#numeric.clear();
    this.#forgetOthers();
  }

  release(): void {
    this.#numeric.release();
    this.#forgetOthers();
  }

  #forgetOthers(): void {
    this.#wideRows.clear();
    this.#nullRow = ABSENT;
  }

  #insertNull(): number {
    this.#nullRow = this.columns.takeRow();
    this.columns.f64[this.#numeric.keyColumn]![this.#nullRow] = Number.NaN;
    return this.#nullRow;
  }

  #insertWide(key: bigint): number {
    if (this.#lowColumn === NO_COLUMN) this.#lowColumn = this.columns.addF64Key();
    const row = this.columns.takeRow();
    const nearest = Number(key);
    this.columns.f64[this.#numeric.keyColumn]![row] = nearest;
    this.columns.f64[this.#lowColumn]![row] = Number(key - BigInt(nearest));
    this.#wideRows.set(key, row);
    return row;
  }

  /** A number where one holds the key, null, or a wide bigint. Throws STATE_KEY_UNSUITABLE. */
  #exactOf(key: unknown): number | bigint | null {
    if (typeof key === 'bigint' && BigInt.asIntN(INT64_BITS, key) === key) return exactOf(key);
    if (typeof key === 'number' && !this.#keys.isBigInt) return key + 0;
    if ((key === null || key === undefined) && this.#keys.isNullable) return null;
    throw new StateError('STATE_KEY_UNSUITABLE', `the key ${previewValue(key)} is no ${formatType(this.#keys.type)}, which is its declared type: return such an integer from the key selector or declare the key's type as it is`);
  }

  #read(key: number, low: number): unknown {
    if (Number.isSafeInteger(key)) return this.#keys.isBigInt ? BigInt(key) : key;
    return key === key ? BigInt(key) + BigInt(low) : null;
  }
}
