// Makes the function that hashes the keys of an input. Declared types get generated straight-line code of their own,
// so call sites stay monomorphic; undeclared keys hash by their value only. hot path (the functions made)
//
// Rules: null and undefined 0; string, INT, LONG, DOUBLE, boolean as Java; row, tuple: h = 31 * h + field from 0, which
// is Flink's Tuple.hashCode; list: the same from 1 (Java's List); map: sum of key xor value (Java's Map); bytes: Arrays.hashCode.
// Undeclared: a safe integer as LONG, another number as DOUBLE, bigint as LONG, Date as LONG, arrays and objects as
// tuples of their values in field order, Set as the sum of its members.
import { isExact, isInt64 } from '#core/columns/exact-integer';
import { failNotHashable, failTypeMismatch } from '#core/errors/type-errors';
import { hashBigInt, hashBoolean, hashBytes, hashDouble, hashLong, hashString } from '#core/keys/java-hash';
import { hashSource } from '#core/keys/key-hasher-source';
import type { TypeInformation } from '#core/types/type-information';

/** Java-equal hashCode of a key. Throws TYPE_MISMATCH or LONG_OUT_OF_RANGE when the key does not fit its type, KEY_NOT_HASHABLE when it has no value to hash. */
export type KeyHasher = (key: any) => number; // any: user's key type

const UNDECLARED_DEPTH_MAX = 64;

/** @param type declared type of the key; undefined = hash by value. A fresh function per call, so each edge keeps its own inline caches. */
export function createKeyHasher(type: TypeInformation | undefined): KeyHasher {
  if (type === undefined || type.kind === 'any') return (key) => hashUndeclared(key, 0);
  const types: TypeInformation[] = [];
  const source = hashSource(type, types);
  const make = new Function('types', 'fail', 'h', source) as (types: readonly TypeInformation[], fail: typeof failTypeMismatch, functions: typeof HASH_FUNCTIONS) => KeyHasher;
  return make(types, failTypeMismatch, HASH_FUNCTIONS);
}

/** Hash of a value by what it is at run time. */
export function hashUndeclared(value: unknown, depth = 0): number {
  switch (typeof value) {
    case 'string': return hashString(value);
    case 'number': return Number.isSafeInteger(value) ? hashLong(value) : hashDouble(value);
    case 'bigint': return hashBigInt(value);
    case 'boolean': return hashBoolean(value);
    case 'undefined': return 0;
    case 'object': return value === null ? 0 : hashObject(value, depth + 1);
    default: return failNotHashable(value);
  }
}

const HASH_FUNCTIONS = { string: hashString, long: hashLong, double: hashDouble, bigint: hashBigInt, boolean: hashBoolean, bytes: hashBytes, any: (value: unknown) => hashUndeclared(value, 0), isInt64, isExact } as const;

function hashObject(value: object, depth: number): number {
  if (depth > UNDECLARED_DEPTH_MAX) failNotHashable(value);
  if (value instanceof Uint8Array) return hashBytes(value);
  if (value instanceof Date) return hashUndeclared(value.getTime(), depth);
  let hash = 0;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) hash = (Math.imul(hash, 31) + hashUndeclared(value[i], depth)) | 0;
  } else if (value instanceof Map) {
    for (const [key, entry] of value) hash = (hash + (hashUndeclared(key, depth) ^ hashUndeclared(entry, depth))) | 0;
  } else if (value instanceof Set) {
    for (const member of value) hash = (hash + hashUndeclared(member, depth)) | 0;
  } else {
    for (const name of Object.keys(value)) hash = (Math.imul(hash, 31) + hashUndeclared((value as Record<string, unknown>)[name], depth)) | 0;
  }
  return hash;
}
