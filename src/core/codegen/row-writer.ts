// hot path. Writes row values into the columns of a frame: a generated writer per schema, an interpreted twin as oracle.
// The writer owns the row counter and the heap top of its open frame; the caller owns the memory.
import type { Batch, FrameLayout } from '#core/columns/frame';
import type { FrameMemory } from '#core/columns/frame-memory';
import type { Schema } from '#core/columns/schema';
import { isEncoded } from '#core/codegen/row-reader';
import { rowCopyCode, rowWriteCode, WRITE_SCOPE } from '#core/codegen/row-write-code';
import { failTypeMismatch } from '#core/errors/type-errors';
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
  /** Source of `copy`: a batch of the same schema, valid until the next bind. */
  bindSource(batch: Batch): void;
  /** Copies row `row` of the bound source; false as in append. */
  copy(row: number): boolean;
  count(): number;
  /** Fills count, heapLength and isAsciiHeap of a batch that lies on the open frame. */
  finish(batch: Batch): void;
}

const encodeScratch = new DataOutput();

function writeScope(schema: Schema): readonly unknown[] {
  const serializers = schema.columns.map((column) => (column.kind === 'var' && isEncoded(column.type) ? createSerializer(column.type) : undefined));
  const mismatch = (path: readonly string[], type: TypeInformation, value: unknown): never => failTypeMismatch(type, path.join('.'), value);
  const encodeVar = (column: number, value: unknown): Uint8Array => {
    encodeScratch.reset();
    serializers[column]!.write(value, encodeScratch);
    return encodeScratch.view();
  };
  return [mismatch, encodeVar, (text: string) => Buffer.byteLength(text)];
}

export function createRowWriter(schema: Schema): RowWriter {
  const each = (make: (index: number, kind: string, isNullable: boolean) => string): string =>
    schema.columns.map((column) => make(column.index, column.kind, column.isNullable)).join(' ');
  const divisor: Record<string, number> = { u8: 1, i32: 4, f64: 8, i64: 8, var: 4, presence: 1 };
  const names = (prefix: string): string => ['0', ...schema.columns.map((column) => `${prefix}d${column.index} = 0, ${prefix}l${column.index} = 0, ${prefix}p${column.index} = 0`)].slice(1).join(', ');
  const bind = (prefix: string): string => each((index, kind, isNullable) =>
    (kind === 'presence' ? '' : `${prefix}d${index} = (base + columns[${index}].data) / ${divisor[kind]};`)
    + (kind === 'var' ? `${prefix}l${index} = (base + columns[${index}].lengths) / 4;` : '')
    + (isNullable ? `${prefix}p${index} = (base + columns[${index}].validity) / 4;` : ''));
  const body = `
    "use strict";
    let n = 0, heapTop = 0, heapStart = 0, heapEnd = 0, isAscii = true, eventTimes = 0;
    let u8 = null, i32 = null, f64 = null, i64 = null, bytes = null;
    let fromU8 = null, fromI32 = null, fromF64 = null, fromI64 = null, fromHeap = 0, fromTimes = 0, fromIsAscii = true;
    let ${[names(''), names('s')].filter((text) => text !== '').join(', ') || 'none = 0'};
    return {
      schema,
      open(memory, base, layout, size) {
        const columns = layout.columns;
        u8 = memory.u8; i32 = memory.i32; f64 = memory.f64; i64 = memory.i64; bytes = memory.bytes;
        n = 0; isAscii = true;
        heapStart = base + layout.heapStart; heapTop = heapStart; heapEnd = base + size;
        eventTimes = (base + layout.eventTimes) / 8;
        ${bind('')}
      },
      append(v, eventTime) {
        let h = heapTop;
        f64[eventTimes + n] = eventTime;
        ${rowWriteCode(schema)}
        n++; heapTop = h;
        return true;
      },
      bindSource(batch) {
        const memory = batch.memory, base = batch.base, columns = batch.layout.columns;
        fromU8 = memory.u8; fromI32 = memory.i32; fromF64 = memory.f64; fromI64 = memory.i64;
        fromHeap = base + batch.layout.heapStart; fromTimes = (base + batch.layout.eventTimes) / 8; fromIsAscii = batch.isAsciiHeap;
        ${bind('s')}
      },
      copy(s) {
        let h = heapTop;
        f64[eventTimes + n] = fromF64[fromTimes + s];
        ${rowCopyCode(schema)}
        isAscii = isAscii && fromIsAscii;
        n++; heapTop = h;
        return true;
      },
      count() { return n; },
      finish(batch) { batch.count = n; batch.heapLength = heapTop - heapStart; batch.isAsciiHeap = isAscii; },
    };
    //# sourceURL=millrace-row-writer-${(schema.id >>> 0).toString(16)}.js`;
  const scopeNames = [...WRITE_SCOPE, 'schema'];
  return new Function(...scopeNames, body)(...writeScope(schema), schema) as RowWriter;
}
