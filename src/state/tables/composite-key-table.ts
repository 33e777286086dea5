// Keys of several columns (numbers, strings, bytes, nulls) to dense rows, a batch at a time: what group aggregation and
// joins on columns key their state by. hot path. Thread: the slot's. Bench: bench/state-bench.ts, row "composite keys".
//   slot = | row + 1, 0 for none: i32 | hash: i32 |, so that a probe reads a key only on equal hashes, and growth reads none
// Invariant: at most half of the slots are taken; the words of a row's key (key-parts.ts) lie in a blob that never changes.
import { assert } from '#core/assert';
import { BlobHeap, NO_BLOB } from '#state/tables/blob-heap';
import type { ColumnView } from '#state/tables/chunked-cut';
import { placeAll, placeEntry, slotOfEntry, vacateSlot } from '#state/tables/hashed-slots';
import type { CutKeys, KeyTable } from '#state/tables/key-table';
import { KeyWords, type KeyPart } from '#state/tables/key-parts';
import { encodeTuple, readTuple, type KeyPartKind, type TupleShape } from '#state/tables/key-tuple';
import type { MemoryManager, Segment } from '#state/tables/memory-manager';
import { RowColumns, type RowLayout } from '#state/tables/row-columns';
import { i32ViewOf } from '#state/tables/segment-views';

const SLOTS_MIN = 128;
const NOT_FOUND = -1;
/** From this size of the slots on (1 MB) a batch is looked up in passes, as in NumericKeyTable. */
const GATHER_SLOT_WORDS_MIN = 1 << 18;

export class CompositeKeyTable implements KeyTable {
  /** Value columns by row; views are replaced when rows are added. */
  readonly columns: RowColumns;
  wasInserted = false;
  readonly #shape: TupleShape;
  readonly #kinds: readonly KeyPartKind[];
  readonly #blobs: BlobHeap;
  readonly #keyColumn: number;
  readonly #hashColumn: number;
  readonly #encoded = new KeyWords();
  #slots: Int32Array = new Int32Array(0);
  #segment: Segment | undefined;
  #mask = 0;
  #shift = 32;

  /** Columns of `layout` come first in `columns`. */
  constructor(memory: MemoryManager, owner: string, layout: RowLayout, shape: TupleShape) {
    this.columns = new RowColumns(memory, owner, layout);
    this.#shape = shape;
    this.#kinds = shape.kinds;
    this.#blobs = new BlobHeap(memory, owner);
    this.#keyColumn = this.columns.addI32Key();
    this.#hashColumn = this.columns.addI32Key();
  }

  get size(): number {
    return this.columns.size;
  }

  get any(): unknown[] {
    return this.columns.any;
  }

