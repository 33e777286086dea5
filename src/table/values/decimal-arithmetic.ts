// DECIMAL arithmetic on unscaled exact integers, with BigDecimal's results: HALF_UP to the scale of the result, NULL where the
// precision is exceeded.
import { FunctionError } from '#table/errors';
import { exactOf, type ExactInteger } from '#core/columns/exact-integer';

const POWERS_NUMBER: readonly number[] = Array.from({ length: 16 }, (_, digits) => 10 ** digits);
const POWERS_BIG: readonly bigint[] = Array.from({ length: 120 }, (_, digits) => 10n ** BigInt(digits));

export const powerOfTen = (digits: number): bigint => POWERS_BIG[digits] ?? 10n ** BigInt(digits);

/** n / d to the nearest integer, halves away from zero; d > 0. */
export function divideHalfUp(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const rest = numerator % denominator;
  const doubled = (rest < 0n ? -rest : rest) * 2n;
  if (doubled < denominator) return quotient;
  return numerator < 0n ? quotient - 1n : quotient + 1n;
}

/** The unscaled value at another scale. */
export function rescale(value: ExactInteger, from: number, to: number): ExactInteger {
  if (from === to) return value;
  if (to > from) {
    const shift = to - from;
    if (typeof value === 'number' && shift < 16) {
      const scaled = value * POWERS_NUMBER[shift]!;
      if (scaled <= 9007199254740991 && scaled >= -9007199254740991) return scaled;
    }
    return exactOf(BigInt(value) * powerOfTen(shift));
  }
  return exactOf(divideHalfUp(BigInt(value), powerOfTen(from - to)));
}

/** NULL where the value has more digits than `precision`. */
export function fitPrecision(value: ExactInteger, precision: number): ExactInteger | null {
  if (precision < 16) {
    const bound = POWERS_NUMBER[precision]!;
    return value < bound && value > -bound ? value : null;
  }
  if (typeof value === 'number') return value;
  const bound = powerOfTen(precision);
  return value < bound && value > -bound ? value : null;
}

export function fitDecimal(value: ExactInteger, fromScale: number, precision: number, scale: number): ExactInteger | null {
  return fitPrecision(rescale(value, fromScale, scale), precision);
}

function addExact(left: ExactInteger, right: ExactInteger): ExactInteger {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return exactOf(BigInt(left) + BigInt(right));
}

export function addDecimals(left: ExactInteger, leftScale: number, right: ExactInteger, rightScale: number, precision: number, scale: number): ExactInteger | null {
  const common = Math.max(leftScale, rightScale);
  return fitDecimal(addExact(rescale(left, leftScale, common), rescale(right, rightScale, common)), common, precision, scale);
}

export function subtractDecimals(left: ExactInteger, leftScale: number, right: ExactInteger, rightScale: number, precision: number, scale: number): ExactInteger | null {
  return addDecimals(left, leftScale, typeof right === 'number' ? 0 - right : exactOf(-right), rightScale, precision, scale);
}

export function multiplyDecimals(left: ExactInteger, right: ExactInteger, productScale: number, precision: number, scale: number): ExactInteger | null {
  if (typeof left === 'number' && typeof right === 'number') {
    const product = left * right;
    if (Number.isSafeInteger(product)) return fitDecimal(product + 0, productScale, precision, scale);
  }
  return fitDecimal(exactOf(BigInt(left) * BigInt(right)), productScale, precision, scale);
}

const QUOTIENT_DIGITS = 38;

/** A quotient of 38 significant digits, then rounded to the result's scale. */
export function divideDecimals(left: ExactInteger, leftScale: number, right: ExactInteger, rightScale: number, precision: number, scale: number): ExactInteger | null {
  if (right === 0) throw new FunctionError('Division by zero');
  if (left === 0) return 0;
  const isNegative = left < 0 !== right < 0;
  const numerator = magnitude(left);
  const denominator = magnitude(right);
  // Scale s of the quotient such that it has 38 digits: numerator * 10^shift / denominator.
  let shift = QUOTIENT_DIGITS - (digitCount(numerator) - digitCount(denominator));
  let quotient = divideShifted(numerator, denominator, shift);
  if (digitCount(quotient) > QUOTIENT_DIGITS) {
    shift -= 1;
    quotient = divideShifted(numerator, denominator, shift);
  }
  const quotientScale = leftScale - rightScale + shift;
  const signed = isNegative ? -quotient : quotient;
  const rounded = quotientScale <= scale ? signed * powerOfTen(scale - quotientScale) : divideHalfUp(signed, powerOfTen(quotientScale - scale));
  return fitPrecision(exactOf(rounded), precision);
}

const magnitude = (value: ExactInteger): bigint => (value < 0 ? -BigInt(value) : BigInt(value));

function divideShifted(numerator: bigint, denominator: bigint, shift: number): bigint {
  return shift >= 0 ? divideHalfUp(numerator * powerOfTen(shift), denominator) : divideHalfUp(numerator, denominator * powerOfTen(-shift));
}

export function digitCount(value: bigint): number {
  return (value < 0n ? -value : value).toString().length;
}

export function remainderDecimals(left: ExactInteger, leftScale: number, right: ExactInteger, rightScale: number, precision: number, scale: number): ExactInteger | null {
  if (right === 0) throw new FunctionError('Division by zero');
  const common = Math.max(leftScale, rightScale);
  const dividend = rescale(left, leftScale, common);
  const divisor = rescale(right, rightScale, common);
  const rest = typeof dividend === 'number' && typeof divisor === 'number' ? (dividend % divisor) + 0 : exactOf(BigInt(dividend) % BigInt(divisor));
  return fitDecimal(rest, common, precision, scale);
}

/** Scale 2: -5 is `-0.05`. All digits of the scale are written. */
export function decimalText(value: ExactInteger, scale: number): string {
  const text = String(value);
  if (scale === 0) return text;
  const isNegative = text.charCodeAt(0) === 45;
  const digits = (isNegative ? text.slice(1) : text).padStart(scale + 1, '0');
  return `${isNegative ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** The double nearest to the decimal. */
export function decimalToDouble(value: ExactInteger, scale: number): number {
  if (scale === 0) return Number(value);
  // Both parts are exact doubles here, so one division is correctly rounded.
  if (typeof value === 'number' && scale < 16) return value / POWERS_NUMBER[scale]!;
  return Number(`${value}e-${scale}`);
}

export interface ParsedDecimal {
  readonly unscaled: bigint;
  readonly scale: number;
}

/** A number as Java's BigDecimal reads it: `-1.5e3`. Undefined where it is none. */
export function parseDecimal(text: string): ParsedDecimal | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent] = match;
  if (whole === '' && fraction === '') return undefined;
  const digits = BigInt(`${whole}${fraction}`);
  const scale = fraction.length - (exponent === undefined ? 0 : Number(exponent));
  return { unscaled: sign === '-' ? -digits : digits, scale };
}

/** A parsed number as DECIMAL(precision, scale); NULL where it does not fit. */
export function decimalOf(parsed: ParsedDecimal, precision: number, scale: number): ExactInteger | null {
  if (parsed.unscaled === 0n) return 0;
  const wholeDigits = digitCount(parsed.unscaled) - parsed.scale;
  if (wholeDigits > precision - scale + 1) return null;
  if (wholeDigits < -scale - 1) return 0;
  const shift = scale - parsed.scale;
  const unscaled = shift >= 0 ? parsed.unscaled * powerOfTen(shift) : divideHalfUp(parsed.unscaled, powerOfTen(-shift));
  return fitPrecision(exactOf(unscaled), precision);
}
