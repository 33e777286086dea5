// Physical plan of process table functions: of those that are built in.
import { ChangelogFunctionExec, type ChangelogFunctionShape } from '#table/exec/changelog-function-exec';
import type { ExecNode } from '#table/exec/exec-node';
import { TableError } from '#table/errors';
import type { ProcessTableNode } from '#table/logical/logical-plan';
import type { PlannerContext } from '#table/planner/planner-context';

export function planProcessTable(node: ProcessTableNode, context: PlannerContext): ExecNode {
  if (node.name !== 'TO_CHANGELOG' && node.name !== 'FROM_CHANGELOG') throw new TableError('TABLE_NOT_SUPPORTED', `process table function ${node.name}: only TO_CHANGELOG and FROM_CHANGELOG are built in`);
  const { opColumn, codes, kinds } = node.scalars as unknown as Omit<ChangelogFunctionShape, 'name'>;
  return new ChangelogFunctionExec(context.plan(node.inputs[0]!.input), { name: node.name, opColumn, codes, kinds }, node.rowType);
}
