// A projection over a projection is one projection; one that changes nothing is none.
import { inlineProjection, inputsUsed } from '#table/expressions/conditions';
import { isDeterministic, operandsOf } from '#table/expressions/expression-facts';
import type { Expression } from '#table/expressions/expression';
import { inputsOf, withInputs, type LogicalPlan, type ProjectNode } from '#table/logical/logical-plan';

export function mergeProjections(plan: LogicalPlan): LogicalPlan {
  const node = withInputs(plan, inputsOf(plan).map(mergeProjections));
  if (node.kind !== 'project') return node;
  const merged = node.input.kind === 'project' && canMerge(node, node.input) ? { ...node, input: node.input.input, expressions: node.expressions.map((expression) => inlineProjection(expression, (node.input as ProjectNode).expressions)) } : node;
  return isIdentity(merged) ? merged.input : merged;
}

/** A random value that two columns read must stay one value. */
function canMerge(outer: ProjectNode, inner: ProjectNode): boolean {
  return outer.expressions.every((expression) => [...inputsUsed(expression)].every((index) => isDeterministic(inner.expressions[index]!) || usesOf(outer.expressions, index) === 1));
}

function usesOf(expressions: readonly Expression[], index: number): number {
  const count = (expression: Expression): number => (expression.kind === 'input' && expression.index === index ? 1 : operandsOf(expression).reduce((sum, part) => sum + count(part), 0));
  return expressions.reduce((sum, expression) => sum + count(expression), 0);
}

function isIdentity({ expressions, input, rowType }: ProjectNode): boolean {
  const { fields } = input.rowType;
  return fields.length === expressions.length && expressions.every((expression, index) =>
    expression.kind === 'input' && expression.index === index && fields[index]!.name === rowType.fields[index]!.name && JSON.stringify(fields[index]!.type) === JSON.stringify(rowType.fields[index]!.type));
}
