// Queries: WITH, set operations, SELECT, VALUES, and what stands in FROM.
import type { CallExpression, Expression } from '#table/parser/ast-expression';
import type { MatchRecognize } from '#table/parser/ast-match-recognize';
import type { Hint, Identifier, ObjectPath, Span } from '#table/parser/ast-node';

/** A whole query: what WITH, ORDER BY, LIMIT and OFFSET add to a body. Also what stands in parentheses as a sub-query. */
export interface Query {
  readonly kind: 'query';
  readonly span: Span;
  readonly with: readonly CommonTable[];
  readonly isRecursive: boolean;
  readonly body: QueryBody;
  readonly orderBy: readonly SortItem[];
  readonly offset: Expression | undefined;
  /** LIMIT n, or FETCH FIRST n ROWS ONLY; 'ALL' is LIMIT ALL. */
  readonly limit: Expression | 'ALL' | undefined;
}

export interface CommonTable {
  readonly kind: 'common-table';
  readonly span: Span;
  readonly name: Identifier;
  readonly columns: readonly Identifier[];
  readonly query: Query;
}

/** A Query as a body is one in parentheses with clauses of its own. */
export type QueryBody = Select | SetOperation | Values | ExplicitTable | Query;

export interface SetOperation {
  readonly kind: 'set-operation';
  readonly span: Span;
  readonly operator: 'UNION' | 'INTERSECT' | 'EXCEPT';
  readonly isAll: boolean;
  readonly left: QueryBody;
  readonly right: QueryBody;
}

/** `VALUES (1, 'a'), (2, 'b')`, `VALUES 1, 2`: a row per element, one that is no row constructor being a row of one column. */
export interface Values {
  readonly kind: 'values';
  readonly span: Span;
  readonly rows: readonly Expression[];
}

/** `TABLE t`. */
export interface ExplicitTable {
  readonly kind: 'explicit-table';
  readonly span: Span;
  readonly table: ObjectPath;
}

export interface Select {
  readonly kind: 'select';
  readonly span: Span;
  readonly hints: readonly Hint[];
  readonly quantifier: 'DISTINCT' | 'ALL' | undefined;
  readonly items: readonly SelectItem[];
  readonly from: TableExpression | undefined;
  readonly where: Expression | undefined;
  readonly groupBy: GroupBy | undefined;
  readonly having: Expression | undefined;
  readonly windows: readonly NamedWindow[];
  readonly qualify: Expression | undefined;
}

export interface SelectItem {
  readonly kind: 'select-item';
  readonly span: Span;
  readonly expression: Expression;
  readonly alias: Identifier | undefined;
}

export interface GroupBy {
  readonly kind: 'group-by';
  readonly span: Span;
  readonly quantifier: 'DISTINCT' | 'ALL' | undefined;
  readonly items: readonly GroupItem[];
}

export type GroupItem = Expression | GroupingSet | GroupingSets;

/** `()` or `(a, b)` as one grouping set. */
export interface GroupingSet {
  readonly kind: 'grouping-set';
  readonly span: Span;
  readonly elements: readonly Expression[];
}

export interface GroupingSets {
  readonly kind: 'grouping-sets';
  readonly span: Span;
  readonly form: 'GROUPING SETS' | 'CUBE' | 'ROLLUP';
  readonly items: readonly GroupItem[];
}

export interface NamedWindow {
  readonly kind: 'named-window';
  readonly span: Span;
  readonly name: Identifier;
  readonly window: WindowSpecification;
}

export interface WindowSpecification {
  readonly kind: 'window';
  readonly span: Span;
  /** A named window that this one extends. */
  readonly base: Identifier | undefined;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortItem[];
  readonly frame: WindowFrame | undefined;
}

export interface WindowFrame {
  readonly kind: 'window-frame';
  readonly span: Span;
  readonly unit: 'ROWS' | 'RANGE';
  readonly start: FrameBound;
  /** undefined where the frame has no BETWEEN. */
  readonly end: FrameBound | undefined;
}

export type FrameBound =
  | { readonly kind: 'frame-bound'; readonly span: Span; readonly bound: 'UNBOUNDED PRECEDING' | 'UNBOUNDED FOLLOWING' | 'CURRENT ROW'; readonly offset: undefined }
  | { readonly kind: 'frame-bound'; readonly span: Span; readonly bound: 'PRECEDING' | 'FOLLOWING'; readonly offset: Expression };

export interface SortItem {
  readonly kind: 'sort-item';
  readonly span: Span;
  readonly expression: Expression;
  readonly direction: 'ASC' | 'DESC' | undefined;
  readonly nulls: 'FIRST' | 'LAST' | undefined;
}

// ---- FROM

export type TableExpression = TableReference | DerivedTable | TableFunction | Unnest | MatchRecognize | Join;

/** `AS name (column, ...)`. */
export interface TableAlias {
  readonly kind: 'table-alias';
  readonly span: Span;
  readonly name: Identifier;
  readonly columns: readonly Identifier[];
}

export interface TableSample {
  readonly kind: 'table-sample';
  readonly span: Span;
  readonly method: 'BERNOULLI' | 'SYSTEM';
  readonly percentage: Expression;
  readonly seed: Expression | undefined;
}

export interface TableReference {
  readonly kind: 'table-reference';
  readonly span: Span;
  readonly table: ObjectPath;
  readonly hints: readonly Hint[];
  /** FOR SYSTEM_TIME AS OF. */
  readonly period: Expression | undefined;
  readonly alias: TableAlias | undefined;
  readonly sample: TableSample | undefined;
}

/** A query in parentheses. */
export interface DerivedTable {
  readonly kind: 'derived-table';
  readonly span: Span;
  readonly isLateral: boolean;
  readonly query: Query;
  readonly alias: TableAlias | undefined;
  readonly sample: TableSample | undefined;
}

/** `TABLE(f(...))`, `LATERAL TABLE(f(...))`, or plain `f(...)`: user functions, windowing and process table functions. */
export interface TableFunction {
  readonly kind: 'table-function';
  readonly span: Span;
  readonly isLateral: boolean;
  /** Whether the call stood inside TABLE( ). */
  readonly hasTableKeyword: boolean;
  readonly call: CallExpression;
  readonly hints: readonly Hint[];
  readonly alias: TableAlias | undefined;
  readonly sample: TableSample | undefined;
}

export interface Unnest {
  readonly kind: 'unnest';
  readonly span: Span;
  readonly isLateral: boolean;
  readonly operands: readonly Expression[];
  readonly isWithOrdinality: boolean;
  readonly alias: TableAlias | undefined;
  readonly sample: TableSample | undefined;
}

export interface Join {
  readonly kind: 'join';
  readonly span: Span;
  /** COMMA is a list in FROM; INNER also a bare JOIN. */
  readonly joinType: 'COMMA' | 'CROSS' | 'INNER' | 'LEFT' | 'RIGHT' | 'FULL';
  readonly isNatural: boolean;
  readonly left: TableExpression;
  readonly right: TableExpression;
  readonly condition: JoinCondition | undefined;
}

export type JoinCondition =
  | { readonly kind: 'join-on'; readonly span: Span; readonly expression: Expression }
  | { readonly kind: 'join-using'; readonly span: Span; readonly columns: readonly Identifier[] };
