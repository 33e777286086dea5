import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ChunkWalk } from '#state/tables/chunk-walk';
import { CompositeKeyTable } from '#state/tables/composite-key-table';
import type { KeyPart } from '#state/tables/key-parts';
import { MemoryManager } from '#state/tables/memory-manager';

type Key = readonly [number | null, string | null, number | null];

const encoder = new TextEncoder();
const numbers = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(NaN, -0, 0.5, 2 ** 40, Infinity), fc.constant(null));
const texts = fc.oneof(fc.constantFrom('', 'a', 'ab', 'abc', 'abcd', 'abcde', 'é', 'x'.repeat(70)), fc.constant(null));
const keys: fc.Arbitrary<Key> = fc.tuple(numbers, texts, fc.oneof(fc.constant(1), fc.constant(null)));

function textOf(key: readonly unknown[]): string {
  return key.map((part) => (Object.is(part, -0) ? '-0' : typeof part === 'string' ? JSON.stringify(part) : String(part))).join('|');
}

/** Keys as columns, with something before them that must not be looked at. */
function partsOf(batch: readonly Key[], before: number): KeyPart[] {
  const count = before + batch.length;
  const numberPart = (index: 0 | 2): KeyPart => {
    const values = new Float64Array(count).fill(99);
    const nulls = new Uint8Array(count).fill(1);
    batch.forEach((key, i) => {
      values[before + i] = key[index] ?? 77;
      nulls[before + i] = key[index] === null ? 1 : 0;
    });
    return { kind: 'number', values, nulls };
  };
  const encoded = batch.map((key) => encoder.encode(key[1] ?? 'null'));
  const bytes = new Uint8Array(3 + encoded.reduce((sum, { length }) => sum + length, 0));
  const offsets = new Int32Array(count);
  const lengths = new Int32Array(count);
  const nulls = new Uint8Array(count);
  let at = 3;
  encoded.forEach((content, i) => {
    bytes.set(content, at);
    offsets[before + i] = at;
    lengths[before + i] = content.length;
    nulls[before + i] = batch[i]![1] === null ? 1 : 0;
    at += content.length;
  });
  return [numberPart(0), { kind: 'bytes', bytes, offsets, lengths, nulls }, numberPart(2)];
}

test('batches of composite keys with strings and nulls find the rows that a map finds, and a cut keeps what it held', () => {
  const step = fc.record({ kind: fc.constantFrom('insert', 'insert', 'find', 'remove', 'cut'), batch: fc.array(keys, { minLength: 1, maxLength: 25 }), before: fc.nat(3) });
  fc.assert(fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
    const memory = MemoryManager.unshared(1 << 24);
    const table = new CompositeKeyTable(memory, 'test', { f64: 1, i32: 0, hasAny: false }, { kinds: ['number', 'string', 'number'], areNullable: [true, true, true] });
    const model = new Map<string, number>();
    const rows = new Int32Array(32);
    let stamp = 0;
    let cut: { readonly walk: ChunkWalk; readonly keys: ReturnType<CompositeKeyTable['cutKeys']>; readonly seen: Map<string, number>; readonly expected: Map<string, number> } | undefined;
    const finish = (): void => {
      cut!.walk.finish();
      cut!.walk.close();
      cut!.keys.release();
      assert.deepEqual([...cut!.seen].sort(), [...cut!.expected].sort());
      cut = undefined;
    };
    for (const { kind, batch, before } of steps) {
      const parts = partsOf(batch, before);
      if (kind === 'insert') {
        const made = new Set(batch.map(textOf).filter((text) => !model.has(text))).size;
        assert.equal(table.findOrInsertMany(parts, before, batch.length, rows), made);
        batch.forEach((key, i) => {
          if (!model.has(textOf(key))) assert.equal(table.columns.f64[0]![rows[i]!], 0, 'a new row is clean');
          table.columns.f64[0]![rows[i]!] = ++stamp;
          model.set(textOf(key), stamp);
          assert.deepEqual(textOf(table.keyAt(rows[i]!)), textOf(key));
        });
      } else if (kind === 'cut') {
        if (cut !== undefined) finish();
        else cut = startCut(table, model);
      } else {
        table.findMany(parts, before, batch.length, rows);
        batch.forEach((key, i) => assert.equal(rows[i] === -1 ? undefined : table.columns.f64[0]![rows[i]!], model.get(textOf(key)), textOf(key)));
        if (kind === 'remove' && rows[0] !== -1) {
          table.removeRow(rows[0]!);
          model.delete(textOf(batch[0]!));
        }
      }
      assert.equal(table.size, model.size);
    }
    if (cut !== undefined) finish();
    table.clear();
    assert.equal(table.size, 0);
    table.release();
    assert.equal(memory.usedBytes, 0);
  }), { numRuns: 200 });
});

function startCut(table: CompositeKeyTable, model: ReadonlyMap<string, number>) {
  const cutKeys = table.cutKeys();
  const seen = new Map<string, number>();
  const i32Start = table.columns.f64.length;
  const { freeColumn } = table.columns;
  const walk = new ChunkWalk((settleNow) => table.columns.cutChunks(settleNow), ({ columns, base, from, to }) => {
    for (let at = from - base; at < to - base; at++) {
      if (freeColumn === -1 || columns[i32Start + freeColumn]![at] === 0) seen.set(textOf(cutKeys.keyAt(columns, at) as unknown[]), columns[0]![at]!);
    }
  });
  return { walk, keys: cutKeys, seen, expected: new Map(model) };
}

test('keys of many batches grow the table, and bytes parts are read back as bytes', () => {
  const table = new CompositeKeyTable(MemoryManager.unshared(1 << 26), 'test', { f64: 1, i32: 0, hasAny: false }, { kinds: ['number', 'bytes'], areNullable: [false, false] });
  const rows = new Int32Array(1000);
  for (let batch = 0; batch < 40; batch++) {
    const values = Float64Array.from({ length: 1000 }, (_, i) => batch * 500 + i);
    const part = { kind: 'bytes' as const, bytes: Uint8Array.of(1, 2, 3, 4, 5), offsets: new Int32Array(1000), lengths: Int32Array.from({ length: 1000 }, (_, i) => (i + batch * 500) % 6), nulls: undefined };
    table.findOrInsertMany([{ kind: 'number', values, nulls: undefined }, part], 0, 1000, rows);
  }
  // Every second half of a batch comes again as the first half of the next one.
  assert.equal(table.size, 39 * 500 + 1000);
  assert.deepEqual(table.keyAt(rows[999]!), [20_499, Uint8Array.of(1, 2, 3).subarray(0, 20_499 % 6)]);
});
