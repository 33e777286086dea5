// A count of bytes in Flink's 64-bit range, with Flink's way of reading and printing it.
// Invariant: 0 <= bytes <= 2^63-1; every operation that would leave this range throws MEMORY_SIZE_OVERFLOW.
// Pure; any thread. The counts are bigint because the derivation must agree with Flink to the byte.

import { MemoryError } from '#core/errors/memory-errors';
import { multiplyTruncated } from '#core/config/decimal-product';
import { parsed, refused, type Parsed } from '#core/config/parsed';

const BYTES_MAX = 2n ** 63n - 1n;

interface MemoryUnit {
  readonly labels: readonly string[];
  readonly bytes: bigint;
}

const UNITS: readonly MemoryUnit[] = [
  { labels: ['b', 'bytes'], bytes: 1n },
  { labels: ['k', 'kb', 'kibibytes'], bytes: 1024n },
  { labels: ['m', 'mb', 'mebibytes'], bytes: 1024n ** 2n },
  { labels: ['g', 'gb', 'gibibytes'], bytes: 1024n ** 3n },
  { labels: ['t', 'tb', 'tebibytes'], bytes: 1024n ** 4n },
];

const UNIT_LIST = UNITS.map((unit) => `(${unit.labels.join(' | ')})`).join(' / ');

/** Immutable size in bytes. */
export class MemorySize {
  static readonly ZERO = new MemorySize(0n);
  static readonly MAX = new MemorySize(BYTES_MAX);

  readonly bytes: bigint;

  private constructor(bytes: bigint) {
    this.bytes = bytes;
  }

  /** Throws MEMORY_SIZE_OVERFLOW when `bytes` is negative or above 2^63-1. */
  static of(bytes: bigint | number): MemorySize {
    const exact = BigInt(bytes);
    if (exact < 0n || exact > BYTES_MAX) {
      throw new MemoryError('MEMORY_SIZE_OVERFLOW', `a memory size of ${exact} bytes is outside 0 to ${BYTES_MAX}: set smaller sizes`);
    }
    return new MemorySize(exact);
  }

  static ofMebibytes(mebibytes: number): MemorySize {
    return MemorySize.of(BigInt(mebibytes) * 1024n ** 2n);
  }

  /** The size in bytes as a number; exact up to 2^53-1, rounded to the nearest double beyond. */
  toNumber(): number {
    return Number(this.bytes);
  }

  add(other: MemorySize): MemorySize {
    return MemorySize.of(this.bytes + other.bytes);
  }

  subtract(other: MemorySize): MemorySize {
    return MemorySize.of(this.bytes - other.bytes);
  }

  /** Exact decimal product with the shortest text of the double, truncated toward zero, as Flink computes it. */
  multiply(factor: number): MemorySize {
    return MemorySize.of(multiplyTruncated(this.bytes, factor));
  }

  /** Integer division. */
  divide(divisor: number): MemorySize {
    return MemorySize.of(this.bytes / BigInt(divisor));
  }

  isGreaterThan(other: MemorySize): boolean {
    return this.bytes > other.bytes;
  }

  equals(other: MemorySize): boolean {
    return this.bytes === other.bytes;
  }

  /** Parsable text in the largest unit that divides evenly; whole tebibytes fall through to bytes, as in Flink. */
  toString(): string {
    const unit = UNITS.findLast((candidate) => this.bytes % candidate.bytes === 0n);
    const hasShortForm = unit !== undefined && unit.bytes > 1n && unit.bytes < 1024n ** 4n && this.bytes > 0n;
    return hasShortForm ? `${this.bytes / unit.bytes} ${unit.labels[1]}` : `${this.bytes} bytes`;
  }

  /** Text for people: three decimals of the largest unit that the size exceeds, and the bytes. */
  toHumanString(): string {
    const unit = UNITS.findLast((candidate) => candidate.bytes < this.bytes);
    if (unit === undefined || unit.bytes === 1n) return `${this.bytes} bytes`;
    return `${(Number(this.bytes) / Number(unit.bytes)).toFixed(3)}${unit.labels[1]} (${this.bytes} bytes)`;
  }
}

/** Reads `64 mb`, `1728m`, `1024`: digits, optional blanks, a unit in any case; no unit means bytes. */
export function parseMemorySize(text: string): Parsed<MemorySize> {
  const trimmed = text.trim();
  if (trimmed === '') return refused('the text is empty');
  const digits = /^[0-9]*/.exec(trimmed)?.[0] ?? '';
  if (digits === '') return refused('the text does not start with a number');
  const count = BigInt(digits);
  if (count > BYTES_MAX) return refused(`the number ${digits} does not fit 64 bits`);
  const label = trimmed.slice(digits.length).trim().toLowerCase();
  const unit = label === '' ? UNITS[0] : UNITS.find((candidate) => candidate.labels.includes(label));
  if (unit === undefined) return refused(`the unit '${label}' is none of ${UNIT_LIST}`);
  const bytes = count * unit.bytes;
  return bytes > BYTES_MAX ? refused('the size in bytes does not fit 64 bits') : parsed(MemorySize.of(bytes));
}
