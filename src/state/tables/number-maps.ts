// Maps from numbers to numbers, one per owner (a row of a key table), all in one table of managed memory: an entry costs no object,
// and is found and changed with one look at a slot. hot path. Thread: the slot's. Bench: `millrace nexmark --query q16`.
//   slot = | key: f64 | value: f64 | owner row: i32 | entry + 1, 0 for none: i32 |
// Invariant: at most half of the slots are taken; an entry is in the list of its owner from its insertion until its removal.
import type { MemoryManager, Segment } from '#state/tables/memory-manager';
import type { RowColumns } from '#state/tables/row-columns';
import { RowLists } from '#state/tables/row-lists';
import { f64ViewOf, i32ViewOf } from '#state/tables/segment-views';

const SLOTS_MIN = 64;
const GOLDEN = 0x9e3779b1 | 0;
const OWNER_FACTOR = 0x85ebca6b | 0;
const LAST_FACTOR = 0xc2b2ae35 | 0;
/** Column of an entry's key. */
const KEY = 0;
const SLOT_BYTES = 24;
/** Where things lie in a slot, as doubles and as integers. */
const SLOT_F64 = 3;
const VALUE = 1;
const SLOT_I32 = 6;
const OWNER = 4;
const ENTRY = 5;
const NONE = -1;

const hashBits = new Float64Array(1);
const hashWords = new Int32Array(hashBits.buffer);

/** 32 bits of which the top ones are well mixed. */
function hashPair(owner: number, key: number): number {
  const int = key | 0;
  let hash = Math.imul(int === key ? int : fold(key), GOLDEN);
  hash ^= (hash >>> 15) ^ Math.imul(owner, OWNER_FACTOR);
  return Math.imul(hash, LAST_FACTOR);
}

function fold(key: number): number {
  hashBits[0] = key;
  return hashWords[0]! ^ Math.imul(hashWords[1]!, OWNER_FACTOR);
}

export class NumberMaps {
  readonly #lists: RowLists;
  readonly #memory: MemoryManager;
  readonly #owner: string;
  #segment: Segment | undefined;
  #f64: Float64Array = new Float64Array(0);
  #i32: Int32Array = new Int32Array(0);
  #slotCount = 0;
  #mask = 0;
  #shift = 32;
  /** Whether the last findOrInsert made its slot. */
  wasInserted = false;

  /** @param owners columns of the table whose rows own maps; gets three more. */
  constructor(memory: MemoryManager, owner: string, owners: RowColumns) {
    this.#memory = memory;
    this.#owner = owner;
    this.#lists = new RowLists(memory, owner, { f64: 1, i32: 0, hasAny: false }, owners);
  }

