// Random types with rows that fit them, and frames made of them in memory full of rubbish: recycled memory is never clean,
// and whoever follows an offset of a value that is not there reads it.
import fc from 'fast-check';
import { createRowReader } from '#core/codegen/row-reader';
import { createRowWriter } from '#core/codegen/row-writer';
import { exactOf } from '#core/columns/exact-integer';
import { Batch, layoutOf } from '#core/columns/frame';
import { FrameMemory } from '#core/columns/frame-memory';
import type { Schema } from '#core/columns/schema';
import { type TypeInformation, Types } from '#core/types/type-information';

export interface TypedRows {
  readonly type: TypeInformation;
  readonly rows: readonly unknown[];
}

export const text = fc.oneof(fc.string({ maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 40 }).map((value) => Buffer.from(value).toString()));

interface TypeAndValue {
  readonly type: TypeInformation;
  readonly value: fc.Arbitrary<unknown>;
}

/** Mostly numbers, some beyond them. */
const exactInteger = (bits: bigint): fc.Arbitrary<unknown> => fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** bits), max: 2n ** bits - 1n }).map(exactOf));

const leaf = (type: TypeInformation, value: fc.Arbitrary<unknown>): fc.Arbitrary<TypeAndValue> => fc.constant({ type, value });

const typeAndValue: fc.Arbitrary<TypeAndValue> = fc.letrec<{ any: TypeAndValue; nullable: TypeAndValue; row: TypeAndValue; tuple: TypeAndValue }>((tie) => ({
  any: fc.oneof({ maxDepth: 3 },
    leaf(Types.INT, fc.integer()), leaf(Types.LONG, fc.maxSafeInteger()), leaf(Types.DOUBLE, fc.double()), leaf(Types.BOOLEAN, fc.boolean()),
    leaf(Types.INT64, exactInteger(63n)), leaf(Types.INTEGER, exactInteger(130n)),
    leaf(Types.BIGINT, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), leaf(Types.STRING, text), leaf(Types.BYTES, fc.uint8Array({ maxLength: 20 })),
    leaf(Types.LIST(Types.STRING), fc.array(text, { maxLength: 4 })), tie('nullable'), tie('row'), tie('tuple')),
  nullable: tie('any').filter(({ type }) => type.kind !== 'nullable').map(({ type, value }) => ({ type: Types.NULLABLE(type), value: fc.option(value, { nil: null }) })),
  row: fc.dictionary(fc.string({ minLength: 1, maxLength: 6 }), tie('any'), { minKeys: 1, maxKeys: 4, noNullPrototype: true }).map((fields) => ({
    type: Types.ROW(Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.type]))),
    value: fc.record(Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.value])), { noNullPrototype: true }),
  })),
  tuple: fc.array(tie('any'), { minLength: 1, maxLength: 3 }).map((parts) => ({ type: Types.TUPLE(...parts.map(({ type }) => type)), value: fc.tuple(...parts.map(({ value }) => value)) })),
})).any;

export function typedRows(rowsMax: number): fc.Arbitrary<TypedRows> {
  return typeAndValue.chain(({ type, value }) => fc.record({ type: fc.constant(type), rows: fc.array(value, { maxLength: rowsMax }) }));
}

/** Every byte set: lengths read as negative, validity bits as present. */
export function dirtyMemory(bytes: number, filler = 0xa7): FrameMemory {
  const memory = FrameMemory.allocate(bytes);
  memory.u8.fill(filler);
  return memory;
}

/** A batch of the rows at byte `base` of memory of its own; row i has event time i * 10. */
export function batchOf(schema: Schema, rows: readonly unknown[], capacity = Math.max(rows.length, 1), base = 64): Batch {
  const layout = layoutOf(schema, capacity);
  for (let heapBytes = 4096; ; heapBytes *= 8) {
    const memory = dirtyMemory(base + layout.heapStart + heapBytes);
    const writer = createRowWriter(schema);
    writer.open(memory, base, layout, layout.heapStart + heapBytes);
    let written = 0;
    while (written < rows.length && writer.append(rows[written], written * 10)) written++;
    if (written < rows.length) continue;
    const batch = new Batch(memory, layout);
    batch.base = base;
    writer.finish(batch);
    return batch;
  }
}

/** [value, event time] of every row. */
export function readRows(batch: Batch): [unknown, number][] {
  const reader = createRowReader(batch.layout.schema);
  reader.bind(batch);
  return Array.from({ length: batch.count }, (_, row) => [reader.read(row), reader.eventTime(row)]);
}
