// Doubles and floats as Java prints them (`1.0`, `1.0E10`, `NaN`): the digits of Java's classic algorithm, which now and
// then are not the shortest ones, since texts made by Flink hold them.

const DOUBLE_FRACTION_BITS = 52;
const IMPLICIT_BIT = 1n << 52n;
const LOG_FIVE_BITS: readonly number[] = [0, 3, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28, 31, 33, 35, 38, 40, 42, 45, 47, 49, 52, 54, 56, 59, 61];

const view = new DataView(new ArrayBuffer(8));

interface Digits {
  readonly digits: string;
  /** The value is 0.digits * 10^exponent. */
  readonly exponent: number;
}

/** Text of a DOUBLE. */
export function doubleText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  // Integers that an int of Java holds: no rounding can come in.
  if (Number.isInteger(value) && value < 1e7 && value > -1e7) return `${value}.0`;
  view.setFloat64(0, Math.abs(value));
  const bits = view.getBigUint64(0);
  const exponentBits = Number(bits >> 52n);
  let fraction = bits & (IMPLICIT_BIT - 1n);
  let significantBits = DOUBLE_FRACTION_BITS + 1;
  let binaryExponent = exponentBits;
  if (exponentBits === 0) {
    const shift = leadingZeros(fraction) - (63 - DOUBLE_FRACTION_BITS);
    fraction <<= BigInt(shift);
    binaryExponent = 1 - shift;
    significantBits -= shift;
  } else fraction |= IMPLICIT_BIT;
  return layout(javaDigits(binaryExponent - 1023, fraction, significantBits), value < 0);
}

/** Text of a FLOAT; the value is one of 32 bits. */
export function floatText(value: number): string {
  if (!Number.isFinite(value) || value === 0) return doubleText(value);
  if (Number.isInteger(value) && value < 1e7 && value > -1e7) return `${value}.0`;
  view.setFloat32(0, Math.abs(value));
  const bits = view.getUint32(0);
  const exponentBits = bits >>> 23;
  let fraction = bits & 0x7fffff;
  let significantBits = 24;
  let binaryExponent = exponentBits;
  if (exponentBits === 0) {
    const shift = Math.clz32(fraction) - (31 - 23);
    fraction <<= shift;
    binaryExponent = 1 - shift;
    significantBits -= shift;
  } else fraction |= 0x800000;
  return layout(javaDigits(binaryExponent - 127, BigInt(fraction) << BigInt(DOUBLE_FRACTION_BITS - 23), significantBits), value < 0);
}

function layout({ digits, exponent }: Digits, isNegative: boolean): string {
  const sign = isNegative ? '-' : '';
  if (exponent > 0 && exponent < 8) {
    const whole = digits.slice(0, exponent).padEnd(exponent, '0');
    return `${sign}${whole}.${digits.slice(exponent) || '0'}`;
  }
  if (exponent <= 0 && exponent > -3) return `${sign}0.${'0'.repeat(-exponent)}${digits}`;
  return `${sign}${digits[0]}.${digits.slice(1) || '0'}E${exponent - 1}`;
}

const leadingZeros = (bits: bigint): number => 64 - bits.toString(2).length;

function trailingZeros(bits: bigint): number {
  let count = 0;
  for (let rest = bits; (rest & 1n) === 0n; rest >>= 1n) count += 1;
  return count;
}

/** `fraction` is normalised to 53 bits. */
function javaDigits(binaryExponent: number, fraction: bigint, significantBits: number): Digits {
  const tailZeros = trailingZeros(fraction);
  const fractionBits = DOUBLE_FRACTION_BITS + 1 - tailZeros;
  const tinyBits = Math.max(0, fractionBits - binaryExponent - 1);
  if (binaryExponent <= 62 && binaryExponent >= -21 && tinyBits === 0 && fractionBits < 64) {
    const whole = binaryExponent >= DOUBLE_FRACTION_BITS ? fraction << BigInt(binaryExponent - DOUBLE_FRACTION_BITS) : fraction >> BigInt(DOUBLE_FRACTION_BITS - binaryExponent);
    return integerDigits(whole, binaryExponent > significantBits ? insignificantDigits(binaryExponent - significantBits - 1) : 0);
  }
  return generatedDigits(binaryExponent, fraction >> BigInt(tailZeros), fractionBits, tinyBits, significantBits, fraction);
}

/** How many decimal digits lie below 2^power. */
function insignificantDigits(power: number): number {
  return power > 1 && power < 64 ? Math.floor(power * 0.30102999566398114) : 0;
}

