// GROUP BY: over windows, in group windows, with grouping sets, or unbounded.
import type { ExecNode } from '#table/exec/exec-node';
import { TableError } from '#table/errors';
import type { AggregateNode, NamedAggregate } from '#table/logical/logical-plan';
import { planGroupWindow } from '#table/planner/plan-group-window';
import { planGroupingSets } from '#table/planner/plan-grouping-sets';
import { splitDistinct } from '#table/planner/split-distinct';
import { unboundedAggregate } from '#table/planner/plan-unbounded-aggregate';
import { windowAggregate } from '#table/planner/plan-window-aggregate';
import type { PlannerContext } from '#table/planner/planner-context';

/** Aggregates that are for batches only, where the groups never end. */
export function refuseOnStream(aggregates: readonly NamedAggregate[], context: Pick<PlannerContext, 'isBatch'>): void {
  const refused = context.isBatch ? undefined : aggregates.find(({ call }) => call.function.name === 'APPROX_COUNT_DISTINCT');
  if (refused !== undefined) throw new TableError('TABLE_NOT_SUPPORTED', 'APPROX_COUNT_DISTINCT aggregate function does not support yet for streaming. Use COUNT(DISTINCT …), or group by a window');
}

export function planAggregate(node: AggregateNode, context: PlannerContext): ExecNode {
  if (node.groupWindow !== undefined) return planGroupWindow(node, context);
  if (node.groupingSets.length !== 1 || node.groupingCalls.length > 0) return planGroupingSets(node, context);
  const input = context.plan(node.input);
  const windowed = windowAggregate(node, input);
  if (windowed !== undefined) return windowed;
  refuseOnStream(node.aggregates, context);
  return splitDistinct(input, node, context) ?? unboundedAggregate(input, node, context);
}