  find(key: unknown): number {
    encodeTuple(this.#encoded, this.#shape, key as unknown[]);
    return this.#probe(0);
  }

  findOrInsert(key: unknown): number {
    encodeTuple(this.#encoded, this.#shape, key as unknown[]);
    const found = this.#probe(0);
    this.wasInserted = found === NOT_FOUND;
    if (found === NOT_FOUND) return this.#insert(0);
    if (found < this.columns.writeGuard) this.columns.beforeWrite(found);
    return found;
  }

  /** The key is encoded still. */
  insertAbsent(): number {
    this.wasInserted = true;
    return this.#insert(0);
  }

  /**
   * Rows of the keys [offset, offset + count) of the parts into rowsOut[0 .. count), ready to be written; new rows are clean.
   * Returns how many were made. Views of `columns` may have been replaced. Throws MANAGED_MEMORY_EXHAUSTED.
   */
  findOrInsertMany(parts: readonly KeyPart[], offset: number, count: number, rowsOut: Int32Array): number {
    this.#encode(parts, offset, count, rowsOut);
    const sizeBefore = this.size;
    let done = 0;
    if (this.#slots.length >= GATHER_SLOT_WORDS_MIN) {
      const missCount = this.#findAtHome(count, rowsOut);
      for (let at = 0; at < missCount; at++) {
        const i = missed[at]!;
        const row = this.#probe(i);
        rowsOut[i] = row === NOT_FOUND ? this.#insert(i) : row;
      }
      done = count;
    }
    while (done < count) {
      done = this.#findRun(done, count, rowsOut);
      if (done === count) break;
      rowsOut[done] = this.#insert(done);
      done++;
    }
    this.columns.beforeWriteMany(rowsOut, count);
    return this.size - sizeBefore;
  }

  /** As findOrInsertMany, but a key that is not there gets row -1; rows that are written then need columns.beforeWriteMany. */
  findMany(parts: readonly KeyPart[], offset: number, count: number, rowsOut: Int32Array): void {
    this.#encode(parts, offset, count, rowsOut);
    if (this.#slots.length >= GATHER_SLOT_WORDS_MIN) {
      const missCount = this.#findAtHome(count, rowsOut);
      for (let at = 0; at < missCount; at++) rowsOut[missed[at]!] = this.#probe(missed[at]!);
      return;
    }
    for (let done = this.#findRun(0, count, rowsOut); done < count; done = this.#findRun(done + 1, count, rowsOut)) rowsOut[done] = NOT_FOUND;
  }

  /** The parts of a live row's key: numbers, strings, bytes of their own, or null. */
  keyAt(row: number): unknown[] {
    return readTuple(this.#blobs, this.columns.i32[this.#keyColumn]![row]!, this.#kinds);
  }

  /** For a reader of a cut of `columns` made at the same time. */
  cutKeys(): CutKeys {
    const held = this.#blobs.hold();
    const column = this.columns.f64.length + this.#keyColumn;
    return {
      keyAt: (columns: readonly ColumnView[], at: number) => readTuple(held, columns[column]![at]!, this.#kinds),
      release: () => held.release(),
    };
  }

  remove(key: unknown): boolean {
    const row = this.find(key);
    if (row === NOT_FOUND) return false;
    this.removeRow(row);
    return true;
  }

  forEachRow(visit: (row: number) => void): void {
    this.columns.forEachRow(visit);
  }

  /** Frees a live row and its key. */
  removeRow(row: number): void {
    const { columns } = this;
    columns.beforeReuse(row);
    vacateSlot(this.#slots, this.#shift, slotOfEntry(this.#slots, this.#shift, columns.i32[this.#hashColumn]![row]!, row + 1));
    this.#blobs.free(columns.i32[this.#keyColumn]![row]!);
    columns.freeRow(row);
  }

  /** Frees all rows and keeps the memory. */
  clear(): void {
    this.#slots.fill(0);
    this.columns.clear();
    this.#blobs.clear();
  }

  /** Gives all memory back. */
  release(): void {
    if (this.#segment !== undefined) this.columns.memory.release(this.#segment);
    this.#segment = undefined;
    this.#slots = new Int32Array(0);
    this.columns.release();
    this.#blobs.release();
  }

  #encode(parts: readonly KeyPart[], offset: number, count: number, rowsOut: Int32Array): void {
    assert(parts.length === this.#kinds.length && count <= rowsOut.length, `keys of ${this.#kinds.length} parts into ${rowsOut.length} rows, got ${parts.length} parts and ${count} keys`);
    this.#encoded.encode(parts, offset, count);
  }

  /** Row of key `i` of the encoded ones, or -1. */
  #probe(i: number): number {
    const slots = this.#slots;
    if (slots.length === 0) return NOT_FOUND;
    const { words, starts, hashes } = this.#encoded;
    const start = starts[i]!;
    const end = starts[i + 1]!;
    const hash = hashes[i]!;
    const mask = this.#mask;
    let slot = hash >>> this.#shift;
    for (let entry = slots[slot * 2]!; entry !== 0; entry = slots[slot * 2]!) {
      if (slots[slot * 2 + 1] === hash && this.#blobs.equalsWords(this.columns.i32[this.#keyColumn]![entry - 1]!, words, start, end)) return entry - 1;
      slot = (slot + 1) & mask;
    }
    return NOT_FOUND;
  }

  /**
   * Rows of the encoded keys that lie in their home slot; the positions of all others go to `missed`, and their number is
   * returned. Slots, references and blobs have a loop each, in which no load waits for another: the processor waits for many at once.
   */
  #findAtHome(count: number, rowsOut: Int32Array): number {
    if (missed.length < count) missed = new Int32Array(count);
    if (references.length < count) references = new Int32Array(count);
    const { words, starts, hashes } = this.#encoded;
    gatherRows(this.#slots, this.#shift, hashes, count, rowsOut);
    gatherReferences(this.columns.i32[this.#keyColumn]!, rowsOut, count);
    let missCount = 0;
    for (let i = 0; i < count; i++) {
      if (rowsOut[i] === NOT_FOUND || !this.#blobs.equalsWords(references[i]!, words, starts[i]!, starts[i + 1]!)) missed[missCount++] = i;
    }
    return missCount;
  }

  /** Finds rows from `done` on; returns the position of the first key that is not there, or `count`. */
  #findRun(done: number, count: number, rowsOut: Int32Array): number {
    const slots = this.#slots;
    if (slots.length === 0 || done >= count) return done;
    const { words, starts, hashes } = this.#encoded;
    const blobs = this.#blobs;
    const keys = this.columns.i32[this.#keyColumn]!;
    const mask = this.#mask;
    const shift = this.#shift;
    for (let i = done; i < count; i++) {
      const hash = hashes[i]!;
      let slot = hash >>> shift;
      let entry = slots[slot * 2]!;
      while (entry !== 0 && (slots[slot * 2 + 1] !== hash || !blobs.equalsWords(keys[entry - 1]!, words, starts[i]!, starts[i + 1]!))) {
        slot = (slot + 1) & mask;
        entry = slots[slot * 2]!;
      }
      if (entry === 0) return i;
      rowsOut[i] = entry - 1;
    }
    return count;
  }

  /** A new row for key `i` of the batch, which is not there. */
  #insert(i: number): number {
    const { columns } = this;
    if (columns.size * 4 >= this.#slots.length) this.#growSlots();
    const { bytes, starts, hashes } = this.#encoded;
    const hash = hashes[i]!;
    const row = columns.takeRow();
    columns.i32[this.#hashColumn]![row] = hash;
    columns.i32[this.#keyColumn]![row] = this.#blobs.write(bytes, starts[i]! * 4, (starts[i + 1]! - starts[i]!) * 4);
    placeEntry(this.#slots, this.#shift, hash, row + 1);
    return row;
  }

  #growSlots(): void {
    const count = Math.max(SLOTS_MIN, this.#slots.length);
    const segment = this.columns.memory.allocate(count * 8, this.columns.owner);
    const slots = i32ViewOf(segment).subarray(0, count * 2).fill(0);
    const shift = 32 - Math.log2(count);
    placeAll(this.#slots, slots, shift);
    if (this.#segment !== undefined) this.columns.memory.release(this.#segment);
    this.#segment = segment;
    this.#slots = slots;
    this.#mask = count - 1;
    this.#shift = shift;
  }
}

/** Positions in a batch of the keys that are not in their home slot. */
let missed = new Int32Array(1024);
/** Where the blobs of a batch's keys lie. */
let references = new Int32Array(1024);

/** The rows in the home slots of a batch's hashes, or -1 where another hash lies there. */
function gatherRows(slots: Int32Array, shift: number, hashes: Int32Array, count: number, rowsOut: Int32Array): void {
  for (let i = 0; i < count; i++) {
    const hash = hashes[i]!;
    const slot = (hash >>> shift) * 2;
    rowsOut[i] = slots[slot + 1] === hash ? slots[slot]! - 1 : NOT_FOUND;
  }
}

function gatherReferences(keyColumn: Int32Array, rows: Int32Array, count: number): void {
  for (let i = 0; i < count; i++) references[i] = rows[i]! < 0 ? NO_BLOB : keyColumn[rows[i]!]!;
}