function integerDigits(value: bigint, insignificant: number): Digits {
  let kept = value;
  if (insignificant > 0) {
    const unit = 10n ** BigInt(insignificant);
    const rest = kept % unit;
    kept = kept / unit + (rest >= unit / 2n ? 1n : 0n);
  }
  const text = kept.toString();
  return { digits: text.replace(/0+$/, ''), exponent: text.length + insignificant };
}

function estimatedExponent(fraction: bigint, binaryExponent: number): number {
  view.setBigUint64(0, (1023n << 52n) | (fraction & (IMPLICIT_BIT - 1n)));
  return Math.floor((view.getFloat64(0) - 1.5) * 0.289529654 + 0.176091259 + binaryExponent * 0.301029995663981);
}

/** Digit by digit until the rest lies within half a unit of the last place; bounds as in Java's three widths of arithmetic. */
function generatedDigits(binaryExponent: number, odd: bigint, fractionBits: number, tinyBits: number, significantBits: number, fraction: bigint): Digits {
  let decimalExponent = estimatedExponent(fraction, binaryExponent);
  const b5 = Math.max(0, -decimalExponent);
  let b2 = b5 + tinyBits + binaryExponent;
  const s5 = Math.max(0, decimalExponent);
  let s2 = s5 + tinyBits;
  let m2 = b2 - significantBits;
  b2 -= fractionBits - 1;
  const common = Math.min(b2, s2);
  b2 -= common;
  s2 -= common;
  m2 -= common;
  if (fractionBits === 1) m2 -= 1;
  if (m2 < 0) {
    b2 -= m2;
    s2 -= m2;
    m2 = 0;
  }
  const wideBits = fractionBits + b2 + (LOG_FIVE_BITS[b5] ?? b5 * 3);
  const tensBits = s2 + 1 + (LOG_FIVE_BITS[s5 + 1] ?? (s5 + 1) * 3);
  const isNarrow = wideBits < 64 && tensBits < 64;
  let b = (odd * 5n ** BigInt(b5)) << BigInt(b2);
  const s = 5n ** BigInt(s5) << BigInt(s2);
  let m = 5n ** BigInt(b5) << BigInt(m2);
  const tens = s * 10n;
  let digits = '';
  let q = b / s;
  b = (b % s) * 10n;
  m *= 10n;
  let low = b < m;
  let high = isNarrow ? b + m > tens : b + m >= tens;
  if (q === 0n && !high) decimalExponent -= 1;
  else digits += q.toString();
  if (decimalExponent < -3 || decimalExponent >= 8) {
    low = false;
    high = false;
  }
  while (!low && !high) {
    q = b / s;
    b = (b % s) * 10n;
    m *= 10n;
    low = b < m;
    high = isNarrow ? b + m > tens : b + m >= tens;
    digits += q.toString();
  }
  if (!high) return trimmed(digits, decimalExponent + 1);
  const difference = b * 2n - tens;
  const isUp = !low || difference > 0n || (difference === 0n && Number(digits.at(-1)) % 2 === 1);
  return isUp ? roundedUp(digits, decimalExponent + 1) : trimmed(digits, decimalExponent + 1);
}

function trimmed(digits: string, exponent: number): Digits {
  return { digits: digits.replace(/(?<=.)0+$/, ''), exponent };
}

function roundedUp(digits: string, exponent: number): Digits {
  const text = (BigInt(digits) + 1n).toString();
  if (text.length > digits.length) return trimmed(text, exponent + 1);
  return trimmed(text.padStart(digits.length, '0'), exponent);
}

const DOUBLE_PATTERN = /^[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?)$/;

const HEXADECIMAL = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)[fFdD]?$/;

function hexadecimalDouble([, sign, whole = '', fraction = '', exponent]: RegExpExecArray): number | undefined {
  if (whole === '' && fraction === '') return undefined;
  const value = Number(BigInt(`0x${whole}${fraction}`)) * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === '-' ? -value : value;
}

/** A double as Java's parseDouble reads it, blanks around it left out; undefined where it is none. */
export function parseJavaDouble(text: string): number | undefined {
  const trimmedText = javaTrim(text);
  const hexadecimal = HEXADECIMAL.exec(trimmedText);
  if (hexadecimal !== null) return hexadecimalDouble(hexadecimal);
  if (!DOUBLE_PATTERN.test(trimmedText)) return undefined;
  return Number(/[fFdD]$/.test(trimmedText) && !trimmedText.endsWith('Infinity') ? trimmedText.slice(0, -1) : trimmedText);
}

/** Java's String.trim(): everything up to the blank goes. */
export function javaTrim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text.charCodeAt(start) <= 32) start += 1;
  while (end > start && text.charCodeAt(end - 1) <= 32) end -= 1;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}
