// Maps from numbers to numbers, one per owner (a row of a key table), all in one table of managed memory: an entry costs no object,
// and is found with one look at a slot and one at its value. hot path. Thread: the slot's. Bench: `millrace nexmark --query q16`.
//   slot = | key: f64 | owner row: i32 | entry + 1, 0 for none: i32 |
// Invariant: at most half of the slots are taken; an entry is in the list of its owner from its insertion until its removal.
import type { MemoryManager, Segment } from '#state/tables/memory-manager';
import type { RowColumns } from '#state/tables/row-columns';
import { RowLists } from '#state/tables/row-lists';
import { f64ViewOf, i32ViewOf } from '#state/tables/segment-views';

const SLOTS_MIN = 64;
const GOLDEN = 0x9e3779b1 | 0;
const OWNER_FACTOR = 0x85ebca6b | 0;
const LAST_FACTOR = 0xc2b2ae35 | 0;
const KEY = 0;
const VALUE = 1;
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
  #keys: Float64Array = new Float64Array(0);
  #marks: Int32Array = new Int32Array(0);
  #mask = 0;
  #shift = 32;

  /** @param owners columns of the table whose rows own maps; gets three more. */
  constructor(memory: MemoryManager, owner: string, owners: RowColumns) {
    this.#memory = memory;
    this.#owner = owner;
    this.#lists = new RowLists(memory, owner, { f64: 2, i32: 0, hasAny: false }, owners);
  }

  /** Entry of the key, or -1. No key is NaN. */
  find(owner: number, key: number): number {
    const keys = this.#keys;
    if (keys.length === 0) return NONE;
    const marks = this.#marks;
    let slot = hashPair(owner, key) >>> this.#shift;
    for (let mark = marks[slot * 4 + 3]!; mark !== 0; mark = marks[slot * 4 + 3]!) {
      if (keys[slot * 2] === key && marks[slot * 4 + 2] === owner) return mark - 1;
      slot = (slot + 1) & this.#mask;
    }
    return NONE;
  }

  /** Adds an entry for a key that is not there; its value is 0. */
  insert(owner: number, key: number): number {
    if (this.#lists.size * 4 >= this.#keys.length) this.#growSlots();
    const entry = this.#lists.append(owner);
    this.#lists.columns.f64[KEY]![entry] = key;
    this.#place(owner, key, entry);
    return entry;
  }

  valueOf(entry: number): number {
    return this.#lists.columns.f64[VALUE]![entry]!;
  }

  setValue(entry: number, value: number): void {
    this.#lists.columns.f64[VALUE]![entry] = value;
  }

  keyOf(entry: number): number {
    return this.#lists.columns.f64[KEY]![entry]!;
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

  remove(owner: number, entry: number): void {
    this.#vacate(this.#slotOf(owner, this.keyOf(entry), entry));
    this.#lists.remove(owner, entry);
  }

  /** Gives all memory back. */
  release(): void {
    if (this.#segment !== undefined) this.#memory.release(this.#segment);
    this.#segment = undefined;
    this.#keys = new Float64Array(0);
    this.#marks = new Int32Array(0);
    this.#lists.release();
  }

  #place(owner: number, key: number, entry: number): void {
    const marks = this.#marks;
    let slot = hashPair(owner, key) >>> this.#shift;
    while (marks[slot * 4 + 3] !== 0) slot = (slot + 1) & this.#mask;
    this.#keys[slot * 2] = key;
    marks[slot * 4 + 2] = owner;
    marks[slot * 4 + 3] = entry + 1;
  }

  #slotOf(owner: number, key: number, entry: number): number {
    let slot = hashPair(owner, key) >>> this.#shift;
    while (this.#marks[slot * 4 + 3] !== entry + 1) slot = (slot + 1) & this.#mask;
    return slot;
  }

  /** Backward-shift deletion, as in NumericKeyTable. */
  #vacate(slot: number): void {
    const keys = this.#keys;
    const marks = this.#marks;
    const mask = this.#mask;
    let gap = slot;
    for (let next = (slot + 1) & mask; marks[next * 4 + 3] !== 0; next = (next + 1) & mask) {
      const home = hashPair(marks[next * 4 + 2]!, keys[next * 2]!) >>> this.#shift;
      if (((next - home) & mask) < ((next - gap) & mask)) continue;
      keys[gap * 2] = keys[next * 2]!;
      marks[gap * 4 + 2] = marks[next * 4 + 2]!;
      marks[gap * 4 + 3] = marks[next * 4 + 3]!;
      gap = next;
    }
    marks[gap * 4 + 3] = 0;
  }

  #growSlots(): void {
    const [oldKeys, oldMarks, oldSegment] = [this.#keys, this.#marks, this.#segment];
    const count = Math.max(SLOTS_MIN, oldKeys.length);
    const segment = this.#memory.allocate(count * 16, this.#owner);
    this.#segment = segment;
    this.#keys = f64ViewOf(segment).subarray(0, count * 2);
    this.#marks = i32ViewOf(segment).subarray(0, count * 4).fill(0);
    this.#mask = count - 1;
    this.#shift = 32 - Math.log2(count);
    for (let slot = 0; slot * 2 < oldKeys.length; slot++) {
      const mark = oldMarks[slot * 4 + 3]!;
      if (mark !== 0) this.#place(oldMarks[slot * 4 + 2]!, oldKeys[slot * 2]!, mark - 1);
    }
    if (oldSegment !== undefined) this.#memory.release(oldSegment);
  }
}
