// A row that is held back while a schema is inferred: a copy, since a program may change and emit the same object again (its
// row would have been written into columns at once). Plain data is copied as it is, anything else as a channel carries it.
import { copyAny } from '#core/serialization/any-codec';

export function copyHeldRow(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const prototype = Object.getPrototypeOf(value) as unknown;
  if (prototype === Array.prototype) return (value as readonly unknown[]).map(copyHeldRow);
  if (prototype !== Object.prototype || Object.hasOwn(value, '__proto__')) return copyAny(value);
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) copy[name] = copyHeldRow((value as Record<string, unknown>)[name]);
  return copy;
}
