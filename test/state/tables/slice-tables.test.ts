import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryManager } from '#state/tables/memory-manager';
import { NumericKeyTable } from '#state/tables/numeric-key-table';
import { SliceTables } from '#state/tables/slice-tables';

function create(memory: MemoryManager): SliceTables<NumericKeyTable> {
  return new SliceTables(() => new NumericKeyTable(memory, 'slices', { f64: 1, i32: 0, hasAny: false }));
}

test('slices hold their own rows and are listed earliest first, in whatever order they were opened', () => {
  const slices = create(MemoryManager.unshared(1 << 20));
  for (const start of [20, 0, 30, -10, 10]) slices.tableOf(start).findOrInsert(start + 1);
  assert.deepEqual(slices.starts(), [-10, 0, 10, 20, 30]);
  assert.equal(slices.earliestStart, -10);
  slices.closeSlice(-10);
  slices.closeSlice(10);
  assert.deepEqual(slices.starts(), [0, 20, 30]);
  assert.equal(slices.tableOf(20).keyAt(0), 21);
  assert.equal(slices.tryTableOf(10), undefined);
  assert.equal(slices.size, 3);
});

test('the table of a closed slice is recycled empty, without new memory', () => {
  const memory = MemoryManager.unshared(1 << 20);
  const slices = create(memory);
  const first = slices.tableOf(0);
  for (let key = 1; key <= 100; key++) first.findOrInsert(key);
  const used = memory.usedBytes;
  slices.closeSlice(0);
  assert.equal(slices.earliestStart, Infinity);
  const second = slices.tableOf(1000);
  assert.equal(second, first);
  assert.equal(second.size, 0);
  for (let key = 1; key <= 100; key++) assert.ok(second.findOrInsert(key + 500) >= 0 && second.wasInserted);
  assert.equal(memory.usedBytes, used);
  slices.release();
  assert.equal(memory.usedBytes, 0);
});
