// Lists and maps written in one line: Flink's `a;b` and `k:v,k:v` with quotes, and the YAML flow forms `[a, b]`, `{k: v}`.
// Invariant: formatList and formatMap write what parseList and parseMap read back.
// Pure; any thread. The flow forms are read one level deep, which is all that configuration keys hold; no YAML library is
// needed for it, so slot workers do not load one.

import { parsed, refused, type Parsed } from '#core/config/parsed';

/** `a;b;'c;d'` or `[a, b, "c, d"]`; blank text is an empty list. */
export function parseList(text: string): Parsed<readonly string[]> {
  const flow = insideOf(text, '[', ']');
  const parts = flow === undefined ? splitOutsideQuotes(text, ';', AT_START) : splitOutsideQuotes(flow, ',', AT_START);
  return parts.kind === 'refused' ? parts : parsed(parts.value.map(unquoted));
}

/** `k:v,k2:'v,2'` or `{k: v, k2: "v,2"}`; a pair may be quoted as a whole; blank text is an empty map. */
export function parseMap(text: string): Parsed<Readonly<Record<string, string>>> {
  const pairs = splitOutsideQuotes(insideOf(text, '{', '}') ?? text, ',', AT_START_OR_COLON);
  if (pairs.kind === 'refused') return pairs;
  const entries: [string, string][] = [];
  for (const pair of pairs.value) {
    const sides = splitOutsideQuotes(unquoted(pair), ':', AT_START);
    if (sides.kind === 'refused') return sides;
    const [key, value] = sides.value;
    if (key === undefined || value === undefined || sides.value.length > 2) return refused(`'${pair}' is not a pair name:value`);
    entries.push([unquoted(key), unquoted(value)]);
  }
  return parsed(Object.fromEntries(entries));
}

export function formatList(values: readonly string[]): string {
  return values.map(quotedWhenNeeded).join(';');
}

export function formatMap(map: Readonly<Record<string, string>>): string {
  return Object.entries(map).map(([key, value]) => `${quotedWhenNeeded(key)}:${quotedWhenNeeded(value)}`).join(',');
}

/** What stands before a quote that opens; a quote anywhere else is an ordinary character. */
const AT_START = /^\s*$/;
const AT_START_OR_COLON = /(^|:)\s*$/;

function insideOf(text: string, open: string, close: string): string | undefined {
  const trimmed = text.trim();
  return trimmed.startsWith(open) && trimmed.endsWith(close) ? trimmed.slice(1, -1) : undefined;
}

function quotedWhenNeeded(text: string): string {
  const isPlain = text !== '' && text === text.trim() && !/[;,:'"[\]{}]/.test(text);
  return isPlain ? text : `'${text.replaceAll("'", "''")}'`;
}

/** Parts keep their quotes; empty parts are left out. */
function splitOutsideQuotes(text: string, separator: string, opensAfter: RegExp): Parsed<readonly string[]> {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === separator) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    } else if ((char === "'" || char === '"') && opensAfter.test(text.slice(start, at))) {
      at = closingQuote(text, at);
      if (at === -1) return refused(`a ${char} quote is not closed`);
    }
  }
  parts.push(text.slice(start).trim());
  return parsed(parts.filter((part) => part !== ''));
}

/** Offset of the quote that closes the one at `open`, or -1; a doubled quote inside stands for the character itself. */
function closingQuote(text: string, open: number): number {
  const quote = text[open];
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] !== quote) continue;
    if (text[at + 1] !== quote) return at;
    at++;
  }
  return -1;
}

function unquoted(part: string): string {
  const quote = part[0];
  if ((quote !== "'" && quote !== '"') || closingQuote(part, 0) !== part.length - 1) return part;
  return part.slice(1, -1).replaceAll(quote + quote, quote);
}
