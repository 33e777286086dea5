// hot path. Hashes of the key columns of a whole batch, equal to what the key's hasher gives for each row's key (key-hasher.ts).
// Bench: bench/exchange-bench.ts. Thread: the caller's.
import { columnGuardsOf } from '#core/columns/column-guards';
import type { Batch } from '#core/columns/frame';
import type { ColumnKind, Schema } from '#core/columns/schema';
import { combineHashColumn, hashIntColumn, hashLongColumn } from '#core/keys/hash-column';
import { hashBoolean, hashBytes, hashDouble, hashUtf8 } from '#core/keys/java-hash';

/** True when every one of the columns can be hashed as it lies: no encoded values, no rows that travel whole beside them. */
export function canHashColumns(schema: Schema, columns: readonly number[]): boolean {
  const guards = columnGuardsOf(schema);
  return columns.length > 0 && columns.every((index) => {
    const column = schema.columns[index];
    if (column === undefined || column.kind === 'presence' || guards[index]!.unlessSide !== -1) return false;
    return column.kind !== 'var' || column.type.kind === 'string' || column.type.kind === 'bytes';
  });
}

/** Fills hashes[0 .. batch.count - 1]. @param scratch at least as long, overwritten. */
export function hashKeyColumns(batch: Batch, columns: readonly number[], hashes: Int32Array, scratch: Int32Array): void {
  hashColumn(batch, columns[0]!, hashes);
  for (let i = 1; i < columns.length; i++) {
    hashColumn(batch, columns[i]!, scratch);
    combineHashColumn(hashes, scratch, batch.count);
  }
}

/** Of a byte offset, to index the view that is read. */
const SHIFT: Readonly<Record<ColumnKind, number>> = { u8: 0, i32: 2, f64: 3, i64: 2, var: 2, presence: 0 };

function hashColumn(batch: Batch, index: number, out: Int32Array): void {
  const { memory, base, layout, count } = batch;
  const { kind, data, lengths } = layout.columns[index]!;
  const { type } = layout.schema.columns[index]!;
  const at = (base + data) >>> SHIFT[kind];
  switch (kind) {
    case 'f64':
      if (type.kind === 'long') hashLongColumn(memory.f64, at, count, out);
      else hashDoubles(memory.f64, at, count, out);
      break;
    case 'i32': hashIntColumn(memory.i32, at, count, out); break;
    case 'i64': hashPairs(memory.i32, at, count, out); break;
    case 'u8': hashBooleans(memory.u8, at, count, out); break;
    default: hashVar(batch, at, (base + lengths) >>> 2, type.kind === 'string' ? hashUtf8 : hashByteRange, index, out);
  }
  if (columnGuardsOf(layout.schema)[index]!.set.length > 0) clearNulls(batch, index, out);
}

function hashDoubles(f64: Float64Array, at: number, n: number, out: Int32Array): void {
  for (let i = 0; i < n; i++) out[i] = hashDouble(f64[at + i]!);
}

/** Long.hashCode of 64-bit integers: the low word xor the high one. */
function hashPairs(i32: Int32Array, at: number, n: number, out: Int32Array): void {
  for (let i = 0; i < n; i++) out[i] = i32[at + 2 * i]! ^ i32[at + 2 * i + 1]!;
}

function hashBooleans(u8: Uint8Array, at: number, n: number, out: Int32Array): void {
  for (let i = 0; i < n; i++) out[i] = hashBoolean(u8[at + i]! !== 0);
}

const hashByteRange = (bytes: Uint8Array, offset: number, length: number): number => hashBytes(bytes.subarray(offset, offset + length));

function hashVar(batch: Batch, offsets: number, lengths: number, hash: (bytes: Uint8Array, offset: number, length: number) => number, index: number, out: Int32Array): void {
  const { u8, i32 } = batch.memory;
  const heap = batch.base + batch.layout.heapStart;
  const isNullable = columnGuardsOf(batch.layout.schema)[index]!.set.length > 0;
  for (let i = 0; i < batch.count; i++) {
    // The bytes of a null are whatever lay there before: too many of them, perhaps.
    out[i] = isNullable && !isSetAt(batch, index, i) ? 0 : hash(u8, heap + i32[offsets + i]!, i32[lengths + i]!);
  }
}

/** A null hashes as 0. */
function clearNulls(batch: Batch, index: number, out: Int32Array): void {
  for (let i = 0; i < batch.count; i++) if (!isSetAt(batch, index, i)) out[i] = 0;
}

function isSetAt(batch: Batch, index: number, row: number): boolean {
  const { set } = columnGuardsOf(batch.layout.schema)[index]!;
  for (let i = 0; i < set.length; i++) {
    const word = ((batch.base + batch.layout.columns[set[i]!]!.validity) >>> 2) + (row >>> 5);
    if (((batch.memory.i32[word]! >>> (row & 31)) & 1) === 0) return false;
  }
  return true;
}
