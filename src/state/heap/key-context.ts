// The current key of a heap backend and its dense row; every state of the backend stores by that row. hot path
// Invariant: a row exists exactly while some state has a value in it, or gets one with the batch being processed: each state owns
// one bit of the row's presence masks, and the row is freed with its last bit. Thread: the slot's.
import { assert } from '#core/assert';
import { failWithoutKey } from '#state/errors';
import type { KeyTable } from '#state/tables/key-table';

const UNRESOLVED = -2;
/** The table was asked last for the key, which is not there. */
const ABSENT = -1;
const BITS_PER_MASK = 31;

/** Which bit of a row's masks says that a state has a value. */
export interface PresenceBit {
  readonly column: number;
  readonly bit: number;
}

export class KeyContext {
  readonly table: KeyTable;
  #key: unknown = undefined;
  /** Live row that has the key, where nobody has asked for it yet; else -1. */
  #keyRow = ABSENT;
  #hasKey = false;
  #row = UNRESOLVED;
  /** Rows below it are announced before they are read too, since what is read may be changed in place. */
  #readGuard = 0;
  /** Whether rowForWrite made the row. */
  #isRowNew = false;
  /** Rows may have been made for keys of a batch that have no value yet. */
  hasHollowRows = false;
  #bits = 0;
  readonly #maskColumns: number[] = [];

  constructor(table: KeyTable) {
    this.table = table;
  }

  get key(): unknown {
    if (this.#keyRow !== ABSENT) {
      this.#key = this.table.keyAt(this.#keyRow);
      this.#keyRow = ABSENT;
    }
    return this.#key;
  }

  setKey(key: unknown): void {
    this.#key = key;
    this.#keyRow = ABSENT;
    this.#hasKey = true;
    this.#row = UNRESOLVED;
  }

  /** Makes the key of a live row the current one. */
  setRow(row: number): void {
    this.#keyRow = row;
    this.#hasKey = true;
    this.#row = row;
  }

  /** Goes back to a key saved before, or to none. */
  resetKey(key: unknown, hasKey: boolean): void {
    this.#key = key;
    this.#keyRow = ABSENT;
    this.#hasKey = hasKey;
    this.#row = UNRESOLVED;
  }

  get hasKey(): boolean {
    return this.#hasKey;
  }

  /** A bit of its own for a new state. */
  allocateBit(): PresenceBit {
    const index = this.#bits % BITS_PER_MASK;
    if (index === 0) this.#maskColumns.push(this.table.columns.addI32());
    this.#bits++;
    return { column: this.#maskColumns[this.#maskColumns.length - 1]!, bit: 1 << index };
  }

  /** Row of the current key, or -1 when no state has a value for it. Throws STATE_WITHOUT_KEY. */
  row(): number {
    if (this.#row === UNRESOLVED) {
      if (!this.#hasKey) failWithoutKey();
      const row = this.table.find(this.key);
      if (row >= 0 && row < this.#readGuard) this.table.columns.beforeWrite(row);
      this.#row = row;
    }
    return this.#row;
  }

  /** Row of the current key, made if need be; the caller sets its bit. Throws STATE_WITHOUT_KEY. */
  rowForWrite(): number {
    if (this.#row < 0) {
      if (!this.#hasKey) failWithoutKey();
      const { table } = this;
      this.#row = this.#row === ABSENT && table.insertAbsent !== undefined ? table.insertAbsent() : table.findOrInsert(this.key);
      this.#isRowNew = table.wasInserted;
    } else {
      this.#isRowNew = false;
      this.table.columns.beforeWrite(this.#row);
    }
    return this.#row;
  }

  /** Before a row that `row` gave is written. */
  beforeWrite(row: number): void {
    this.table.columns.beforeWrite(row);
  }

  /** A snapshot has cut the table: the current row is looked up anew. @param isReadAnnounced rows are saved before they are read, too. */
  onCut(isReadAnnounced: boolean): void {
    this.#row = UNRESOLVED;
    this.#readGuard = isReadAnnounced ? this.table.columns.rowLimit : 0;
  }

  /** The snapshot is over. */
  onCutEnd(): void {
    this.#readGuard = 0;
  }

  isPresent(row: number, presence: PresenceBit): boolean {
    // A row of an only state is there because the state has a value; its mask need not be fetched (one cache miss of four).
    return (this.#bits === 1 && !this.hasHollowRows) || (this.table.columns.i32[presence.column]![row]! & presence.bit) !== 0;
  }

  markPresent(row: number, presence: PresenceBit): void {
    if (this.#bits === 1 && !this.#isRowNew && !this.hasHollowRows) return;
    const mask = this.table.columns.i32[presence.column]!;
    mask[row] = mask[row]! | presence.bit;
  }

  /** Clears the state's bit in the current key's row; frees the row with its last bit. */
  markAbsent(row: number, presence: PresenceBit): void {
    if (row !== this.#row || row < 0) assert(false, `a state is cleared in the current key's row, got ${row} of ${this.#row}`);
    const { i32 } = this.table.columns;
    i32[presence.column]![row] = i32[presence.column]![row]! & ~presence.bit;
    for (let i = 0; i < this.#maskColumns.length; i++) if (i32[this.#maskColumns[i]!]![row] !== 0) return;
    const isRemoved = this.table.remove(this.key);
    assert(isRemoved, 'the current key has a row to remove');
    this.#row = UNRESOLVED;
  }
}
