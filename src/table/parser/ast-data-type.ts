// Data types as written in columns, CAST and typed constructors. Synonyms have one spelling here (INTEGER is INT,
// CHARACTER VARYING is VARCHAR); nullability stays undefined where nothing was written.
import type { Identifier, ObjectPath, Span } from '#table/parser/ast-node';
import type { IntervalQualifier } from '#table/parser/ast-expression';

interface DataTypeNode {
  readonly span: Span;
  /** true for NULL, false for NOT NULL, undefined where neither was written. */
  readonly isNullable: boolean | undefined;
}

export const BASIC_TYPE_NAMES = [
  'CHAR', 'VARCHAR', 'STRING', 'BINARY', 'VARBINARY', 'BYTES', 'BOOLEAN', 'DECIMAL', 'TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'FLOAT', 'REAL', 'DOUBLE',
  'DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMP_LTZ', 'TIMESTAMP_TZ', 'NULL', 'VARIANT', 'BITMAP', 'DESCRIPTOR', 'ANY',
] as const;

export type BasicTypeName = (typeof BASIC_TYPE_NAMES)[number];

/** `INT`, `DECIMAL(10, 2)`, `TIMESTAMP(3) WITH LOCAL TIME ZONE` (which is TIMESTAMP_LTZ with parameter 3). */
export interface BasicType extends DataTypeNode {
  readonly kind: 'basic-type';
  readonly name: BasicTypeName;
  /** Length, or precision and scale, as written. */
  readonly parameters: readonly number[];
}

/** `ARRAY<t>`, `MULTISET<t>`, or the older `t ARRAY`. */
export interface CollectionType extends DataTypeNode {
  readonly kind: 'collection-type';
  readonly collection: 'ARRAY' | 'MULTISET';
  readonly element: DataType;
}

export interface MapType extends DataTypeNode {
  readonly kind: 'map-type';
  readonly key: DataType;
  readonly value: DataType;
}

export interface RowTypeField {
  readonly kind: 'row-type-field';
  readonly span: Span;
  readonly name: Identifier;
  readonly type: DataType;
  readonly comment: string | undefined;
}

/** `ROW<a INT, b STRING 'what b is'>` or `ROW(...)`. */
export interface RowType extends DataTypeNode {
  readonly kind: 'row-type';
  readonly fields: readonly RowTypeField[];
}

/** `STRUCTURED<'com.acme.User', name STRING>`. */
export interface StructuredType extends DataTypeNode {
  readonly kind: 'structured-type';
  readonly className: string;
  readonly fields: readonly RowTypeField[];
}

/** `RAW('class', 'serializer snapshot')`. */
export interface RawType extends DataTypeNode {
  readonly kind: 'raw-type';
  readonly className: string;
  readonly serializer: string;
}

/** `INTERVAL DAY(3) TO SECOND(6)`. */
export interface IntervalType extends DataTypeNode {
  readonly kind: 'interval-type';
  readonly qualifier: IntervalQualifier;
}

/** Any other name: a user-defined type. */
export interface NamedType extends DataTypeNode {
  readonly kind: 'named-type';
  readonly path: ObjectPath;
}

export type DataType = BasicType | CollectionType | MapType | RowType | StructuredType | RawType | IntervalType | NamedType;
