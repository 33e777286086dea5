// Stable sort of a bucket's entries by timestamp: insertion for few, else counting by offset in the bucket. hot path
// Thread: the slot's; the scratch arrays are per thread and free between calls.

const FEW = 24;

let counts = new Int32Array(0);
let scratch = new Int32Array(0);

/** Sorts entries[0 .. count) by timestamps[entry], all integers in [start, start + range) unless start is infinite. */
export function sortByOffset(entries: Int32Array, count: number, timestamps: Float64Array, start: number, range: number): void {
  // In a bucket at infinity all timestamps are equal.
  if (count < 2 || start === Number.POSITIVE_INFINITY || start === Number.NEGATIVE_INFINITY) return;
  if (count <= FEW) sortByInsertion(entries, count, timestamps);
  else sortByCounting(entries, count, timestamps, start, range);
}

function sortByInsertion(entries: Int32Array, count: number, timestamps: Float64Array): void {
  for (let i = 1; i < count; i++) {
    const entry = entries[i]!;
    const timestamp = timestamps[entry]!;
    let at = i;
    for (; at > 0 && timestamps[entries[at - 1]!]! > timestamp; at--) entries[at] = entries[at - 1]!;
    entries[at] = entry;
  }
}

function sortByCounting(entries: Int32Array, count: number, timestamps: Float64Array, start: number, range: number): void {
  if (counts.length < range + 1) counts = new Int32Array(range + 1);
  if (scratch.length < count) scratch = new Int32Array(count * 2);
  const ends = counts;
  const sorted = scratch;
  ends.fill(0);
  for (let i = 0; i < count; i++) ends[timestamps[entries[i]!]! - start + 1]!++;
  for (let offset = 1; offset <= range; offset++) ends[offset] = ends[offset]! + ends[offset - 1]!;
  for (let i = 0; i < count; i++) {
    const entry = entries[i]!;
    const offset = timestamps[entry]! - start;
    sorted[ends[offset]!++] = entry;
  }
  for (let i = 0; i < count; i++) entries[i] = sorted[i]!;
}
