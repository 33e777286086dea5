import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createRowWriter } from '#core/codegen/row-writer';
import { Batch, layoutOf } from '#core/columns/frame';
import { schemaOf } from '#core/columns/schema';
import { inferType } from '#core/types/infer-type';
import { Types } from '#core/types/type-information';
import { batchOf, dirtyMemory, readRows, typedRows } from './random-rows.js';

const CAPACITY = 40;

interface Target {
  readonly writer: ReturnType<typeof createRowWriter>;
  finish(): [unknown, number][];
}

function openTarget(schema: ReturnType<typeof schemaOf>, heapBytes: number, filler = 0x5b): Target {
  const layout = layoutOf(schema, CAPACITY);
  const memory = dirtyMemory(8 + layout.heapStart + heapBytes, filler);
  const writer = createRowWriter(schema);
  writer.open(memory, 8, layout, layout.heapStart + heapBytes);
  return {
    writer,
    finish: () => {
      const batch = new Batch(memory, layout);
      batch.base = 8;
      writer.finish(batch);
      return readRows(batch);
    },
  };
}

describe('rows copied from batch to frame', () => {
  test('chosen rows come in the order chosen, behind what the frame holds, however often they are copied on', () => {
    fc.assert(fc.property(typedRows(30), fc.infiniteStream(fc.nat()), fc.nat(8), ({ type, rows }, choice, before) => {
      const schema = schemaOf(type);
      const source = batchOf(schema, rows);
      const chosen = Int32Array.from({ length: rows.length === 0 ? 0 : Math.min(CAPACITY - before, 30) }, () => choice.next().value % rows.length);
      const first = rows.slice(0, before);
      const target = openTarget(schema, 1 << 17);
      first.forEach((row, index) => assert.ok(target.writer.append(row, -index)));
      assert.equal(target.writer.copyRows(source, chosen, 0, chosen.length), chosen.length);
      const expected = [...first.map((row, index) => [row, -index]), ...Array.from(chosen, (row) => [rows[row], row * 10])];
      const copied = target.finish();
      assert.deepStrictEqual(copied, expected);
      const again = openTarget(schema, 1 << 17);
      const copiedBatch = batchOf(schema, copied.map(([row]) => row));
      assert.equal(again.writer.copyRows(copiedBatch, Int32Array.from(copied.keys()), 0, copied.length), copied.length);
      assert.deepStrictEqual(again.finish().map(([row]) => row), copied.map(([row]) => row));
    }), { numRuns: 150 });
  });

  test('a whole batch is copied in blocks, behind any number of rows', () => {
    fc.assert(fc.property(typedRows(20), fc.nat(20), ({ type, rows }, before) => {
      const schema = schemaOf(type);
      const source = batchOf(schema, rows);
      const first = rows.slice(0, before);
      const target = openTarget(schema, 1 << 17);
      first.forEach((row, index) => assert.ok(target.writer.append(row, index)));
      assert.equal(target.writer.copyBatch(source), true);
      assert.deepStrictEqual(target.finish(), [...first.map((row, index) => [row, index]), ...rows.map((row, index) => [row, index * 10])]);
    }), { numRuns: 150 });
  });

  test('what fits the heap is copied and no row more, and the frame stays whole', () => {
    fc.assert(fc.property(typedRows(30), fc.nat(300), ({ type, rows }, words) => {
      const schema = schemaOf(type);
      const source = batchOf(schema, rows);
      const every = Int32Array.from(rows.keys());
      const byCopy = openTarget(schema, words * 4);
      const end = byCopy.writer.copyRows(source, every, 0, rows.length);
      assert.deepStrictEqual(byCopy.finish(), rows.slice(0, end).map((row, index) => [row, index * 10]));
      if (end < rows.length) assert.equal(byCopy.writer.copyRows(source, every, end, end + 1), end, 'the next row really has no room');
      const isWhole = byCopy.writer.copyBatch(source);
      assert.equal(byCopy.writer.count(), end + (isWhole ? rows.length : 0));
    }), { numRuns: 150 });
  });

  test('rows beyond the capacity are left', () => {
    const schema = schemaOf(Types.LONG);
    const source = batchOf(schema, Array.from({ length: 30 }, (_, index) => index));
    const target = openTarget(schema, 0);
    const every = Int32Array.from({ length: 30 }, (_, row) => row);
    assert.equal(target.writer.copyRows(source, every, 0, 30), 30);
    assert.equal(target.writer.copyBatch(source), false);
    assert.equal(target.writer.copyRows(source, every, 0, 30), 10);
    assert.equal(target.finish().length, CAPACITY);
  });

  test('rows that travel whole beside their columns are copied without following what the columns held before', () => {
    const plain = { user: 'ann', score: 1.5, place: { city: 'Oslo' } };
    const rows = [plain, 'text', { user: 'x' }, null, { ...plain, score: 'high' }, plain, 17];
    const schema = schemaOf(inferType([plain]));
    const source = batchOf(schema, rows);
    const target = openTarget(schema, 1 << 12);
    assert.equal(target.writer.copyRows(source, Int32Array.from([6, 5, 4, 3, 2, 1, 0]), 0, 7), 7);
    assert.equal(target.writer.copyBatch(source), true);
    assert.deepStrictEqual(target.finish().map(([row]) => row), [...rows.toReversed(), ...rows]);
  });

  test('a heap stays marked as ASCII until a row of another kind is copied into it', () => {
    const schema = schemaOf(Types.STRING);
    const layout = layoutOf(schema, CAPACITY);
    const memory = dirtyMemory(layout.heapStart + 1024);
    const writer = createRowWriter(schema);
    writer.open(memory, 0, layout, layout.heapStart + 1024);
    const target = new Batch(memory, layout);
    for (const [word, isAscii] of [['plain', true], ['größe', false]] as const) {
      writer.copyRows(batchOf(schema, [word]), Int32Array.of(0), 0, 1);
      writer.finish(target);
      assert.equal(target.isAsciiHeap, isAscii);
    }
    assert.deepEqual(readRows(target).map(([row]) => row), ['plain', 'größe']);
  });
});
