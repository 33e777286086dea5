// hot path. Exact integers: a number while |x| <= 2^53 - 1, else a bigint, never a bigint that a number could hold, so that
// equal integers are === and numbers stay fast where values are small, which they nearly always are. In an i64 column they lie as
// 64 bits. Thread: any. Bench: bench/codegen-bench.ts.

export type ExactInteger = number | bigint;

const TWO_32 = 4294967296;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** The exact integer of a bigint. */
export function exactOf(value: bigint): ExactInteger {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

export function isExact(value: unknown): value is ExactInteger {
  return Number.isSafeInteger(value) || (typeof value === 'bigint' && !Number.isSafeInteger(Number(value)));
}

export function isInt64(value: unknown): value is ExactInteger {
  return Number.isSafeInteger(value) || (typeof value === 'bigint' && value >= INT64_MIN && value <= INT64_MAX && !Number.isSafeInteger(Number(value)));
}

/** @param index in 64-bit words; both views are of the same bytes. */
export function exactAt(i32: Int32Array, i64: BigInt64Array, index: number): ExactInteger {
  const value = i32[2 * index + 1]! * TWO_32 + (i32[2 * index]! >>> 0);
  return Number.isSafeInteger(value) ? value : i64[index]!;
}

/** False, and nothing written, when the value is not an exact integer of 64 bits. */
export function writeExact(i32: Int32Array, i64: BigInt64Array, index: number, value: unknown): boolean {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) return false;
    const high = Math.floor(value / TWO_32);
    i32[2 * index] = (value - high * TWO_32) | 0;
    i32[2 * index + 1] = high;
    return true;
  }
  if (!isInt64(value)) return false;
  i64[index] = value as bigint;
  return true;
}
