// What a record, key or state value is, as data. A TypeInformation travels in job graphs and snapshots as JSON,
// so it holds no functions. `Types` is the user's way to make one; `Infer` gives the TypeScript type it stands for.
import { encodeDefault } from '#core/types/field-default';

/** Phantom carrier of the static type; never present at run time. */
declare const staticType: unique symbol;

interface Typed<T> {
  readonly [staticType]?: T;
}

export interface RowField {
  readonly name: string;
  readonly type: TypeInformation;
  /** Of rows that were written before they had the field, as JSON (field-default.ts); only a restore looks at it. */
  readonly default?: unknown;
}

/** A field of a row with a default for rows that were written without it. */
export interface FieldDefault<T> extends Typed<T> {
  readonly kind: 'default';
  readonly type: TypeInformation<T>;
  readonly default: unknown;
}

/**
 * Numbers: INT is a 32-bit integer, LONG a number that is an exact integer (|x| <= 2^53-1), BIGINT always a `bigint` of 64 bits.
 * INT64 and INTEGER are exact integers of 64 bits and of any size: a number while |x| <= 2^53-1, a `bigint` beyond (never one
 * that a number could hold).
 */
export type TypeShape =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'int' }
  | { readonly kind: 'long' }
  | { readonly kind: 'bigint' }
  | { readonly kind: 'int64' }
  | { readonly kind: 'integer' }
  | { readonly kind: 'double' }
  | { readonly kind: 'string' }
  | { readonly kind: 'bytes' }
  | {
      readonly kind: 'row';
      readonly fields: readonly RowField[];
      /**
       * Made from the first rows of an undeclared stream: numbers are DOUBLE columns, and a row that does not fit travels
       * whole in an extra `any` column. `isAtomic`: the rows are the values of the one field, not objects.
       * `isProjected`: fields that nobody reads were left out, so rows may have more fields than these.
       */
      readonly inferred?: { readonly isAtomic: boolean; readonly isProjected?: true };
    }
  | { readonly kind: 'tuple'; readonly elements: readonly TypeInformation[] }
  | { readonly kind: 'list'; readonly element: TypeInformation }
  | { readonly kind: 'map'; readonly key: TypeInformation; readonly value: TypeInformation }
  | { readonly kind: 'nullable'; readonly inner: TypeInformation }
  | { readonly kind: 'any' };

export type TypeInformation<T = unknown> = TypeShape & Typed<T>;

/** The TypeScript type that a TypeInformation stands for. */
export type Infer<I> = I extends Typed<infer T> ? T : never;

type FieldType = TypeInformation<any> | FieldDefault<any>; // any: a field may be of every type
type RowOf<F extends Record<string, FieldType>> = { [K in keyof F]: Infer<F[K]> };
type TupleOf<E extends readonly TypeInformation<any>[]> = { -readonly [K in keyof E]: Infer<E[K]> }; // any: as above

const make = <T>(shape: TypeShape): TypeInformation<T> => shape as TypeInformation<T>;

/**
 * Flink's Types. A field is never null unless it is NULLABLE; a value that does not fit its declared type fails
 * the record with TYPE_MISMATCH.
 */
export const Types = {
  BOOLEAN: make<boolean>({ kind: 'boolean' }),
  INT: make<number>({ kind: 'int' }),
  LONG: make<number>({ kind: 'long' }),
  BIGINT: make<bigint>({ kind: 'bigint' }),
  INT64: make<number | bigint>({ kind: 'int64' }),
  INTEGER: make<number | bigint>({ kind: 'integer' }),
  DOUBLE: make<number>({ kind: 'double' }),
  STRING: make<string>({ kind: 'string' }),
  BYTES: make<Uint8Array>({ kind: 'bytes' }),
  ANY: make<any>({ kind: 'any' }), // any: this is the type of schemaless values
  ROW: <F extends Record<string, FieldType>>(fields: F): TypeInformation<RowOf<F>> =>
    make({ kind: 'row', fields: Object.entries(fields).map(([name, type]) => (type.kind === 'default' ? { name, type: type.type, default: type.default } : { name, type })) }),
  /**
   * For a field of ROW only: what it is in state that was written before the row had the field. A value that is written
   * must still have it. Throws TYPE_DEFAULT_INVALID when the value is not of the type.
   */
  DEFAULT: <T>(type: TypeInformation<T>, value: NoInfer<T>): FieldDefault<T> => ({ kind: 'default', type, default: encodeDefault(type, value) }),
  TUPLE: <const E extends readonly TypeInformation<any>[]>(...elements: E): TypeInformation<TupleOf<E>> => // any: elements of every type
    make({ kind: 'tuple', elements }),
  LIST: <T>(element: TypeInformation<T>): TypeInformation<T[]> => make({ kind: 'list', element }),
  MAP: <K, V>(key: TypeInformation<K>, value: TypeInformation<V>): TypeInformation<Map<K, V>> => make({ kind: 'map', key, value }),
  NULLABLE: <T>(inner: TypeInformation<T>): TypeInformation<T | null> => make({ kind: 'nullable', inner }),
} as const;

/** One-line form for messages and plans: `ROW<id LONG, name STRING NULL>`. */
export function formatType(type: TypeInformation): string {
  switch (type.kind) {
    case 'row': return `ROW<${type.fields.map((field) => `${field.name} ${formatType(field.type)}`).join(', ')}>`;
    case 'tuple': return `TUPLE<${type.elements.map(formatType).join(', ')}>`;
    case 'list': return `LIST<${formatType(type.element)}>`;
    case 'map': return `MAP<${formatType(type.key)}, ${formatType(type.value)}>`;
    case 'nullable': return `${formatType(type.inner)} NULL`;
    default: return type.kind.toUpperCase();
  }
}

export function typesEqual(a: TypeInformation, b: TypeInformation): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
