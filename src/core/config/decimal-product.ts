// Exact decimal arithmetic on doubles, where Flink uses BigDecimal: the double stands for its shortest decimal text.
// Pure; any thread. Used by memory sizes and managed-memory fractions, never per record.

import { assert } from '#core/assert';

/** `count` times the decimal value of `factor`'s shortest text, truncated toward zero. `factor` must be finite and not negative. */
export function multiplyTruncated(count: bigint, factor: number): bigint {
  assert(Number.isFinite(factor) && factor >= 0, 'a size is multiplied by a finite factor that is not negative');
  const [mantissa = '0', exponentText = '0'] = String(factor).split('e');
  const [whole = '0', decimals = ''] = mantissa.split('.');
  const scale = decimals.length - Number(exponentText);
  const product = count * BigInt(whole + decimals);
  return scale >= 0 ? product / 10n ** BigInt(scale) : product * 10n ** BigInt(-scale);
}

/** dividend / divisor, rounded down at 16 decimals; 0 when the divisor is 0. Both must not be negative. */
export function fractionRoundedDown(dividend: number, divisor: number): number {
  assert(dividend >= 0 && divisor >= 0, 'a share is made of numbers that are not negative');
  if (divisor === 0) return 0;
  return Number(`${(BigInt(dividend) * 10n ** 16n) / BigInt(divisor)}e-16`);
}
