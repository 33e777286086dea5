// Value per key of INT, LONG, DOUBLE or BOOLEAN type in a column of managed memory: no object per key. hot path
// Thread: the slot's.
import { failTypeMismatch } from '#core/errors/type-errors';
import type { DataInput } from '#core/serialization/data-input';
import type { DataOutput } from '#core/serialization/data-output';
import type { TypeInformation } from '#core/types/type-information';
import type { HeapCell } from '#state/heap/heap-cell';
import type { KeyContext } from '#state/heap/key-context';
import type { StoredCodec } from '#state/keyed/stored-codec';
import type { ValueCell } from '#state/keyed/state-cells';
import type { ColumnView } from '#state/tables/chunked-cut';

/** Whether values of the type fit a column of doubles. */
export function isColumnType(type: TypeInformation | undefined): type is TypeInformation {
  return type?.kind === 'int' || type?.kind === 'long' || type?.kind === 'double' || type?.kind === 'boolean';
}

export class HeapNumberCell implements ValueCell<number | boolean>, HeapCell {
  readonly presence;
  readonly column: number;
  readonly columnType: TypeInformation;
  readonly #context: KeyContext;
  readonly #codec: StoredCodec;
  readonly #isBoolean: boolean;
  readonly #views: Float64Array[];

  constructor(context: KeyContext, codec: StoredCodec, type: TypeInformation) {
    this.#context = context;
    this.#codec = codec;
    this.columnType = type;
    this.#isBoolean = type.kind === 'boolean';
    this.presence = context.allocateBit();
    this.#views = context.table.columns.f64;
    this.column = context.table.columns.addF64();
  }

  value(): number | boolean | null {
    const row = this.#context.row();
    if (row < 0 || !this.#context.isPresent(row, this.presence)) return null;
    const value = this.#views[this.column]![row]!;
    return this.#isBoolean ? value !== 0 : value;
  }

  update(value: number | boolean | null): void {
    if (value === null || value === undefined) this.clear();
    else this.updateOwned(value);
  }

  updateOwned(value: number | boolean): void {
    if (!fitsColumn(this.columnType.kind, value)) failTypeMismatch(this.columnType, '', value);
    const row = this.#context.rowForWrite();
    this.#context.markPresent(row, this.presence);
    this.#views[this.column]![row] = value as number;
  }

  clear(): void {
    const row = this.#context.row();
    if (row < 0 || !this.#context.isPresent(row, this.presence)) return;
    this.#context.beforeWrite(row);
    this.#views[this.column]![row] = 0;
    this.#context.markAbsent(row, this.presence);
  }

  isKept(): boolean {
    return true;
  }

  writeRow(row: number, output: DataOutput): void {
    this.#write(this.#views[this.column]![row]!, output);
  }

  writeColumns(columns: readonly ColumnView[], _i32Start: number, at: number, output: DataOutput): void {
    this.#write(columns[this.column]![at]!, output);
  }

  readEntry(input: DataInput, codec: StoredCodec): void {
    this.updateOwned(codec.readValue(input) as number | boolean);
  }

  release(): void {
    // The column belongs to the key table, which is released with it.
  }

  #write(value: number, output: DataOutput): void {
    this.#codec.writeValue(this.#isBoolean ? value !== 0 : value, output);
  }
}

/** Whether the value is of a type that isColumnType says is one. */
export function fitsColumn(kind: TypeInformation['kind'], value: number | boolean): boolean {
  switch (kind) {
    case 'int': return ((value as number) | 0) === value;
    case 'long': return Number.isSafeInteger(value);
    case 'boolean': return typeof value === 'boolean';
    default: return typeof value === 'number';
  }
}
