// Physical plan of LATERAL and UNNEST.
import type { ExecNode } from '#table/exec/exec-node';
import { TableError } from '#table/errors';
import type { CorrelateNode, TableFunctionNode } from '#table/logical/logical-plan';
import type { PlannerContext } from '#table/planner/planner-context';

export function planCorrelate(_node: CorrelateNode, _context: PlannerContext): ExecNode {
  throw new TableError('TABLE_NOT_SUPPORTED', 'LATERAL and UNNEST: not supported yet');
}

export function planTableFunction(_node: TableFunctionNode, _context: PlannerContext): ExecNode {
  throw new TableError('TABLE_NOT_SUPPORTED', 'table functions: not supported yet');
}
