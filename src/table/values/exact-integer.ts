// BIGINT arithmetic: a number while it is safe, else a bigint; 64 bits with Java's wrap-around. hot path: generated code
// calls these, so each has a branch for numbers first.
import { exactOf, type ExactInteger } from '#core/columns/exact-integer';
import { FunctionError } from '#table/errors';

const SAFE_MAX = 9007199254740991;

export const LONG_MIN = -9223372036854775808n;
export const LONG_MAX = 9223372036854775807n;

/** The low 64 bits as a signed integer. */
export const wrapLong = (value: bigint): ExactInteger => exactOf(BigInt.asIntN(64, value));

export function addLong(left: ExactInteger, right: ExactInteger): ExactInteger {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right;
    if (sum <= SAFE_MAX && sum >= -SAFE_MAX) return sum;
  }
  return wrapLong(BigInt(left) + BigInt(right));
}

export function subtractLong(left: ExactInteger, right: ExactInteger): ExactInteger {
  if (typeof left === 'number' && typeof right === 'number') {
    const difference = left - right;
    if (difference <= SAFE_MAX && difference >= -SAFE_MAX) return difference;
  }
  return wrapLong(BigInt(left) - BigInt(right));
}

export function multiplyLong(left: ExactInteger, right: ExactInteger): ExactInteger {
  if (typeof left === 'number' && typeof right === 'number') {
    const product = left * right;
    // + 0: no negative zero among integers.
    if (product <= SAFE_MAX && product >= -SAFE_MAX) return product + 0;
  }
  return wrapLong(BigInt(left) * BigInt(right));
}

export function divideLong(left: ExactInteger, right: ExactInteger): ExactInteger {
  if (right === 0) throw new FunctionError('Division by zero: / by zero');
  if (typeof left === 'number' && typeof right === 'number') return Math.trunc(left / right) + 0;
  return wrapLong(BigInt(left) / BigInt(right));
}

export function remainderLong(left: ExactInteger, right: ExactInteger): ExactInteger {
  if (right === 0) throw new FunctionError('Division by zero: / by zero');
  if (typeof left === 'number' && typeof right === 'number') return (left % right) + 0;
  return exactOf(BigInt(left) % BigInt(right));
}

export function negateLong(value: ExactInteger): ExactInteger {
  return typeof value === 'number' ? 0 - value : wrapLong(-value);
}

export function absLong(value: ExactInteger): ExactInteger {
  return value < 0 ? negateLong(value) : value;
}

export function divideInt(left: number, right: number): number {
  if (right === 0) throw new FunctionError('Division by zero: / by zero');
  return (left / right) | 0;
}

export function remainderInt(left: number, right: number): number {
  if (right === 0) throw new FunctionError('Division by zero: / by zero');
  return (left % right) | 0;
}

/** Wraps an exact integer to the width of an integer type, as Java's narrowing does. */
export function narrowInteger(value: ExactInteger, bits: 8 | 16 | 32 | 64): ExactInteger {
  if (typeof value === 'number') {
    if (bits === 64) return value;
    if (value === (value | 0)) return (value << (32 - bits)) >> (32 - bits);
  }
  return exactOf(BigInt.asIntN(bits, BigInt(value)));
}

/** A double towards zero into 32 or 64 bits: NaN is 0, what is too large is the nearest bound. */
export function truncateDouble(value: number, bits: 32 | 64): ExactInteger {
  if (Number.isNaN(value)) return 0;
  if (bits === 32) return Math.trunc(Math.min(2147483647, Math.max(-2147483648, value))) + 0;
  if (value >= 2 ** 63) return LONG_MAX;
  if (value <= -(2 ** 63)) return LONG_MIN;
  const whole = Math.trunc(value);
  return Number.isSafeInteger(whole) ? whole + 0 : exactOf(BigInt(whole));
}

/** A divided by b, rounded down; b > 0. */
export function floorDivide(left: ExactInteger, right: number): ExactInteger {
  if (typeof left === 'number') return Math.floor(left / right);
  const divisor = BigInt(right);
  const quotient = left / divisor;
  return exactOf(left % divisor < 0n ? quotient - 1n : quotient);
}
