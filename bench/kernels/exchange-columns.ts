// The columns of the hand-written exchange: a batch of BATCH_ROWS records to be sent, and how a frame holds some of them.
//
// narrow: key i32, value f64, time f64.
// bid: auction i32, bidder i32, price f64, time f64, and channel, url, extra as bytes padded to whole int32 words.
//
// A frame (slot of a ring): [i32 rows][i32 unused] i32 columns | f64 columns | offsets and lengths | heap, each column with
// room for BATCH_ROWS rows.

export type ExchangeRecord = 'narrow' | 'bid';

export const BATCH_ROWS = 1000;
const I32_COLUMNS = { narrow: 1, bid: 2 } as const;
export const VAR_COLUMNS = { narrow: 0, bid: 3 } as const;
const VAR_BYTES = [8, 68, 32] as const;
const HEAP_BYTES = VAR_BYTES.reduce((sum, bytes) => sum + bytes, 0) * BATCH_ROWS;

/** Int32 indexes inside a frame. BATCH_ROWS is even, so doubles stay aligned. */
export interface FrameMap {
  readonly record: ExchangeRecord;
  readonly f64Start: number;
  readonly varStart: number;
  readonly heapStart: number;
  readonly bytes: number;
}

export function frameMap(record: ExchangeRecord): FrameMap {
  const f64Start = 2 + I32_COLUMNS[record] * BATCH_ROWS;
  const varStart = f64Start + 2 * 2 * BATCH_ROWS;
  const heapStart = varStart + VAR_COLUMNS[record] * 2 * BATCH_ROWS;
  const bytes = heapStart * 4 + (record === 'bid' ? HEAP_BYTES : 0);
  return { record, f64Start, varStart, heapStart, bytes: (bytes + 127) & ~127 };
}

/** One batch as a frame of its own, made from `seed`. */
export function makeBatch(map: FrameMap, seed: number): Int32Array {
  const i32 = new Int32Array(map.bytes / 4);
  const f64 = new Float64Array(i32.buffer);
  let state = (seed * 2654435761) | 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  i32[0] = BATCH_ROWS;
  for (let at = 2; at < map.f64Start; at++) i32[at] = next() % 100_000;
  for (let at = map.f64Start / 2; at < map.varStart / 2; at++) f64[at] = next() % 1_000_000;
  let heap = map.heapStart;
  for (let column = 0; column < VAR_COLUMNS[map.record]; column++) {
    const offsets = map.varStart + column * 2 * BATCH_ROWS;
    for (let row = 0; row < BATCH_ROWS; row++) {
      const words = VAR_BYTES[column]! / 4;
      i32[offsets + row] = heap - map.heapStart;
      i32[offsets + BATCH_ROWS + row] = words;
      for (let word = 0; word < words; word++) i32[heap + word] = next() & 0x7f7f7f7f;
      heap += words;
    }
  }
  return i32;
}

/** Adds up the numbers of a frame, and of each string its length and first and last byte: sums that stay below 2^53. */
export function readFrame(map: FrameMap, i32: Int32Array, f64: Float64Array, base: number): number {
  const rows = i32[base]!;
  let sum = 0;
  for (let column = 2; column < map.f64Start; column += BATCH_ROWS) {
    for (let at = base + column; at < base + column + rows; at++) sum += i32[at]!;
  }
  for (let column = map.f64Start; column < map.varStart; column += 2 * BATCH_ROWS) {
    const start = (base + column) >>> 1;
    for (let at = start; at < start + rows; at++) sum += f64[at]!;
  }
  const heap = base + map.heapStart;
  for (let column = map.varStart; column < map.heapStart; column += 2 * BATCH_ROWS) {
    for (let at = base + column; at < base + column + rows; at++) {
      const first = heap + i32[at]!;
      const words = i32[at + BATCH_ROWS]!;
      sum += words + (i32[first]! & 255) + (i32[first + words - 1]! & 255);
    }
  }
  return sum;
}

/** Splits the rows of a batch by key over `targets`: fills selections[target], returns nothing; counts[target] rows each. */
export function splitByKey(batch: Int32Array, targets: number, selections: readonly Int32Array[], counts: Int32Array): void {
  counts.fill(0);
  for (let row = 0; row < BATCH_ROWS; row++) {
    let hash = batch[2 + row]!;
    hash = Math.imul(hash, 0xcc9e2d51);
    hash = Math.imul((hash << 15) | (hash >>> 17), 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
    // 128 key groups, then the operator index, as the engine has it.
    const target = (((hash & 0x7fffffff) % 128) * targets) >>> 7;
    const count = counts[target]!;
    selections[target]![count] = row;
    counts[target] = count + 1;
  }
}

/** Gathers the selected rows of `batch` into the frame at `base`, string words copied. */
export function gather(map: FrameMap, batch: Int32Array, batchF64: Float64Array, rows: Int32Array, count: number, i32: Int32Array, f64: Float64Array, base: number): void {
  i32[base] = count;
  for (let column = 2; column < map.f64Start; column += BATCH_ROWS) {
    for (let i = 0; i < count; i++) i32[base + column + i] = batch[column + rows[i]!]!;
  }
  for (let column = map.f64Start; column < map.varStart; column += 2 * BATCH_ROWS) {
    const from = column >>> 1;
    const to = (base + column) >>> 1;
    for (let i = 0; i < count; i++) f64[to + i] = batchF64[from + rows[i]!]!;
  }
  let heap = 0;
  for (let column = map.varStart; column < map.heapStart; column += 2 * BATCH_ROWS) {
    for (let i = 0; i < count; i++) {
      const from = map.heapStart + batch[column + rows[i]!]!;
      const words = batch[column + BATCH_ROWS + rows[i]!]!;
      const to = base + map.heapStart + heap;
      for (let word = 0; word < words; word++) i32[to + word] = batch[from + word]!;
      i32[base + column + i] = heap;
      i32[base + column + BATCH_ROWS + i] = words;
      heap += words;
    }
  }
}
