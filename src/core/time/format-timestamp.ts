// Text of an epoch timestamp in UTC, `2024-02-29 12:34:56.789`, made by arithmetic: printing sinks format one per row,
// and Date.toISOString with two replacements took several times as long. hot path
// The day is cached: consecutive rows nearly always share it.
import { dateOf } from '#core/time/civil-date';
import { formatEventTime } from '#core/time/watermarks';

const DAY_MS = 86_400_000;
/** Years 0000 to 9999, where the form has a fixed width. */
const FIRST_MS = -62_167_219_200_000;
const LAST_MS = 253_402_300_799_999;

const TWO_DIGITS = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, '0'));
const THREE_DIGITS = Array.from({ length: 1000 }, (_, n) => String(n).padStart(3, '0'));

let cachedDay = Number.NaN;
let cachedText = '';

/** @param ms epoch ms; a fraction is cut off. Outside the years 0000 to 9999 (watermarks at the ends of time) it is the plain number. */
export function formatTimestamp(ms: number): string {
  if (!(ms >= FIRST_MS && ms <= LAST_MS)) return formatEventTime(ms);
  const day = Math.floor(ms / DAY_MS);
  if (day !== cachedDay) {
    cachedDay = day;
    cachedText = formatDay(day);
  }
  const inDay = Math.floor(ms) - day * DAY_MS;
  const seconds = (inDay / 1000) | 0;
  const minutes = (seconds / 60) | 0;
  const hours = (minutes / 60) | 0;
  return `${cachedText} ${TWO_DIGITS[hours]}:${TWO_DIGITS[minutes - hours * 60]}:${TWO_DIGITS[seconds - minutes * 60]}.${THREE_DIGITS[inDay - seconds * 1000]}`;
}

function formatDay(days: number): string {
  const { year, month, day } = dateOf(days);
  return `${String(year).padStart(4, '0')}-${TWO_DIGITS[month]}-${TWO_DIGITS[day]}`;
}
