// Values of records and state as JSON: exact integers as numbers while a number holds them, else as text; bytes as hex; maps
// as objects where their keys are text, else as pairs; what JSON has no form for as null or text. Pure.

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
