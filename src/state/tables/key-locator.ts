// The keys of a batch as its columns hold them, looked up all at once: no value is made of a key that has its row. For tables of keys of
// several columns. hot path. Thread: the slot's.
import { exactAt } from '#core/columns/exact-integer';
import type { Batch } from '#core/columns/frame';
import type { ColumnDefinition, Schema } from '#core/columns/schema';
import { CompositeKeyTable } from '#state/tables/composite-key-table';
import type { KeyPart } from '#state/tables/key-parts';
import type { KeyTable } from '#state/tables/key-table';

const NOT_FOUND = -1;

/** Undefined for other tables, and where a part of the key is no column that the table takes as it lies. */
export function createKeyLocator(table: KeyTable, schema: Schema, fields: readonly string[]): KeyLocator | undefined {
  if (!(table instanceof CompositeKeyTable) || schema.type.kind !== 'row' || schema.type.inferred !== undefined) return undefined;
  const columns = fields.map((field) => schema.columns.find(({ path }) => path.length === 1 && path[0] === field));
  return columns.every((column) => column !== undefined && isPart(column)) ? new KeyLocator(table, columns as ColumnDefinition[]) : undefined;
}

function isPart({ kind, type }: ColumnDefinition): boolean {
  return kind === 'u8' || kind === 'i32' || kind === 'f64' || type.kind === 'int64' || type.kind === 'string' || type.kind === 'bytes';
}

export class KeyLocator {
  readonly #table: CompositeKeyTable;
  readonly #columns: readonly ColumnDefinition[];
  #rows = new Int32Array(0);
  #numbers: Float64Array[] = [];
  #nulls: Uint8Array[] = [];
  #hasWide = false;

  constructor(table: CompositeKeyTable, columns: readonly ColumnDefinition[]) {
    this.#table = table;
    this.#columns = columns;
  }

  /** By position in the batch: the key's row, made if need be; -1 for all where some key is beyond the numbers. Valid until the next call. */
  locate(batch: Batch): Int32Array {
    const { count } = batch;
    if (this.#rows.length < count) this.#makeRoom(batch.layout.capacity);
    this.#hasWide = false;
    const parts = this.#columns.map((column, part) => this.#partOf(batch, column, part));
    if (this.#hasWide) this.#rows.fill(NOT_FOUND);
    else this.#table.findOrInsertMany(parts, 0, count, this.#rows);
    return this.#rows;
  }

  #makeRoom(count: number): void {
    this.#rows = new Int32Array(count);
    this.#numbers = this.#columns.map(({ kind }) => new Float64Array(kind === 'var' ? 0 : count));
    this.#nulls = this.#columns.map(({ isNullable }) => new Uint8Array(isNullable ? count : 0));
  }

  #partOf(batch: Batch, { index, kind, isNullable }: ColumnDefinition, part: number): KeyPart {
    const { memory, base, layout, count } = batch;
    const { data, lengths, validity } = layout.columns[index]!;
    const nulls = isNullable ? this.#nulls[part]! : undefined;
    if (nulls !== undefined) readNulls(nulls, memory.i32, (base + validity) >>> 2, count);
    if (kind === 'var') {
      const offsets = (base + data) >>> 2;
      const sizes = (base + lengths) >>> 2;
      return { kind: 'bytes', bytes: memory.u8.subarray(base + layout.heapStart), offsets: memory.i32.subarray(offsets, offsets + count), lengths: memory.i32.subarray(sizes, sizes + count), nulls };
    }
    const values = this.#numbers[part]!;
    switch (kind) {
      case 'u8': copyNumbers(values, memory.u8, base + data, count); break;
      case 'i32': copyNumbers(values, memory.i32, (base + data) >>> 2, count); break;
      case 'f64': values.set(memory.f64.subarray((base + data) >>> 3, ((base + data) >>> 3) + count)); break;
      default: this.#readExact(values, batch, (base + data) >>> 3);
    }
    return { kind: 'number', values, nulls };
  }

  #readExact(values: Float64Array, { memory: { i32, i64 }, count }: Batch, start: number): void {
    for (let i = 0; i < count; i++) {
      const value = exactAt(i32, i64, start + i);
      if (typeof value === 'number') values[i] = value;
      else this.#hasWide = true;
    }
  }
}

function readNulls(nulls: Uint8Array, words: Int32Array, start: number, count: number): void {
  for (let i = 0; i < count; i++) nulls[i] = ((words[start + (i >>> 5)]! >>> (i & 31)) & 1) ^ 1;
}

function copyNumbers(to: Float64Array, from: Int32Array | Uint8Array, start: number, count: number): void {
  for (let i = 0; i < count; i++) to[i] = from[start + i]!;
}
