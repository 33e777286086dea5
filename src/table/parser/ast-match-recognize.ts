// MATCH_RECOGNIZE: SQL:2016 row pattern recognition.
import type { Expression } from '#table/parser/ast-expression';
import type { Identifier, Span } from '#table/parser/ast-node';
import type { SortItem, TableAlias, TableExpression, TableSample } from '#table/parser/ast-query';

export interface MatchRecognize {
  readonly kind: 'match-recognize';
  readonly span: Span;
  readonly input: TableExpression;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortItem[];
  readonly measures: readonly Measure[];
  readonly rowsPerMatch: RowsPerMatch | undefined;
  readonly afterMatch: AfterMatch | undefined;
  /** `^` and `$` around the pattern. */
  readonly isAnchoredAtStart: boolean;
  readonly isAnchoredAtEnd: boolean;
  readonly pattern: RowPattern;
  readonly within: Expression | undefined;
  readonly subsets: readonly PatternSubset[];
  readonly definitions: readonly PatternDefinition[];
  readonly alias: TableAlias | undefined;
  readonly sample: TableSample | undefined;
}

export interface Measure {
  readonly kind: 'measure';
  readonly span: Span;
  readonly expression: Expression;
  readonly alias: Identifier;
}

export type RowsPerMatch = 'ONE ROW PER MATCH' | 'ALL ROWS PER MATCH' | 'ALL ROWS PER MATCH SHOW EMPTY MATCHES' | 'ALL ROWS PER MATCH OMIT EMPTY MATCHES' | 'ALL ROWS PER MATCH WITH UNMATCHED ROWS';

export type AfterMatch =
  | { readonly kind: 'after-match'; readonly span: Span; readonly skip: 'TO NEXT ROW' | 'PAST LAST ROW'; readonly variable: undefined }
  | { readonly kind: 'after-match'; readonly span: Span; readonly skip: 'TO FIRST' | 'TO LAST'; readonly variable: Identifier };

export type RowPattern = PatternVariable | PatternSequence | PatternAlternation | PatternQuantified | PatternPermute | PatternExclusion;

export interface PatternVariable {
  readonly kind: 'pattern-variable';
  readonly span: Span;
  readonly name: Identifier;
}

/** `A B C`; without elements it is the empty pattern `()`. */
export interface PatternSequence {
  readonly kind: 'pattern-sequence';
  readonly span: Span;
  readonly elements: readonly RowPattern[];
}

export interface PatternAlternation {
  readonly kind: 'pattern-alternation';
  readonly span: Span;
  readonly alternatives: readonly RowPattern[];
}

/** `A+`, `A*?`, `A{2,}`; max is undefined where there is no bound. */
export interface PatternQuantified {
  readonly kind: 'pattern-quantified';
  readonly span: Span;
  readonly element: RowPattern;
  readonly min: number;
  readonly max: number | undefined;
  readonly isReluctant: boolean;
}

export interface PatternPermute {
  readonly kind: 'pattern-permute';
  readonly span: Span;
  readonly elements: readonly RowPattern[];
}

/** `{- A -}`. */
export interface PatternExclusion {
  readonly kind: 'pattern-exclusion';
  readonly span: Span;
  readonly element: RowPattern;
}

export interface PatternSubset {
  readonly kind: 'pattern-subset';
  readonly span: Span;
  readonly name: Identifier;
  readonly variables: readonly Identifier[];
}

export interface PatternDefinition {
  readonly kind: 'pattern-definition';
  readonly span: Span;
  readonly name: Identifier;
  readonly condition: Expression;
}
