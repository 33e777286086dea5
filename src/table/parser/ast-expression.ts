// Scalar expressions. Operators are nodes of their own; every function call, with special syntax or without, is a
// CallExpression with its operands in the order of Flink's function, except CAST and the JSON functions with clauses.
import type { DataType } from '#table/parser/ast-data-type';
import type { JsonArray, JsonExists, JsonObject, JsonQuery, JsonValue } from '#table/parser/ast-json';
import type { Identifier, ObjectPath, Span } from '#table/parser/ast-node';
import type { Query, SortItem, WindowSpecification } from '#table/parser/ast-query';

// ---- literals

export interface NullLiteral {
  readonly kind: 'null-literal';
  readonly span: Span;
}

export interface BooleanLiteral {
  readonly kind: 'boolean-literal';
  readonly span: Span;
  /** undefined is UNKNOWN. */
  readonly value: boolean | undefined;
}

/** Without a sign: `-1` is a unary minus. integer `12`, decimal `1.50`, approximate `1.5e3`. */
export interface NumericLiteral {
  readonly kind: 'numeric-literal';
  readonly span: Span;
  readonly form: 'integer' | 'decimal' | 'approximate';
  readonly text: string;
}

/** Adjacent literals are joined, quotes and escapes are resolved. */
export interface StringLiteral {
  readonly kind: 'string-literal';
  readonly span: Span;
  readonly value: string;
}

/** `X'0aff'`: an even number of hex digits, in lower case. */
export interface BinaryLiteral {
  readonly kind: 'binary-literal';
  readonly span: Span;
  readonly hex: string;
}

/** `DATE '2020-01-31'` and the like; the text is not checked here. */
export interface DatetimeLiteral {
  readonly kind: 'datetime-literal';
  readonly span: Span;
  readonly type: 'DATE' | 'TIME' | 'TIMESTAMP' | 'TIMESTAMP_LTZ';
  readonly text: string;
}

export const TIME_UNITS = [
  'YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND', 'MILLISECOND', 'MICROSECOND', 'NANOSECOND', 'EPOCH', 'DECADE', 'CENTURY', 'MILLENNIUM',
  'DOW', 'ISODOW', 'DOY', 'ISOYEAR',
] as const;

export type TimeUnit = (typeof TIME_UNITS)[number];

export type IntervalUnit = 'YEAR' | 'QUARTER' | 'MONTH' | 'WEEK' | 'DAY' | 'HOUR' | 'MINUTE' | 'SECOND';

/** `DAY(2) TO SECOND(3)`: leading precision, and the precision of the fraction of a second. */
export interface IntervalQualifier {
  readonly kind: 'interval-qualifier';
  readonly span: Span;
  readonly from: IntervalUnit;
  readonly to: IntervalUnit | undefined;
  readonly precision: number | undefined;
  readonly fractionPrecision: number | undefined;
}

/** `INTERVAL -'1 02' DAY TO HOUR`. */
export interface IntervalLiteral {
  readonly kind: 'interval-literal';
  readonly span: Span;
  readonly isNegative: boolean;
  readonly text: string;
  readonly qualifier: IntervalQualifier;
}

/** `INTERVAL n HOUR`, n being an expression in parentheses, a number or a column. */
export interface IntervalExpression {
  readonly kind: 'interval-expression';
  readonly span: Span;
  readonly value: Expression;
  readonly qualifier: IntervalQualifier;
}

/** `(a - b) DAY`: the time between two points of time as an interval. */
export interface DatetimeDifference {
  readonly kind: 'datetime-difference';
  readonly span: Span;
  readonly left: Expression;
  readonly right: Expression;
  readonly qualifier: IntervalQualifier;
}

/** `?` of a prepared statement, counted from 0. */
export interface DynamicParameter {
  readonly kind: 'dynamic-parameter';
  readonly span: Span;
  readonly index: number;
}

// ---- names

/** `a`, `t.a`, `t.row.field`: which part is table, column or field is for the validator. */
export interface ColumnReference {
  readonly kind: 'column-reference';
  readonly span: Span;
  readonly parts: readonly Identifier[];
}

/** `*`, `t.*`, in a select list or as in COUNT(*). */
export interface Star {
  readonly kind: 'star';
  readonly span: Span;
  readonly qualifier: readonly Identifier[];
}

/** `f(x).field`, `(row).field`, `a[1].field`: what could not be one dotted name. */
export interface FieldAccess {
  readonly kind: 'field-access';
  readonly span: Span;
  readonly operand: Expression;
  readonly field: Identifier;
}

/** `f(x).*`: all fields of a row. */
export interface FieldStar {
  readonly kind: 'field-star';
  readonly span: Span;
  readonly operand: Expression;
}

