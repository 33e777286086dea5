// Offsets of time zones: IANA names through Intl, fixed offsets by arithmetic. An offset is looked up once per day and zone;
// the days of a change are searched to the millisecond. hot path: the last day is kept.
import { FunctionError } from '#table/errors';
import { DAY_MS, daysOf } from '#table/values/calendar';

export interface TimeZone {
  readonly name: string;
  /** Milliseconds to add to UTC at that moment. */
  readonly offsetAt: (epochMs: number) => number;
}

const zones = new Map<string, TimeZone | undefined>();

/** Undefined for a name that is none. */
export function findTimeZone(name: string): TimeZone | undefined {
  if (!zones.has(name)) zones.set(name, fixedZone(name) ?? namedZone(name));
  return zones.get(name);
}

export function timeZoneOf(name: string): TimeZone {
  const zone = findTimeZone(name);
  if (zone === undefined) throw new FunctionError(`Unknown time zone '${name}': give a name such as 'Europe/Berlin', or an offset such as 'GMT+02:00'`);
  return zone;
}

const OFFSET = /^(?:(?:GMT|UTC|UT)?([+-])(\d{1,2})(?::?(\d{2}))?(?::?(\d{2}))?|GMT|UTC|UT|Z|GMT0)$/;

function fixedZone(name: string): TimeZone | undefined {
  const match = OFFSET.exec(name);
  if (match === null) return undefined;
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = match;
  if (Number(hours) > 18 || Number(minutes) > 59) return undefined;
  const offset = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000 * (sign === '-' ? -1 : 1);
  return { name, offsetAt: () => offset };
}

function namedZone(name: string): TimeZone | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name, hourCycle: 'h23', era: 'short', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    });
  } catch {
    return undefined; // Intl throws for a name that it does not know: an answer, not a failure.
  }
  return new CachedZone(name, (epochMs) => intlOffset(format, epochMs));
}

/** Last moment that Intl knows. */
const DATE_MAX_MS = 8.64e15;

function intlOffset(format: Intl.DateTimeFormat, epochMs: number): number {
  const parts: Record<string, string> = {};
  const wholeSecond = Math.floor(Math.max(-DATE_MAX_MS, Math.min(DATE_MAX_MS, epochMs)) / 1000) * 1000;
  for (const { type, value } of format.formatToParts(wholeSecond)) parts[type] = value;
  const year = parts['era'] === 'BC' ? 1 - Number(parts['year']) : Number(parts['year']);
  const days = daysOf(year, Number(parts['month']), Number(parts['day']));
  return days * DAY_MS + Number(parts['hour']) * 3600000 + Number(parts['minute']) * 60000 + Number(parts['second']) * 1000 - wholeSecond;
}

interface Day {
  readonly before: number;
  /** First moment of the other offset; the end of the day where there is no change. */
  readonly changeMs: number;
  readonly after: number;
}

const DAYS_MAX = 100000;

class CachedZone implements TimeZone {
  readonly name: string;
  readonly #lookUp: (epochMs: number) => number;
  readonly #days = new Map<number, Day>();
  #lastNumber = Number.NaN;
  #last: Day = { before: 0, changeMs: 0, after: 0 };

  constructor(name: string, lookUp: (epochMs: number) => number) {
    this.name = name;
    this.#lookUp = lookUp;
  }

  readonly offsetAt = (epochMs: number): number => {
    const number = Math.floor(epochMs / DAY_MS);
    if (number !== this.#lastNumber) {
      this.#last = this.#dayOf(number);
      this.#lastNumber = number;
    }
    return epochMs < this.#last.changeMs ? this.#last.before : this.#last.after;
  };

  #dayOf(number: number): Day {
    let day = this.#days.get(number);
    if (day === undefined) {
      if (this.#days.size >= DAYS_MAX) this.#days.clear();
      day = this.#search(number * DAY_MS);
      this.#days.set(number, day);
    }
    return day;
  }

  #search(startMs: number): Day {
    const before = this.#lookUp(startMs);
    const after = this.#lookUp(startMs + DAY_MS - 1);
    if (before === after) return { before, changeMs: startMs + DAY_MS, after };
    let low = startMs;
    let high = startMs + DAY_MS - 1;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#lookUp(middle) === before) low = middle;
      else high = middle;
    }
    return { before, changeMs: high, after };
  }
}

/** Local milliseconds of a moment. */
export const toLocalMs = (epochMs: number, zone: TimeZone): number => epochMs + zone.offsetAt(epochMs);

/** The moment of a local time: the earlier one where it occurs twice, moved on by the gap where it does not occur. */
export function toEpochMs(localMs: number, zone: TimeZone): number {
  const before = zone.offsetAt(localMs - DAY_MS);
  const after = zone.offsetAt(localMs + DAY_MS);
  if (before === after && zone.offsetAt(localMs - before) === before) return localMs - before;
  if (zone.offsetAt(localMs - before) === before) return localMs - before;
  if (zone.offsetAt(localMs - after) === after) return localMs - after;
  return localMs - before;
}
