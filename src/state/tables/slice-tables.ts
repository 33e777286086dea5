// One table per slice of time, all of one shape: the first touch of a row in a slice's table is the timer of its key,
// since the slice fires as a whole. Tables of fired slices are recycled. hot path
// Invariant: a slice is open from its first tableOf until closeSlice. Thread: the slot's.
import { assert } from '#core/assert';
import type { RowColumns } from '#state/tables/row-columns';

/** What a slice's table must offer for recycling: any of state/tables. */
export interface SliceTable {
  readonly columns: RowColumns;
  clear(): void;
  release(): void;
}

/** Cleared tables kept for the next slices; more are released. */
const SPARE_TABLES_MAX = 4;

export class SliceTables<T extends SliceTable> {
  readonly #create: () => T;
  readonly #tables = new Map<number, T>();
  readonly #spares: T[] = [];
  /** Open slices, latest first: the earliest is popped off the end. */
  readonly #starts: number[] = [];
  #lastStart = Number.NaN;
  #lastTable: T | undefined;

  /** @param create makes an empty table; all must have the same shape. */
  constructor(create: () => T) {
    this.#create = create;
  }

  /** How many slices are open. */
  get size(): number {
    return this.#starts.length;
  }

  /** Start of the earliest open slice in ms; Infinity when none is open: ask `size` first, the last watermark is Infinity too. */
  get earliestStart(): number {
    return this.#starts.length === 0 ? Number.POSITIVE_INFINITY : this.#starts[this.#starts.length - 1]!;
  }

  /** The slice's table, opened when it is not yet. Cost: a comparison when it is the table of the last call. */
  tableOf(startMs: number): T {
    if (startMs === this.#lastStart) return this.#lastTable!;
    const table = this.#tables.get(startMs) ?? this.#open(startMs);
    this.#lastStart = startMs;
    this.#lastTable = table;
    return table;
  }

  /** The slice's table, or undefined when the slice is not open. */
  tryTableOf(startMs: number): T | undefined {
    return this.#tables.get(startMs);
  }

  /** Starts of the open slices, earliest first; a copy. */
  starts(): number[] {
    return this.#starts.toReversed();
  }

  /** Ends the slice: its table is cleared and recycled, so nothing may refer to its rows. One that a snapshot still reads is left to it. */
  closeSlice(startMs: number): void {
    const table = this.#tables.get(startMs);
    assert(table !== undefined, `a closed slice is open, got ${startMs}`);
    this.#tables.delete(startMs);
    this.#starts.splice(this.#starts.lastIndexOf(startMs), 1);
    if (startMs === this.#lastStart) this.#forgetLast();
    if (table.columns.hasCut) {
      table.columns.whenCutEnds(() => table.release());
    } else if (this.#spares.length < SPARE_TABLES_MAX) {
      table.clear();
      this.#spares.push(table);
    } else {
      table.release();
    }
  }

  /** Gives all memory back; no slice is open afterwards. */
  release(): void {
    for (const table of this.#tables.values()) table.release();
    for (const table of this.#spares) table.release();
    this.#tables.clear();
    this.#spares.length = 0;
    this.#starts.length = 0;
    this.#forgetLast();
  }

  #open(startMs: number): T {
    assert(startMs === startMs, 'a slice has a start');
    const table = this.#spares.pop() ?? this.#create();
    this.#tables.set(startMs, table);
    // New slices are nearly always the latest, at the front; few are open at a time.
    let at = 0;
    while (at < this.#starts.length && this.#starts[at]! > startMs) at++;
    this.#starts.splice(at, 0, startMs);
    return table;
  }

  #forgetLast(): void {
    this.#lastStart = Number.NaN;
    this.#lastTable = undefined;
  }
}
