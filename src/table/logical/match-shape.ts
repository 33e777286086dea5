// MATCH_RECOGNIZE in the logical plan: a sequence of pattern variables with quantifiers, their conditions, and what a match gives.
import type { AggregateExpression, Expression, SortKey } from '#table/expressions/expression';
import type { LogicalType } from '#table/types/logical-type';

/** Rows of every variable: what a column without a variable refers to. */
export const ANY_VARIABLE = -1;

/** A value that the rows matched so far give. Inner expressions are over the columns of the input. */
export type PatternColumn =
  /** Of the first or the last row of a variable, `offset` rows from there; NULL where there is none. */
  | { readonly kind: 'row'; readonly variable: number; readonly isFirst: boolean; readonly offset: number; readonly expression: Expression; readonly type: LogicalType }
  /** Over the rows of a variable. */
  | { readonly kind: 'aggregate'; readonly variable: number; readonly call: AggregateExpression; readonly type: LogicalType }
  /** MATCH_ROWTIME() and MATCH_PROCTIME(). */
  | { readonly kind: 'time'; readonly isRowtime: boolean; readonly type: LogicalType };

/** `expression` is over the columns. */
export interface PatternExpression {
  readonly expression: Expression;
  readonly columns: readonly PatternColumn[];
}

export interface PatternElement {
  readonly min: number;
  /** Infinity = no bound. */
  readonly max: number;
  /** While rows fit this element they are not given to the next. */
  readonly isGreedy: boolean;
}

export interface MatchShape {
  readonly partitionColumns: readonly number[];
  readonly timeColumn: number;
  readonly isRowtime: boolean;
  /** Behind the time. */
  readonly orderBy: readonly SortKey[];
  /** A variable is the position of its element. */
  readonly variables: readonly string[];
  readonly elements: readonly PatternElement[];
  /** By variable; undefined = every row fits. */
  readonly definitions: readonly (PatternExpression | undefined)[];
  readonly measures: readonly PatternExpression[];
  readonly withinMs: number | undefined;
  readonly afterMatch: AfterMatchSkip;
}

export type AfterMatchSkip = { readonly kind: 'next-row' } | { readonly kind: 'past-last-row' } | { readonly kind: 'to-first' | 'to-last'; readonly variable: number };
