import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Types, type TypeInformation } from '#core/types/type-information';
import { createKeyTable, type KeyTable } from '#state/tables/key-table';
import { MemoryManager } from '#state/tables/memory-manager';
import { NumericKeyTable } from '#state/tables/numeric-key-table';

const LAYOUT = { f64: 1, i32: 1, hasAny: true };

interface Shape {
  readonly name: string;
  readonly keyType: TypeInformation | undefined;
  readonly keys: fc.Arbitrary<unknown>;
}

const few = fc.integer({ min: -40, max: 40 });
const wide = fc.oneof(few, fc.constantFrom(2 ** 53 - 1, 2n ** 53n, 2n ** 53n + 1n, 2n ** 53n + 2n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n)));
const SHAPES: readonly Shape[] = [
  { name: 'INT', keyType: Types.INT, keys: few },
  { name: 'LONG', keyType: Types.LONG, keys: fc.oneof(few, few.map((n) => n * 2 ** 40), few.map((n) => n * 2 ** 26)) },
  { name: 'DOUBLE', keyType: Types.DOUBLE, keys: fc.oneof(few.map((n) => n / 8), fc.constantFrom(NaN, 0, -0, Infinity, -Infinity, Number.MIN_VALUE)) },
  { name: 'STRING', keyType: Types.STRING, keys: fc.oneof(few.map((n) => `key ${n}`), fc.constantFrom('', 'é', 'x'.repeat(300))) },
  { name: 'BOOLEAN', keyType: Types.BOOLEAN, keys: fc.boolean() },
  { name: 'BIGINT', keyType: Types.BIGINT, keys: few.map((n) => BigInt(n) * 2n ** 50n) },
  { name: 'INT64', keyType: Types.INT64, keys: wide },
  { name: 'nullable INT64', keyType: Types.NULLABLE(Types.INT64), keys: fc.oneof(wide, fc.constant(null)) },
  { name: 'nullable BIGINT', keyType: Types.NULLABLE(Types.BIGINT), keys: fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), few.map(BigInt), fc.constant(null)) },
  { name: 'nullable INT', keyType: Types.NULLABLE(Types.INT), keys: fc.oneof(few, fc.constant(null)) },
  { name: 'tuple of every kind', keyType: Types.TUPLE(Types.NULLABLE(Types.INT64), Types.BIGINT, Types.DOUBLE, Types.NULLABLE(Types.STRING), Types.BOOLEAN, Types.BYTES), keys: fc.tuple(
    fc.oneof(wide, fc.constant(null)), fc.constantFrom(7n, -(2n ** 60n)), fc.constantFrom(NaN, 0, -0, 0.5), fc.constantFrom('', 'a', 'abcd', 'é', 'abcdé', '𝄞', 'x'.repeat(90), null), fc.boolean(), fc.constantFrom(Uint8Array.of(), Uint8Array.of(1, 0), Uint8Array.of(1, 0, 0))) },
  { name: 'TUPLE', keyType: Types.TUPLE(Types.INT, Types.STRING), keys: fc.tuple(fc.integer({ min: 0, max: 5 }), fc.constantFrom('a', 'bb', 'c'.repeat(50))) },
  { name: 'undeclared numbers', keyType: undefined, keys: fc.oneof(few, fc.constantFrom(NaN, 1.5)) },
  { name: 'undeclared of mixed kinds', keyType: undefined, keys: fc.oneof(few, few.map(String), fc.constantFrom(true, null, 5n, '\u0000s', '\u0000o'), fc.integer({ min: 0, max: 3 }).map((a) => ({ a })), fc.tuple(fc.boolean())) },
];

type Operation = { readonly kind: 'insert' | 'find' | 'remove'; readonly key: unknown } | { readonly kind: 'clear' };

/** Java's equality of keys as a text; bigint and number differ. */
function textOf(key: unknown): string {
  if (typeof key === 'bigint') return `${key}n`;
  if (Array.isArray(key)) return `[${key.map(textOf).join()}]`;
  return Object.is(key, -0) ? '-0' : typeof key === 'number' ? String(key) : JSON.stringify(key);
}

