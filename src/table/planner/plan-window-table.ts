// Physical plan of windowing table functions.
import type { ExecNode } from '#table/exec/exec-node';
import { TableError } from '#table/errors';
import type { WindowTableNode } from '#table/logical/logical-plan';
import type { PlannerContext } from '#table/planner/planner-context';

export function planWindowTable(_node: WindowTableNode, _context: PlannerContext): ExecNode {
  throw new TableError('TABLE_NOT_SUPPORTED', 'windowing table functions: not supported yet');
}
