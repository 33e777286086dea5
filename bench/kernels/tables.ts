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

/** Row of one integer key, inserting it when it is not there. */
export function findRow(table: TableKernel, key: number): number {
  const { slots, keys, mask, shift } = table;
  let slot = Math.imul(key | 0, GOLDEN) >>> shift;
  let entry = slots[slot]!;
  while (entry !== 0 && keys[entry - 1] !== key) {
    slot = (slot + 1) & mask;
    entry = slots[slot]!;
  }
  if (entry === 0) {
    keys[table.size] = key;
    entry = ++table.size;
    slots[slot] = entry;
  }
  return entry - 1;
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

/** Keys of a number and a text of up to 8 bytes: 5 words each, one blob of words per row, no removal, no nulls, no growth. */
export class CompositeKernel {
  readonly slots: Int32Array;
  readonly keys: Int32Array;
  readonly values: Float64Array;
  readonly #batch = new Int32Array(1024 * 5);
  readonly #hashes = new Int32Array(1024);
  readonly #double = new Float64Array(1);
  readonly #doubleWords = new Int32Array(this.#double.buffer);
  readonly mask: number;
  readonly shift: number;
  size = 0;

  constructor(rows: number) {
    const slots = 2 ** Math.ceil(Math.log2(rows * 2));
    this.slots = new Int32Array(new SharedArrayBuffer(slots * 8));
    this.keys = new Int32Array(new SharedArrayBuffer(rows * 20));
    this.values = new Float64Array(new SharedArrayBuffer(rows * 8));
    this.mask = slots - 1;
    this.shift = 32 - Math.log2(slots);
  }

  findRows(numbers: Float64Array, bytes: Uint8Array, offsets: Int32Array, lengths: Int32Array, from: number, count: number, rows: Int32Array): void {
    const batch = this.#batch;
    for (let i = 0; i < count; i++) {
      this.#double[0] = numbers[from + i]!;
      const length = lengths[from + i]!;
      const at = i * 5;
      batch[at] = this.#doubleWords[0]!;
      batch[at + 1] = this.#doubleWords[1]!;
      batch[at + 2] = length;
      const start = offsets[from + i]!;
      batch[at + 3] = length === 8 || length > 3 ? bytes[start]! | (bytes[start + 1]! << 8) | (bytes[start + 2]! << 16) | (bytes[start + 3]! << 24) : 0;
      batch[at + 4] = length === 8 ? bytes[start + 4]! | (bytes[start + 5]! << 8) | (bytes[start + 6]! << 16) | (bytes[start + 7]! << 24) : 0;
      let hash = 0;
      for (let word = at; word < at + 5; word++) hash = Math.imul(hash ^ batch[word]!, GOLDEN) ^ (hash >>> 15);
      this.#hashes[i] = Math.imul(hash ^ (hash >>> 15), GOLDEN);
    }
    const { slots, keys, mask, shift } = this;
    for (let i = 0; i < count; i++) {
      const hash = this.#hashes[i]!;
      let slot = hash >>> shift;
      let entry = slots[slot * 2]!;
      while (entry !== 0 && (slots[slot * 2 + 1] !== hash || !isSame(keys, (entry - 1) * 5, batch, i * 5))) {
        slot = (slot + 1) & mask;
        entry = slots[slot * 2]!;
      }
      if (entry === 0) {
        keys.set(batch.subarray(i * 5, i * 5 + 5), this.size * 5);
        entry = ++this.size;
        slots[slot * 2] = entry;
        slots[slot * 2 + 1] = hash;
      }
      rows[i] = entry - 1;
    }
  }
}

function isSame(keys: Int32Array, at: number, batch: Int32Array, from: number): boolean {
  for (let i = 0; i < 5; i++) if (keys[at + i] !== batch[from + i]) return false;
  return true;
}
