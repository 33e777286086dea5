// Schemaless values (`any`) as msgpackr bytes: objects, arrays, bigint, Date, Map, Set, RegExp, Error, typed arrays and
// undefined round-trip. Each message stands alone. Not kept: -0 (becomes 0), prototypes of user classes (plain objects
// come back), functions (become undefined), lone surrogates, and the identity of objects referred to twice.
import { createRequire } from 'node:module';
import type * as msgpackr from 'msgpackr';
import { SerializationError } from '#core/errors/serialization-errors';
import { previewValue } from '#core/errors/type-errors';

let packr: msgpackr.Packr | undefined;

/** Loaded with the first value: jobs of declared rows have none, and it would be a twentieth of their start. */
function loadPackr(): msgpackr.Packr {
  const { Packr } = createRequire(import.meta.url)('msgpackr') as typeof msgpackr;
  // Records (not maps) for objects tell objects and Maps apart; toJSON hooks would turn values into something else.
  packr = new Packr({
    useRecords: true,
    moreTypes: true,
    int64AsType: 'bigint',
    copyBuffers: true,
    useToJSON: false,
  } as ConstructorParameters<typeof Packr>[0]);
  return packr;
}

/** The bytes of `value`: a part of msgpackr's slab that is never written again. Throws SERIALIZATION_UNSUPPORTED for a value without a byte form. */
export function packAny(value: unknown): Uint8Array {
  try {
    return (packr ?? loadPackr()).pack(value);
  } catch (error) {
    throw new SerializationError('SERIALIZATION_UNSUPPORTED', `${previewValue(value)} cannot be turned into bytes (${(error as Error).message}): keep symbols and cycles out of records and state`, { cause: error });
  }
}

/** A fresh value: nothing in it points into `bytes`. */
export function unpackAny(bytes: Uint8Array): unknown {
  return (packr ?? loadPackr()).unpack(bytes);
}

/** Deeper values are copied through their bytes, which also finds cycles. */
const COPY_DEPTH_MAX = 100;

/** What unpackAny(packAny(value)) would give; the bytes are made only for values that are not plain data. */
export function copyAny(value: unknown, depth = 0): unknown {
  if (typeof value === 'number') return value === 0 ? 0 : value;
  if (value === null || typeof value === 'boolean' || typeof value === 'undefined' || typeof value === 'bigint') return value;
  if (typeof value === 'object' && depth < COPY_DEPTH_MAX) {
    const prototype = Object.getPrototypeOf(value) as unknown;
    if (prototype === Array.prototype) return copyArray(value as unknown[], depth + 1);
    if (prototype === Object.prototype) return copyObject(value as Record<string, unknown>, depth + 1);
  }
  return unpackAny(packAny(value));
}

function copyArray(source: readonly unknown[], depth: number): unknown[] {
  const copy: unknown[] = [];
  for (let i = 0; i < source.length; i++) copy.push(copyAny(source[i], depth));
  return copy;
}

function copyObject(source: Readonly<Record<string, unknown>>, depth: number): unknown {
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(source)) {
    if (name === '__proto__') return unpackAny(packAny(source));
    copy[name] = copyAny(source[name], depth);
  }
  return copy;
}
