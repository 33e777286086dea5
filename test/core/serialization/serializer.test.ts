import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { TypeMismatchError } from '#core/errors/type-errors';
import { createSerializer } from '#core/serialization/create-serializer';
import { DataInput } from '#core/serialization/data-input';
import { DataOutput } from '#core/serialization/data-output';
import { createInterpretedSerializer } from '#core/serialization/interpreted-serializer';
import { Types, type TypeInformation } from '#core/types/type-information';
import { anyValueArbitrary, typeArbitrary, valueArbitrary } from './type-arbitraries.js';

const typeAndValue = typeArbitrary.chain((type) => valueArbitrary(type).map((value) => ({ type, value })));
const typeAndAnything = typeArbitrary.chain((type) => fc.oneof(valueArbitrary(type), anyValueArbitrary).map((value) => ({ type, value })));

function bytesOf(serializer: { write(value: any, out: DataOutput): void }, value: unknown): Uint8Array {
  const out = new DataOutput(1);
  serializer.write(value, out);
  return out.toBytes();
}

/** Result or error of an action as comparable data. */
function outcome(action: () => unknown): unknown {
  try {
    return { value: action() };
  } catch (error) {
    assert.ok(error instanceof TypeMismatchError, String(error));
    return { code: error.code, message: error.message, path: error.path };
  }
}

describe('serializers', () => {
  test('a value reads back as it was written, whichever twin wrote it and whichever reads', () => {
    fc.assert(fc.property(typeAndValue, ({ type, value }) => {
      const generated = createSerializer(type);
      const interpreted = createInterpretedSerializer(type);
      const bytes = bytesOf(generated, value);
      assert.deepEqual(bytesOf(interpreted, value), bytes);
      for (const serializer of [generated, interpreted]) {
        const input = new DataInput(bytes);
        assert.deepEqual(serializer.read(input), value);
        assert.equal(input.remaining, 0);
        assert.deepEqual(serializer.copy(value), value);
      }
    }), { numRuns: 400 });
  });

  test('the twins accept and refuse the same values with the same words', () => {
    fc.assert(fc.property(typeAndAnything, ({ type, value }) => {
      const generated = createSerializer(type);
      const interpreted = createInterpretedSerializer(type);
      assert.deepEqual(outcome(() => bytesOf(generated, value)), outcome(() => bytesOf(interpreted, value)));
      assert.deepEqual(outcome(() => generated.copy(value)), outcome(() => interpreted.copy(value)));
    }), { numRuns: 400 });
  });

  test('the bytes of a value do not depend on what was written before', () => {
    fc.assert(fc.property(anyValueArbitrary, anyValueArbitrary, (first, second) => {
      const serializer = createSerializer(Types.ANY);
      const alone = bytesOf(serializer, second);
      bytesOf(serializer, first);
      assert.deepEqual(bytesOf(serializer, second), alone);
    }), { numRuns: 200 });
  });

  test('a copy and a value read share nothing with their source', () => {
    const type = Types.ROW({ tags: Types.LIST(Types.STRING), raw: Types.BYTES, free: Types.ANY });
    const value = { tags: ['a'], raw: new Uint8Array([1]), free: { deep: [new Date(5), new Map([[1, { x: 1 }]])] } };
    const serializer = createSerializer(type);
    const bytes = bytesOf(serializer, value);
    for (const fresh of [serializer.copy(value), serializer.read(new DataInput(bytes))]) {
      assert.deepEqual(fresh, value);
      fresh.tags.push('b');
      fresh.raw[0] = 9;
      (fresh.free as { deep: unknown[] }).deep.pop();
      assert.deepEqual(value, { tags: ['a'], raw: new Uint8Array([1]), free: { deep: [new Date(5), new Map([[1, { x: 1 }]])] } });
    }
    assert.deepEqual(serializer.read(new DataInput(bytes)), value);
  });

  test('a mismatch names field, declared type and value', () => {
    const type = Types.ROW({ bid: Types.ROW({ price: Types.LONG, tags: Types.LIST(Types.STRING) }), next: Types.NULLABLE(Types.INT) });
    const attempt = (value: unknown) => {
      const error = outcome(() => bytesOf(createSerializer(type as TypeInformation), value)) as { code: string; message: string };
      return `[${error.code}] ${error.message}`;
    };
    assert.deepEqual([
      attempt({ bid: { price: '12', tags: [] }, next: null }),
      attempt({ bid: { price: 1, tags: ['a', 7n] }, next: null }),
      attempt({ bid: null, next: 1 }),
      attempt({ bid: { price: 1, tags: [] }, next: 2 ** 31 }),
      attempt({ bid: { price: 2 ** 53, tags: [] }, next: 1 }),
      attempt(undefined),
    ], [
      '[TYPE_MISMATCH] field bid.price is declared LONG but the value seen is "12" (string): convert the value or declare its type as it is',
      '[TYPE_MISMATCH] field bid.tags[1] is declared STRING but the value seen is 7n (bigint): convert the value or declare its type as it is',
      '[TYPE_MISMATCH] field bid is declared ROW<price LONG, tags LIST<STRING>> but the value seen is null: convert the value or declare its type as it is',
      '[TYPE_MISMATCH] field next is declared INT but the value seen is 2147483648 (number): convert the value or declare its type as it is',
      '[LONG_OUT_OF_RANGE] field bid.price is LONG but 9007199254740992 (number) is beyond 2^53-1: declare it as BIGINT',
      '[TYPE_MISMATCH] the value is declared ROW<bid ROW<price LONG, tags LIST<STRING>>, next INT NULL> but the value seen is undefined: convert the value or declare its type as it is',
    ]);
  });

  test('a BIGINT beyond 64 bits is refused', () => {
    assert.throws(() => bytesOf(createSerializer(Types.BIGINT), 2n ** 63n), { code: 'TYPE_MISMATCH' });
    assert.throws(() => bytesOf(createSerializer(Types.BIGINT), -(2n ** 63n) - 1n), { code: 'TYPE_MISMATCH' });
  });

  test('a schemaless value with a cycle or a symbol is refused with a code', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    assert.throws(() => bytesOf(createSerializer(Types.ANY), cycle), { code: 'SERIALIZATION_UNSUPPORTED' });
    assert.throws(() => bytesOf(createSerializer(Types.ANY), { a: Symbol('x') }), { code: 'SERIALIZATION_UNSUPPORTED' });
    assert.throws(() => createSerializer(Types.ANY).copy({ a: cycle }), { code: 'SERIALIZATION_UNSUPPORTED' });
    assert.deepEqual(createSerializer(Types.ANY).read(new DataInput(bytesOf(createSerializer(Types.ANY), { still: 'works' }))), { still: 'works' });
  });

  test('equal types share one serializer', () => {
    assert.equal(createSerializer(Types.LIST(Types.INT)), createSerializer(Types.LIST(Types.INT)));
  });
});
