// Java's date patterns (`yyyy-MM-dd HH:mm:ss.SSS`), compiled once into a list of fields that print and parse.
import { FunctionError } from '#table/errors';
import { dateOf } from '#core/time/civil-date';
import { DAY_MS, dayOfYear, daysInMonth, daysOf, isoDayOfWeek } from '#table/values/calendar';
import type { LocalTimestamp } from '#table/values/datetime-text';
import { timeZoneOf, type TimeZone } from '#table/values/time-zone';

/** What a printed moment is made of; one object per pattern is filled again for each moment. */
interface Moment {
  days: number;
  year: number;
  month: number;
  day: number;
  msOfDay: number;
  nanos: number;
  offsetMs: number;
  zone: TimeZone;
}

type FieldPrinter = (moment: Moment) => string;

const TWO_DIGITS: readonly string[] = Array.from({ length: 100 }, (_, value) => String(value).padStart(2, '0'));

type Item = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'field'; readonly letter: string; readonly width: number };

const LETTERS = 'GuyYDMLQqwWdFEeacBhHkKmsSAnNVzOXxZ';
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

const patterns = new Map<string, DatePattern>();
const PATTERNS_MAX = 1000;

/** The compiled pattern, kept. Throws FunctionError for a letter that is none. */
export function datePattern(text: string): DatePattern {
  let pattern = patterns.get(text);
  if (pattern === undefined) {
    pattern = new DatePattern(text);
    if (patterns.size >= PATTERNS_MAX) patterns.clear();
    patterns.set(text, pattern);
  }
  return pattern;
}

export class DatePattern {
  readonly #items: readonly Item[];
  readonly #printers: readonly FieldPrinter[];
  /** Whether a printer needs the date: then it is taken apart once. */
  readonly #hasDate: boolean;
  /** Moments within one such span are printed alike: the last text is kept. 0 where each moment has a text of its own. */
  readonly #spanMs: number;
  #lastSpan = Number.NaN;
  #lastText = '';
  readonly #moment: Moment = { days: Number.NaN, year: 0, month: 0, day: 0, msOfDay: 0, nanos: 0, offsetMs: 0, zone: timeZoneOf('UTC') };

  constructor(pattern: string) {
    this.#items = compile(pattern);
    this.#printers = this.#items.map(printerOf);
    this.#spanMs = spanOf(this.#items);
    this.#hasDate = this.#items.some((item) => item.kind === 'field' && 'yuMLdQqWF'.includes(item.letter));
  }

