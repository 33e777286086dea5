// Tables of more keys than a core's cache holds look batches up in passes: the same rows must come of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChunkWalk } from '#state/tables/chunk-walk';
import { CompositeKeyTable } from '#state/tables/composite-key-table';
import { MemoryManager } from '#state/tables/memory-manager';
import { NumericKeyTable } from '#state/tables/numeric-key-table';
import type { RowColumns } from '#state/tables/row-columns';

const KEYS = 100_000;
const BATCH = 1500;
const SPECIAL = [0, -0, NaN, 0.5, 2 ** 40, -7];

/** Numbers that come again and again in no order, some of them special. */
function* numbersOf(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    yield state % 1000 < SPECIAL.length ? SPECIAL[state % 1000]! : (state >>> 5) % (KEYS * 2);
  }
}

interface LargeTable {
  readonly columns: RowColumns;
  readonly size: number;
  insert(batch: Float64Array, rowsOut: Int32Array): number;
  find(batch: Float64Array, rowsOut: Int32Array): void;
  removeRow(key: number, row: number): void;
  numberAt(row: number): number;
  release(): void;
}

function numericTable(memory: MemoryManager): LargeTable {
  const table = new NumericKeyTable(memory, 'test', { f64: 1, i32: 0, hasAny: false });
  return {
    columns: table.columns,
    get size() { return table.size; },
    insert: (batch, rowsOut) => table.findOrInsertMany(batch, 1, batch.length - 1, rowsOut),
    find: (batch, rowsOut) => table.findMany(batch, 1, batch.length - 1, rowsOut),
    removeRow: (key) => void table.remove(key),
    numberAt: (row) => table.keyAt(row),
    release: () => table.release(),
  };
}

/** The second part tells the numbers apart again, and its length changes. */
function compositeTable(memory: MemoryManager): LargeTable {
  const table = new CompositeKeyTable(memory, 'test', { f64: 1, i32: 0, hasAny: false }, { kinds: ['number', 'bytes'], areNullable: [false, false] });
  const partsOf = (batch: Float64Array) => [
    { kind: 'number' as const, values: batch, nulls: undefined },
    { kind: 'bytes' as const, bytes: Uint8Array.of(1, 2, 3, 4, 5), offsets: new Int32Array(batch.length), lengths: Int32Array.from(batch, (number) => Math.abs(number) % 6), nulls: undefined },
  ];
  return {
    columns: table.columns,
    get size() { return table.size; },
    insert: (batch, rowsOut) => table.findOrInsertMany(partsOf(batch), 1, batch.length - 1, rowsOut),
    find: (batch, rowsOut) => table.findMany(partsOf(batch), 1, batch.length - 1, rowsOut),
    removeRow: (_key, row) => table.removeRow(row),
    numberAt: (row) => table.keyAt(row)[0] as number,
    release: () => table.release(),
  };
}

for (const [name, create] of [['numeric', numericTable], ['composite', compositeTable]] as const) {
  test(`batches of a large ${name} table find the rows that a map finds, while it grows, loses keys and is read by a cut`, () => {
    const memory = MemoryManager.unshared(1 << 27);
    const table = create(memory);
    const model = new Map<string, number>();
    const numbers = numbersOf(42);
    const rows = new Int32Array(BATCH);
    const batch = new Float64Array(BATCH + 1);
    const nameOf = (number: number): string => (Object.is(number, -0) ? '-0' : String(number));
    let cut: { readonly walk: ChunkWalk; readonly expected: number; sum: number } | undefined;
    for (let round = 0; round < 300; round++) {
      for (let i = 0; i <= BATCH; i++) batch[i] = numbers.next().value as number;
      const keys = Array.from(batch.subarray(1), nameOf);
      if (round === 200) {
        let expected = 0;
        for (const stamp of model.values()) expected += stamp;
        const read = { expected, sum: 0 };
        const walk = new ChunkWalk((settleNow) => table.columns.cutChunks(settleNow), ({ columns, base, from, to }) => {
          for (let at = from - base; at < to - base; at++) read.sum += columns[0]![at]!;
        });
        cut = Object.assign(read, { walk });
      }
      if (round % 5 === 3) {
        table.find(batch, rows);
        keys.forEach((key, i) => assert.equal(rows[i] === -1 ? undefined : table.columns.f64[0]![rows[i]!], model.get(key), key));
        if (rows[0] === -1) continue;
        table.removeRow(batch[1]!, rows[0]!);
        model.delete(keys[0]!);
      } else {
        const made = new Set(keys.filter((key) => !model.has(key))).size;
        assert.equal(table.insert(batch, rows), made);
        keys.forEach((key, i) => {
          assert.equal(table.columns.f64[0]![rows[i]!], model.get(key) ?? 0, `round ${round}, key ${key}`);
          assert.equal(nameOf(table.numberAt(rows[i]!)), key);
          table.columns.f64[0]![rows[i]!] = round * BATCH + i + 1;
          model.set(key, round * BATCH + i + 1);
        });
      }
      assert.equal(table.size, model.size);
    }
    assert.ok(model.size > 1 << 17, `the table is large, got ${model.size} keys`);
    cut!.walk.finish();
    cut!.walk.close();
    assert.equal(cut!.sum, cut!.expected);
    table.release();
    assert.equal(memory.usedBytes, 0);
  });
}
