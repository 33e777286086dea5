// Joins: window joins where both sides are windowed alike, interval joins where the condition bounds rowtimes, else regular joins.
import { inferChangelog } from '#table/exec/changelog-inference';
import { JoinExec, joinKeysOf, type JoinKeys } from '#table/exec/join-exec';
import { CalcExec } from '#table/exec/calc-exec';
import { isInsertOnly, type ExecNode } from '#table/exec/exec-node';
import { IntervalJoinExec } from '#table/exec/interval-join-exec';
import { WindowJoinExec } from '#table/exec/window-join-exec';
import { conjunctsOf, conjunctionOf, inputsUsed, shiftInputs } from '#table/expressions/conditions';
import type { Expression } from '#table/expressions/expression';
import type { JoinNode } from '#table/logical/logical-plan';
import { mergedCalc } from '#table/planner/merged-calc';
import { intervalBoundsOf } from '#table/planner/interval-bounds';
import type { PlannerContext } from '#table/planner/planner-context';
import type { RowType } from '#table/types/logical-type';

export function planJoin(node: JoinNode, context: PlannerContext): ExecNode {
  const leftWidth = node.left.rowType.fields.length;
  const inputs = withKeyColumns(node, context.plan(node.left), context.plan(node.right));
  const keys = joinKeysOf(inputs.condition, inputs.left.rowType.fields.length);
  const timed = context.isBatch ? undefined : (windowJoin(inputs, node.joinType, keys) ?? intervalJoin(inputs, node.joinType, context));
  const join = timed ?? new JoinExec(inputs.left, inputs.right, node.joinType, keys, inputs.rowType, { isBatch: context.isBatch });
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

interface KeyedInputs {
  readonly left: ExecNode;
  readonly right: ExecNode;
  readonly condition: Expression;
  readonly rowType: RowType;
}

/** An equality of expressions becomes one of columns: the expressions are computed below the join. */
function withKeyColumns(node: JoinNode, left: ExecNode, right: ExecNode): KeyedInputs {
  const leftWidth = left.rowType.fields.length;
  const added: { readonly left: Expression[]; readonly right: Expression[] } = { left: [], right: [] };
  const place = (expression: Expression): { readonly side: 'left' | 'right'; readonly position: number } | undefined => {
    const used = [...inputsUsed(expression)];
    if (used.length === 0) return undefined;
    if (used.every((index) => index < leftWidth)) return { side: 'left', position: leftWidth + added.left.push(expression) - 1 };
    if (used.every((index) => index >= leftWidth)) return { side: 'right', position: right.rowType.fields.length + added.right.push(shiftInputs(expression, (index) => index - leftWidth)) - 1 };
    return undefined;
  };
  const marks: { readonly part: Expression & { kind: 'call' }; readonly left: number; readonly right: number }[] = [];
  const rest: Expression[] = [];
  for (const part of conjunctsOf(node.condition)) {
    const isEquality = part.kind === 'call' && (part.function.name === '=' || part.function.name === 'IS NOT DISTINCT FROM') && part.arguments.some((argument) => argument.kind !== 'input');
    const sides = isEquality ? sidesOf(part as Expression & { kind: 'call' }, leftWidth) : undefined;
    if (sides === undefined) {
      rest.push(part);
      continue;
    }
    const position = (expression: Expression): number => (expression.kind === 'input' ? (expression.index < leftWidth ? expression.index : expression.index - leftWidth) : place(expression)!.position);
    marks.push({ part: part as Expression & { kind: 'call' }, left: position(sides[0]), right: position(sides[1]) });
  }
  const wideLeft = extended(left, added.left);
  const wideRight = extended(right, added.right);
  const newWidth = wideLeft.rowType.fields.length;
  const moved = rest.map((part) => shiftInputs(part, (index) => (index < leftWidth ? index : index - leftWidth + newWidth)));
  const equalities = marks.map(({ part, left: l, right: r }): Expression => ({
    ...part, arguments: [{ kind: 'input', index: l, type: wideLeft.rowType.fields[l]!.type }, { kind: 'input', index: newWidth + r, type: wideRight.rowType.fields[r]!.type }],
  }));
  const isHalf = node.joinType === 'SEMI' || node.joinType === 'ANTI';
  const { fields } = node.rowType;
  const rowType: RowType = added.left.length + added.right.length === 0 ? node.rowType : {
    ...node.rowType, fields: isHalf ? wideLeft.rowType.fields : [
      ...fields.slice(0, leftWidth), ...wideLeft.rowType.fields.slice(leftWidth), ...fields.slice(leftWidth), ...wideRight.rowType.fields.slice(right.rowType.fields.length),
    ],
  };
  return { left: wideLeft, right: wideRight, condition: conjunctionOf([...equalities, ...moved]), rowType };
}

/** The operands as (left, right) where each side of the equality is of one side of the join. */
function sidesOf({ arguments: [a, b] }: Expression & { kind: 'call' }, leftWidth: number): readonly [Expression, Expression] | undefined {
  const side = (expression: Expression): 'left' | 'right' | undefined => {
    const used = [...inputsUsed(expression)];
    if (used.length === 0) return undefined;
    return used.every((index) => index < leftWidth) ? 'left' : used.every((index) => index >= leftWidth) ? 'right' : undefined;
  };
  const [first, second] = [side(a!), side(b!)];
  if (first === 'left' && second === 'right') return [a!, b!];
  return first === 'right' && second === 'left' ? [b!, a!] : undefined;
}

function extended(input: ExecNode, expressions: readonly Expression[]): ExecNode {
  if (expressions.length === 0) return input;
  const own = input.rowType.fields.map((field, index): Expression => ({ kind: 'input', index, type: field.type }));
  const fields = [...input.rowType.fields, ...expressions.map((expression, index) => ({ name: `$key${index}`, type: expression.type }))];
  return mergedCalc(input, [...own, ...expressions], undefined, { ...input.rowType, fields });
}

function narrowed(join: ExecNode, node: JoinNode, wideLeft: number): ExecNode {
  const leftWidth = node.left.rowType.fields.length;
  const expressions = node.rowType.fields.map((field, index): Expression => ({ kind: 'input', index: index < leftWidth ? index : index - leftWidth + wideLeft, type: field.type }));
  return new CalcExec(join, expressions, undefined, node.rowType);
}
