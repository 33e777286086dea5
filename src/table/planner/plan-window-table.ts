// Windowing table functions.
import type { ExecNode } from '#table/exec/exec-node';
import { WindowTableExec } from '#table/exec/window-table-exec';
import type { WindowTableNode } from '#table/logical/logical-plan';
import type { PlannerContext } from '#table/planner/planner-context';

export function planWindowTable(node: WindowTableNode, context: PlannerContext): ExecNode {
  return new WindowTableExec(context.plan(node.input), node.spec, node.rowType);
}
