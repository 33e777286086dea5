// Physical plan of process table functions.
import type { ExecNode } from '#table/exec/exec-node';
import { TableError } from '#table/errors';
import type { ProcessTableNode } from '#table/logical/logical-plan';
import type { PlannerContext } from '#table/planner/planner-context';

export function planProcessTable(_node: ProcessTableNode, _context: PlannerContext): ExecNode {
  throw new TableError('TABLE_NOT_SUPPORTED', 'process table functions: not supported yet');
}
