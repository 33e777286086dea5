// A Calc over an input; over another Calc it becomes one with it, unless a random value would be computed twice.
import { CalcExec } from '#table/exec/calc-exec';
import type { ExecNode } from '#table/exec/exec-node';
import { conjunctionOf, inlineProjection, isDeterministic } from '#table/expressions/conditions';
import type { Expression } from '#table/expressions/expression';
import type { RowType } from '#table/types/logical-type';

/** @param expressions undefined = all columns of the input. */
export function mergedCalc(input: ExecNode, expressions: readonly Expression[] | undefined, condition: Expression | undefined, rowType: RowType): CalcExec {
  const all = expressions ?? input.rowType.fields.map((field, index): Expression => ({ kind: 'input', index, type: field.type }));
  if (!(input instanceof CalcExec) || !input.expressions.every(isDeterministic)) return new CalcExec(input, all, condition, rowType);
  const inline = (expression: Expression): Expression => inlineProjection(expression, input.expressions);
  const conditions = [input.condition, condition === undefined ? undefined : inline(condition)].filter((part) => part !== undefined);
  return new CalcExec(input.inputs[0]!, all.map(inline), conditions.length === 0 ? undefined : conjunctionOf(conditions), rowType);
}
