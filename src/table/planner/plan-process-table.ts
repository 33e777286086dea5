// Physical plan of process table functions: those that are built in, and those of the user.
import { ChangelogFunctionExec, type ChangelogFunctionShape } from '#table/exec/changelog-function-exec';
import { ChangelogNormalizeExec } from '#table/exec/changelog-normalize-exec';
import { inferChangelog } from '#table/exec/changelog-inference';
import { isInsertOnly, type ExecNode } from '#table/exec/exec-node';
import { ProcessTableExec } from '#table/exec/process-table-exec';
import { TableError } from '#table/errors';
import type { ProcessTableNode } from '#table/logical/logical-plan';
import type { PlannerContext } from '#table/planner/planner-context';

export function planProcessTable(node: ProcessTableNode, context: PlannerContext): ExecNode {
  const { function: definition, inputs } = node;
  if (definition === undefined) {
    const { opColumn, codes, kinds } = node.scalars as unknown as Omit<ChangelogFunctionShape, 'name'>;
    return new ChangelogFunctionExec(context.plan(inputs[0]!.input), { name: node.name as ChangelogFunctionShape['name'], opColumn, codes, kinds }, node.rowType);
  }
  if (context.isBatch) throw new TableError('TABLE_NOT_SUPPORTED', `the process table function '${definition.name}' in batch mode: Flink runs process table functions in streaming mode only`);
  const planned = inputs.map(({ input }) => context.plan(input));
  inputs.forEach(({ name, parameter }, index) => {
    const input = planned[index]!;
    if (parameter.takesUpdates || isInsertOnly(inferChangelog([input]).changesOf(input))) return;
    throw new TableError('TABLE_CHANGELOG_MISMATCH', `Table argument '${name}' of the process table function '${definition.name}' doesn't support consuming update and delete changes which is produced by node ${input.kind}(${input.description}). Give the parameter supportUpdates`);
  });
  const exec = new ProcessTableExec(planned, definition, inputs, (node.scalars as { readonly values: readonly unknown[] }).values, node.rowType);
  // Its upserts become a full changelog where somebody needs that.
  return definition.changes === 'upsert' ? new ChangelogNormalizeExec(exec, exec.upsertKeys[0]!, { mayRepeat: false, deletesByKey: false }) : exec;
}
