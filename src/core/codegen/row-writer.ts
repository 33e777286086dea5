// hot path. Writes row values, and rows of other batches, into the columns of a frame: a generated writer per schema. Tests
// hold it against the interpreted reader. The writer owns the row count and the heap top of its open frame, the caller the
// memory. Thread: the caller's; a writer writes one frame at a time.
import type { Batch, FrameLayout } from '#core/columns/frame';
import type { FrameMemory } from '#core/columns/frame-memory';
import { appendBatch, gatherRows } from '#core/columns/gather-rows';
import type { Schema } from '#core/columns/schema';
import { isEncoded } from '#core/codegen/row-reader';
import { Misfits } from '#core/codegen/misfits';
import { rowWriteCode, WRITE_SCOPE } from '#core/codegen/row-write-code';
import { failTypeMismatch } from '#core/errors/type-errors';
import { writeExact } from '#core/columns/exact-integer';
import { TextSlice } from '#core/columns/text-slice';
import { createSerializer } from '#core/serialization/create-serializer';
import { DataOutput } from '#core/serialization/data-output';
import type { TypeInformation } from '#core/types/type-information';

export interface RowWriter {
  readonly schema: Schema;
  /** Starts an empty frame at byte `base` of `memory` that may take `bytes` bytes in all (heap included). */
  open(memory: FrameMemory, base: number, layout: FrameLayout, bytes: number): void;
  /**
   * Writes one row; false when the heap has no room for it (the frame is unchanged, seal it and open another).
   * The caller keeps `count` below the layout's capacity. Throws TypeMismatchError if a declared type does not fit.
   */
  append(value: unknown, eventTime: number): boolean;
  /**
   * Copies rows[from] .. rows[to - 1] of a batch of the same schema, as many as capacity and heap allow; returns the index
   * behind the last one copied.
   */
  copyRows(source: Batch, rows: Int32Array, from: number, to: number): number;
  /** Copies all rows of a batch of the same schema, or none: false when they do not all fit. Cheaper than copyRows. */
  copyBatch(source: Batch): boolean;
  count(): number;
  /** Fills count, heapLength and isAsciiHeap of a batch that lies on the open frame. */
  finish(batch: Batch): void;
}

const encodeScratch = new DataOutput();

function writeScope(schema: Schema, misfits: Misfits): readonly unknown[] {
  const serializers = schema.columns.map((column) => (column.kind === 'var' && isEncoded(column.type) ? createSerializer(column.type) : undefined));
  const mismatch = (path: readonly string[], type: TypeInformation, value: unknown): never => failTypeMismatch(type, path.join('.'), value);
  const encodeVar = (column: number, value: unknown): Uint8Array => {
    encodeScratch.reset();
    serializers[column]!.write(value, encodeScratch);
    return encodeScratch.view();
  };
  return [mismatch, encodeVar, (text: string) => Buffer.byteLength(text), writeExact, misfits, TextSlice];
}

export function createRowWriter(schema: Schema): RowWriter {
  return createRowWriters(schema, 1)[0]!;
}

/**
 * Writers of one text: for the channels of one edge. The loop that appends to one or the other sees one function, which V8
 * compiles once and inlines; writers of texts of their own are as many functions at the same call.
 * @param misfits told of each row of an inferred schema that `append` wrote to the side column.
 */
export function createRowWriters(schema: Schema, count: number, misfits = new Misfits()): readonly RowWriter[] {
  const divisor: Record<string, number> = { u8: 1, i32: 4, f64: 8, i64: 8, var: 4, presence: 1 };
  const names = schema.columns.map(({ index }) => `d${index} = 0, l${index} = 0, p${index} = 0`).join(', ');
  const bind = schema.columns.map(({ index, kind, isNullable }) =>
    (kind === 'presence' ? '' : `d${index} = (base + columns[${index}].data) / ${divisor[kind]};`)
    + (kind === 'var' ? `l${index} = (base + columns[${index}].lengths) / 4;` : '')
    + (isNullable ? `p${index} = (base + columns[${index}].validity) / 4;` : '')).join(' ');
  const body = `
    "use strict";
    return () => {
    let n = 0, heapTop = 0, heapStart = 0, heapEnd = 0, isAscii = true, eventTimes = 0;
    let u8 = null, i32 = null, f64 = null, i64 = null, bytes = null;
    let ${names === '' ? 'none = 0' : names};
    const fill = { memory: null, base: 0, layout: null, heapEnd: 0, count: 0, heapTop: 0 };
    return {
      schema,
      open(memory, base, layout, size) {
        const columns = layout.columns;
        u8 = memory.u8; i32 = memory.i32; f64 = memory.f64; i64 = memory.i64; bytes = memory.bytes;
        n = 0; isAscii = true;
        heapStart = base + layout.heapStart; heapTop = heapStart; heapEnd = base + size;
        eventTimes = (base + layout.eventTimes) / 8;
        fill.memory = memory; fill.base = base; fill.layout = layout; fill.heapEnd = heapEnd;
        ${bind}
      },
      append(v, eventTime) {
        let h = heapTop;
        f64[eventTimes + n] = eventTime;
        ${rowWriteCode(schema)}
        n++; heapTop = h;
        return true;
      },
      copyRows(source, rows, from, to) {
        fill.count = n; fill.heapTop = heapTop;
        const end = gatherRows(source, rows, from, to, fill);
        n = fill.count; heapTop = fill.heapTop; isAscii = isAscii && source.isAsciiHeap;
        return end;
      },
      copyBatch(source) {
        fill.count = n; fill.heapTop = heapTop;
        if (!appendBatch(source, fill)) return false;
        n = fill.count; heapTop = fill.heapTop; isAscii = isAscii && source.isAsciiHeap;
        return true;
      },
      count() { return n; },
      finish(batch) { batch.count = n; batch.heapLength = heapTop - heapStart; batch.isAsciiHeap = isAscii; },
    };
    };
    //# sourceURL=millrace-row-writer-${(schema.id >>> 0).toString(16)}.js`;
  const scopeNames = [...WRITE_SCOPE, 'schema', 'gatherRows', 'appendBatch'];
  const create = new Function(...scopeNames, body)(...writeScope(schema, misfits), schema, gatherRows, appendBatch) as () => RowWriter;
  return Array.from({ length: count }, create);
}
