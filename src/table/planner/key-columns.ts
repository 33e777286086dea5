// Keys of joins: equalities of expressions become equalities of columns that are computed below the join.
import { CalcExec } from '#table/exec/calc-exec';
import type { ExecNode } from '#table/exec/exec-node';
import { conjunctsOf, conjunctionOf, inputsUsed, shiftInputs } from '#table/expressions/conditions';
import type { Expression } from '#table/expressions/expression';
import type { JoinNode } from '#table/logical/logical-plan';
import { mergedCalc } from '#table/planner/merged-calc';
import type { RowType } from '#table/types/logical-type';

export interface KeyedInputs {
  readonly left: ExecNode;
  readonly right: ExecNode;
  readonly condition: Expression;
  readonly rowType: RowType;
}

/** A join in the logical plan, of either kind. */
export type JoinLike = Pick<JoinNode, 'left' | 'right' | 'condition' | 'joinType' | 'rowType'>;

/** An equality of expressions becomes one of columns: the expressions are computed below the join. */
export function withKeyColumns(node: JoinLike, left: ExecNode, right: ExecNode): KeyedInputs {
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

export function narrowed(join: ExecNode, node: JoinLike, wideLeft: number): ExecNode {
  const leftWidth = node.left.rowType.fields.length;
  const expressions = node.rowType.fields.map((field, index): Expression => ({ kind: 'input', index: index < leftWidth ? index : index - leftWidth + wideLeft, type: field.type }));
  return new CalcExec(join, expressions, undefined, node.rowType);
}
