// Open addressing from f64 keys to dense rows: int32 slots hold row + 1, keys lie in a column by row. hot path
// Keys compare as Java's Double.equals: NaN equals NaN, and -0 differs from 0. NaN, 0 and -0 have rows of their own
// outside the slots, so a loop compares with === and looks at these keys only where it finds nothing.
// Invariant: at most half of the slots are taken. Thread: the slot's.
// Bench: bench/state-bench.ts, rows "managed table".
import { assert } from '#core/assert';
import { StateError } from '#state/errors';
import { previewValue } from '#core/errors/type-errors';
import type { CutKeys, KeyTable } from '#state/tables/key-table';
import type { MemoryManager, Segment } from '#state/tables/memory-manager';
import { RowColumns, type RowLayout } from '#state/tables/row-columns';
import { i32ViewOf } from '#state/tables/segment-views';

const SLOTS_MIN = 128;
/** 2^32 / golden ratio: multiplicative hashing by Knuth, the top bits pick the slot. */
const GOLDEN = 0x9e3779b1 | 0;
/**
 * From this many slots on (with their keys 1 MB: about what a core's own cache holds) a batch is looked up in two passes.
 * Measured with 650,000 keys: 1.3 times the rate of the hand-written kernel, where one pass has 0.7; with 1,000 keys 0.8 for 0.95.
 */
const GATHER_SLOTS_MIN = 1 << 17;
/** Below one row per this many slots, clear() follows the keys instead of wiping all slots. */
const SPARSE_SLOTS_PER_ROW = 16;

const hashBits = new Float64Array(1);
const hashWords = new Int32Array(hashBits.buffer);

/** 32 bits of which the top ones are well mixed. */
function hashNumber(key: number): number {
  const int = key | 0;
  // Multiplying by an odd number keeps all multiples of a power of two apart in the top bits, so no fold is needed.
  return int === key ? Math.imul(int, GOLDEN) : hashWide(key);
}

/** hashNumber of a key that is no 32-bit integer. */
function hashWide(key: number): number {
  hashBits[0] = key;
  const high = Math.imul(hashWords[1]!, GOLDEN);
  return Math.imul(hashWords[0]! ^ high ^ (high >>> 15), GOLDEN);
}

export class NumericKeyTable implements KeyTable {
  readonly kind = 'numeric';
  readonly columns: RowColumns;
  /** Whether the last findOrInsert made its row. */
  wasInserted = false;
  /** Index in `columns.f64` of the keys. */
  readonly keyColumn: number;
  #slots: Int32Array = new Int32Array(0);
  #segment: Segment | undefined;
  #mask = 0;
  #shift = 32;
  /** Taken slots may reach this count before they grow. */
  #takenMax = 0;
  #taken = 0;
  #nanRow = -1;
  #zeroRow = -1;
  #minusZeroRow = -1;

  /** Columns of `layout` come first in `columns`; the keys follow. */
  constructor(memory: MemoryManager, owner: string, layout: RowLayout) {
    this.columns = new RowColumns(memory, owner, layout);
    this.keyColumn = this.columns.addF64Key();
  }

  get size(): number {
    return this.columns.size;
  }

  get any(): unknown[] {
    return this.columns.any;
  }

