// Rewrites a logical plan into one that means the same and costs less: sub-queries become joins, filters sink, projections merge,
// columns that nobody reads go. Each rule is a pure function of a plan; their order is fixed here.
import type { LogicalPlan } from '#table/logical/logical-plan';
import { expandSetOperations } from '#table/optimizer/expand-set-operations';
import { groupEqualRows } from '#table/optimizer/group-equal-rows';
import { mergeProjections } from '#table/optimizer/merge-projections';
import { pruneColumns } from '#table/optimizer/prune-columns';
import { pushFilters } from '#table/optimizer/push-filters';
import { unnestSubqueries } from '#table/optimizer/unnest-subqueries';
import type { Expression } from '#table/expressions/expression';

export interface OptimizerContext {
  readonly reduce: (expression: Expression) => Expression;
}

export function optimize(plan: LogicalPlan, context: OptimizerContext): LogicalPlan {
  const unnested = unnestSubqueries(expandSetOperations(plan));
  const pushed = pushFilters(unnested, context);
  return groupEqualRows(mergeProjections(pruneColumns(mergeProjections(pushed))));
}
