// GROUP BY: over windows, in group windows, with grouping sets, or unbounded.
import type { ExecNode } from '#table/exec/exec-node';
import { GroupAggregateExec } from '#table/exec/group-aggregate-exec';
import type { AggregateNode } from '#table/logical/logical-plan';
import { planGroupWindow } from '#table/planner/plan-group-window';
import { planGroupingSets } from '#table/planner/plan-grouping-sets';
import { windowAggregate } from '#table/planner/plan-window-aggregate';
import type { PlannerContext } from '#table/planner/planner-context';

export function planAggregate(node: AggregateNode, context: PlannerContext): ExecNode {
  if (node.groupWindow !== undefined) return planGroupWindow(node, context);
  if (node.groupingSets.length !== 1 || node.groupingCalls.length > 0) return planGroupingSets(node, context);
  const input = context.plan(node.input);
  return windowAggregate(node, input) ?? new GroupAggregateExec(input, node.groupColumns, node.aggregates, node.rowType, { isBatch: context.isBatch });
}
