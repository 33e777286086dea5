// Physical plan of this set operation.
import type { ExecNode } from '#table/exec/exec-node';
import { TableError } from '#table/errors';
import type { SetOperationNode } from '#table/logical/logical-plan';
import type { PlannerContext } from '#table/planner/planner-context';

export function planSetOperation(_node: SetOperationNode, _context: PlannerContext): ExecNode {
  throw new TableError('TABLE_NOT_SUPPORTED', 'this set operation: not supported yet');
}
