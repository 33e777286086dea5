// Values of state as JSON and as cells of a table: BIGINT as a number while a number holds it exactly, else as text; bytes
// as hex; maps as objects where their keys are text, else as pairs. Pure.

/** What JSON can say of any value of state. */
export function jsonValue(value: unknown): unknown {
  switch (typeof value) {
    case 'bigint': return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    case 'number': return Number.isFinite(value) ? value : String(value);
    case 'undefined': case 'function': case 'symbol': return null;
    case 'object': return value === null ? null : jsonObject(value);
    default: return value;
  }
}

function jsonObject(value: object): unknown {
  if (value instanceof Uint8Array) return Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (Array.isArray(value)) return value.map(jsonValue);
  if (value instanceof Set) return [...value].map(jsonValue);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Map) {
    const entries = [...value as Map<unknown, unknown>];
    return entries.every(([key]) => typeof key === 'string') ? Object.fromEntries(entries.map(([key, entry]) => [key, jsonValue(entry)])) : entries.map((entry) => entry.map(jsonValue));
  }
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, jsonValue(field)]));
}

/** Text as it is, all else as JSON; an absent value is empty. */
export function cellText(value: unknown): string {
  const json = jsonValue(value);
  if (typeof json === 'string') return json;
  return json === null ? '' : JSON.stringify(json);
}

/** One line of CSV as RFC 4180 has it. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\n`;
}