/** `a[i]`. */
export interface ItemAccess {
  readonly kind: 'item-access';
  readonly span: Span;
  readonly operand: Expression;
  readonly index: Expression;
}

// ---- operators

export interface UnaryExpression {
  readonly kind: 'unary';
  readonly span: Span;
  readonly operator: 'NOT' | '-' | '+';
  readonly operand: Expression;
}

export const BINARY_OPERATORS = [
  'OR', 'AND', '=', '<>', '<', '<=', '>', '>=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM', 'MEMBER OF', 'NOT MEMBER OF', 'SUBMULTISET OF', 'NOT SUBMULTISET OF', 'OVERLAPS',
  'CONTAINS', 'EQUALS', 'PRECEDES', 'SUCCEEDS', 'IMMEDIATELY PRECEDES', 'IMMEDIATELY SUCCEEDS', 'MULTISET UNION', 'MULTISET UNION DISTINCT', 'MULTISET EXCEPT',
  'MULTISET EXCEPT DISTINCT', 'MULTISET INTERSECT', 'MULTISET INTERSECT DISTINCT', '+', '-', '*', '/', '%', '||',
] as const;

export type BinaryOperator = (typeof BINARY_OPERATORS)[number];

export interface BinaryExpression {
  readonly kind: 'binary';
  readonly span: Span;
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}

export const IS_TESTS = ['NULL', 'TRUE', 'FALSE', 'UNKNOWN', 'A SET', 'EMPTY', 'JSON', 'JSON VALUE', 'JSON OBJECT', 'JSON ARRAY', 'JSON SCALAR'] as const;

export interface IsExpression {
  readonly kind: 'is';
  readonly span: Span;
  readonly operand: Expression;
  readonly isNegated: boolean;
  readonly test: (typeof IS_TESTS)[number];
}

export interface BetweenExpression {
  readonly kind: 'between';
  readonly span: Span;
  readonly operand: Expression;
  readonly isNegated: boolean;
  readonly isSymmetric: boolean;
  readonly low: Expression;
  readonly high: Expression;
}

export interface InExpression {
  readonly kind: 'in';
  readonly span: Span;
  readonly operand: Expression;
  readonly isNegated: boolean;
  readonly set: readonly Expression[] | Query;
}

export interface LikeExpression {
  readonly kind: 'like';
  readonly span: Span;
  readonly operator: 'LIKE' | 'ILIKE' | 'RLIKE' | 'SIMILAR TO';
  readonly operand: Expression;
  readonly isNegated: boolean;
  readonly pattern: Expression;
  readonly escape: Expression | undefined;
}

/** `a > ALL (SELECT ...)`, `a = ANY (1, 2)`; ANY and SOME are one. */
export interface QuantifiedComparison {
  readonly kind: 'quantified-comparison';
  readonly span: Span;
  readonly operand: Expression;
  readonly operator: '=' | '<>' | '<' | '<=' | '>' | '>=';
  readonly quantifier: 'SOME' | 'ALL';
  readonly set: readonly Expression[] | Query;
}

export interface CaseBranch {
  readonly kind: 'case-branch';
  readonly span: Span;
  /** More than one only in the form with an operand: `CASE a WHEN 1, 2 THEN`. */
  readonly when: readonly Expression[];
  readonly result: Expression;
}

export interface CaseExpression {
  readonly kind: 'case';
  readonly span: Span;
  readonly operand: Expression | undefined;
  readonly branches: readonly CaseBranch[];
  readonly otherwise: Expression | undefined;
}

export interface CastExpression {
  readonly kind: 'cast';
  readonly span: Span;
  /** TRY_CAST gives NULL where CAST fails. */
  readonly isTry: boolean;
  readonly operand: Expression;
  readonly type: DataType;
}

// ---- sub-queries and constructors

/** A query in parentheses where a value is wanted. */
export interface ScalarSubquery {
  readonly kind: 'subquery';
  readonly span: Span;
  readonly query: Query;
}

export interface ExistsExpression {
  readonly kind: 'exists';
  readonly span: Span;
  readonly query: Query;
}

/** `ROW(a, b)`, or `(a, b)` where isExplicit is false. */
export interface RowConstructor {
  readonly kind: 'row';
  readonly span: Span;
  readonly isExplicit: boolean;
  readonly elements: readonly Expression[];
}

/** `ARRAY[a, b]`, `MULTISET[a, b]`, `MAP[k, v, k, v]`. */
export interface CollectionConstructor {
  readonly kind: 'collection';
  readonly span: Span;
  readonly collection: 'ARRAY' | 'MULTISET' | 'MAP';
  readonly elements: readonly Expression[];
}

