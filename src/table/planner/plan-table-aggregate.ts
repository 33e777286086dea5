// Physical plan of flatAggregate.
import type { ExecNode } from '#table/exec/exec-node';
import { GroupTableAggregateExec } from '#table/exec/group-table-aggregate-exec';
import { TableError } from '#table/errors';
import type { TableAggregateNode } from '#table/logical/logical-plan';
import type { PlannerContext } from '#table/planner/planner-context';

export function planTableAggregate({ input, function: definition, keyCount, rowType }: TableAggregateNode, context: PlannerContext): ExecNode {
  if (context.isBatch) throw new TableError('TABLE_NOT_SUPPORTED', `the table aggregate function '${definition.name}' in batch mode: Flink runs table aggregate functions in streaming mode only`);
  return new GroupTableAggregateExec(context.plan(input), definition, keyCount, rowType);
}
