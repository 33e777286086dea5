// Physical plan of FOR SYSTEM_TIME AS OF.
import type { ExecNode } from '#table/exec/exec-node';
import { TableError } from '#table/errors';
import type { TemporalJoinNode } from '#table/logical/logical-plan';
import type { PlannerContext } from '#table/planner/planner-context';

export function planTemporalJoin(_node: TemporalJoinNode, _context: PlannerContext): ExecNode {
  throw new TableError('TABLE_NOT_SUPPORTED', 'FOR SYSTEM_TIME AS OF: not supported yet');
}
