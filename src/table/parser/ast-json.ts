// The JSON functions with clauses of SQL:2016. What was not written stays undefined: the functions' defaults are the validator's.
import type { DataType } from '#table/parser/ast-data-type';
import type { Expression } from '#table/parser/ast-expression';
import type { Identifier, Span } from '#table/parser/ast-node';
import type { SortItem, WindowSpecification } from '#table/parser/ast-query';

export type JsonErrorBehavior =
  | { readonly kind: 'json-behavior'; readonly span: Span; readonly behavior: 'NULL' | 'ERROR' | 'TRUE' | 'FALSE' | 'UNKNOWN' | 'EMPTY ARRAY' | 'EMPTY OBJECT'; readonly value: undefined }
  | { readonly kind: 'json-behavior'; readonly span: Span; readonly behavior: 'DEFAULT'; readonly value: Expression };

export type JsonWrapper = 'WITHOUT' | 'WITH CONDITIONAL' | 'WITH UNCONDITIONAL';

export interface JsonExists {
  readonly kind: 'json-exists';
  readonly span: Span;
  readonly input: Expression;
  readonly path: Expression;
  readonly onError: JsonErrorBehavior | undefined;
}

export interface JsonValue {
  readonly kind: 'json-value';
  readonly span: Span;
  readonly input: Expression;
  readonly path: Expression;
  readonly returning: DataType | undefined;
  readonly onEmpty: JsonErrorBehavior | undefined;
  readonly onError: JsonErrorBehavior | undefined;
}

export interface JsonQuery {
  readonly kind: 'json-query';
  readonly span: Span;
  readonly input: Expression;
  readonly path: Expression;
  readonly returning: DataType | undefined;
  readonly wrapper: JsonWrapper | undefined;
  readonly onEmpty: JsonErrorBehavior | undefined;
  readonly onError: JsonErrorBehavior | undefined;
}

export type JsonNullClause = 'NULL ON NULL' | 'ABSENT ON NULL' | undefined;

export interface JsonEntry {
  readonly kind: 'json-entry';
  readonly span: Span;
  readonly key: Expression;
  readonly value: Expression;
  /** FORMAT JSON behind the value. */
  readonly isJson: boolean;
}

/** `JSON_OBJECT(KEY a VALUE b)` and the aggregate `JSON_OBJECTAGG` of one entry. */
export interface JsonObject {
  readonly kind: 'json-object';
  readonly span: Span;
  readonly isAggregate: boolean;
  readonly entries: readonly JsonEntry[];
  readonly onNull: JsonNullClause;
  readonly filter: Expression | undefined;
  readonly over: WindowSpecification | Identifier | undefined;
}

/** `JSON_ARRAY(a, b)` and the aggregate `JSON_ARRAYAGG` of one element. */
export interface JsonArray {
  readonly kind: 'json-array';
  readonly span: Span;
  readonly isAggregate: boolean;
  readonly elements: readonly { readonly value: Expression; readonly isJson: boolean }[];
  readonly orderBy: readonly SortItem[];
  readonly onNull: JsonNullClause;
  readonly filter: Expression | undefined;
  readonly over: WindowSpecification | Identifier | undefined;
}
