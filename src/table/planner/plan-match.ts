// Physical plan of MATCH_RECOGNIZE.
import { inferChangelog } from '#table/exec/changelog-inference';
import { isInsertOnly, type ExecNode } from '#table/exec/exec-node';
import { MatchExec } from '#table/exec/match-exec';
import { TableError } from '#table/errors';
import type { MatchNode } from '#table/logical/logical-plan';
import type { PlannerContext } from '#table/planner/planner-context';

export function planMatch(node: MatchNode, context: PlannerContext): ExecNode {
  const input = context.plan(node.input);
  if (!isInsertOnly(inferChangelog([input]).changesOf(input))) throw new TableError('TABLE_CHANGELOG_MISMATCH', 'Match Recognize doesn\'t support consuming update and delete changes: its input must be insert-only.');
  return new MatchExec(input, node.match, node.rowType);
}
