// A span of time with nanosecond precision, read and printed as Flink's configuration does.
// Invariant: 0 <= nanos, and whole seconds fit 64 bits. Pure; any thread.

import { assert } from '#core/assert';
import { parsed, refused, type Parsed } from '#core/config/parsed';

const NANOS_PER_SECOND = 1_000_000_000n;
const NANOS_PER_MILLI = 1_000_000n;
const SECONDS_MAX = 2n ** 63n - 1n;

interface TimeUnit {
  readonly nanos: bigint;
  readonly labels: readonly string[];
}

/** Smallest first; the first label of a unit is the one that is printed. */
const UNITS: readonly TimeUnit[] = [
  { nanos: 1n, labels: ['ns', 'nano', 'nanos', 'nanosecond', 'nanoseconds'] },
  { nanos: 1_000n, labels: ['µs', 'micro', 'micros', 'microsecond', 'microseconds'] },
  { nanos: NANOS_PER_MILLI, labels: ['ms', 'milli', 'millis', 'millisecond', 'milliseconds'] },
  { nanos: NANOS_PER_SECOND, labels: ['s', 'sec', 'secs', 'second', 'seconds'] },
  { nanos: 60n * NANOS_PER_SECOND, labels: ['min', 'm', 'minute', 'minutes'] },
  { nanos: 3600n * NANOS_PER_SECOND, labels: ['h', 'hour', 'hours'] },
  { nanos: 86_400n * NANOS_PER_SECOND, labels: ['d', 'day', 'days'] },
];

const UNIT_LIST = UNITS.toReversed().map((unit) => `(${unit.labels.join(' | ')})`).join(' / ');

/** Immutable span of time. */
export class Duration {
  static readonly ZERO = new Duration(0n);

  /** The whole span in nanoseconds. */
  readonly nanos: bigint;

  private constructor(nanos: bigint) {
    this.nanos = nanos;
  }

  static ofNanos(nanos: bigint): Duration {
    assert(nanos >= 0n && nanos / NANOS_PER_SECOND <= SECONDS_MAX, 'a duration lies between 0 and 2^63-1 seconds');
    return new Duration(nanos);
  }

  static ofMillis(millis: number): Duration {
    return Duration.ofNanos(BigInt(Math.round(millis)) * NANOS_PER_MILLI);
  }

  /** Whole milliseconds, the rest cut off. */
  toMillis(): number {
    return Number(this.nanos / NANOS_PER_MILLI);
  }

  /** Parsable text in the largest unit that divides evenly; zero prints as `0 ms`. */
  toString(): string {
    if (this.nanos === 0n) return '0 ms';
    const firstUneven = UNITS.findIndex((unit) => this.nanos % unit.nanos !== 0n);
    const unit = UNITS[(firstUneven === -1 ? UNITS.length : firstUneven) - 1];
    assert(unit !== undefined, 'every span is a whole number of nanoseconds');
    return `${this.nanos / unit.nanos} ${unit.labels[0]}`;
  }
}

/** Reads `10 s`, `500ms`, `1 min`, `10` (milliseconds) or an ISO-8601 duration; units in any case. */
export function parseDuration(text: string): Parsed<Duration> {
  const trimmed = text.trim();
  if (trimmed === '') return refused('the text is empty');
  const digits = /^[0-9]*/.exec(trimmed)?.[0] ?? '';
  if (digits === '') return parseIsoDuration(trimmed);
  const label = trimmed.slice(digits.length).trim().toLowerCase();
  const unitNanos = label === '' ? NANOS_PER_MILLI : UNITS.find((unit) => unit.labels.includes(label))?.nanos;
  if (unitNanos === undefined) return refused(`the unit '${label}' is none of ${UNIT_LIST}`);
  return durationOf(BigInt(digits) * unitNanos);
}

const ISO_DURATION = /^([-+]?)P(?:([-+]?[0-9]+)D)?(T(?:([-+]?[0-9]+)H)?(?:([-+]?[0-9]+)M)?(?:([-+]?[0-9]+)(?:[.,]([0-9]{0,9}))?S)?)?$/i;

function parseIsoDuration(text: string): Parsed<Duration> {
  const match = ISO_DURATION.exec(text);
  const parts = match?.slice(2, 8) ?? [];
  const isEmpty = match === null || (match[2] === undefined && (match[3] ?? '').length < 2);
  if (isEmpty) return refused('the text starts with no number and is no ISO-8601 duration');
  const [days = '0', , hours = '0', minutes = '0', seconds = '0', fraction = ''] = parts;
  const wholeSeconds = BigInt(days) * 86_400n + BigInt(hours) * 3_600n + BigInt(minutes) * 60n + BigInt(seconds);
  const fractionNanos = BigInt(fraction.padEnd(9, '0')) * (seconds.startsWith('-') ? -1n : 1n);
  const nanos = (wholeSeconds * NANOS_PER_SECOND + fractionNanos) * (match[1] === '-' ? -1n : 1n);
  return nanos < 0n ? refused('a negative duration is not allowed') : durationOf(nanos);
}

function durationOf(nanos: bigint): Parsed<Duration> {
  if (nanos / NANOS_PER_SECOND > SECONDS_MAX) return refused('the duration in seconds does not fit 64 bits');
  return parsed(Duration.ofNanos(nanos));
}
