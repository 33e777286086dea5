// Which entry holds the timer (timestamp, key, namespace): open addressing with the hash beside the entry, so a probe reads
// an entry only on equal hashes, and removal and growth read none. hot path. Thread: the slot's.
//   slot = | entry + 1, 0 for none: i32 | hash: i32 |
// Invariant: at most half of the slots are taken.
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
    const slots = this.#slots;
    let slot = hash >>> this.#shift;
    while (slots[slot * 2] !== entry + 1) slot = (slot + 1) & this.#mask;
    return slot;
  }

  /** Backward-shift deletion, as in NumericKeyTable. */
  vacate(slot: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    let gap = slot;
    for (let next = (slot + 1) & mask; slots[next * 2] !== 0; next = (next + 1) & mask) {
      const home = slots[next * 2 + 1]! >>> this.#shift;
      if (((next - home) & mask) < ((next - gap) & mask)) continue;
      slots[gap * 2] = slots[next * 2]!;
      slots[gap * 2 + 1] = slots[next * 2 + 1]!;
      gap = next;
    }
    slots[gap * 2] = 0;
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
    const mask = count - 1;
    const shift = 32 - Math.log2(count);
    for (let i = 0; i < old.length; i += 2) {
      if (old[i] === 0) continue;
      let slot = old[i + 1]! >>> shift;
      while (slots[slot * 2] !== 0) slot = (slot + 1) & mask;
      slots[slot * 2] = old[i]!;
      slots[slot * 2 + 1] = old[i + 1]!;
    }
    if (this.#segment !== undefined) memory.release(this.#segment);
    this.#segment = segment;
    this.#slots = slots;
    this.#mask = mask;
    this.#shift = shift;
  }
}
