// Typed expressions: what the validator makes of an AST expression, and what plans hold. Names are resolved, implicit casts
// written out, overloads chosen. Plain data; a plan with them is JSON (bigints and bytes in literals excepted, see plan serialization).
import type { LogicalType } from '#table/types/logical-type';
import type { AggregateFunctionDefinition, ScalarFunctionDefinition } from '#table/functions/function-definition';

export type CallExpression = Expression & { readonly kind: 'call' };

export type Expression =
  /** A column of the input relation (of both inputs, one after the other, in joins). */
  | { readonly kind: 'input'; readonly index: number; readonly type: LogicalType }
  /** `value` is the internal value of the type, null for NULL. */
  | { readonly kind: 'literal'; readonly value: unknown; readonly type: LogicalType }
  | { readonly kind: 'call'; readonly function: ScalarFunctionDefinition; readonly arguments: readonly Expression[]; readonly type: LogicalType }
  /** `isTry`: NULL in place of a failure. */
  | { readonly kind: 'cast'; readonly operand: Expression; readonly isTry: boolean; readonly type: LogicalType }
  /** Field of a row or structured value, by position. */
  | { readonly kind: 'field'; readonly operand: Expression; readonly index: number; readonly type: LogicalType }
  /** AND, OR with two or more operands; NOT with one. Three-valued. */
  | { readonly kind: 'logic'; readonly operator: 'AND' | 'OR' | 'NOT'; readonly operands: readonly Expression[]; readonly type: LogicalType }
  /** Conditions are tried in order; `otherwise` is a NULL literal where there is no ELSE. COALESCE, NULLIF, IF become this or calls. */
  | { readonly kind: 'case'; readonly branches: readonly { readonly condition: Expression; readonly value: Expression }[]; readonly otherwise: Expression; readonly type: LogicalType }
  /** Column of the row of an outer query: gone after sub-query unnesting. `depth` 1 = the next query outwards. */
  | { readonly kind: 'correlated'; readonly depth: number; readonly index: number; readonly type: LogicalType }
  /** Gone after unnesting. `plan` is the logical plan of the sub-query. */
  | { readonly kind: 'subquery'; readonly form: 'SCALAR' | 'EXISTS' | 'IN' | 'SOME' | 'ALL'; readonly operator?: string; readonly operands: readonly Expression[]; readonly plan: unknown; readonly type: LogicalType }
  /** Only in the projection below an aggregate or OVER; the planner takes them out. */
  | { readonly kind: 'aggregate'; readonly call: AggregateExpression; readonly type: LogicalType }
  | { readonly kind: 'over'; readonly call: AggregateExpression; readonly window: OverWindow; readonly type: LogicalType };

export interface AggregateExpression {
  readonly function: AggregateFunctionDefinition;
  readonly arguments: readonly Expression[];
  readonly isDistinct: boolean;
  /** FILTER (WHERE …): a BOOLEAN. */
  readonly filter: Expression | undefined;
  /** WITHIN GROUP (ORDER BY …). */
  readonly orderBy: readonly SortKey[];
  /** IGNORE NULLS / RESPECT NULLS where written. */
  readonly nullTreatment?: 'IGNORE' | 'RESPECT';
}

export interface SortKey {
  readonly expression: Expression;
  readonly isAscending: boolean;
  readonly isNullsFirst: boolean;
}

export interface OverWindow {
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortKey[];
  readonly unit: 'ROWS' | 'RANGE';
  readonly lower: OverBound;
  readonly upper: OverBound;
}

export type OverBound =
  | { readonly kind: 'UNBOUNDED_PRECEDING' | 'UNBOUNDED_FOLLOWING' | 'CURRENT_ROW' }
  | { readonly kind: 'PRECEDING' | 'FOLLOWING'; readonly offset: Expression };
