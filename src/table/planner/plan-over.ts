// Window functions, and the patterns over them that have operators of their own: top-N, first and last row per key.
import type { ExecNode } from '#table/exec/exec-node';
import { TableError } from '#table/errors';
import type { FilterNode, OverNode } from '#table/logical/logical-plan';
import type { PlannerContext } from '#table/planner/planner-context';

export function planOver(_node: OverNode, _context: PlannerContext): ExecNode {
  throw new TableError('TABLE_NOT_SUPPORTED', 'OVER: not supported yet');
}

/** `ROW_NUMBER() OVER (…) <= n` as a top-N; undefined where the filter is none. */
export function planRankedFilter(_node: FilterNode, _context: PlannerContext): ExecNode | undefined {
  return undefined;
}
