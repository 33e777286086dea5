// Conditions as lists of conjuncts, and what rules and planners do to the columns that expressions read.
import type { Expression } from '#table/expressions/expression';
import { mapOperands, operandsOf, rewriteExpression } from '#table/expressions/expression-facts';
import { builtInScalar } from '#table/functions/built-in-functions';
import { LogicalTypes, notNull, withNullability } from '#table/types/logical-type';

const BOOLEAN = notNull(LogicalTypes.BOOLEAN);

export const trueLiteral: Expression = { kind: 'literal', value: true, type: BOOLEAN };

export const isTrueLiteral = (expression: Expression): boolean => expression.kind === 'literal' && expression.value === true;

/** a AND b AND …; TRUE for none. */
export function conjunctionOf(conditions: readonly Expression[]): Expression {
  const parts = conditions.flatMap(conjunctsOf);
  if (parts.length === 0) return trueLiteral;
  if (parts.length === 1) return parts[0]!;
  return { kind: 'logic', operator: 'AND', operands: parts, type: withNullability(LogicalTypes.BOOLEAN, parts.some(({ type }) => type.isNullable)) };
}

/** The operands of nested ANDs; none for TRUE. */
export function conjunctsOf(condition: Expression): readonly Expression[] {
  if (isTrueLiteral(condition)) return [];
  if (condition.kind === 'logic' && condition.operator === 'AND') return condition.operands.flatMap(conjunctsOf);
  return [condition];
}

export function disjunctsOf(condition: Expression): readonly Expression[] {
  if (condition.kind === 'logic' && condition.operator === 'OR') return condition.operands.flatMap(disjunctsOf);
  return [condition];
}

/** left = right of values whose types compare. */
export function equalityOf(left: Expression, right: Expression): Expression {
  return { kind: 'call', function: builtInScalar('='), arguments: [left, right], type: withNullability(LogicalTypes.BOOLEAN, left.type.isNullable || right.type.isNullable) };
}

/** `column IS NOT NULL`. */
export function isNotNull(operand: Expression): Expression {
  return { kind: 'call', function: builtInScalar('IS NOT NULL'), arguments: [operand], type: BOOLEAN };
}

/** Rebuilds top-down: a node for which `visit` gives something else is not entered. */
export function replaceExpression(expression: Expression, visit: (node: Expression) => Expression | undefined): Expression {
  const replaced = visit(expression);
  return replaced ?? mapOperands(expression, (part) => replaceExpression(part, visit));
}

/** Positions in the left and in the right side of the columns that one of these operators compares; undefined for other conditions. */
export function comparedColumns(condition: Expression, operators: readonly string[], leftWidth: number): readonly [number, number] | undefined {
  if (condition.kind !== 'call' || !operators.includes(condition.function.name)) return undefined;
  const [a, b] = condition.arguments;
  if (a?.kind !== 'input' || b?.kind !== 'input' || a.index < leftWidth === b.index < leftWidth) return undefined;
  return a.index < leftWidth ? [a.index, b.index - leftWidth] : [b.index, a.index - leftWidth];
}

/** Positions of the input columns that an expression reads. */
export function inputsUsed(expression: Expression, into = new Set<number>()): Set<number> {
  if (expression.kind === 'input') into.add(expression.index);
  for (const part of operandsOf(expression)) inputsUsed(part, into);
  return into;
}

/** Input columns renumbered: `map` gives the new position. */
export function shiftInputs(expression: Expression, map: (index: number) => number): Expression {
  return rewriteExpression(expression, (node) => (node.kind === 'input' ? { ...node, index: map(node.index) } : node));
}

/** The expression over a projection's input in place of its output. */
export function inlineProjection(expression: Expression, projection: readonly Expression[]): Expression {
  return replaceExpression(expression, (node) => (node.kind === 'input' ? projection[node.index]! : undefined));
}

/** Text that is the same for equal expressions: functions by name, literals by value. */
export function expressionDigest(expression: Expression): string {
  return JSON.stringify(expression, (_key, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    if (typeof value === 'object' && value !== null && 'inferTypes' in value) return (value as unknown as { readonly name: string }).name;
    if (value instanceof Map) return [...(value as Map<unknown, unknown>)];
    return value;
  });
}
