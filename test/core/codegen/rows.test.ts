import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { FieldTree } from '#core/codegen/field-tree';
import { READ_SCOPE, rowReadCode } from '#core/codegen/row-layout-code';
import { createInterpretedRowReader, createRowReader, readScope } from '#core/codegen/row-reader';
import { createRowView, keptRow, viewOf } from '#core/codegen/row-view';
import { createRowWriter } from '#core/codegen/row-writer';
import { exactOf } from '#core/columns/exact-integer';
import { Batch, layoutOf } from '#core/columns/frame';
import { FrameMemory } from '#core/columns/frame-memory';
import { schemaOf } from '#core/columns/schema';
import { TextSlice } from '#core/columns/text-slice';
import { createSerializer } from '#core/serialization/create-serializer';
import { DataOutput } from '#core/serialization/data-output';
import { inferType } from '#core/types/infer-type';
import { type TypeInformation, Types } from '#core/types/type-information';

const CAPACITY = 64;

function roundTrip(type: TypeInformation, rows: readonly unknown[], heapBytes = 1 << 16) {
  const schema = schemaOf(type);
  const layout = layoutOf(schema, CAPACITY);
  const memory = FrameMemory.allocate(64 + layout.heapStart + heapBytes);
  const writer = createRowWriter(schema);
  writer.open(memory, 64, layout, layout.heapStart + heapBytes);
  let written = 0;
  while (written < rows.length && writer.append(rows[written], written * 10)) written++;
  const batch = new Batch(memory, layout);
  batch.base = 64;
  writer.finish(batch);
  const read = (reader: ReturnType<typeof createRowReader>) => {
    reader.bind(batch);
    return Array.from({ length: batch.count }, (_, row) => [reader.read(row), reader.eventTime(row)]);
  };
  return { written, batch, schema, generated: read(createRowReader(schema)), interpreted: read(createInterpretedRowReader(schema)) };
}

const text = fc.oneof(fc.string({ maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 40 }).filter((value) => Buffer.from(value).toString() === value));
const typeAndValue: fc.Arbitrary<{ type: TypeInformation; value: fc.Arbitrary<unknown> }> = fc.letrec((tie) => ({
  any: fc.oneof({ maxDepth: 3 },
    fc.constant({ type: Types.INT, value: fc.integer().map((x) => x | 0) as fc.Arbitrary<unknown> }),
    fc.constant({ type: Types.LONG, value: fc.maxSafeInteger() as fc.Arbitrary<unknown> }),
    fc.constant({ type: Types.DOUBLE, value: fc.double() as fc.Arbitrary<unknown> }),
    fc.constant({ type: Types.BOOLEAN, value: fc.boolean() as fc.Arbitrary<unknown> }),
    fc.constant({ type: Types.INT64, value: fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(exactOf)) as fc.Arbitrary<unknown> }),
    fc.constant({ type: Types.INTEGER, value: fc.bigInt({ min: -(2n ** 90n), max: 2n ** 90n }).map(exactOf) as fc.Arbitrary<unknown> }),
    fc.constant({ type: Types.BIGINT, value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) as fc.Arbitrary<unknown> }),
    fc.constant({ type: Types.STRING, value: text as fc.Arbitrary<unknown> }),
    fc.constant({ type: Types.BYTES, value: fc.uint8Array({ maxLength: 20 }) as fc.Arbitrary<unknown> }),
    fc.constant({ type: Types.LIST(Types.STRING), value: fc.array(text, { maxLength: 4 }) as fc.Arbitrary<unknown> }),
    tie('nullable'), tie('row'), tie('tuple')),
  nullable: tie('any').filter((inner: any) => inner.type.kind !== 'nullable').map((inner: any) => ({ type: Types.NULLABLE(inner.type), value: fc.option(inner.value, { nil: null }) })), // any: letrec's ties are untyped
  row: fc.dictionary(fc.string({ minLength: 1, maxLength: 6 }), tie('any'), { minKeys: 1, maxKeys: 4, noNullPrototype: true })
    .map((fields: any) => ({ type: Types.ROW(Object.fromEntries(Object.entries(fields).map(([name, field]: any) => [name, field.type]))), value: fc.record(Object.fromEntries(Object.entries(fields).map(([name, field]: any) => [name, field.value])), { noNullPrototype: true }) })), // any: as above
  tuple: fc.array(tie('any'), { minLength: 1, maxLength: 3 }).map((parts: any) => ({ type: Types.TUPLE(...parts.map((part: any) => part.type)), value: fc.tuple(...parts.map((part: any) => part.value)) })), // any: as above
})).any as never;

const innerKind = (type: TypeInformation): string => (type.kind === 'nullable' ? type.inner.kind : type.kind);

