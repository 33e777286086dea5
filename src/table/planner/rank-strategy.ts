// Whether the rows of a top-N only ever move up in its order: then it needs no rows beyond its end and no -U.
import { CalcExec } from '#table/exec/calc-exec';
import { inferChangelog } from '#table/exec/changelog-inference';
import { isInsertOnly, type ExecNode } from '#table/exec/exec-node';
import { GroupAggregateExec } from '#table/exec/group-aggregate-exec';
import type { SortKey } from '#table/expressions/expression';

/** The key by which rows are replaced; undefined where rows may move down, or are not replaced by a key within the partition. */
export function updateKeyOf(input: ExecNode, partitionColumns: readonly number[], orderBy: readonly SortKey[]): readonly number[] | undefined {
  const changes = inferChangelog([input]).changesOf(input);
  if (isInsertOnly(changes) || orderBy.length === 0) return undefined;
  const movesUp = orderBy.every(({ expression, isAscending }) => expression.kind === 'input' && directionOf(input, expression.index) === (isAscending ? 'falling' : 'rising'));
  if (!movesUp) return undefined;
  return input.upsertKeys.find((key) => partitionColumns.every((column) => key.includes(column)));
}

/** How a column changes from one version of a row to the next. */
function directionOf(node: ExecNode, column: number): 'rising' | 'falling' | undefined {
  if (node instanceof CalcExec) {
    const expression = node.expressions[column]!;
    // A condition may let rows go again.
    return expression.kind === 'input' && node.condition === undefined ? directionOf(node.inputs[0]!, expression.index) : undefined;
  }
  if (!(node instanceof GroupAggregateExec) || !isInsertOnly(inferChangelog([node.inputs[0]!]).changesOf(node.inputs[0]!))) return undefined;
  const aggregate = node.aggregates[column - node.groupColumns.length];
  switch (aggregate?.call.function.name) {
    case 'COUNT': case 'MAX': return 'rising';
    case 'MIN': return 'falling';
    default: return undefined;
  }
}
