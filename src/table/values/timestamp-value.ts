// TIMESTAMP values: an exact integer of milli-, micro- or nanoseconds by the precision of their type. Here they are taken
// apart into milliseconds and what is below them, and put together again.
import { timestampUnitDigits } from '#table/types/logical-type';
import { exactOf, type ExactInteger } from '#core/columns/exact-integer';
import { floorDivide } from '#table/values/exact-integer';

/** Milliseconds since the epoch, rounded down. */
export function timestampMs(value: ExactInteger, precision: number): number {
  return precision <= 3 ? (value as number) : Number(floorDivide(value, precision <= 6 ? 1000 : 1000000));
}

/** Nanoseconds within the millisecond: 0 to 999999. */
export function nanosOfMs(value: ExactInteger, precision: number): number {
  if (precision <= 3) return 0;
  if (typeof value === 'number') {
    const unit = precision <= 6 ? 1000 : 1000000;
    const rest = value % unit;
    return (rest < 0 ? rest + unit : rest) * (precision <= 6 ? 1000 : 1);
  }
  const rest = Number(value % (precision <= 6 ? 1000n : 1000000n));
  return (rest < 0 ? rest + (precision <= 6 ? 1000 : 1000000) : rest) * (precision <= 6 ? 1000 : 1);
}

const UNIT_OF_PRECISION: readonly number[] = [1000000000, 100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1];

/** The value of a TIMESTAMP(precision); digits beyond the precision are cut. */
export function timestampOf(ms: number, nanos: number, precision: number): ExactInteger {
  if (precision === 3) return ms;
  if (precision < 3) {
    const unit = 10 ** (3 - precision);
    return Math.floor(ms / unit) * unit;
  }
  const cut = nanos - (nanos % UNIT_OF_PRECISION[precision]!);
  if (precision <= 6) {
    const micros = ms * 1000 + cut / 1000;
    return Number.isSafeInteger(micros) ? micros : exactOf(BigInt(ms) * 1000n + BigInt(cut / 1000));
  }
  return exactOf(BigInt(ms) * 1000000n + BigInt(cut));
}

/** The same moment as a TIMESTAMP of another precision. */
export function changePrecision(value: ExactInteger, from: number, to: number): ExactInteger {
  if (from === to) return value;
  if (to > from && timestampUnitDigits(from) === timestampUnitDigits(to)) return value;
  return timestampOf(timestampMs(value, from), nanosOfMs(value, from), to);
}

/** Milliseconds added; nothing below them changes. */
export function addMsTo(value: ExactInteger, precision: number, ms: number): ExactInteger {
  if (precision <= 3) return (value as number) + ms;
  return timestampOf(timestampMs(value, precision) + ms, nanosOfMs(value, precision), precision);
}
