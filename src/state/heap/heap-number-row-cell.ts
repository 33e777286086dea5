// Value per key that is a flat row of numbers, in columns of the key table: no object per key, and a snapshot that copies chunks of
// columns. Objects are made where a value is asked for; generated code works on the columns (number-rows.ts). hot path. Thread: the slot's.
import type { Schema } from '#core/columns/schema';
import { propertyKey } from '#core/codegen/row-layout-code';
import type { DataInput } from '#core/serialization/data-input';
import type { DataOutput } from '#core/serialization/data-output';
import type { HeapCell } from '#state/heap/heap-cell';
import type { KeyContext } from '#state/heap/key-context';
import { type KeyLocator, loadText, type NumberField, type NumberRows, storeText } from '#state/keyed/number-rows';
import type { ValueCell } from '#state/keyed/state-cells';
import type { StoredCodec } from '#state/keyed/stored-codec';
import type { ColumnView } from '#state/tables/chunked-cut';
import { createKeyLocator } from '#state/tables/key-locator';

type NumberRow = Readonly<Record<string, unknown>>;
type ReadRow = (columns: readonly ColumnView[], at: number) => NumberRow;
type WriteRow = (value: NumberRow, row: number) => void;

const NO_COLUMN = -1;

export class HeapNumberRowCell implements ValueCell<NumberRow>, HeapCell, NumberRows {
  readonly presence;
  readonly fields: readonly NumberField[];
  readonly columns: readonly number[];
  readonly views: Float64Array[];
  readonly masks: readonly Int32Array[];
  hasWide = false;
  readonly #context: KeyContext;
  readonly #codec: StoredCodec;
  /** Columns of what the nearest doubles are short of, by field; made with the first such value. */
  readonly #lowColumns: number[];
  readonly #read: ReadRow;
  readonly #write: WriteRow;

  constructor(context: KeyContext, codec: StoredCodec, fields: readonly NumberField[]) {
    const { columns } = context.table;
    this.#context = context;
    this.#codec = codec;
    this.presence = context.allocateBit();
    this.fields = fields;
    this.columns = fields.map(() => columns.addF64());
    this.views = columns.f64;
    this.masks = columns.i32;
    this.#lowColumns = fields.map(() => NO_COLUMN);
    this.#read = readerOf(fields, this.columns, this.#lowColumns);
    this.#write = writerOf(fields, this.columns, this);
  }

  value(): NumberRow | null {
    const row = this.#context.row();
    return row < 0 || !this.#context.isPresent(row, this.presence) ? null : this.#read(this.views, row);
  }

  update(value: NumberRow | null): void {
    if (value === null || value === undefined) this.clear();
    else this.updateOwned(value);
  }

  updateOwned(value: NumberRow): void {
    const row = this.#context.rowForWrite();
    this.#context.markPresent(row, this.presence);
    this.#write(value, row);
  }

  clear(): void {
    const row = this.#context.row();
    if (row < 0 || !this.#context.isPresent(row, this.presence)) return;
    this.#context.beforeWrite(row);
    for (const column of [...this.columns, ...this.#lowColumns]) if (column !== NO_COLUMN) this.views[column]![row] = 0;
    this.#context.markAbsent(row, this.presence);
  }

  beginBatch(keyRows: Int32Array | undefined, from: number, count: number): void {
    this.#context.hasHollowRows = true;
    const { columns } = this.#context.table;
    const guard = columns.writeGuard;
    if (keyRows !== undefined) for (let i = from; guard > 0 && i < count; i++) if (keyRows[i]! >= 0 && keyRows[i]! < guard) columns.beforeWrite(keyRows[i]!);
  }

  endBatch(): void {
    this.#context.hasHollowRows = false;
  }

  take(key: unknown): number {
    this.#context.setKey(key);
    return this.#context.rowForWrite();
  }

  select(row: number): void {
    this.#context.setRow(row);
  }

  locatorOf(schema: Schema, fields: readonly string[]): KeyLocator | undefined {
    return createKeyLocator(this.#context.table, schema, fields);
  }

  wideAt(row: number, field: number): bigint {
    return wideOf(this.views, this.columns[field]!, this.#lowColumns[field]!, row);
  }

  setWide(row: number, field: number, value: bigint): number {
    this.hasWide = true;
    if (this.#lowColumns[field] === NO_COLUMN) this.#lowColumns[field] = this.#context.table.columns.addF64();
    const nearest = Number(value);
    this.views[this.#lowColumns[field]!]![row] = Number(value - BigInt(nearest));
    return nearest;
  }

  isKept(): boolean {
    return true;
  }

  writeRow(row: number, output: DataOutput): void {
    this.#codec.writeValue(this.#read(this.views, row), output);
  }

  writeColumns(columns: readonly ColumnView[], _i32Start: number, at: number, output: DataOutput): void {
    this.#codec.writeValue(this.#read(columns, at), output);
  }

  readEntry(input: DataInput, codec: StoredCodec): void {
    this.updateOwned(codec.readValue(input) as NumberRow);
  }

  release(): void {
    // The columns belong to the key table, which is released with them.
  }
}

function wideOf(columns: readonly ColumnView[], column: number, lowColumn: number, at: number): bigint {
  return BigInt(columns[column]![at]!) + BigInt(columns[lowColumn]![at]!);
}

/** `(columns, at) => value`: of the table as it is, or as it was at a cut. */
function readerOf(fields: readonly NumberField[], columns: readonly number[], lowColumns: readonly number[]): ReadRow {
  const cells = columns.map((column, index) => `const c${index} = columns[${column}][at];`);
  const values = fields.map((field, index) => `${propertyKey(field.name)}: ${loadText(field, `c${index}`, `wideOf(columns, ${columns[index]}, low[${index}], at)`)}`);
  return new Function('wideOf', 'low', `"use strict"; return (columns, at) => { ${cells.join(' ')} return {${values.join(', ')}}; };`)(wideOf, lowColumns) as ReadRow;
}

function writerOf(fields: readonly NumberField[], columns: readonly number[], rows: NumberRows): WriteRow {
  const writes = fields.map((field, index) => {
    const cell = storeText(field, `v${index}`, `rows.setWide(row, ${index}, v${index})`);
    return `const v${index} = value[${JSON.stringify(field.name)}]; const c${index} = ${cell}; rows.views[${columns[index]}][row] = c${index};`;
  });
  return new Function('rows', `"use strict"; return (value, row) => { ${writes.join(' ')} };`)(rows) as WriteRow;
}
