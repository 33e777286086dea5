// hot path. Makes row values from batches: a generated reader per schema, and an interpreted twin that tests compare it with.
// Thread: any; a reader is bound to one batch at a time.
import type { Batch } from '#core/columns/frame';
import type { FrameMemory } from '#core/columns/frame-memory';
import type { Schema } from '#core/columns/schema';
import { READ_SCOPE, rowReadCode } from '#core/codegen/row-layout-code';
import { exactAt, exactOf } from '#core/columns/exact-integer';
import { TextSlice } from '#core/columns/text-slice';
import { createSerializer } from '#core/serialization/create-serializer';
import { DataInput } from '#core/serialization/data-input';
import type { TypeInformation } from '#core/types/type-information';

export interface RowReader {
  /** The batch must be of the reader's schema. Cost: one decode of the heap if the schema has strings. */
  bind(batch: Batch): void;
  /** A fresh value that stays valid after the batch is gone. */
  read(row: number): unknown;
  /** NaN for a row without a timestamp. */
  eventTime(row: number): number;
}

/** Values for READ_SCOPE, in its order: what generated code calls for the rare kinds of columns. */
export function readScope(schema: Schema): readonly unknown[] {
  const serializers = schema.columns.map((column) => (column.kind === 'var' && isEncoded(column.type) ? createSerializer(column.type) : undefined));
  const decodeVar = (column: number, memory: FrameMemory, offset: number, length: number): unknown =>
    serializers[column]!.read(new DataInput(memory.u8, offset, length));
  const utf8Of = (memory: FrameMemory, offset: number, length: number): string => memory.bytes.utf8Slice(offset, offset + length);
  return [decodeVar, utf8Of, exactAt, TextSlice];
}

export function isEncoded(type: TypeInformation): boolean {
  return type.kind === 'list' || type.kind === 'map' || type.kind === 'any' || type.kind === 'integer';
}

export function createRowReader(schema: Schema): RowReader {
  const code = rowReadCode(schema);
  const body = `
    "use strict";
    let read, eventTime;
    return {
      bind(batch) {
        ${code.prelude}
        read = (i) => (${code.value});
        eventTime = (i) => ${code.eventTime};
      },
      read(row) { return read(row); },
      eventTime(row) { return eventTime(row); },
    };
    //# sourceURL=millrace-row-reader-${(schema.id >>> 0).toString(16)}.js`;
  return new Function(...READ_SCOPE, body)(...readScope(schema)) as RowReader;
}

/** The oracle: walks the type for every value. Used by tests and where a reader is needed once. */
export function createInterpretedRowReader(schema: Schema): RowReader {
  const [decodeVar, utf8Of] = readScope(schema) as [(c: number, m: FrameMemory, o: number, l: number) => unknown, (m: FrameMemory, o: number, l: number) => string, unknown];
  let bound: Batch | undefined;
  const isPresent = (batch: Batch, index: number, row: number): boolean =>
    ((batch.memory.i32[(batch.base + batch.layout.columns[index]!.validity) / 4 + (row >>> 5)]! >>> (row & 31)) & 1) === 1;
  const leaf = (batch: Batch, type: TypeInformation, index: number, row: number): unknown => {
    const { memory, base, layout } = batch;
    const column = layout.columns[index]!;
    switch (column.kind) {
      case 'u8': return memory.u8[base + column.data + row] === 1;
      case 'i32': return memory.i32[(base + column.data) / 4 + row];
      case 'f64': return memory.f64[(base + column.data) / 8 + row];
      case 'i64': return type.kind === 'int64' ? exactOf(memory.i64[(base + column.data) / 8 + row]!) : memory.i64[(base + column.data) / 8 + row];
      default: {
        const offset = base + layout.heapStart + memory.i32[(base + column.data) / 4 + row]!;
        const length = memory.i32[(base + column.lengths) / 4 + row]!;
        if (type.kind === 'string') return utf8Of(memory, offset, length);
        return type.kind === 'bytes' ? memory.u8.slice(offset, offset + length) : decodeVar(index, memory, offset, length);
      }
    }
  };
  const walk = (batch: Batch, type: TypeInformation, isNullable: boolean, row: number, cursor: { next: number }): unknown => {
    if (type.kind === 'nullable') return walk(batch, type.inner, true, row, cursor);
    if (type.kind !== 'row' && type.kind !== 'tuple') {
      const index = cursor.next++;
      return isNullable && !isPresent(batch, index, row) ? null : leaf(batch, type, index, row);
    }
    const isNull = isNullable && !isPresent(batch, cursor.next++, row);
    const parts = type.kind === 'tuple' ? type.elements : type.fields.map((field) => field.type);
    if (type.kind === 'row' && type.inferred !== undefined && isPresent(batch, schema.columns.length - 1, row)) return leaf(batch, { kind: 'any' }, schema.columns.length - 1, row);
    // A null nested row leaves its leaves unwritten: encoded ones must not be decoded, so only the cursor moves on.
    const values = parts.map((part) => (isNull ? skip(part, cursor) : walk(batch, part, false, row, cursor)));
    if (type.kind === 'tuple') return isNull ? null : values;
    if (type.inferred?.isAtomic === true) return values[0];
    return isNull ? null : Object.fromEntries(type.fields.map((field, position) => [field.name, values[position]]));
  };
  return {
    bind(batch) { bound = batch; },
    read(row) { return walk(bound!, schema.type, false, row, { next: 0 }); },
    eventTime(row) { return bound!.memory.f64[(bound!.base + bound!.layout.eventTimes) / 8 + row]!; },
  };
}

function skip(type: TypeInformation, cursor: { next: number }, isNullable = false): undefined {
  if (type.kind === 'nullable') return skip(type.inner, cursor, true);
  if (type.kind !== 'row' && type.kind !== 'tuple') { cursor.next++; return undefined; }
  if (isNullable) cursor.next++;
  for (const part of type.kind === 'tuple' ? type.elements : type.fields.map((field) => field.type)) skip(part, cursor);
  if (type.kind === 'row' && type.inferred !== undefined) cursor.next++;
  return undefined;
}
