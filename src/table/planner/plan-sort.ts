// Physical plan of ORDER BY and LIMIT.
import type { ExecNode } from '#table/exec/exec-node';
import { TableError } from '#table/errors';
import type { SortNode } from '#table/logical/logical-plan';
import type { PlannerContext } from '#table/planner/planner-context';

export function planSort(_node: SortNode, _context: PlannerContext): ExecNode {
  throw new TableError('TABLE_NOT_SUPPORTED', 'ORDER BY and LIMIT: not supported yet');
}
