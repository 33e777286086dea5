// Physical plan of MATCH_RECOGNIZE.
import type { ExecNode } from '#table/exec/exec-node';
import { TableError } from '#table/errors';
import type { MatchNode } from '#table/logical/logical-plan';
import type { PlannerContext } from '#table/planner/planner-context';

export function planMatch(_node: MatchNode, _context: PlannerContext): ExecNode {
  throw new TableError('TABLE_NOT_SUPPORTED', 'MATCH_RECOGNIZE: not supported yet');
}