/** `ARRAY(SELECT ...)`, `MULTISET(SELECT ...)`, `MAP(SELECT ...)`. */
export interface CollectionSubquery {
  readonly kind: 'collection-subquery';
  readonly span: Span;
  readonly collection: 'ARRAY' | 'MULTISET' | 'MAP';
  readonly query: Query;
}

// ---- calls

/**
 * How a call was written. plain: `f(a, b)`; niladic: `CURRENT_DATE`; the others have words between their operands:
 * `EXTRACT(u FROM x)`, `TRIM(BOTH c FROM x)`, `POSITION(a IN b FROM n)`, `SUBSTRING(x FROM n FOR m)`, `OVERLAY(x PLACING y FROM n FOR m)`,
 * `CEIL(x TO u)`, `TRANSLATE(x USING c)` and `CONVERT(x USING c)`.
 */
export type CallSyntax = 'plain' | 'niladic' | 'extract' | 'trim' | 'position' | 'substring' | 'overlay' | 'rounding' | 'using';

/**
 * Any function call. Operands of special syntax stand in the order of the plain form: EXTRACT(unit, x), TRIM(side, characters, x),
 * POSITION(needle, text, start), FLOOR(x, unit), TIMESTAMPADD(unit, n, x), units and sides being symbols.
 */
export interface CallExpression {
  readonly kind: 'call';
  readonly span: Span;
  readonly function: ObjectPath;
  readonly syntax: CallSyntax;
  readonly quantifier: 'DISTINCT' | 'ALL' | undefined;
  readonly arguments: readonly CallArgument[];
  /** ORDER BY inside the parentheses. */
  readonly orderBy: readonly SortItem[];
  readonly nullTreatment: 'IGNORE NULLS' | 'RESPECT NULLS' | undefined;
  readonly withinGroup: readonly SortItem[] | undefined;
  readonly filter: Expression | undefined;
  /** A window, or the name of one from the WINDOW clause. */
  readonly over: WindowSpecification | Identifier | undefined;
}

export type CallArgument = Expression | NamedArgument | TableArgument | ModelArgument | Descriptor | OmittedArgument;

/** `name => value`. */
export interface NamedArgument {
  readonly kind: 'named-argument';
  readonly span: Span;
  readonly name: Identifier;
  readonly value: Exclude<CallArgument, NamedArgument>;
}

/** `TABLE t PARTITION BY a ORDER BY b`, `TABLE (SELECT ...) ...`, or a query in parentheses with such a clause. */
export interface TableArgument {
  readonly kind: 'table-argument';
  readonly span: Span;
  readonly table: ObjectPath | Query;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortItem[];
}

/** `MODEL m`. */
export interface ModelArgument {
  readonly kind: 'model-argument';
  readonly span: Span;
  readonly model: ObjectPath;
}

/** `DESCRIPTOR(a, b)`; a column may carry a type: `DESCRIPTOR(a INT)`. */
export interface Descriptor {
  readonly kind: 'descriptor';
  readonly span: Span;
  readonly columns: readonly DescriptorColumn[];
}

export interface DescriptorColumn {
  readonly kind: 'descriptor-column';
  readonly span: Span;
  readonly name: Identifier;
  readonly type: DataType | undefined;
}

/** `DEFAULT` in place of an argument. */
export interface OmittedArgument {
  readonly kind: 'default';
  readonly span: Span;
}

/** A word that is an operand: a time unit, BOTH, LEADING, TRAILING. Upper case. */
export interface SymbolLiteral {
  readonly kind: 'symbol';
  readonly span: Span;
  readonly symbol: string;
}

/** `RUNNING LAST(a)` and `FINAL LAST(a)` in MATCH_RECOGNIZE. */
export interface MatchSemantics {
  readonly kind: 'match-semantics';
  readonly span: Span;
  readonly semantics: 'RUNNING' | 'FINAL';
  readonly operand: CallExpression;
}

export type Literal = NullLiteral | BooleanLiteral | NumericLiteral | StringLiteral | BinaryLiteral | DatetimeLiteral | IntervalLiteral;

export type Expression =
  | Literal | IntervalExpression | DatetimeDifference | DynamicParameter | SymbolLiteral
  | ColumnReference | Star | FieldAccess | FieldStar | ItemAccess
  | UnaryExpression | BinaryExpression | IsExpression | BetweenExpression | InExpression | LikeExpression | QuantifiedComparison
  | CaseExpression | CastExpression
  | ScalarSubquery | ExistsExpression | RowConstructor | CollectionConstructor | CollectionSubquery
  | CallExpression | MatchSemantics
  | JsonExists | JsonValue | JsonQuery | JsonObject | JsonArray;
