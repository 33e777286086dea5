// Copies a row for a second consumer, so that one consumer's changes are not seen by another (Flink copies in chains too,
// unless object reuse is on). Data and instances of classes are copied; functions are shared, and texts that
// lie in a frame, which nobody changes.

import { TextSlice } from '#core/columns/text-slice';

export function deepCopy<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  return copyObject(value) as T;
}

function copyObject(value: object): object {
  if (Array.isArray(value)) return value.map(deepCopy);
  if (value instanceof Uint8Array) return value.slice();
  if (value instanceof TextSlice) return value;
  if (value instanceof Date) return new Date(value);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [deepCopy(key), deepCopy(item)]));
  if (value instanceof Set) return new Set([...value].map(deepCopy));
  const copy = Object.create(Object.getPrototypeOf(value) as object | null) as Record<string, unknown>;
  for (const key of Object.keys(value)) copy[key] = deepCopy((value as Record<string, unknown>)[key]);
  return copy;
}
