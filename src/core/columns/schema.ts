// How a TypeInformation lies in columns: nested rows and tuples are flattened to leaf columns that all have one slot
// per row; a nullable nested row adds a presence column (validity bits only). Lists, maps and `any` are encoded bytes.
import { assertNever } from '#core/assert';
import { formatType, type TypeInformation, Types } from '#core/types/type-information';

/** Physical form of a column. `var` = (offset, length) int32 pairs into the frame's heap; `presence` = validity bits only. */
export type ColumnKind = 'u8' | 'i32' | 'f64' | 'i64' | 'var' | 'presence';

export interface ColumnDefinition {
  readonly index: number;
  /** Field names (or tuple positions as text) from the record to this leaf; empty for an atomic record. */
  readonly path: readonly string[];
  readonly kind: ColumnKind;
  /** Type of the leaf without its NULLABLE; for `presence` the nested row or tuple. */
  readonly type: TypeInformation;
  /** The leaf has validity bits. Leaves inside a null row are not written at all: their presence column decides. */
  readonly isNullable: boolean;
}

export interface Schema {
  /** Unwrapped record type. */
  readonly type: TypeInformation;
  readonly columns: readonly ColumnDefinition[];
  readonly hasVar: boolean;
  /** Bytes a row takes in the fixed part, validity bits (as 1/8 byte each) and event time included. */
  readonly rowBytes: number;
  /** Equal for equal types; identifies the schema in frames and snapshots. 32-bit FNV-1a of the type's text. */
  readonly id: number;
}

/** Last column of an inferred row: the whole value, where it does not fit the other columns. */
export const SIDE_COLUMN = '$any';

const KIND_BYTES: Readonly<Record<ColumnKind, number>> = { u8: 1, i32: 4, f64: 8, i64: 8, var: 8, presence: 0 };
const cache = new Map<string, Schema>();

/** Schemas are interned: equal types give the same object. Cost: one JSON text of the type. */
export function schemaOf(type: TypeInformation): Schema {
  const key = JSON.stringify(type);
  let schema = cache.get(key);
  if (schema === undefined) {
    schema = buildSchema(type);
    cache.set(key, schema);
  }
  return schema;
}

function buildSchema(type: TypeInformation): Schema {
  const columns: ColumnDefinition[] = [];
  addColumns(type, [], false, columns);
  const rowBytes = columns.reduce((sum, column) => sum + KIND_BYTES[column.kind] + (column.isNullable ? 0.125 : 0), 8);
  return { type, columns, hasVar: columns.some((column) => column.kind === 'var'), rowBytes, id: hashText(formatType(type)) };
}

function addColumns(type: TypeInformation, path: readonly string[], isNullable: boolean, out: ColumnDefinition[]): void {
  const leaf = (kind: ColumnKind) => out.push({ index: out.length, path, kind, type, isNullable });
  switch (type.kind) {
    case 'boolean': leaf('u8'); return;
    case 'int': leaf('i32'); return;
    case 'long': case 'double': leaf('f64'); return;
    case 'bigint': case 'int64': leaf('i64'); return;
    case 'integer': case 'string': case 'bytes': case 'list': case 'map': case 'any': leaf('var'); return;
    case 'nullable': addColumns(type.inner, path, true, out); return;
    case 'row':
      if (isNullable) out.push({ index: out.length, path, kind: 'presence', type, isNullable: true });
      for (const field of type.fields) addColumns(field.type, [...path, field.name], false, out);
      if (type.inferred !== undefined) out.push({ index: out.length, path: [...path, SIDE_COLUMN], kind: 'var', type: Types.ANY, isNullable: true });
      return;
    case 'tuple':
      if (isNullable) out.push({ index: out.length, path, kind: 'presence', type, isNullable: true });
      type.elements.forEach((element, position) => addColumns(element, [...path, String(position)], false, out));
      return;
    default: assertNever(type, 'type');
  }
}

function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash | 0;
}
