import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Batch, openFrame, sealFrame } from '#core/columns/frame';
import { RetainedBatches } from '#core/columns/retained-batch';
import { schemaOf } from '#core/columns/schema';
import { inferType } from '#core/types/infer-type';
import { Types } from '#core/types/type-information';
import { MemoryManager } from '#state/tables/memory-manager';
import { batchOf, readRows, typedRows } from './random-rows.js';

describe('retained batches', () => {
  test('outlive the frame they were taken from', () => {
    fc.assert(fc.property(typedRows(40), ({ type, rows }) => {
      const memory = MemoryManager.unshared(1 << 22);
      const retained = new RetainedBatches(memory, 'join');
      const source = batchOf(schemaOf(type), rows);
      const kept = [retained.retain(source), retained.retain(source)];
      const expected = readRows(source);
      source.memory.u8.fill(0x77);
      for (const { batch } of kept) assert.deepStrictEqual(readRows(batch), expected);
      // They are whole frames: sealed, they read like any other.
      const { batch } = kept[0]!;
      sealFrame(batch, 0, 0);
      const opened = new Batch(batch.memory, batch.layout);
      openFrame(opened, batch.memory, batch.base, batch.layout.schema);
      assert.deepStrictEqual(readRows(opened), expected);
      for (const one of kept) one.release();
      assert.deepEqual([retained.size, memory.usedBytes], [0, 0]);
    }), { numRuns: 80 });
  });

  test('copy only the columns asked for, and the bits that say which of their values are there', () => {
    const type = Types.ROW({ id: Types.LONG, url: Types.STRING, user: Types.NULLABLE(Types.ROW({ name: Types.STRING, age: Types.INT })), flag: Types.BOOLEAN });
    const rows = Array.from({ length: 50 }, (_, id) => ({ id, url: 'u'.repeat(200), user: id % 3 === 0 ? null : { name: `name ${id}`, age: id }, flag: true }));
    const schema = schemaOf(type);
    const source = batchOf(schema, rows);
    const memory = MemoryManager.unshared(1 << 20);
    const retained = new RetainedBatches(memory, 'join');
    const name = schema.columns.find(({ path }) => path[1] === 'name')!.index;
    const { batch } = retained.retain(source, [0, name]);
    source.memory.u8.fill(0x77);
    assert.ok(memory.usedBytes < 4096, `${memory.usedBytes} bytes without the urls`);
    assert.deepEqual(batch.layout.columns.map(({ data, validity }) => [data !== -1, validity !== -1]), [[true, false], [false, false], [false, true], [true, false], [false, false], [false, false]]);
    const { i32, f64, bytes } = batch.memory;
    const at = (offset: number, size: number): number => (batch.base + offset) / size;
    const [id, , presence, text] = batch.layout.columns;
    const read = rows.map((_, row) => {
      const isThere = ((i32[at(presence!.validity, 4) + (row >>> 5)]! >>> (row & 31)) & 1) === 1;
      const start = batch.base + batch.layout.heapStart + i32[at(text!.data, 4) + row]!;
      const length = i32[at(text!.lengths, 4) + row]!;
      assert.equal(f64[at(batch.layout.eventTimes, 8) + row], row * 10);
      return [f64[at(id!.data, 8) + row], isThere ? bytes.latin1Slice(start, start + length) : length];
    });
    assert.deepEqual(read, rows.map(({ id: key, user }) => [key, user?.name ?? 0]));
  });

  test('keep of undeclared rows which of them travel whole', () => {
    const rows = [{ a: 1, b: 'x' }, 'other', { a: 2, b: 'y' }];
    const schema = schemaOf(inferType([rows[0]]));
    const retained = new RetainedBatches(MemoryManager.unshared(1 << 20), 'join');
    const { batch } = retained.retain(batchOf(schema, rows), [0]);
    const side = batch.layout.columns.at(-1)!;
    assert.deepEqual([side.data, batch.memory.i32[(batch.base + side.validity) / 4]! & 7], [-1, 0b010]);
  });

  test('are freed by their last holder, and by nobody twice', () => {
    const memory = MemoryManager.unshared(1 << 20);
    const retained = new RetainedBatches(memory, 'join');
    const one = retained.retain(batchOf(schemaOf(Types.LONG), [1, 2, 3]));
    one.retain();
    one.release();
    assert.equal(retained.size, 1);
    assert.ok(memory.usedBytes > 0);
    assert.equal(memory.usedBytesByOwner().get('join'), memory.usedBytes);
    one.release();
    assert.deepEqual([retained.size, memory.usedBytes], [0, 0]);
    assert.throws(() => one.release(), /released once per holder/);
    assert.throws(() => one.retain(), /retained while it lives/);
  });

  test('go with their owner, whoever still holds them', () => {
    const memory = MemoryManager.unshared(1 << 20);
    const retained = new RetainedBatches(memory, 'slot');
    const held = Array.from({ length: 5 }, (_, index) => retained.retain(batchOf(schemaOf(Types.STRING), ['x'.repeat(index * 100)])));
    held[0]!.retain();
    retained.close();
    retained.close();
    assert.deepEqual([retained.size, memory.usedBytes], [0, 0]);
    for (const one of held) one.release();
    assert.equal(memory.usedBytes, 0);
  });

  test('fail as any other state does when managed memory is full, and leave nothing behind', () => {
    const memory = MemoryManager.unshared(4096);
    const retained = new RetainedBatches(memory, 'join');
    assert.throws(() => retained.retain(batchOf(schemaOf(Types.STRING), ['x'.repeat(10_000)])), { code: 'MANAGED_MEMORY_EXHAUSTED' });
    assert.deepEqual([retained.size, memory.usedBytes], [0, 0]);
  });
});
