// Hand-written limits for state tables and timers: what the engine's tables are held against in the same run. One shape
// of table each, no growth beyond what was asked, no removal, no error handling. Thread: the bench's.

const GOLDEN = 0x9e3779b1 | 0;

/** Open addressing over one SharedArrayBuffer: f64 key to dense row, one f64 value column. */
export class TableKernel {
  readonly slots: Int32Array;
  readonly keys: Float64Array;
  readonly values: Float64Array;
  readonly mask: number;
  readonly shift: number;
  size = 0;

  constructor(rows: number) {
    const slots = 2 ** Math.ceil(Math.log2(rows * 2));
    const pool = new SharedArrayBuffer(slots * 4 + rows * 16);
    this.slots = new Int32Array(pool, 0, slots);
    this.keys = new Float64Array(pool, slots * 4, rows);
    this.values = new Float64Array(pool, slots * 4 + rows * 8, rows);
    this.mask = slots - 1;
    this.shift = 32 - Math.log2(slots);
  }

  clear(): void {
    this.slots.fill(0);
    this.values.fill(0, 0, this.size);
    this.size = 0;
  }
}

/** Rows of a batch of integer keys, inserting what is not there. */
export function findRows(table: TableKernel, batch: Float64Array, offset: number, count: number, rows: Int32Array): void {
  const { slots, keys, mask, shift } = table;
  let size = table.size;
  for (let i = 0; i < count; i++) {
    const key = batch[offset + i]!;
    let slot = Math.imul(key | 0, GOLDEN) >>> shift;
    let entry = slots[slot]!;
    while (entry !== 0 && keys[entry - 1] !== key) {
      slot = (slot + 1) & mask;
      entry = slots[slot]!;
    }
    if (entry === 0) {
      keys[size] = key;
      entry = ++size;
      slots[slot] = entry;
    }
    rows[i] = entry - 1;
  }
  table.size = size;
}

/** values[row] += 1 for each row of the batch. */
export function countRows(values: Float64Array, rows: Int32Array, count: number): void {
  for (let i = 0; i < count; i++) values[rows[i]!]! += 1;
}

/** The slice timer by hand: count per key and slice; the first touch of a row is its timer, the slice's end fires it. */
export function runSliceKernel(timestamps: Float64Array, keys: Float64Array, sliceMs: number, rowsMax: number, batchSize: number): number {
  const table = new TableKernel(rowsMax);
  const rows = new Int32Array(batchSize);
  let sliceEnd = sliceMs;
  let fired = 0;
  for (let start = 0; start < timestamps.length; start += batchSize) {
    const end = Math.min(start + batchSize, timestamps.length);
    let from = start;
    while (from < end) {
      let to = from;
      while (to < end && timestamps[to]! < sliceEnd) to++;
      findRows(table, keys, from, to - from, rows);
      countRows(table.values, rows, to - from);
      if (to < end) {
        for (let row = 0; row < table.size; row++) fired += table.values[row]!;
        table.clear();
        sliceEnd += sliceMs;
      }
      from = to;
    }
  }
  for (let row = 0; row < table.size; row++) fired += table.values[row]!;
  return fired;
}

/** One-second timer buckets by hand: appended as packed doubles, sorted natively when the second is over. No deletion, no check for doubles. */
export function runBucketKernel(timestamps: Float64Array, keys: Float64Array, delayMs: number): number {
  const bucketCount = Math.ceil(delayMs / 1000) + 2;
  const buckets: Float64Array[] = Array.from({ length: bucketCount }, () => new Float64Array(1 << 18));
  const lengths = new Int32Array(bucketCount);
  let second = 0;
  let checksum = 0;
  for (let i = 0; i < timestamps.length; i++) {
    const now = timestamps[i]!;
    while (now >= (second + 1) * 1000) {
      const index = second % bucketCount;
      const due = buckets[index]!.subarray(0, lengths[index]!).sort();
      for (let timer = 0; timer < due.length; timer++) checksum += due[timer]! % 2 ** 20;
      lengths[index] = 0;
      second++;
    }
    const time = now + delayMs;
    const index = Math.floor(time / 1000) % bucketCount;
    buckets[index]![lengths[index]!++] = (time % 1000) * 2 ** 20 + keys[i]!;
  }
  return checksum;
}
