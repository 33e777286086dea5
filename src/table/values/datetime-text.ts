// Dates, times, timestamps and intervals as Flink reads and writes them in casts: `2020-01-31`, `10:00:00.5`,
// `2020-01-31 10:00:00.500`, `+1 02:03:04.567`, `+1-02`.
import { FunctionError } from '#table/errors';
import { dateOf } from '#core/time/civil-date';
import { DAY_MS, daysInMonth, daysOf } from '#table/values/calendar';
import type { ExactInteger } from '#core/columns/exact-integer';
import { nanosOfMs, timestampMs } from '#table/values/timestamp-value';

const two = (value: number): string => (value < 10 ? `0${value}` : String(value));

function yearText(year: number): string {
  if (year >= 0 && year <= 9999) return String(year).padStart(4, '0');
  return year < 0 ? `-${String(-year).padStart(4, '0')}` : String(year);
}

export function dateText(days: number): string {
  const { year, month, day } = dateOf(days);
  return `${yearText(year)}-${two(month)}-${two(day)}`;
}

/** The fraction has at least one digit where the precision is above 0, and no zeros at its end after that. */
export function timeText(ms: number, precision: number): string {
  const seconds = Math.floor(ms / 1000);
  const base = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  if (precision === 0) return base;
  const digits = String(ms - seconds * 1000).padStart(3, '0').slice(0, Math.min(3, precision));
  return `${base}.${digits.replace(/(?<=\d)0+$/, '')}`;
}

/** All digits of the precision are written. */
export function timestampText(value: ExactInteger, precision: number): string {
  return localTimestampText(timestampMs(value, precision), nanosOfMs(value, precision), precision);
}

export function localTimestampText(ms: number, nanos: number, precision: number): string {
  const days = Math.floor(ms / DAY_MS);
  const inDay = ms - days * DAY_MS;
  const base = `${dateText(days)} ${timeText(inDay, 0)}`;
  if (precision === 0) return base;
  const fraction = `${String(inDay % 1000).padStart(3, '0')}${String(nanos).padStart(6, '0')}`;
  return `${base}.${fraction.slice(0, precision)}`;
}

/** Months as `+1-02`. */
export function yearMonthIntervalText(months: number): string {
  const size = Math.abs(months);
  return `${months < 0 ? '-' : '+'}${Math.floor(size / 12)}-${two(size % 12)}`;
}

/** Milliseconds as `+1 02:03:04.567`. */
export function dayTimeIntervalText(ms: number): string {
  const size = Math.abs(ms);
  const days = Math.floor(size / DAY_MS);
  return `${ms < 0 ? '-' : '+'}${days} ${timeText(size - days * DAY_MS, 0)}.${String(size % 1000).padStart(3, '0')}`;
}

const DATE = /^\s*(\d+)\s*(?:-\s*(\d+)\s*(?:-\s*(\d+)\s*)?)?$/;

/** Days of a date text; month and day may be left out, a time behind a blank is cut off. Undefined where it is no date. */
export function parseDateText(text: string): number | undefined {
  const blank = text.indexOf(' ');
  const match = DATE.exec(blank > 0 ? text.slice(0, blank) : text);
  if (match === null) return undefined;
  const year = Number(match[1]);
  const month = Number(match[2] ?? 1);
  const day = Number(match[3] ?? 1);
  if (year > 9999 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (year === 0) throw new FunctionError(`Year out of range: [${year}]`);
  return daysOf(year, month, day);
}

const TIME = /^\s*(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?)?)?\s*$/;

/** Milliseconds of a time text; minutes and seconds may be left out. Undefined where it is no time. */
export function parseTimeText(text: string): number | undefined {
  const match = TIME.exec(text);
  if (match === null) return undefined;
  const hour = Number(match[1]);
  const minute = Number(match[2] ?? 0);
  const second = Number(match[3] ?? 0);
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return ((hour * 60 + minute) * 60 + second) * 1000 + Number((match[4] ?? '').padEnd(3, '0').slice(0, 3));
}

const TIMESTAMP = /^([+-]?\d{1,10})-(\d{1,2})-(\d{1,2})(?: (\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{0,9}))?)?$/;

export interface LocalTimestamp {
  readonly ms: number;
  readonly nanos: number;
}

/** `2020-1-2 3:4:5.678901234`; a day beyond its month is the month's last. Undefined where it is no timestamp. */
export function parseTimestampText(text: string): LocalTimestamp | undefined {
  const match = TIMESTAMP.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map((part) => Number(part ?? 0));
  const fraction = (match[7] ?? '').padEnd(9, '0');
  // 24:00 is the end of the day.
  const isEndOfDay = hour === 24 && minute === 0 && second === 0 && Number(fraction) === 0;
  if (month < 1 || month > 12 || day < 1 || day > 31 || (hour > 23 && !isEndOfDay) || minute > 59 || second > 59) return undefined;
  const days = daysOf(year, month, Math.min(day, daysInMonth(year, month)));
  return { ms: days * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000 + Number(fraction.slice(0, 3)), nanos: Number(fraction.slice(3)) };
}

const YEAR_MONTH = /^\s*([+-]?)\s*(\d+)-(\d+)\s*$/;

export function parseYearMonthInterval(text: string): number | undefined {
  const match = YEAR_MONTH.exec(text);
  if (match === null) return undefined;
  return (Number(match[2]) * 12 + Number(match[3])) * (match[1] === '-' ? -1 : 1);
}

const DAY_TIME = /^\s*([+-]?)\s*(\d+) (\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))?\s*$/;

export function parseDayTimeInterval(text: string): number | undefined {
  const match = DAY_TIME.exec(text);
  if (match === null) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(2, 6).map(Number);
  const ms = days * DAY_MS + ((hours * 60 + minutes) * 60 + seconds) * 1000 + Number((match[6] ?? '').padEnd(3, '0').slice(0, 3));
  return match[1] === '-' ? 0 - ms : ms;
}
