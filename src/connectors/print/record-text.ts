// A record as one line of text: primitives as they are, everything else as JSON. BigInts become their digits, maps
// arrays of entries, bytes base64; a Date is its ISO text.
import { Buffer } from 'node:buffer';

export function formatRecord(record: unknown): string {
  if (typeof record === 'string') return record;
  if (typeof record !== 'object' || record === null) return String(record);
  return JSON.stringify(record, replace);
}

function replace(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Map) return [...value];
  if (value instanceof Set) return [...value];
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  return value;
}
