// Rows kept as they came: lists through them, reading, and memory that goes back.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRowWriter } from '#core/codegen/row-writer';
import { Batch, layoutOf } from '#core/columns/frame';
import { FrameMemory } from '#core/columns/frame-memory';
import { schemaOf } from '#core/columns/schema';
import { createSerializer } from '#core/serialization/create-serializer';
import { DataInput } from '#core/serialization/data-input';
import { DataOutput } from '#core/serialization/data-output';
import { Types } from '#core/types/type-information';
import { MemoryManager } from '#state/tables/memory-manager';
import { PackedRows } from '#state/tables/packed-rows';
import { RowArchive } from '#state/tables/row-archive';

const ROW = Types.ROW({ id: Types.LONG, text: Types.NULLABLE(Types.STRING) });
const BATCH_ROWS = 100;
const rowOf = (id: number): { id: number; text: string | null } => ({ id, text: id % 3 === 0 ? null : `text é ${id}` });

function batchOf(firstId: number): Batch {
  const schema = schemaOf(ROW);
  const layout = layoutOf(schema, BATCH_ROWS);
  const memory = FrameMemory.allocate(layout.heapStart + BATCH_ROWS * 32);
  const writer = createRowWriter(schema);
  writer.open(memory, 0, layout, memory.u8.length);
  for (let i = 0; i < BATCH_ROWS; i++) writer.append(rowOf(firstId + i), 0);
  const batch = new Batch(memory, layout);
  writer.finish(batch);
  return batch;
}

function create(memory = MemoryManager.unshared(1 << 26)): RowArchive {
  return RowArchive.create(memory, 'test', ROW)!;
}

describe('an archive of rows', () => {
  test('rows of batches and single ones are linked across chunks in the order in which they came', () => {
    const archive = create();
    const lists = Array.from({ length: 7 }, () => ({ first: -1, last: -1, expected: [] as unknown[] }));
    let id = 0;
    const link = (row: number, value: number): void => {
      const list = lists[value % lists.length]!;
      archive.link(row, list.last);
      if (list.first === -1) list.first = row;
      list.last = row;
      list.expected.push(rowOf(value));
    };
    for (let round = 0; round < 100; round++) {
      const firstRow = archive.add(batchOf(id));
      for (let i = 0; i < BATCH_ROWS; i++) link(firstRow + i, id++);
      link(archive.addRow(rowOf(id)), id++);
    }
    for (const { first, expected } of lists) {
      const read: unknown[] = [];
      for (let row = first; row !== -1; row = archive.nextOf(row)) read.push(archive.read(row));
      assert.deepEqual(read, expected);
    }
    archive.release();
  });

  test('a row that is read again and again is the same object, and another one does not change it', () => {
    const archive = create();
    const first = archive.add(batchOf(0));
    assert.equal(archive.at(first).text, null);
    const kept = archive.at(first) as object;
    for (let i = 1; i < BATCH_ROWS; i++) assert.equal(archive.at(first + i).id, i);
    assert.equal(archive.at(first), kept);
    assert.deepEqual(kept, rowOf(0));
    archive.release();
  });

  test('a row larger than any before is kept alone', () => {
    const archive = create();
    const text = 'long '.repeat(20_000);
    const row = archive.addRow({ id: 1, text });
    assert.deepEqual(archive.read(row), { id: 1, text });
    archive.release();
  });

  test('memory of rows that no list holds any more goes back, but not that of rows which may still come into lists', () => {
    const memory = MemoryManager.unshared(1 << 26);
    const archive = create(memory);
    let peak = 0;
    for (let round = 0; round < 300; round++) {
      const first = archive.add(batchOf(round * BATCH_ROWS));
      for (let i = 0; i < BATCH_ROWS; i++) {
        archive.link(first + i, -1);
        assert.equal(archive.at(first + i).id, round * BATCH_ROWS + i);
        archive.remove(first + i);
      }
      if (round === 99) peak = memory.usedBytes;
    }
    assert.ok(memory.usedBytes <= peak * 4, `${memory.usedBytes} bytes are used after three times as many rows as ${peak} were`);
    archive.release();
    assert.equal(memory.usedBytes, 0);
  });

  test('numbers of chunks that are gone are used again, so that rows may come and go for ever', () => {
    const archive = create();
    let largest = 0;
    const kept = archive.add(batchOf(0));
    archive.link(kept, -1);
    for (let round = 1; round < 2000; round++) {
      const first = archive.add(batchOf(round * BATCH_ROWS));
      for (let i = 0; i < BATCH_ROWS; i++) {
        archive.link(first + i, -1);
        assert.equal(archive.at(first + i).id, round * BATCH_ROWS + i);
        assert.equal(archive.at(first + i).id, round * BATCH_ROWS + i);
        archive.remove(first + i);
      }
      largest = Math.max(largest, first);
      assert.equal(archive.at(kept).id, 0);
    }
    assert.ok(largest < 5 * 8192, `an id of ${largest} after 200,000 rows, of which few were there at a time`);
    archive.release();
  });

  test('chunks that are held are read as they were, whatever is added, linked behind and removed since', () => {
    const memory = MemoryManager.unshared(1 << 26);
    const archive = create(memory);
    const ids: number[] = [];
    const add = (batches: number): void => {
      for (let batch = 0; batch < batches; batch++) {
        const first = archive.add(batchOf(ids.length));
        for (let i = 0; i < BATCH_ROWS; i++) {
          archive.link(first + i, ids.at(-1) ?? -1);
          ids.push(first + i);
        }
      }
    };
    add(90);
    const count = ids.length;
    const held = archive.hold();
    const early = Array.from({ length: held.chunkCount >> 1 }, (_, chunk) => held.pack(chunk));
    add(90);
    for (const id of ids) archive.remove(id);
    const usedBytes = memory.usedBytes;
    const late = Array.from({ length: held.chunkCount - early.length }, (_, chunk) => held.pack(early.length + chunk));
    const rows = new PackedRows(ROW, [...late, ...early]);
    const serializer = createSerializer(ROW);
    let id = ids[0]!;
    for (let n = 0; n < count; n++) {
      const output = new DataOutput();
      rows.encode(id, output);
      assert.deepEqual(serializer.read(new DataInput(output.toBytes())), rowOf(n));
      if (n < count - 1) id = rows.nextOf(id);
    }
    assert.equal(id, ids[count - 1]);
    held.release();
    held.release();
    assert.ok(memory.usedBytes < usedBytes, 'chunks that only the snapshot held go when it is over');
    archive.release();
    assert.equal(memory.usedBytes, 0);
  });

  test('a chunk that is missing, or was written in another layout of frames, is refused', () => {
    const archive = create();
    const id = archive.addRow(rowOf(1));
    const held = archive.hold();
    const packed = held.pack(0);
    assert.throws(() => new PackedRows(ROW, []).nextOf(id), { code: 'SNAPSHOT_CORRUPT' });
    assert.throws(() => new PackedRows(Types.ROW({ id: Types.LONG }), [packed]).nextOf(id), { code: 'SNAPSHOT_VERSION_UNSUPPORTED' });
    held.release();
    archive.release();
  });
});
