// Hashes, key groups and channels of a whole batch: one call per batch, one typed-array step per row. hot path
// Thread: that of the caller; outputs are the caller's and are filled from index 0.
import { murmurHash } from '#core/keys/key-groups';

const TWO_32_INVERSE = 1 / 4294967296;

/**
 * Long.hashCode of rows [offset, offset + n) of a column of integers within ±2^53; `out` gets n values.
 * Same values as hashLong.
 */
export function hashLongColumn(f64: Float64Array, offset: number, n: number, out: Int32Array): void {
  for (let i = 0; i < n; i++) {
    const value = f64[offset + i]!;
    const low = value | 0;
    out[i] = low === value ? low ^ (low >> 31) : low ^ (Math.floor(value * TWO_32_INVERSE) | 0);
  }
}

/** Integer.hashCode is the value itself, so this copies. */
export function hashIntColumn(i32: Int32Array, offset: number, n: number, out: Int32Array): void {
  for (let i = 0; i < n; i++) out[i] = i32[offset + i]!;
}

/** Combines another field's hashes into those of a composite: hash = 31 * hash + field, as Flink's Tuple. */
export function combineHashColumn(hashes: Int32Array, fieldHashes: Int32Array, n: number): void {
  for (let i = 0; i < n; i++) hashes[i] = (Math.imul(hashes[i]!, 31) + fieldHashes[i]!) | 0;
}

/** Key groups of n hashes; `out` may be `hashes` itself. */
export function keyGroupColumn(hashes: Int32Array, n: number, maxParallelism: number, out: Int32Array): void {
  // A power of two, which derived max parallelisms are, saves the division.
  if ((maxParallelism & (maxParallelism - 1)) === 0) {
    const mask = maxParallelism - 1;
    for (let i = 0; i < n; i++) out[i] = murmurHash(hashes[i]!) & mask;
  } else {
    for (let i = 0; i < n; i++) out[i] = murmurHash(hashes[i]!) % maxParallelism;
  }
}

/** Subtask (= channel of a hash edge) per key group, for a table look-up per row. */
export function operatorIndexTable(maxParallelism: number, parallelism: number): Int32Array {
  return Int32Array.from({ length: maxParallelism }, (_, keyGroup) => Math.trunc((keyGroup * parallelism) / maxParallelism));
}
