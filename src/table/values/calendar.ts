// The proleptic Gregorian calendar over days and milliseconds since 1970-01-01. hot path: plain integer arithmetic.
import { dateOf } from '#core/time/civil-date';

export const DAY_MS = 86400000;

/** Days since the epoch of a date; month from 1. */
export function daysOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719468;
}

export const yearOf = (days: number): number => dateOf(days).year;
export const dayOfMonth = (days: number): number => dateOf(days).day;

export const isLeapYear = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

export function daysInMonth(year: number, month: number): number {
  return month === 2 ? (isLeapYear(year) ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** 1 = Monday … 7 = Sunday. */
export const isoDayOfWeek = (days: number): number => (((days + 3) % 7) + 7) % 7 + 1;

/** From 1. */
export const dayOfYear = (days: number): number => days - daysOf(dateOf(days).year, 1, 1) + 1;

/** The year that the ISO week belongs to. */
export function isoYear(days: number): number {
  return yearOf(days + 4 - isoDayOfWeek(days));
}

export function isoWeek(days: number): number {
  const thursday = days + 4 - isoDayOfWeek(days);
  return Math.floor((thursday - daysOf(yearOf(thursday), 1, 1)) / 7) + 1;
}

/** The same day so many months later; the last of the month where that day is not there. */
export function addMonths(days: number, months: number): number {
  const { year, month, day } = dateOf(days);
  const index = year * 12 + (month - 1) + months;
  const newYear = Math.floor(index / 12);
  const newMonth = index - newYear * 12 + 1;
  return daysOf(newYear, newMonth, Math.min(day, daysInMonth(newYear, newMonth)));
}

/** Whole months from one moment to another, both in ms; towards zero. */
export function monthsBetween(startMs: number, endMs: number): number {
  if (startMs > endMs) return 0 - monthsBetween(endMs, startMs);
  const startDays = Math.floor(startMs / DAY_MS);
  const endDays = Math.floor(endMs / DAY_MS);
  const start = dateOf(startDays);
  const end = dateOf(endDays);
  let months = (end.year - start.year) * 12 + end.month - start.month;
  if (addMonths(startDays, months) * DAY_MS + (startMs - startDays * DAY_MS) > endMs) months -= 1;
  return months;
}