describe('rows in columns', () => {
  test('every value of a declared type comes back equal from the generated and the interpreted reader', () => {
    const cases = typeAndValue.chain(({ type, value }) => fc.record({ type: fc.constant(type), rows: fc.array(value, { maxLength: CAPACITY }) }));
    fc.assert(fc.property(cases, ({ type, rows }) => {
      const { written, generated, interpreted } = roundTrip(type, rows);
      const expected = rows.slice(0, written).map((row, index) => [row, index * 10]);
      assert.equal(written, rows.length);
      assert.deepStrictEqual(generated, expected);
      assert.deepStrictEqual(interpreted, expected);
    }), { numRuns: 300 });
  });

  test('a view gives the fields, the copy and the bytes of every row, whether it decodes text in blocks or not', () => {
    const cases = typeAndValue.filter(({ type }) => type.kind === 'row').chain(({ type, value }) => fc.record({ type: fc.constant(type), rows: fc.array(value, { minLength: 1, maxLength: CAPACITY }) }));
    fc.assert(fc.property(cases, fc.boolean(), ({ type, rows }, decodesBlocks) => {
      const { batch, schema } = roundTrip(type, rows);
      const view = createRowView(schema, { decodesBlocks });
      const isPlain = (type as TypeInformation & { kind: 'row' }).fields.every((field) => !['row', 'tuple'].includes(innerKind(field.type)));
      assert.equal(view === undefined, !isPlain);
      if (view === undefined) return;
      const [viewed, written] = [new DataOutput(), new DataOutput()];
      for (let round = 0; round < 2; round++) {
        const token: object = view.batchToken;
        view.bind(batch, { isSame: round > 0 });
        assert.equal(view.batchToken === token, round > 0, 'a batch has one token');
        rows.forEach((row, index) => {
          view.moveTo(index);
          assert.deepStrictEqual([view.position, view.eventTime(), view.copy()], [index, index * 10, row]);
          for (const [name, value] of Object.entries(row as object)) assert.deepStrictEqual(view.row[name], value);
          assert.equal(viewOf(view.row), view);
          assert.deepStrictEqual(keptRow(view.row), row);
          viewed.reset();
          written.reset();
          view.encode(viewed);
          createSerializer(type).write(row, written);
          assert.deepStrictEqual(viewed.toBytes(), written.toBytes());
        });
        view.finish();
      }
    }), { numRuns: 150 });
    assert.deepStrictEqual(keptRow({ a: 1 }), { a: 1 });
  });

  test('columns may have the names that objects have of their own', () => {
    const row = { constructor: 1, toString: 'two', ['__proto__']: 3 };
    const { batch, schema } = roundTrip({ kind: 'row', fields: [{ name: 'constructor', type: Types.INT }, { name: 'toString', type: Types.STRING }, { name: '__proto__', type: Types.INT }] }, [row]);
    const view = createRowView(schema, { decodesBlocks: true })!;
    view.bind(batch, { isSame: false });
    assert.deepStrictEqual([view.row['constructor'], view.row['toString'], view.row['__proto__']], [1, 'two', 3]);
    assert.deepStrictEqual(view.copy(), row);
  });

  test('a row without columns has a view', () => {
    const { batch, schema } = roundTrip(Types.ROW({}), [{}, {}]);
    const view = createRowView(schema, { decodesBlocks: true })!;
    view.bind(batch, { isSame: false });
    assert.deepStrictEqual(view.copy(), {});
  });

  test('texts go from one frame into another without becoming strings, also those that are no ASCII, absent or within a row that is', () => {
    const from = Types.ROW({ id: Types.INT, inner: Types.NULLABLE(Types.ROW({ a: Types.NULLABLE(Types.STRING), b: Types.STRING })) });
    const to = schemaOf(Types.ROW({ id: Types.INT, a: Types.NULLABLE(Types.STRING), b: Types.NULLABLE(Types.STRING) }));
    const slices = new FieldTree();
    for (const name of ['a', 'b']) slices.addAll(['inner', name]);
    fc.assert(fc.property(fc.array(fc.record({ id: fc.nat({ max: 1e6 }), inner: fc.option(fc.record({ a: fc.option(text, { nil: null }), b: text })) }), { maxLength: CAPACITY }), (rows) => {
      const { batch, schema } = roundTrip(from, rows);
      const code = rowReadCode(schema, { slices });
      const copyAll = new Function(...READ_SCOPE, `${code.slices} return (batch, append) => { ${code.prelude} for (let i = 0; i < batch.count; i++) append(${code.value}, ${code.eventTime}); };`)(...readScope(schema)) as (batch: Batch, append: (row: any, time: number) => void) => void; // any: texts are slices
      const writer = createRowWriter(to);
      const layout = layoutOf(to, CAPACITY);
      const memory = FrameMemory.allocate(layout.heapStart + (1 << 16));
      writer.open(memory, 0, layout, memory.u8.length);
      copyAll(batch, ({ id, inner }, time) => assert.ok(writer.append({ id, a: inner === null ? null : inner.a, b: inner === null ? null : inner.b }, time)));
      const copy = new Batch(memory, layout);
      writer.finish(copy);
      const reader = createInterpretedRowReader(to);
      reader.bind(copy);
      assert.deepEqual(rows.map((_, row) => reader.read(row)), rows.map(({ id, inner }) => ({ id, a: inner?.a ?? null, b: inner?.b ?? null })));
      if (!batch.isAsciiHeap && rows.some(({ inner }) => inner !== null)) assert.equal(copy.isAsciiHeap, false);
    }));
  });

  test('a text that does not fit the heap as it lies leaves the frame unchanged', () => {
    const schema = schemaOf(Types.STRING);
    const layout = layoutOf(schema, CAPACITY);
    const memory = FrameMemory.allocate(layout.heapStart + 64);
    const writer = createRowWriter(schema);
    writer.open(memory, 0, layout, memory.u8.length);
    const slice = new TextSlice();
    slice.memory = FrameMemory.allocate(256);
    slice.length = 40;
    assert.equal(writer.append(slice, 0), true);
    assert.equal(writer.append(slice, 0), false);
    slice.length = 24;
    assert.equal(writer.append(slice, 0), true);
    assert.equal(writer.count(), 2);
  });

  test('a row that does not fit the heap leaves the frame unchanged', () => {
    const { written, generated } = roundTrip(Types.STRING, ['a'.repeat(40), 'b'.repeat(40), 'c'], 64);
    assert.equal(written, 1);
    assert.deepEqual(generated, [['a'.repeat(40), 0]]);
  });

  test('a value that does not fit its declared type names the field, the type and the value', () => {
    assert.throws(() => roundTrip(Types.ROW({ bid: Types.ROW({ price: Types.LONG }) }), [{ bid: { price: 'ten' } }]),
      { code: 'TYPE_MISMATCH', message: 'field bid.price is declared LONG but the value seen is "ten" (string): convert the value or declare its type as it is' });
    assert.throws(() => roundTrip(Types.LONG, [2 ** 60]), { code: 'LONG_OUT_OF_RANGE' });
  });
});

