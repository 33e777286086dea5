// GROUP BY: over windows, in group windows, with grouping sets, or unbounded.
import type { ExecNode } from '#table/exec/exec-node';
import { GroupAggregateExec } from '#table/exec/group-aggregate-exec';
import { TableError } from '#table/errors';
import type { AggregateNode } from '#table/logical/logical-plan';
import type { PlannerContext } from '#table/planner/planner-context';

export function planAggregate(node: AggregateNode, context: PlannerContext): ExecNode {
  const input = context.plan(node.input);
  if (node.groupWindow !== undefined) throw new TableError('TABLE_NOT_SUPPORTED', 'group windows in GROUP BY are not supported yet: use the TUMBLE, HOP or SESSION table function');
  if (node.groupingSets.length !== 1 || node.groupingCalls.length > 0) throw new TableError('TABLE_NOT_SUPPORTED', 'grouping sets are not supported yet');
  return new GroupAggregateExec(input, node.groupColumns, node.aggregates, node.rowType, { isBatch: context.isBatch });
}
