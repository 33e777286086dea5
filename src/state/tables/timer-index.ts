// Which entry holds the timer (timestamp, key, namespace): open addressing with the hash beside the entry, so a probe reads
// an entry only on equal hashes, and removal and growth read none. hot path. Thread: the slot's.
//   slot = | entry + 1, 0 for none: i32 | hash: i32 |
// Invariant: at most half of the slots are taken.
import { placeAll, slotOfEntry, vacateSlot } from '#state/tables/hashed-slots';
import { F64_SHIFT, I32_SHIFT, KEY, NAMESPACE, type TimerEntries } from '#state/tables/timer-entries';
import type { Segment } from '#state/tables/memory-manager';
import { i32ViewOf } from '#state/tables/segment-views';

const SLOTS_MIN = 128;
const GOLDEN = 0x9e3779b1 | 0;

export function hashTimer(timestamp: number, key: number, namespace: number): number {
  const time = Math.imul((timestamp | 0) + (key << 11), GOLDEN);
  const mixed = Math.imul(time ^ (time >>> 15) ^ key, 0x85ebca6b) ^ namespace;
  return Math.imul(mixed ^ (mixed >>> 13), GOLDEN);
}

export class TimerIndex {
  size = 0;
  readonly #entries: TimerEntries;
  #slots: Int32Array = new Int32Array(0);
  #segment: Segment | undefined;
  #mask = 0;
  #shift = 32;

  constructor(entries: TimerEntries) {
    this.#entries = entries;
  }

  /** The timer's slot, or ~slot where it belongs. Only after reserve, or while size > 0. */
  probe(hash: number, timestamp: number, key: number, namespace: number): number {
    const { f64, i32 } = this.#entries;
    const slots = this.#slots;
    let slot = hash >>> this.#shift;
    for (let entry = slots[slot * 2]!; entry !== 0; entry = slots[slot * 2]!) {
      if (slots[slot * 2 + 1] === hash) {
        const at = (entry - 1) << I32_SHIFT;
        if (i32[at + KEY] === key && f64[(entry - 1) << F64_SHIFT] === timestamp && i32[at + NAMESPACE] === namespace) return slot;
      }
      slot = (slot + 1) & this.#mask;
    }
    return ~slot;
  }

  entryAt(slot: number): number {
    return this.#slots[slot * 2]! - 1;
  }

  /** Makes room for one more timer; before the probe whose slot is put to. */
  reserve(): void {
    if (this.size * 4 >= this.#slots.length) this.#grow();
  }

  /** @param slot an empty one, from probe. */
  put(slot: number, hash: number, entry: number): void {
    this.#slots[slot * 2] = entry + 1;
    this.#slots[slot * 2 + 1] = hash;
    this.size++;
  }

  /** Slot of an entry that is there: found by hash and number, so no entry is read. */
  slotOf(hash: number, entry: number): number {
    return slotOfEntry(this.#slots, this.#shift, hash, entry + 1);
  }

  vacate(slot: number): void {
    vacateSlot(this.#slots, this.#shift, slot);
    this.size--;
  }

  release(): void {
    if (this.#segment !== undefined) this.#entries.memory.release(this.#segment);
    this.#segment = undefined;
    this.#slots = new Int32Array(0);
    this.size = 0;
  }

  #grow(): void {
    const count = Math.max(SLOTS_MIN, this.#slots.length);
    const { memory, owner } = this.#entries;
    const segment = memory.allocate(count * 8, owner);
    const old = this.#slots;
    const slots = i32ViewOf(segment).subarray(0, count * 2).fill(0);
    const shift = 32 - Math.log2(count);
    placeAll(old, slots, shift);
    if (this.#segment !== undefined) memory.release(this.#segment);
    this.#segment = segment;
    this.#slots = slots;
    this.#mask = count - 1;
    this.#shift = shift;
  }
}
