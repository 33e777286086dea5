// Open addressing with the hash beside the entry, so that growth and removal read no entry. hot path. Thread: any.
//   slot = | entry, 0 for none: i32 | hash: i32 |; their number is a power of two, a hash's home is its upper bits

/** Puts an entry that is not there; some slot is empty. @param shift 32 - log2 of the number of slots. */
export function placeEntry(slots: Int32Array, shift: number, hash: number, entry: number): void {
  const mask = slots.length / 2 - 1;
  let slot = hash >>> shift;
  while (slots[slot * 2] !== 0) slot = (slot + 1) & mask;
  slots[slot * 2] = entry;
  slots[slot * 2 + 1] = hash;
}

/** Puts all entries of `old` into empty, larger slots. */
export function placeAll(old: Int32Array, slots: Int32Array, shift: number): void {
  for (let i = 0; i < old.length; i += 2) if (old[i] !== 0) placeEntry(slots, shift, old[i + 1]!, old[i]!);
}

/** Slot of an entry that is there. */
export function slotOfEntry(slots: Int32Array, shift: number, hash: number, entry: number): number {
  const mask = slots.length / 2 - 1;
  let slot = hash >>> shift;
  while (slots[slot * 2] !== entry) slot = (slot + 1) & mask;
  return slot;
}

/** Backward-shift deletion, as in NumericKeyTable. */
export function vacateSlot(slots: Int32Array, shift: number, slot: number): void {
  const mask = slots.length / 2 - 1;
  let gap = slot;
  for (let next = (slot + 1) & mask; slots[next * 2] !== 0; next = (next + 1) & mask) {
    const home = slots[next * 2 + 1]! >>> shift;
    if (((next - home) & mask) < ((next - gap) & mask)) continue;
    slots[gap * 2] = slots[next * 2]!;
    slots[gap * 2 + 1] = slots[next * 2 + 1]!;
    gap = next;
  }
  slots[gap * 2] = 0;
}