describe('rows of undeclared streams', () => {
  const plain = { user: 'ann', score: 1.5, isNew: true, place: { city: 'Oslo', zip: null } };

  test('columns are inferred from the first rows and rows that fit come back as they were', () => {
    const rows = [plain, { ...plain, user: 'bob', score: 7 }];
    const type = inferType(rows);
    assert.equal(type.kind, 'row');
    assert.deepStrictEqual(roundTrip(type, rows).generated.map(([row]) => row), rows);
  });

  test('rows that do not fit travel whole beside the columns', () => {
    const misfits = [{ ...plain, extra: 1 }, { user: 'x' }, 'text', 42, null, [1, { a: 2 }], { ...plain, score: 'high' }, { ...plain, place: { city: 'Rome', zip: null, more: true } }];
    const rows = [plain, ...misfits, plain];
    const { generated, interpreted } = roundTrip(inferType([plain]), rows);
    assert.deepStrictEqual(generated.map(([row]) => row), rows);
    assert.deepStrictEqual(interpreted.map(([row]) => row), rows);
  });

  test('undefined, missing and null stay three different things', () => {
    const rows = [{ a: 1, b: null, c: { d: 1 } }, { a: 2, b: 3, c: null }];
    const misfits = [{ a: undefined, b: null, c: null }, { a: 1, b: undefined, c: null }, { a: 1, b: 2, c: undefined }, { a: 1, b: 2 }, { a: 1, b: 2, x: null }];
    const { generated, interpreted } = roundTrip(inferType(rows), [...rows, ...misfits]);
    assert.deepStrictEqual(generated.map(([row]) => row), [...rows, ...misfits]);
    assert.deepStrictEqual(interpreted.map(([row]) => row), [...rows, ...misfits]);
  });

  test('a field of values without a column form is not added to rows that have another one instead', () => {
    const rows = [{ tags: [1] }, { tags: ['x', null] }, { other: 1 }, [1], { tags: undefined }];
    assert.deepStrictEqual(roundTrip(inferType(rows.slice(0, 2)), rows).generated.map(([row]) => row), rows);
  });

  test('atomic values are inferred too', () => {
    const rows = [1, 2.5, -3];
    assert.deepStrictEqual(roundTrip(inferType(rows), [...rows, 'text', { a: 1 }]).generated.map(([row]) => row), [...rows, 'text', { a: 1 }]);
  });

  test('rows without a common shape give ANY', () => {
    assert.deepEqual(inferType([[1, 2], 'x']), { kind: 'any' });
    assert.deepEqual(inferType([{}]), { kind: 'any' });
  });
});
