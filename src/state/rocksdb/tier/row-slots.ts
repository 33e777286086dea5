// Open addressing from a key's hash to its row in the log. hot path. Two words a slot: | hash | row, 0 for a free slot |.
// Invariant: between a row's home slot and its slot no slot is free, so a search ends at the first free one.
// Thread: the slot's.

export class RowSlots {
  size = 0;
  readonly #slots: Int32Array;
  readonly #mask: number;
  readonly #shift: number;

  /** @param slots two words a slot, a power of two of them; cleared here. */
  constructor(slots: Int32Array) {
    const count = slots.length / 2;
    this.#slots = slots.fill(0);
    this.#mask = count - 1;
    this.#shift = 32 - Math.log2(count);
  }

  /** Of the slots, those that are taken. */
  get load(): number {
    return this.size / (this.#mask + 1);
  }

  /** First slot to look at for the hash. */
  first(hash: number): number {
    return Math.imul(hash, 0x9e3779b1) >>> this.#shift;
  }

  next(slot: number): number {
    return (slot + 1) & this.#mask;
  }

  /** 0 when the slot is free. */
  rowAt(slot: number): number {
    return this.#slots[slot * 2 + 1]!;
  }

  hashAt(slot: number): number {
    return this.#slots[slot * 2]!;
  }

  add(hash: number, row: number): void {
    const slots = this.#slots;
    let slot = this.first(hash);
    while (slots[slot * 2 + 1] !== 0) slot = (slot + 1) & this.#mask;
    slots[slot * 2] = hash;
    slots[slot * 2 + 1] = row;
    this.size++;
  }

  /** The row has moved. */
  replace(hash: number, row: number, moved: number): void {
    this.#slots[this.#slotOf(hash, row) * 2 + 1] = moved;
  }

  /** Frees the row's slot and moves later ones back, so that no search is cut off. */
  remove(hash: number, row: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    let free = this.#slotOf(hash, row);
    for (let slot = (free + 1) & mask; slots[slot * 2 + 1] !== 0; slot = (slot + 1) & mask) {
      const home = this.first(slots[slot * 2]!);
      if (((slot - home) & mask) < ((slot - free) & mask)) continue;
      slots[free * 2] = slots[slot * 2]!;
      slots[free * 2 + 1] = slots[slot * 2 + 1]!;
      free = slot;
    }
    slots[free * 2 + 1] = 0;
    this.size--;
  }

  #slotOf(hash: number, row: number): number {
    const slots = this.#slots;
    let slot = this.first(hash);
    while (slots[slot * 2 + 1] !== row) slot = (slot + 1) & this.#mask;
    return slot;
  }
}