function operationsOf(keys: fc.Arbitrary<unknown>): fc.Arbitrary<Operation[]> {
  const withKey = fc.record({ kind: fc.constantFrom('insert' as const, 'insert' as const, 'find' as const, 'remove' as const), key: keys });
  return fc.array(fc.oneof({ weight: 60, arbitrary: withKey }, { weight: 1, arbitrary: fc.constant({ kind: 'clear' as const }) }), { maxLength: 300 });
}

/** The model: key text -> value last written; values are stamped into all columns. */
function runAgainstModel(table: KeyTable, operations: readonly Operation[]): void {
  const model = new Map<string, { key: unknown; stamp: number }>();
  let stamp = 0;
  for (const operation of operations) {
    if (operation.kind === 'clear') {
      table.clear();
      model.clear();
      continue;
    }
    const text = textOf(operation.key);
    if (operation.kind === 'insert') {
      const row = table.findOrInsert(operation.key);
      assert.equal(table.wasInserted, !model.has(text), `whether ${text} is new`);
      if (table.wasInserted) assert.deepEqual([table.columns.f64[0]![row], table.columns.i32[0]![row], table.any[row]], [0, 0, undefined], 'a new row is clean');
      table.columns.f64[0]![row] = ++stamp;
      table.columns.i32[0]![row] = stamp;
      table.any[row] = stamp;
      model.set(text, { key: operation.key, stamp });
    } else if (operation.kind === 'remove') {
      assert.equal(table.remove(operation.key), model.delete(text));
    } else {
      const row = table.find(operation.key);
      const known = model.get(text);
      assert.equal(row === -1, known === undefined, `whether ${text} is there`);
      if (known !== undefined) assert.deepEqual([table.columns.f64[0]![row], table.columns.i32[0]![row], table.any[row], textOf(table.keyAt(row))], [known.stamp, known.stamp, known.stamp, text]);
    }
    assert.equal(table.size, model.size);
  }
  const seen = new Map<string, number>();
  table.forEachRow((row) => seen.set(textOf(table.keyAt(row)), table.columns.f64[0]![row]!));
  assert.deepEqual([...seen].sort(), [...model].map(([text, { stamp: value }]) => [text, value]).sort());
}