  /** `ms` and `nanos` are local; `zone` and `offsetMs` are what the zone letters print. hot path. */
  format(ms: number, nanos: number, zone: TimeZone, offsetMs: number): string {
    if (this.#spanMs === 0) return this.#print(ms, nanos, zone, offsetMs);
    const span = Math.floor(ms / this.#spanMs);
    if (span !== this.#lastSpan) {
      this.#lastText = this.#print(ms, nanos, zone, offsetMs);
      this.#lastSpan = span;
    }
    return this.#lastText;
  }

  #print(ms: number, nanos: number, zone: TimeZone, offsetMs: number): string {
    const moment = this.#moment;
    const days = Math.floor(ms / DAY_MS);
    moment.msOfDay = ms - days * DAY_MS;
    moment.nanos = nanos;
    moment.zone = zone;
    moment.offsetMs = offsetMs;
    if (moment.days !== days) {
      moment.days = days;
      if (this.#hasDate) {
        const date = dateOf(days);
        moment.year = date.year;
        moment.month = date.month;
        moment.day = date.day;
      }
    }
    const printers = this.#printers;
    let text = '';
    for (let index = 0; index < printers.length; index += 1) text += printers[index]!(moment);
    return text;
  }

  /** Undefined where the text does not follow the pattern. `isLenient` lets fields overflow and text be left over, as Java's older formats do. */
  parse(text: string, { isLenient }: { readonly isLenient: boolean }): (LocalTimestamp & { readonly offsetMs: number | undefined }) | undefined {
    const fields = new Map<string, number>();
    let at = 0;
    for (const [index, item] of this.#items.entries()) {
      if (item.kind === 'text') {
        if (!text.startsWith(item.text, at)) return undefined;
        at += item.text.length;
        continue;
      }
      const next = this.#items[index + 1];
      const isAdjacent = next !== undefined && next.kind === 'field' && isDigitField(next);
      const end = parseField(item, text, at, isAdjacent, fields, isLenient);
      if (end === undefined) return undefined;
      at = end;
    }
    if (at < text.length && !isLenient) return undefined;
    return resolve(fields, isLenient);
  }
}

function compile(pattern: string): readonly Item[] {
  const items: Item[] = [];
  const addText = (text: string): void => {
    const last = items.at(-1);
    if (last?.kind === 'text') items[items.length - 1] = { kind: 'text', text: last.text + text };
    else items.push({ kind: 'text', text });
  };
  for (let at = 0; at < pattern.length; ) {
    const char = pattern[at]!;
    if (/[A-Za-z]/.test(char)) {
      let end = at;
      while (pattern[end] === char) end += 1;
      if (!LETTERS.includes(char)) throw new FunctionError(`Unknown pattern letter: ${char}`);
      items.push({ kind: 'field', letter: char, width: end - at });
      at = end;
    } else if (char === "'") {
      const end = quotedEnd(pattern, at);
      addText(end === at + 2 ? "'" : pattern.slice(at + 1, end - 1).replaceAll("''", "'"));
      at = end;
    } else if (char === '{' || char === '}' || char === '#') {
      throw new FunctionError(`Pattern includes reserved character: '${char}'`);
    } else {
      if (char !== '[' && char !== ']') addText(char);
      at += 1;
    }
  }
  return items;
}

function quotedEnd(pattern: string, start: number): number {
  for (let at = start + 1; at < pattern.length; at += 1) {
    if (pattern[at] !== "'") continue;
    if (pattern[at + 1] === "'" && at > start + 1) at += 1;
    else return at + 1;
  }
  throw new FunctionError(`Pattern ends with an incomplete string literal: ${pattern}`);
}

const padded = (value: number, width: number): string => {
  const digits = String(Math.abs(value)).padStart(width, '0');
  return value < 0 ? `-${digits}` : digits;
};

function spanOf(items: readonly Item[]): number {
  const letters = items.map((item) => (item.kind === 'field' ? item.letter : '')).join('');
  if (/[SnANVzOXxZ]/.test(letters)) return 0;
  return letters.includes('s') ? 1000 : letters.includes('m') ? 60000 : /[HkKha]/.test(letters) ? 3600000 : DAY_MS;
}

/** Fields of two digits, which most patterns are made of, have printers of their own. */
function printerOf(item: Item): FieldPrinter {
  if (item.kind === 'text') return () => item.text;
  const { letter, width } = item;
  if (width === 2) {
    switch (letter) {
      case 'M': return (moment) => TWO_DIGITS[moment.month]!;
      case 'd': return (moment) => TWO_DIGITS[moment.day]!;
      case 'H': return (moment) => TWO_DIGITS[Math.floor(moment.msOfDay / 3600000)]!;
      case 'm': return (moment) => TWO_DIGITS[Math.floor(moment.msOfDay / 60000) % 60]!;
      case 's': return (moment) => TWO_DIGITS[Math.floor(moment.msOfDay / 1000) % 60]!;
      default: break;
    }
  }
  if (width === 4 && (letter === 'y' || letter === 'u')) return (moment) => (moment.year >= 1000 && moment.year <= 9999 ? String(moment.year) : yearDigits(moment.year, 4));
  return (moment) => fieldText(letter, width, moment);
}

function fieldText(letter: string, width: number, moment: Moment): string {
  const { days, msOfDay } = moment;
  const hour = Math.floor(msOfDay / 3600000);
  switch (letter) {
    case 'y': case 'u': return yearDigits(moment.year, width);
    case 'Y': return yearDigits(weekOf(days).year, width);
    case 'M': case 'L': return named(MONTHS, moment.month, width);
    case 'd': return padded(moment.day, width);
    case 'D': return padded(dayOfYear(days), width);
    case 'Q': case 'q': return padded(Math.ceil(moment.month / 3), width);
    case 'w': return padded(weekOf(days).week, width);
    case 'W': return padded(Math.floor((moment.day + 6 - (isoDayOfWeek(days) % 7)) / 7) + 1, width);
    case 'F': return padded(Math.floor((moment.day - 1) / 7) + 1, width);
    case 'E': return width === 4 ? WEEKDAYS[isoDayOfWeek(days) - 1]! : width === 5 ? WEEKDAYS[isoDayOfWeek(days) - 1]![0]! : WEEKDAYS[isoDayOfWeek(days) - 1]!.slice(0, 3);
    case 'e': case 'c': return width <= 2 ? padded((isoDayOfWeek(days) % 7) + 1, width) : fieldText('E', width, moment);
    case 'a': return hour < 12 ? 'AM' : 'PM';
    case 'H': return padded(hour, width);
    case 'k': return padded(hour === 0 ? 24 : hour, width);
    case 'K': return padded(hour % 12, width);
    case 'h': return padded(hour % 12 === 0 ? 12 : hour % 12, width);
    case 'm': return padded(Math.floor(msOfDay / 60000) % 60, width);
    case 's': return padded(Math.floor(msOfDay / 1000) % 60, width);
    case 'S': return fractionDigits(moment).padEnd(width, '0').slice(0, width);
    case 'n': return padded(Number(fractionDigits(moment)), width);
    case 'A': return padded(msOfDay, width);
    case 'N': return padded(msOfDay * 1000000 + moment.nanos, width);
    case 'G': return width === 4 ? 'Anno Domini' : 'AD';
    case 'V': case 'z': return moment.zone.name;
    default: return offsetText(letter, width, moment.offsetMs);
  }
}

const fractionDigits = (moment: Moment): string => `${String(moment.msOfDay % 1000).padStart(3, '0')}${String(moment.nanos).padStart(6, '0')}`;

function yearDigits(year: number, width: number): string {
  return width === 2 ? String(Math.abs(year) % 100).padStart(2, '0') : padded(year, width);
}

function named(names: readonly string[], index: number, width: number): string {
  if (width <= 2) return padded(index, width);
  return width === 3 ? names[index - 1]!.slice(0, 3) : width === 4 ? names[index - 1]! : names[index - 1]![0]!;
}

/** Weeks of the United States: from Sunday, the first being the one with January 1. */
function weekOf(days: number): { readonly year: number; readonly week: number } {
  const { year } = dateOf(days);
  const startOf = (y: number): number => {
    const first = daysOf(y, 1, 1);
    return first - (isoDayOfWeek(first) % 7);
  };
  const weekYear = days >= startOf(year + 1) ? year + 1 : year;
  return { year: weekYear, week: Math.floor((days - startOf(weekYear)) / 7) + 1 };
}

function offsetText(letter: string, width: number, offsetMs: number): string {
  if (letter === 'X' && offsetMs === 0) return 'Z';
  const minutes = Math.floor(Math.abs(offsetMs) / 60000);
  const sign = offsetMs < 0 ? '-' : '+';
  const hours = String(Math.floor(minutes / 60)).padStart(2, '0');
  const rest = String(minutes % 60).padStart(2, '0');
  if (letter === 'O') return offsetMs === 0 ? 'GMT' : `GMT${sign}${width === 4 ? `${hours}:${rest}` : Math.floor(minutes / 60)}`;
  if (letter === 'Z') return width === 5 ? `${sign}${hours}:${rest}` : width === 4 ? `GMT${sign}${hours}:${rest}` : `${sign}${hours}${rest}`;
  if (width === 1) return minutes % 60 === 0 ? `${sign}${hours}` : `${sign}${hours}${rest}`;
  return width === 3 || width === 5 ? `${sign}${hours}:${rest}` : `${sign}${hours}${rest}`;
}

const isDigitField = (item: { readonly letter: string; readonly width: number }): boolean => !'EaGVzOXxZ'.includes(item.letter) && !('ML'.includes(item.letter) && item.width > 2);

function parseField(item: { readonly letter: string; readonly width: number }, text: string, start: number, isAdjacent: boolean, fields: Map<string, number>, isLenient: boolean): number | undefined {
  const { letter, width } = item;
  if (isDigitField(item)) return parseDigits(item, text, start, isAdjacent, fields, isLenient);
  const rest = text.slice(start);
  if (letter === 'a') {
    const match = /^(am|pm)/i.exec(rest);
    if (match === null) return undefined;
    fields.set('a', match[1]!.toLowerCase() === 'pm' ? 1 : 0);
    return start + 2;
  }
  if (letter === 'M' || letter === 'L' || letter === 'E') {
    const names = letter === 'E' ? WEEKDAYS : MONTHS;
    const index = names.findIndex((name) => rest.toLowerCase().startsWith((width === 4 ? name : name.slice(0, 3)).toLowerCase()));
    if (index < 0) return undefined;
    fields.set(letter === 'E' ? 'E' : 'M', index + 1);
    return start + (width === 4 ? names[index]!.length : 3);
  }
  if ('XxZ'.includes(letter)) {
    const match = /^(?:Z|([+-])(\d{2}):?(\d{2})?)/.exec(rest);
    if (match === null) return undefined;
    fields.set('offset', match[1] === undefined ? 0 : (Number(match[2]) * 60 + Number(match[3] ?? 0)) * 60000 * (match[1] === '-' ? -1 : 1));
    return start + match[0].length;
  }
  const match = /^[A-Za-z/_+\-:0-9]+/.exec(rest);
  return match === null ? undefined : start + match[0].length;
}

function parseDigits(item: { readonly letter: string; readonly width: number }, text: string, start: number, isAdjacent: boolean, fields: Map<string, number>, isLenient: boolean): number | undefined {
  const { letter, width } = item;
  let end = start;
  if ((letter === 'y' || letter === 'u') && (text[end] === '-' || text[end] === '+')) end += 1;
  // Java: one letter takes any number of digits, two and more exactly as many, years of four or more also more; the older formats take any number.
  const isExact = isAdjacent || (!isLenient && width >= 2 && !('yuY'.includes(letter) && width > 2));
  // More digits of a fraction than the pattern has are read and cut.
  const max = letter === 'S' ? (isAdjacent ? width : 19) : isExact ? width : 19;
  const first = end;
  while (end < text.length && end - first < max && text.charCodeAt(end) >= 48 && text.charCodeAt(end) <= 57) end += 1;
  const min = isLenient && !isAdjacent ? 1 : letter === 'S' || width >= 2 ? width : 1;
  if (end - first < min) return undefined;
  const digits = text.slice(start, end);
  if (letter === 'S') {
    if (isLenient) fields.set('ms', Number(digits));
    else fields.set('fraction', Number(digits.slice(0, width).padEnd(9, '0').slice(0, 9)));
  } else if ((letter === 'y' || letter === 'u') && width === 2 && digits.length === 2) fields.set('y', 2000 + Number(digits) - (isLenient && Number(digits) > 45 ? 100 : 0));
  else fields.set(letter === 'u' ? 'y' : letter === 'L' ? 'M' : letter, Number(digits));
  return end;
}

function resolve(fields: ReadonlyMap<string, number>, isLenient: boolean): (LocalTimestamp & { readonly offsetMs: number | undefined }) | undefined {
  const year = fields.get('y') ?? 1970;
  const month = fields.get('M') ?? 1;
  const day = fields.get('d') ?? 1;
  let hour = fields.get('H') ?? (fields.has('k') ? fields.get('k')! % 24 : undefined);
  if (hour === undefined) {
    const half = fields.has('h') ? fields.get('h')! % 12 : (fields.get('K') ?? 0);
    hour = half + (fields.get('a') === 1 ? 12 : 0);
  }
  const minute = fields.get('m') ?? 0;
  const second = fields.get('s') ?? 0;
  const time = ((hour * 60 + minute) * 60 + second) * 1000;
  const offsetMs = fields.get('offset');
  if (isLenient) {
    const monthIndex = year * 12 + month - 1;
    const days = daysOf(Math.floor(monthIndex / 12), (((monthIndex % 12) + 12) % 12) + 1, 1) + day - 1;
    return { ms: (fields.has('D') ? daysOf(year, 1, 1) + fields.get('D')! - 1 : days) * DAY_MS + time + (fields.get('ms') ?? 0), nanos: 0, offsetMs };
  }
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return undefined;
  const days = fields.has('D') ? daysOf(year, 1, 1) + fields.get('D')! - 1 : daysOf(year, month, Math.min(day, daysInMonth(year, month)));
  const fraction = fields.get('fraction') ?? fields.get('n') ?? 0;
  return { ms: days * DAY_MS + time + Math.floor(fraction / 1000000), nanos: fraction % 1000000, offsetMs };
}
