import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { hashBigInt, hashBoolean, hashBytes, hashDouble, hashLong, hashString, hashUtf8 } from '#core/keys/java-hash';
import { createKeyHasher, hashUndeclared } from '#core/keys/key-hasher';
import { Types, type TypeInformation } from '#core/types/type-information';
import { typeArbitrary, valueArbitrary } from '../serialization/type-arbitraries.js';

/** The rules of key-hasher.ts once more, walked value by value: the oracle of the generated code. */
function interpretedHash(type: TypeInformation, value: any): number { // any: a value of `type`
  const join = (hashes: readonly number[], start: number): number => hashes.reduce((hash, one) => (Math.imul(hash, 31) + one) | 0, start);
  switch (type.kind) {
    case 'boolean': return hashBoolean(value);
    case 'int': return value;
    case 'long': return hashLong(value);
    case 'bigint': return hashBigInt(value);
    case 'int64': case 'integer': return typeof value === 'number' ? hashLong(value) : hashBigInt(value);
    case 'double': return hashDouble(value);
    case 'string': return hashString(value);
    case 'bytes': return hashBytes(value);
    case 'any': return hashUndeclared(value);
    case 'nullable': return value === null ? 0 : interpretedHash(type.inner, value);
    case 'row': return join(type.fields.map((field) => interpretedHash(field.type, value[field.name])), 0);
    case 'tuple': return join(type.elements.map((element, i) => interpretedHash(element, value[i])), 0);
    case 'list': return join(value.map((element: unknown) => interpretedHash(type.element, element)), 1);
    case 'map': return [...value].reduce((sum, [key, entry]) => (sum + (interpretedHash(type.key, key) ^ interpretedHash(type.value, entry))) | 0, 0);
  }
}

describe('key hashes', () => {
  test('generated hashers follow the rules for every type', () => {
    fc.assert(fc.property(typeArbitrary.chain((type) => valueArbitrary(type).map((value) => ({ type, value }))), ({ type, value }) => {
      const hash = createKeyHasher(type)(value);
      assert.equal(hash, interpretedHash(type, value));
      assert.equal(hash, hash | 0);
    }), { numRuns: 400 });
  });

  test('a long hashes the same as number and as bigint', () => {
    fc.assert(fc.property(fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.constantFrom(2 ** 31, -(2 ** 31), 2 ** 32, -(2 ** 32), -(2 ** 32) - 1, 2 ** 53, -(2 ** 53))), (value) => {
      assert.equal(hashLong(value), hashBigInt(BigInt(value)));
      assert.equal(hashUndeclared(BigInt(value)), hashLong(value));
    }), { numRuns: 1000 });
    assert.equal(hashLong(-0), 0);
  });

  test('a UTF-8 column hashes as the text it encodes', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      const bytes = Buffer.from(`x${text}x`, 'utf8');
      assert.equal(hashUtf8(bytes, 1, bytes.length - 2), hashString(text));
    }), { numRuns: 500 });
  });

  test('known Java values', () => {
    assert.deepEqual([hashBoolean(true), hashBoolean(false), hashBytes(new Uint8Array([1, 255])), hashDouble(Number.NaN), hashDouble(-0), hashString('')], [1231, 1237, 991, 2146959360, -2147483648, 0]);
  });

  test('an undeclared key hashes by its value, as a tuple of its fields', () => {
    const hash = createKeyHasher(undefined);
    assert.equal(hash({ a: 'x', b: 5 }), hash(['x', 5]));
    assert.equal(hash(['x', 5]), createKeyHasher(Types.TUPLE(Types.STRING, Types.LONG))(['x', 5]));
    assert.equal(hash(-0), hash(0));
    assert.equal(hash(1.5), hashDouble(1.5));
    assert.equal(hash(null), 0);
    assert.equal(hash(new Date(5_000_000_000)), hashLong(5_000_000_000));
    assert.equal(hash(new Map([[1, 'a'], [2, 'b']])), hash(new Map([[2, 'b'], [1, 'a']])));
    assert.equal(hash(new Set([3, 4])), hash(new Set([4, 3])));
  });

  test('a key that does not fit its type is refused with its path', () => {
    assert.throws(() => createKeyHasher(Types.STRING)(5), { code: 'TYPE_MISMATCH', message: /^the value is declared STRING but the value seen is 5 \(number\)/ });
    assert.throws(() => createKeyHasher(Types.ROW({ id: Types.TUPLE(Types.INT) }))({ id: [1.5] }), { code: 'TYPE_MISMATCH', path: 'id[0]' });
    assert.throws(() => createKeyHasher(Types.LONG)(2 ** 60), { code: 'LONG_OUT_OF_RANGE' });
  });

  test('an undeclared key without a value is refused', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    for (const key of [() => 1, Symbol('x'), cycle, { f: () => 1 }]) assert.throws(() => createKeyHasher(undefined)(key), { code: 'KEY_NOT_HASHABLE' });
  });
});
