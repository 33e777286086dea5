// Open addressing from byte strings to dense rows; the caller brings the hash, which is kept per row, so a probe
// compares bytes only on equal hashes and growth reads no key. hot path
// Invariant: at most half of the slots are taken; a row's key bytes live in a blob heap. Thread: the slot's.
import { BlobHeap } from '#state/tables/blob-heap';
import type { MemoryManager, Segment } from '#state/tables/memory-manager';
import { RowColumns, type RowLayout } from '#state/tables/row-columns';
import { i32ViewOf } from '#state/tables/segment-views';

const SLOTS_MIN = 128;
const GOLDEN = 0x9e3779b1 | 0;

/** A hash of bytes for tables only (never for key groups): FNV-1a over bytes. Cost: about 1 ns per byte. */
export function hashBytes(bytes: Uint8Array, offset: number, length: number): number {
  let hash = 0x811c9dc5 | 0;
  const end = offset + length;
  for (let i = offset; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash;
}

export class BytesKeyTable {
  readonly columns: RowColumns;
  readonly blobs: BlobHeap;
  /** Whether the last findOrInsert made its row. */
  wasInserted = false;
  readonly #hashColumn: number;
  readonly #blobColumn: number;
  #slots: Int32Array = new Int32Array(0);
  #segment: Segment | undefined;
  #mask = 0;
  #shift = 32;

  /** Columns of `layout` come first in `columns`; hash and blob reference of the key follow. */
  constructor(memory: MemoryManager, owner: string, layout: RowLayout) {
    this.columns = new RowColumns(memory, owner, layout);
    this.blobs = new BlobHeap(memory, owner);
    this.#hashColumn = this.columns.addI32Key();
    this.#blobColumn = this.columns.addI32Key();
  }

  get size(): number {
    return this.columns.size;
  }

  /** Row of the key bytes[offset .. offset + length), or -1. */
  find(hash: number, bytes: Uint8Array, offset: number, length: number): number {
    const slot = this.#probe(hash, bytes, offset, length);
    return slot < 0 ? -1 : this.#slots[slot]! - 1;
  }

  /** Row of the key; a new one is clean and sets wasInserted. The bytes are copied. */
  findOrInsert(hash: number, bytes: Uint8Array, offset: number, length: number): number {
    const slot = this.#probe(hash, bytes, offset, length);
    this.wasInserted = slot < 0;
    if (slot >= 0) {
      const found = this.#slots[slot]! - 1;
      this.columns.beforeWrite(found);
      return found;
    }
    if (this.columns.size * 2 >= this.#slots.length) this.#growSlots();
    const row = this.columns.takeRow();
    this.columns.i32[this.#hashColumn]![row] = hash;
    this.columns.i32[this.#blobColumn]![row] = this.blobs.write(bytes, offset, length);
    this.#place(this.#slots, this.#shift, hash, row);
    return row;
  }

  /** The blob of the row's key, to be read through `blobs`. */
  keyBlobAt(row: number): number {
    return this.columns.i32[this.#blobColumn]![row]!;
  }

  /** Index in `columns.i32` of the blobs of keys. */
  get keyBlobColumn(): number {
    return this.#blobColumn;
  }

  /** Frees the key's row and bytes; false when the key is not there. */
  remove(hash: number, bytes: Uint8Array, offset: number, length: number): boolean {
    const slot = this.#probe(hash, bytes, offset, length);
    if (slot < 0) return false;
    const row = this.#slots[slot]! - 1;
    this.columns.beforeReuse(row);
    this.#vacate(slot);
    this.blobs.free(this.columns.i32[this.#blobColumn]![row]!);
    this.columns.freeRow(row);
    return true;
  }

  /** Frees all rows and keeps the memory. */
  clear(): void {
    this.#slots.fill(0);
    this.columns.clear();
    this.blobs.clear();
  }

  /** Gives all memory back. */
  release(): void {
    if (this.#segment !== undefined) this.columns.memory.release(this.#segment);
    this.#segment = undefined;
    this.#slots = new Int32Array(0);
    this.columns.release();
    this.blobs.release();
  }

  /** Slot of the key, or -1. */
  #probe(hash: number, bytes: Uint8Array, offset: number, length: number): number {
    const slots = this.#slots;
    if (slots.length === 0) return -1;
    const hashes = this.columns.i32[this.#hashColumn]!;
    const blobColumn = this.columns.i32[this.#blobColumn]!;
    let slot = Math.imul(hash, GOLDEN) >>> this.#shift;
    for (let entry = slots[slot]!; entry !== 0; entry = slots[slot]!) {
      if (hashes[entry - 1] === hash && this.blobs.equals(blobColumn[entry - 1]!, bytes, offset, length)) return slot;
      slot = (slot + 1) & this.#mask;
    }
    return -1;
  }

  #place(slots: Int32Array, shift: number, hash: number, row: number): void {
    const mask = slots.length - 1;
    let slot = Math.imul(hash, GOLDEN) >>> shift;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = row + 1;
  }

  #growSlots(): void {
    const count = Math.max(SLOTS_MIN, this.#slots.length * 2);
    const segment = this.columns.memory.allocate(count * 4, this.columns.owner);
    const slots = i32ViewOf(segment).subarray(0, count).fill(0);
    const shift = 32 - Math.log2(count);
    const hashes = this.columns.i32[this.#hashColumn]!;
    const old = this.#slots;
    for (let i = 0; i < old.length; i++) if (old[i] !== 0) this.#place(slots, shift, hashes[old[i]! - 1]!, old[i]! - 1);
    if (this.#segment !== undefined) this.columns.memory.release(this.#segment);
    this.#segment = segment;
    this.#slots = slots;
    this.#mask = count - 1;
    this.#shift = shift;
  }

  /** Backward-shift deletion, as in NumericKeyTable. */
  #vacate(slot: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    const hashes = this.columns.i32[this.#hashColumn]!;
    let gap = slot;
    for (let next = (slot + 1) & mask; slots[next] !== 0; next = (next + 1) & mask) {
      const home = Math.imul(hashes[slots[next]! - 1]!, GOLDEN) >>> this.#shift;
      if (((next - home) & mask) < ((next - gap) & mask)) continue;
      slots[gap] = slots[next]!;
      gap = next;
    }
    slots[gap] = 0;
  }
}