  /** Slot of the key, or -1; valid until something is inserted or removed. No key is NaN. */
  find(owner: number, key: number): number {
    if (this.#slotCount === 0) return NONE;
    const slot = this.#probe(owner, key);
    return this.#i32[slot * SLOT_I32 + ENTRY] === 0 ? NONE : slot;
  }

  /** Slot of the key; a new one has the value 0. */
  findOrInsert(owner: number, key: number): number {
    if (this.#lists.size * 2 >= this.#slotCount) this.#growSlots();
    const slot = this.#probe(owner, key);
    const i32 = this.#i32;
    this.wasInserted = i32[slot * SLOT_I32 + ENTRY] === 0;
    if (!this.wasInserted) return slot;
    const entry = this.#lists.append(owner);
    this.#lists.columns.f64[KEY]![entry] = key;
    this.#f64[slot * SLOT_F64] = key;
    this.#f64[slot * SLOT_F64 + VALUE] = 0;
    i32[slot * SLOT_I32 + OWNER] = owner;
    i32[slot * SLOT_I32 + ENTRY] = entry + 1;
    return slot;
  }

  valueAt(slot: number): number {
    return this.#f64[slot * SLOT_F64 + VALUE]!;
  }

  setValue(slot: number, value: number): void {
    this.#f64[slot * SLOT_F64 + VALUE] = value;
  }

  keyAt(slot: number): number {
    return this.#f64[slot * SLOT_F64]!;
  }

  countOf(owner: number): number {
    return this.#lists.countOf(owner);
  }

  /** First entry of the owner's map in the order of insertion, or -1. */
  firstOf(owner: number): number {
    return this.#lists.firstOf(owner);
  }

  /** The entry behind, or -1. */
  nextOf(entry: number): number {
    return this.#lists.nextOf(entry);
  }

  keyOfEntry(entry: number): number {
    return this.#lists.columns.f64[KEY]![entry]!;
  }

  remove(owner: number, slot: number): void {
    const entry = this.#i32[slot * SLOT_I32 + ENTRY]! - 1;
    this.#vacate(slot);
    this.#lists.remove(owner, entry);
  }

  /** Gives all memory back. */
  release(): void {
    if (this.#segment !== undefined) this.#memory.release(this.#segment);
    this.#segment = undefined;
    this.#slotCount = 0;
    this.#f64 = new Float64Array(0);
    this.#i32 = new Int32Array(0);
    this.#lists.release();
  }

  /** Slot of the key, or the free one where it would be. */
  #probe(owner: number, key: number): number {
    const f64 = this.#f64;
    const i32 = this.#i32;
    const mask = this.#mask;
    let slot = hashPair(owner, key) >>> this.#shift;
    while (i32[slot * SLOT_I32 + ENTRY] !== 0 && (f64[slot * SLOT_F64] !== key || i32[slot * SLOT_I32 + OWNER] !== owner)) slot = (slot + 1) & mask;
    return slot;
  }

  /** Backward-shift deletion, as in NumericKeyTable. */
  #vacate(slot: number): void {
    const i32 = this.#i32;
    const mask = this.#mask;
    let gap = slot;
    for (let next = (slot + 1) & mask; i32[next * SLOT_I32 + ENTRY] !== 0; next = (next + 1) & mask) {
      const home = hashPair(i32[next * SLOT_I32 + OWNER]!, this.#f64[next * SLOT_F64]!) >>> this.#shift;
      if (((next - home) & mask) < ((next - gap) & mask)) continue;
      copySlot(this.#f64, i32, next, this.#f64, i32, gap);
      gap = next;
    }
    i32[gap * SLOT_I32 + ENTRY] = 0;
  }

  #growSlots(): void {
    const [oldF64, oldI32, oldSegment, oldCount] = [this.#f64, this.#i32, this.#segment, this.#slotCount];
    const count = Math.max(SLOTS_MIN, oldCount * 2);
    const segment = this.#memory.allocate(count * SLOT_BYTES, this.#owner);
    this.#segment = segment;
    this.#f64 = f64ViewOf(segment).subarray(0, count * SLOT_F64).fill(0);
    this.#i32 = i32ViewOf(segment).subarray(0, count * SLOT_I32);
    this.#slotCount = count;
    this.#mask = count - 1;
    this.#shift = 32 - Math.log2(count);
    for (let slot = 0; slot < oldCount; slot++) {
      if (oldI32[slot * SLOT_I32 + ENTRY] === 0) continue;
      copySlot(oldF64, oldI32, slot, this.#f64, this.#i32, this.#probe(oldI32[slot * SLOT_I32 + OWNER]!, oldF64[slot * SLOT_F64]!));
    }
    if (oldSegment !== undefined) this.#memory.release(oldSegment);
  }
}

function copySlot(fromF64: Float64Array, fromI32: Int32Array, source: number, toF64: Float64Array, toI32: Int32Array, target: number): void {
  toF64[target * SLOT_F64] = fromF64[source * SLOT_F64]!;
  toF64[target * SLOT_F64 + VALUE] = fromF64[source * SLOT_F64 + VALUE]!;
  toI32[target * SLOT_I32 + OWNER] = fromI32[source * SLOT_I32 + OWNER]!;
  toI32[target * SLOT_I32 + ENTRY] = fromI32[source * SLOT_I32 + ENTRY]!;
}
