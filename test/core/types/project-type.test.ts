import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FieldTree } from '#core/codegen/field-tree';
import { createRowReader } from '#core/codegen/row-reader';
import { createRowWriter } from '#core/codegen/row-writer';
import { Batch, layoutOf } from '#core/columns/frame';
import { FrameMemory } from '#core/columns/frame-memory';
import { schemaOf } from '#core/columns/schema';
import { inferType } from '#core/types/infer-type';
import { projectType } from '#core/types/project-type';
import { formatType, type TypeInformation, Types } from '#core/types/type-information';

function reading(...paths: readonly (readonly string[])[]): FieldTree {
  const reads = new FieldTree();
  for (const path of paths) reads.addAll(path);
  return reads;
}

function throughFrame(type: TypeInformation, rows: readonly unknown[]): unknown[] {
  const schema = schemaOf(type);
  const layout = layoutOf(schema, 16);
  const memory = FrameMemory.allocate(layout.heapStart + 4096);
  const writer = createRowWriter(schema);
  writer.open(memory, 0, layout, layout.heapStart + 4096);
  for (const row of rows) assert.ok(writer.append(row, 0));
  const batch = new Batch(memory, layout);
  writer.finish(batch);
  const reader = createRowReader(schema);
  reader.bind(batch);
  return rows.map((_, row) => reader.read(row));
}

describe('types without the fields that nobody reads', () => {
  const type = Types.ROW({ id: Types.LONG, bid: Types.NULLABLE(Types.ROW({ price: Types.LONG, url: Types.STRING })), tags: Types.LIST(Types.STRING) });

  test('fields are kept by path, null rows and order included', () => {
    assert.equal(formatType(projectType(type, reading(['bid', 'price'], ['id']))), 'ROW<id LONG, bid ROW<price LONG> NULL>');
    assert.equal(projectType(type, FieldTree.all()), type);
    assert.equal(formatType(projectType(type, reading(['bid']))), 'ROW<bid ROW<price LONG, url STRING> NULL>');
    assert.equal(formatType(projectType(type, reading())), 'ROW<>');
  });

  test('a value inside a leaf keeps the leaf', () => {
    assert.equal(formatType(projectType(type, reading(['tags', 'length']))), 'ROW<tags LIST<STRING>>');
  });

  test('rows of a projected inferred type may have more fields, and a misfit still travels whole', () => {
    const rows = [{ a: 1, b: 'x', c: true }, { a: 2, b: 'y', c: false, more: 1 }, { a: 'misfit', b: 'z' }, 7];
    const projected = projectType(inferType(rows.slice(0, 1)), reading(['a']));
    assert.deepStrictEqual(throughFrame(projected, rows), [{ a: 1 }, { a: 2 }, { a: 'misfit', b: 'z' }, 7]);
  });
});
