// What the conversion of an expression asks of the query around it: names, functions, what is allowed at the place.
import { nearestName } from '#core/config/edit-distance';
import { TableValidationError } from '#table/errors';
import type { Expression } from '#table/expressions/expression';
import type { FunctionContext, FunctionDefinition } from '#table/functions/function-definition';
import type * as ast from '#table/parser/ast-expression';
import type { Identifier, Span } from '#table/parser/ast-node';
import type { Query, WindowSpecification } from '#table/parser/ast-query';
import type { LogicalType } from '#table/types/logical-type';

export interface ColumnResolution {
  readonly expression: Expression;
  /** How many parts of the path name the column; the rest are fields of it. */
  readonly partCount: number;
}

export interface SubqueryRequest {
  readonly form: 'SCALAR' | 'EXISTS' | 'IN' | 'SOME' | 'ALL' | 'ARRAY' | 'MULTISET' | 'MAP';
  readonly query: Query;
  readonly span: Span;
  /** Left sides of IN, SOME and ALL: one per column of the query. */
  readonly operands: readonly Expression[];
  /** `=` and siblings for SOME and ALL. */
  readonly operator?: string;
}

export interface ExpressionScope {
  /** The whole statement: places in messages. */
  readonly statement: string;
  readonly functionContext: FunctionContext;
  /** Where the expression stands, for messages: `WHERE`. */
  readonly clause: string;
  readonly allowsAggregates: boolean;
  readonly allowsOver: boolean;
  /** A grouped query without GROUP BY: it has a row although no row came, so that SUM may be NULL. */
  readonly isGlobalAggregate?: boolean;
  /** Undefined where no column or row fits; may throw for an ambiguous name. */
  readonly resolveColumn: (path: readonly Identifier[], span: Span) => ColumnResolution | undefined;
  /** Names that could have been meant. */
  readonly columnNames: () => readonly string[];
  /** Functions of the catalog; built-in ones are found first. */
  readonly findFunction?: (path: readonly string[]) => FunctionDefinition | undefined;
  readonly functionNames?: () => readonly string[];
  readonly resolveType?: (path: readonly string[]) => LogicalType | undefined;
  /** Undefined: sub-queries are not allowed here. */
  readonly convertSubquery?: (request: SubqueryRequest) => Expression;
  /** A window of the WINDOW clause. */
  readonly findWindow?: (name: Identifier) => WindowSpecification | undefined;
  /** Calls that are the query's own business (TUMBLE_START, GROUPING, functions of MATCH_RECOGNIZE); undefined for all others. */
  readonly convertCall?: (call: ast.CallExpression) => Expression | undefined;
  /** An expression that the query has computed already (a grouping key); undefined for all others. Asked before anything else. */
  readonly substitute?: (expression: ast.Expression) => Expression | undefined;
}

/** Throws the error of a place in the scope's statement. */
export function failAt(scope: { readonly statement: string }, problem: string, span: Span, advice?: string): never {
  throw new TableValidationError(problem, { statement: scope.statement, span, advice });
}

/** "Did you mean …?" or nothing. */
export function nearestAdvice(name: string, candidates: readonly string[]): string | undefined {
  const lower = new Map(candidates.map((candidate) => [candidate.toLowerCase(), candidate]));
  const nearest = nearestName(name.toLowerCase(), lower.keys());
  return nearest === undefined ? undefined : `Did you mean '${lower.get(nearest)}'?`;
}
