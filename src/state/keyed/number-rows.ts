// Values of a state that are flat rows of numbers and lie in columns by the key's row: what generated code reads and writes in place of
// objects. Offered by backends whose key tables have such columns. Invariant: what the texts below read is what they wrote.
//   cell = the number | 0 or 1 for a BOOLEAN | NaN for null | beyond 2^53 - 1 the nearest double, and what is missing in a column of its own
// hot path (the code made of the texts). Thread: the slot's.
import type { Schema } from '#core/columns/schema';
import type { Batch } from '#core/columns/frame';
import type { RowField, TypeInformation } from '#core/types/type-information';

export interface NumberField {
  readonly name: string;
  readonly kind: 'int' | 'long' | 'int64' | 'boolean' | 'double';
  readonly isNullable: boolean;
}

/** Finds the rows of all keys of a batch at once. */
export interface KeyLocator {
  /** By position in the batch: the key's row, made if need be; -1 for all where they must be looked up one by one. Valid until the next call. */
  locate(batch: Batch): Int32Array;
}

export interface NumberRows {
  readonly fields: readonly NumberField[];
  /** Index in `views` of each field's column. */
  readonly columns: readonly number[];
  /** Replaced when a row is made. */
  readonly views: readonly Float64Array[];
  /** A row has a value when this bit is set in `masks[presence.column]`; one that was made has zeros until its maker sets it. Replaced like `views`. */
  readonly masks: readonly Int32Array[];
  readonly presence: { readonly column: number; readonly bit: number };
  /** Some field has had a value that no number holds. */
  readonly hasWide: boolean;
  /** Rows [from, count) of the batch are about to be written: those that `keyRows` has. Some of them may have no value until endBatch. */
  beginBatch(keyRows: Int32Array | undefined, from: number, count: number): void;
  /** Every row that was made has got its value. */
  endBatch(): void;
  /** Row of the key, made if need be, and ready to be written. */
  take(key: unknown): number;
  /** Makes the key of a row that `take` or a locator gave the current one. */
  select(row: number): void;
  wideAt(row: number, field: number): bigint;
  /** Returns what the field's own column gets. */
  setWide(row: number, field: number, value: bigint): number;
  /** @param fields of the rows of the schema that are the key, in order. Undefined where keys are looked up one by one. */
  locatorOf(schema: Schema, fields: readonly string[]): KeyLocator | undefined;
}

/** Undefined where values of the type are no flat rows of numbers. Null among doubles cannot be told from NaN. */
export function numberFieldsOf(type: TypeInformation | undefined): readonly NumberField[] | undefined {
  if (type?.kind !== 'row' || type.inferred !== undefined || type.fields.length === 0) return undefined;
  const fields = type.fields.map(numberFieldOf);
  return fields.includes(undefined) ? undefined : (fields as readonly NumberField[]);
}

function numberFieldOf({ name, type }: RowField): NumberField | undefined {
  const isNullable = type.kind === 'nullable';
  const { kind } = isNullable ? type.inner : type;
  if (kind === 'double') return isNullable ? undefined : { name, kind, isNullable };
  return kind === 'int' || kind === 'long' || kind === 'int64' || kind === 'boolean' ? { name, kind, isNullable } : undefined;
}

/** The rows of a state, where it has them. */
export function numberRowsOf(state: object): NumberRows | undefined {
  return 'locatorOf' in state ? (state as NumberRows) : undefined;
}

/** Expression for the value of a field. @param cell a name for what its column holds. @param wide expression for a value that no number holds. */
export function loadText({ kind, isNullable }: NumberField, cell: string, wide: string): string {
  if (kind === 'int64') return `(Number.isSafeInteger(${cell}) ? ${cell} : ${isNullable ? `${cell} !== ${cell} ? null : ` : ''}${wide})`;
  const value = kind === 'boolean' ? `(${cell} !== 0)` : cell;
  return isNullable ? `(${cell} !== ${cell} ? null : ${value})` : value;
}

/** Expression for what the column of a field gets. @param value a name. @param wide expression for that of a value that no number holds. */
export function storeText({ kind, isNullable }: NumberField, value: string, wide: string): string {
  const isNull = isNullable ? `${value} === null ? NaN : ` : '';
  if (kind === 'int64') return `(typeof ${value} === 'number' ? ${value} : ${isNull}${wide})`;
  return `(${isNull}${kind === 'boolean' ? `${value} ? 1 : 0` : value})`;
}
