// Joins: window joins where both sides are windowed alike, interval joins where the condition bounds rowtimes, else regular joins.
import { inferChangelog } from '#table/exec/changelog-inference';
import { JoinExec, joinKeysOf, type JoinKeys } from '#table/exec/join-exec';
import { isInsertOnly, type ExecNode } from '#table/exec/exec-node';
import { IntervalJoinExec } from '#table/exec/interval-join-exec';
import { WindowJoinExec } from '#table/exec/window-join-exec';
import { conjunctionOf } from '#table/expressions/conditions';
import type { JoinNode } from '#table/logical/logical-plan';
import { narrowed, withKeyColumns, type KeyedInputs } from '#table/planner/key-columns';
import { TableError } from '#table/errors';
import { hasAsyncCall } from '#table/planner/async-calls';
import { intervalBoundsOf } from '#table/planner/interval-bounds';
import type { PlannerContext } from '#table/planner/planner-context';

export function planJoin(node: JoinNode, context: PlannerContext): ExecNode {
  const leftWidth = node.left.rowType.fields.length;
  const inputs = withKeyColumns(node, context.plan(node.left), context.plan(node.right));
  if (hasAsyncCall(inputs.condition)) throw new TableError('TABLE_NOT_SUPPORTED', 'An asynchronous function cannot be called in the condition of a join: call it in SELECT or WHERE of a query below, and compare its result');
  const keys = joinKeysOf(inputs.condition, inputs.left.rowType.fields.length);
  const timed = context.isBatch ? undefined : (windowJoin(inputs, node.joinType, keys) ?? intervalJoin(inputs, node.joinType, context));
  const join = timed ?? new JoinExec(inputs.left, inputs.right, node.joinType, keys, inputs.rowType, { isBatch: context.isBatch, stateTtl: node.stateTtl });
  if (inputs.left.rowType.fields.length === leftWidth && inputs.right.rowType.fields.length === node.right.rowType.fields.length) return join;
  return narrowed(join, node, inputs.left.rowType.fields.length);
}

/** Both sides windowed alike, and joined on the start and the end of the window. */
function windowJoin({ left, right, rowType }: KeyedInputs, joinType: JoinNode['joinType'], keys: JoinKeys): ExecNode | undefined {
  const [a, b] = [left.window, right.window];
  if (a === undefined || b === undefined || a.endColumn < 0 || b.endColumn < 0) return undefined;
  const isAlike = a.spec.window === b.spec.window && a.spec.sizeMs === b.spec.sizeMs && a.spec.slideMs === b.spec.slideMs && a.spec.offsetMs === b.spec.offsetMs && a.spec.isRowtime === b.spec.isRowtime;
  const pair = (l: number, r: number): number => keys.left.findIndex((column, index) => column === l && keys.right[index] === r);
  const [start, end] = [pair(a.startColumn, b.startColumn), pair(a.endColumn, b.endColumn)];
  if (!isAlike || end < 0 || start < 0 || ![left, right].every((input) => isInsertOnly(inferChangelog([input]).changesOf(input)))) return undefined;
  const others = keys.left.map((_, index) => index).filter((index) => index !== start && index !== end);
  const pick = <T>(list: readonly T[]): readonly T[] => others.map((index) => list[index]!);
  return new WindowJoinExec(left, right, joinType, { left: pick(keys.left), right: pick(keys.right), isNullSafe: pick(keys.isNullSafe), rest: keys.rest }, rowType);
}

/** The condition bounds how far two time attributes are apart. Needs inputs that are only inserted into. */
function intervalJoin({ left, right, condition, rowType }: KeyedInputs, joinType: JoinNode['joinType'], context: PlannerContext): ExecNode | undefined {
  if (joinType === 'SEMI' || joinType === 'ANTI') return undefined;
  const leftWidth = left.rowType.fields.length;
  const found = intervalBoundsOf(condition, leftWidth, context.reduce);
  if (found === undefined || ![left, right].every((input) => isInsertOnly(inferChangelog([input]).changesOf(input)))) return undefined;
  return new IntervalJoinExec(left, right, joinType, joinKeysOf(conjunctionOf(found.rest), leftWidth), found.bounds, rowType);
}