  /** Row of the key, or -1. */
  find(key: number): number {
    if (typeof key !== 'number') failNotNumber(key);
    if (key === 0 || key !== key) return this.#specialRow(key);
    if (this.#taken === 0) return -1;
    const slots = this.#slots;
    const keys = this.columns.f64[this.keyColumn]!;
    let slot = hashNumber(key) >>> this.#shift;
    let entry = slots[slot]!;
    while (entry !== 0 && keys[entry - 1] !== key) {
      slot = (slot + 1) & this.#mask;
      entry = slots[slot]!;
    }
    return entry - 1;
  }

  /** Row of the key; a new one is clean and sets wasInserted. */
  findOrInsert(key: number): number {
    if (typeof key !== 'number') failNotNumber(key);
    if (key === 0 || key !== key) return this.#findOrInsertSpecial(key);
    const slots = this.#slots;
    if (slots.length === 0) return this.#insert(key);
    const keys = this.columns.f64[this.keyColumn]!;
    let slot = hashNumber(key) >>> this.#shift;
    let entry = slots[slot]!;
    while (entry !== 0) {
      if (keys[entry - 1] === key) {
        this.wasInserted = false;
        if (entry <= this.columns.writeGuard) this.columns.beforeWrite(entry - 1);
        return entry - 1;
      }
      slot = (slot + 1) & this.#mask;
      entry = slots[slot]!;
    }
    return this.#insert(key);
  }

  /**
   * Rows of keys[offset .. offset + count) into rowsOut[0 .. count). Returns how many rows were inserted; a new row has
   * an index >= the former columns.rowLimit unless rows were removed before. Views of `columns` may have been replaced.
   */
  findOrInsertMany(keys: Float64Array, offset: number, count: number, rowsOut: Int32Array): number {
    assert(offset >= 0 && offset + count <= keys.length && count <= rowsOut.length, `a batch of ${count} keys at ${offset} fits ${keys.length} keys and ${rowsOut.length} rows`);
    const { columns } = this;
    const sizeBefore = columns.size;
    let done = 0;
    if (this.#slots.length >= GATHER_SLOTS_MIN) {
      const missCount = this.#findAtHome(keys, offset, count, rowsOut);
      for (let i = 0; i < missCount; i++) rowsOut[missed[i]!] = this.findOrInsert(keys[offset + missed[i]!]!);
      done = count;
    }
    // The loop inserts while there is room and stops at a key that needs growth, a freed row or a special row.
    while (done < count) {
      const rowsMax = columns.appendableRows(this.#takenMax - this.#taken);
      done = findOrAppendRun(this.#slots, this.#shift, this.#mask, columns.f64[this.keyColumn]!, columns.rowLimit, rowsMax, keys, offset, done, count, rowsOut);
      this.#taken += runRowLimit - columns.rowLimit;
      columns.appendRows(runRowLimit);
      if (done === count) break;
      rowsOut[done] = this.findOrInsert(keys[offset + done]!);
      done++;
    }
    columns.beforeWriteMany(rowsOut, count);
    return columns.size - sizeBefore;
  }

  /** As findOrInsertMany, but a key that is not there gets row -1, and rows that are written then need columns.beforeWriteMany. */
  findMany(keys: Float64Array, offset: number, count: number, rowsOut: Int32Array): void {
    assert(offset >= 0 && offset + count <= keys.length && count <= rowsOut.length, `a batch of ${count} keys at ${offset} fits ${keys.length} keys and ${rowsOut.length} rows`);
    if (this.#slots.length >= GATHER_SLOTS_MIN) {
      const missCount = this.#findAtHome(keys, offset, count, rowsOut);
      for (let i = 0; i < missCount; i++) rowsOut[missed[i]!] = this.find(keys[offset + missed[i]!]!);
      return;
    }
    let done = 0;
    for (;;) {
      done = findRun(this.#slots, this.#shift, this.#mask, this.columns.f64[this.keyColumn]!, keys, offset, done, count, rowsOut);
      if (done === count) return;
      rowsOut[done] = this.find(keys[offset + done]!);
      done++;
    }
  }

  keyAt(row: number): number {
    return this.columns.f64[this.keyColumn]![row]!;
  }

  cutKeys(): CutKeys {
    const column = this.keyColumn;
    return { column, keyAt: (columns, at) => columns[column]![at]!, release: () => undefined };
  }

  /** Frees the key's row; false when the key is not there. */
  remove(key: number): boolean {
    const row = this.find(key);
    if (row === -1) return false;
    if (key === 0 || key !== key) this.#setSpecialRow(key, -1);
    else this.#vacate(this.#slotOf(key, row));
    this.columns.freeRow(row);
    return true;
  }

  forEachRow(visit: (row: number) => void): void {
    this.columns.forEachRow(visit);
  }

  /** Frees all rows and keeps the memory. Cost: O(rows), also when the table was much larger before. */
  clear(): void {
    const slots = this.#slots;
    const taken = this.#taken;
    if (taken > 0 && taken * SPARSE_SLOTS_PER_ROW < slots.length) this.#clearTakenSlots();
    else if (taken > 0) slots.fill(0);
    this.columns.clear();
    this.#taken = 0;
    this.#nanRow = -1;
    this.#zeroRow = -1;
    this.#minusZeroRow = -1;
  }

  /** Gives all memory back. */
  release(): void {
    this.releaseSlots();
    this.columns.release();
  }

  /** Gives back all but the columns, whose rows another table has taken over. */
  releaseSlots(): void {
    if (this.#segment !== undefined) this.columns.memory.release(this.#segment);
    this.#segment = undefined;
    this.#slots = new Int32Array(0);
    this.#taken = 0;
    this.#takenMax = 0;
    this.#nanRow = -1;
    this.#zeroRow = -1;
    this.#minusZeroRow = -1;
  }

  /** Rows of the keys that lie in their home slot; the positions of all others go to `missed`, and their number is returned. */
  #findAtHome(keys: Float64Array, offset: number, count: number, rowsOut: Int32Array): number {
    if (missed.length < count) missed = new Int32Array(count);
    gatherEntries(this.#slots, this.#shift, keys, offset, count, rowsOut);
    return confirmRows(this.columns.f64[this.keyColumn]!, keys, offset, count, rowsOut);
  }

  #findOrInsertSpecial(key: number): number {
    const found = this.#specialRow(key);
    this.wasInserted = found === -1;
    if (found !== -1) {
      this.columns.beforeWrite(found);
      return found;
    }
    const row = this.columns.takeRow();
    this.columns.f64[this.keyColumn]![row] = key;
    this.#setSpecialRow(key, row);
    return row;
  }

  #specialRow(key: number): number {
    if (key !== key) return this.#nanRow;
    return 1 / key < 0 ? this.#minusZeroRow : this.#zeroRow;
  }

  #setSpecialRow(key: number, row: number): void {
    if (key !== key) this.#nanRow = row;
    else if (1 / key < 0) this.#minusZeroRow = row;
    else this.#zeroRow = row;
  }

  #insert(key: number): number {
    const row = this.columns.takeRow();
    this.columns.f64[this.keyColumn]![row] = key;
    if (this.#taken >= this.#takenMax) this.#growSlots();
    placeRow(this.#slots, this.#shift, this.#mask, key, row);
    this.#taken++;
    this.wasInserted = true;
    return row;
  }

  #growSlots(): void {
    const count = Math.max(SLOTS_MIN, this.#slots.length * 2);
    const segment = this.columns.memory.allocate(count * 4, this.columns.owner);
    const slots = i32ViewOf(segment).subarray(0, count).fill(0);
    const shift = 32 - Math.log2(count);
    const keys = this.columns.f64[this.keyColumn]!;
    const old = this.#slots;
    for (let i = 0; i < old.length; i++) {
      const entry = old[i]!;
      if (entry !== 0) placeRow(slots, shift, count - 1, keys[entry - 1]!, entry - 1);
    }
    if (this.#segment !== undefined) this.columns.memory.release(this.#segment);
    this.#segment = segment;
    this.#slots = slots;
    this.#mask = count - 1;
    this.#shift = shift;
    this.#takenMax = count >>> 1;
  }

  #slotOf(key: number, row: number): number {
    let slot = hashNumber(key) >>> this.#shift;
    while (this.#slots[slot] !== row + 1) slot = (slot + 1) & this.#mask;
    return slot;
  }

  /** Backward-shift deletion: moves later entries of the run into the gap, so no tombstones gather. */
  #vacate(slot: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    const keys = this.columns.f64[this.keyColumn]!;
    let gap = slot;
    for (let next = (slot + 1) & mask; slots[next] !== 0; next = (next + 1) & mask) {
      const home = hashNumber(keys[slots[next]! - 1]!) >>> this.#shift;
      if (((next - home) & mask) < ((next - gap) & mask)) continue;
      slots[gap] = slots[next]!;
      gap = next;
    }
    slots[gap] = 0;
    this.#taken--;
  }

  /** From each key's home to the end of its run: a run is always wiped from some point to its end, so none is missed. */
  #clearTakenSlots(): void {
    const slots = this.#slots;
    const keys = this.columns.f64[this.keyColumn]!;
    const limit = this.columns.rowLimit;
    for (let row = 0; row < limit; row++) {
      if (!this.columns.isLive(row)) continue;
      for (let slot = hashNumber(keys[row]!) >>> this.#shift; slots[slot] !== 0; slot = (slot + 1) & this.#mask) slots[slot] = 0;
    }
  }
}

// The loops hold hashNumber's short path by hand: a call that V8 does not inline boxes the key.

/** Finds rows from `done` on; returns the position of the first key that is not there (0 and NaN never are), or `count`. */
function findRun(
  slots: Int32Array, shift: number, mask: number, tableKeys: Float64Array,
  keys: Float64Array, offset: number, done: number, count: number, rowsOut: Int32Array,
): number {
  if (slots.length === 0) return done;
  for (let i = done; i < count; i++) {
    const key = keys[offset + i]!;
    const int = key | 0;
    let slot = (int === key ? Math.imul(int, GOLDEN) : hashWide(key)) >>> shift;
    let entry = slots[slot]!;
    while (entry !== 0 && tableKeys[entry - 1] !== key) {
      slot = (slot + 1) & mask;
      entry = slots[slot]!;
    }
    if (entry === 0) return i;
    rowsOut[i] = entry - 1;
  }
  return count;
}

/** Positions in a batch of the keys that are not in their home slot. */
let missed = new Int32Array(1024);

/** The entries in the home slots of a batch's keys. No load waits for another, so that the processor waits for many at once. */
function gatherEntries(slots: Int32Array, shift: number, keys: Float64Array, offset: number, count: number, entriesOut: Int32Array): void {
  for (let i = 0; i < count; i++) {
    const key = keys[offset + i]!;
    const int = key | 0;
    entriesOut[i] = slots[(int === key ? Math.imul(int, GOLDEN) : hashWide(key)) >>> shift]!;
  }
}

/** Turns entries to rows where they are the key's; returns how many are not, whose positions are in `missed`. */
function confirmRows(tableKeys: Float64Array, keys: Float64Array, offset: number, count: number, rows: Int32Array): number {
  const positions = missed;
  let missCount = 0;
  for (let i = 0; i < count; i++) {
    const row = rows[i]! - 1;
    if (row >= 0 && tableKeys[row] === keys[offset + i]) rows[i] = row;
    else positions[missCount++] = i;
  }
  return missCount;
}

/** Second result of findOrAppendRun: rows below it are in use. */
let runRowLimit = 0;

/**
 * As findRun, but a key that is not there gets the next row while rows last, up to `rowsMax`. Measured: a slice table
 * with one insert in ten costs 2.1 times the hand-written kernel when each insert leaves the loop.
 */
function findOrAppendRun(
  slots: Int32Array, shift: number, mask: number, tableKeys: Float64Array, rowLimit: number, rowsMax: number,
  keys: Float64Array, offset: number, done: number, count: number, rowsOut: Int32Array,
): number {
  let rows = rowLimit;
  let i = done;
  if (slots.length > 0) {
    for (; i < count; i++) {
      const key = keys[offset + i]!;
      const int = key | 0;
      let slot = (int === key ? Math.imul(int, GOLDEN) : hashWide(key)) >>> shift;
      let entry = slots[slot]!;
      while (entry !== 0 && tableKeys[entry - 1] !== key) {
        slot = (slot + 1) & mask;
        entry = slots[slot]!;
      }
      if (entry === 0) {
        if (rows >= rowsMax || key === 0 || key !== key) break;
        tableKeys[rows] = key;
        entry = ++rows;
        slots[slot] = entry;
      }
      rowsOut[i] = entry - 1;
    }
  }
  runRowLimit = rows;
  return i;
}

function placeRow(slots: Int32Array, shift: number, mask: number, key: number, row: number): void {
  let slot = hashNumber(key) >>> shift;
  while (slots[slot] !== 0) slot = (slot + 1) & mask;
  slots[slot] = row + 1;
}

function failNotNumber(key: unknown): never {
  throw new StateError('STATE_KEY_UNSUITABLE', `the key ${previewValue(key)} is not a number, but its declared type is: return a number from the key selector or declare the key's type as it is`);
}