describe('key tables', () => {
  for (const { name, keyType, keys } of SHAPES) {
    test(`a table of ${name} keys does what a map of its keys does, and gives all memory back`, () => {
      fc.assert(fc.property(operationsOf(keys), (operations) => {
        const memory = MemoryManager.unshared(1 << 22);
        const table = createKeyTable({ keyType, memory, owner: 'test', layout: LAYOUT });
        runAgainstModel(table, operations);
        table.release();
        assert.equal(memory.usedBytes, 0);
      }), { numRuns: 60 });
    });
  }

  test('rows are visited in insertion order', () => {
    const table = createKeyTable({ keyType: Types.STRING, memory: MemoryManager.unshared(1 << 20), owner: 'test', layout: LAYOUT });
    const keys = Array.from({ length: 500 }, (_, i) => `k${(i * 7919) % 500}`);
    for (const key of keys) table.findOrInsert(key);
    const seen: unknown[] = [];
    table.forEachRow((row) => seen.push(table.keyAt(row)));
    assert.deepEqual(seen, keys);
  });

  test('batch access of numeric keys equals access key by key, also where the table grows or keys are 0, -0 and NaN', () => {
    const keysOf = fc.array(fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.constantFrom(0, -0, NaN, 2 ** 40, 0.5)), { maxLength: 400 });
    fc.assert(fc.property(fc.array(keysOf, { maxLength: 8 }), (batches) => {
      const one = new NumericKeyTable(MemoryManager.unshared(1 << 22), 'one', LAYOUT);
      const many = new NumericKeyTable(MemoryManager.unshared(1 << 22), 'many', LAYOUT);
      for (const batch of batches) {
        const keys = Float64Array.from([99, ...batch]);
        const rows = new Int32Array(batch.length);
        many.findMany(keys, 1, batch.length, rows);
        assert.deepEqual([...rows], batch.map((key) => many.find(key)));
        const before = one.size;
        const expected = batch.map((key) => one.findOrInsert(key));
        assert.equal(many.findOrInsertMany(keys, 1, batch.length, rows), one.size - before);
        assert.deepEqual([...rows], expected);
      }
    }), { numRuns: 60 });
  });

  test('a large table that shrank to few rows is cleared completely', () => {
    const table = new NumericKeyTable(MemoryManager.unshared(1 << 24), 'test', LAYOUT);
    for (let key = 0; key < 50_000; key++) table.findOrInsert(key * 8);
    table.clear();
    for (let round = 0; round < 3; round++) {
      for (let key = 0; key < 100; key++) assert.equal(table.findOrInsert(key * 31 + round), key, 'rows count from 0 again');
      table.clear();
      assert.deepEqual([table.size, table.find(31 + round), table.find(0)], [0, -1, -1]);
    }
  });

  test('keys that are multiples of a large power of two do not pile up in one place', () => {
    const table = new NumericKeyTable(MemoryManager.unshared(1 << 26), 'test', { f64: 0, i32: 0, hasAny: false });
    for (let key = 1; key < 20_000; key++) table.findOrInsert(key * 2 ** 16);
    for (let key = 1; key < 20_000; key++) assert.equal(table.find(key * 2 ** 16), key - 1);
  });

  test('a key that is not of the declared numeric type is refused by name', () => {
    const table = createKeyTable({ keyType: Types.LONG, memory: MemoryManager.unshared(1 << 20), owner: 'test', layout: LAYOUT });
    assert.throws(() => table.findOrInsert('7'), { code: 'STATE_KEY_UNSUITABLE', message: /"7" \(string\)/ });
  });

  test('a part of a composite key, or an exact integer, that is not of its type is refused by name', () => {
    const tableOf = (keyType: TypeInformation): KeyTable => createKeyTable({ keyType, memory: MemoryManager.unshared(1 << 20), owner: 'test', layout: LAYOUT });
    const composite = tableOf(Types.TUPLE(Types.INT64, Types.STRING));
    assert.throws(() => composite.findOrInsert([7, 8]), { code: 'STATE_KEY_UNSUITABLE', message: /8 \(number\) is part of a key, where its declared type is string/ });
    assert.throws(() => composite.findOrInsert([null, 'a']), { code: 'STATE_KEY_UNSUITABLE', message: /null/ });
    assert.throws(() => composite.findOrInsert([2n ** 63n, 'a']), { code: 'STATE_KEY_UNSUITABLE' });
    assert.throws(() => composite.findOrInsert([1]), { code: 'STATE_KEY_UNSUITABLE', message: /tuple of 2/ });
    assert.throws(() => tableOf(Types.INT64).find('7'), { code: 'STATE_KEY_UNSUITABLE', message: /"7" \(string\) is no INT64/ });
    assert.throws(() => tableOf(Types.INT64).find(null), { code: 'STATE_KEY_UNSUITABLE' });
    assert.throws(() => tableOf(Types.NULLABLE(Types.BIGINT)).find(7), { code: 'STATE_KEY_UNSUITABLE', message: /no BIGINT NULL/ });
    assert.equal(composite.size, 0);
  });

  test('an undeclared key without a value to compare by is refused', () => {
    const table = createKeyTable({ keyType: undefined, memory: MemoryManager.unshared(1 << 20), owner: 'test', layout: LAYOUT });
    assert.throws(() => table.findOrInsert(() => 1), { code: 'STATE_KEY_UNSUITABLE' });
  });

  test('columns added later are zero for the rows that are there', () => {
    const table = createKeyTable({ keyType: Types.INT, memory: MemoryManager.unshared(1 << 20), owner: 'test', layout: LAYOUT });
    for (let key = 0; key < 100; key++) table.columns.f64[0]![table.findOrInsert(key)] = 7;
    const column = table.columns.addF64();
    assert.ok(table.columns.f64[column]!.subarray(0, 100).every((value) => value === 0));
    for (let key = 0; key < 1000; key++) table.columns.f64[column]![table.findOrInsert(key)]!++;
    assert.equal(table.columns.f64[column]![table.find(999)], 0 + table.columns.f64[column]![table.find(0)]!);
  });
});
