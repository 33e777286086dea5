// LATERAL and UNNEST: a table function per row. What else is correlated has become a join before.
import { CorrelateExec } from '#table/exec/correlate-exec';
import type { ExecNode } from '#table/exec/exec-node';
import { ValuesExec } from '#table/exec/values-exec';
import { conjunctionOf, inlineProjection, replaceExpression, trueLiteral } from '#table/expressions/conditions';
import type { Expression } from '#table/expressions/expression';
import { functionChain } from '#table/logical/function-chain';
import type { CorrelateNode, TableFunctionNode } from '#table/logical/logical-plan';
import { mergedCalc } from '#table/planner/merged-calc';
import type { PlannerContext } from '#table/planner/planner-context';
import { LogicalTypes, notNull } from '#table/types/logical-type';

export function planCorrelate(node: CorrelateNode, context: PlannerContext): ExecNode {
  const input = context.plan(node.left);
  const { call, projection, condition } = functionChain(node.right);
  const width = node.left.rowType.fields.length;
  const over = (expression: Expression): Expression => overBoth(expression, width);
  const onCondition = node.condition === undefined ? [] : [inlineProjection(node.condition, [...input.rowType.fields.map((field, index): Expression => ({ kind: 'input', index, type: field.type })), ...projection.map(over)])];
  return new CorrelateExec(input, {
    joinType: node.joinType, function: call.function, arguments: call.arguments.map(over), functionType: call.rowType, projection: projection.map(over), condition: conjunctionOf([...condition.map(over), ...onCondition]),
  }, node.rowType);
}

/** A table function by itself: over one row that says nothing. */
export function planTableFunction(node: TableFunctionNode, _context: PlannerContext): ExecNode {
  const one = new ValuesExec([[0]], { kind: 'ROW', isNullable: false, fields: [{ name: 'ZERO', type: notNull(LogicalTypes.INT) }] });
  const columns = node.rowType.fields.map((field, index): Expression => ({ kind: 'input', index: index + 1, type: field.type }));
  const correlated = new CorrelateExec(one, { joinType: 'INNER', function: node.function, arguments: node.arguments, functionType: node.rowType, projection: columns, condition: trueLiteral }, {
    ...node.rowType, fields: [...one.rowType.fields, ...node.rowType.fields],
  });
  return mergedCalc(correlated, columns, undefined, node.rowType);
}

/** The row's columns first, the function's behind them. */
function overBoth(expression: Expression, width: number): Expression {
  return replaceExpression(expression, (node) => {
    if (node.kind === 'correlated') return node.depth === 1 ? { kind: 'input', index: node.index, type: node.type } : { ...node, depth: node.depth - 1 };
    return node.kind === 'input' ? { ...node, index: node.index + width } : undefined;
  });
}
