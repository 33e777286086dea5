import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { compactFrame, isWorthCompacting } from '#core/columns/compact-frame';
import { openFrame, sealFrame } from '#core/columns/frame';
import { schemaOf } from '#core/columns/schema';
import { Types } from '#core/types/type-information';
import { batchOf, readRows, typedRows } from './random-rows.js';

describe('frames with few rows', () => {
  test('a compacted frame holds the same rows in no more bytes', () => {
    fc.assert(fc.property(typedRows(40), fc.integer({ min: 40, max: 700 }), ({ type, rows }, capacity) => {
      const schema = schemaOf(type);
      const batch = batchOf(schema, rows, capacity);
      const before = readRows(batch);
      const bytesBefore = sealFrame(batch, 0, 0);
      compactFrame(batch);
      const bytes = sealFrame(batch, 3, 1);
      assert.ok(bytes <= bytesBefore, `${bytes} bytes after, ${bytesBefore} before`);
      assert.ok(batch.layout.capacity >= rows.length);
      openFrame(batch, batch.memory, batch.base, schema);
      assert.deepStrictEqual(readRows(batch), before);
    }), { numRuns: 150 });
  });

  test('only frames that are mostly empty are worth it', () => {
    const schema = schemaOf(Types.LONG);
    const fill = (rows: number) => isWorthCompacting(batchOf(schema, Array.from({ length: rows }, () => 1), 1000));
    assert.deepEqual([fill(1), fill(250), fill(251), fill(1000)], [true, true, false, false]);
    assert.equal(isWorthCompacting(batchOf(schema, [1], 8)), false);
  });
});
