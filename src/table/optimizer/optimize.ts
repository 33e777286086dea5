// Rewrites a logical plan into one that means the same and costs less: sub-queries become joins, filters sink, projections merge,
// columns that nobody reads go. Each rule is a pure function of a plan; their order is fixed here.
import type { LogicalPlan } from '#table/logical/logical-plan';
import { computePartitions } from '#table/optimizer/computed-partitions';
import { expandSetOperations } from '#table/optimizer/expand-set-operations';
import { groupEqualRows } from '#table/optimizer/group-equal-rows';
import { mergeProjections } from '#table/optimizer/merge-projections';
import { pruneColumns } from '#table/optimizer/prune-columns';
import { pushFilters } from '#table/optimizer/push-filters';
import { reorderJoins } from '#table/optimizer/reorder-joins';
import type { RowEstimates } from '#table/optimizer/estimated-rows';
import { unnestSubqueries } from '#table/optimizer/unnest-subqueries';
import type { Expression } from '#table/expressions/expression';

export interface OptimizerContext {
  readonly reduce: (expression: Expression) => Expression;
  /** Rules that are left out, to see whether one of them is at fault. */
  readonly skipped?: ReadonlySet<string>;
  /** What joins are ordered by; left out, they stay as the query has them. */
  readonly joinEstimates?: RowEstimates | undefined;
}

/** The rules that a plan can do without: the others turn it into something that can be planned at all. */
export const OPTIONAL_RULES = ['push-filters', 'merge-projections', 'prune-columns'] as const;

type Rule = (typeof OPTIONAL_RULES)[number];

export function optimize(plan: LogicalPlan, context: OptimizerContext): LogicalPlan {
  const unless = (rule: Rule, apply: (plan: LogicalPlan) => LogicalPlan): ((plan: LogicalPlan) => LogicalPlan) => (context.skipped?.has(rule) === true ? (input) => input : apply);
  const push = unless('push-filters', (input) => pushFilters(input, context));
  const merge = unless('merge-projections', mergeProjections);
  const prune = unless('prune-columns', pruneColumns);
  const unnested = unnestSubqueries(expandSetOperations(plan));
  const pushed = push(unnested);
  const joined = context.joinEstimates === undefined ? pushed : reorderJoins(pushed, context.joinEstimates);
  return groupEqualRows(merge(prune(merge(computePartitions(joined)))));
}
