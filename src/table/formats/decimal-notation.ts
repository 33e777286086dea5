// Decimals as Jackson writes them: without zeros at their end and, where they are large or small, with an exponent; or plain, digit by digit.
import type { ExactInteger } from '#core/columns/exact-integer';
import { decimalText } from '#table/values/decimal-arithmetic';

export const decimalNotation = (scale: number, { isPlain }: { readonly isPlain: boolean }): ((value: ExactInteger) => string) => (isPlain ? (value) => decimalText(value, scale) : (value) => scientific(String(value), scale));

/** What Java's `new BigDecimal(unscaled, scale).stripTrailingZeros().toString()` gives. */
function scientific(unscaled: string, scale: number): string {
  const sign = unscaled.startsWith('-') ? '-' : '';
  const all = unscaled.slice(sign.length);
  const digits = all.replace(/0+$/, '');
  if (digits === '') return '0';
  const left = scale - (all.length - digits.length);
  const exponent = digits.length - 1 - left;
  if (left >= 0 && exponent >= -6) return sign + decimalText(Number.isSafeInteger(Number(digits)) ? Number(digits) : BigInt(digits), left);
  const mantissa = digits.length === 1 ? digits : `${digits[0]!}.${digits.slice(1)}`;
  return `${sign}${mantissa}E${exponent > 0 ? '+' : ''}${exponent}`;
}
