// Conditions as lists of conjuncts, and the walks over expressions that rules and planners share.
import type { Expression } from '#table/expressions/expression';
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

/** Direct operands, sub-plans of sub-queries not entered. */
export function operandsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'call': return expression.arguments;
    case 'cast': case 'field': return [expression.operand];
    case 'logic': case 'subquery': return expression.operands;
    case 'case': return [...expression.branches.flatMap(({ condition, value }) => [condition, value]), expression.otherwise];
    case 'aggregate': return [...expression.call.arguments, ...(expression.call.filter === undefined ? [] : [expression.call.filter]), ...expression.call.orderBy.map((key) => key.expression)];
    case 'over': return [...expression.call.arguments, ...expression.window.partitionBy, ...expression.window.orderBy.map((key) => key.expression)];
    default: return [];
  }
}

/** Rebuilds bottom-up: `visit` gets each node with its operands rebuilt. */
export function rewriteExpression(expression: Expression, visit: (node: Expression) => Expression): Expression {
  const again = (part: Expression): Expression => rewriteExpression(part, visit);
  return visit(mapOperands(expression, again));
}

/** Rebuilds top-down: a node for which `visit` gives something else is not entered. */
export function replaceExpression(expression: Expression, visit: (node: Expression) => Expression | undefined): Expression {
  const replaced = visit(expression);
  return replaced ?? mapOperands(expression, (part) => replaceExpression(part, visit));
}

function mapOperands(expression: Expression, map: (part: Expression) => Expression): Expression {
  switch (expression.kind) {
    case 'call': return withArguments(expression, expression.arguments.map(map));
    case 'cast': case 'field': return { ...expression, operand: map(expression.operand) };
    case 'logic': case 'subquery': return { ...expression, operands: expression.operands.map(map) };
    case 'case': return { ...expression, branches: expression.branches.map(({ condition, value }) => ({ condition: map(condition), value: map(value) })), otherwise: map(expression.otherwise) };
    case 'aggregate': return { ...expression, call: mapAggregate(expression.call, map) };
    case 'over': return {
      ...expression, call: mapAggregate(expression.call, map),
      window: { ...expression.window, partitionBy: expression.window.partitionBy.map(map), orderBy: expression.window.orderBy.map((key) => ({ ...key, expression: map(key.expression) })) },
    };
    default: return expression;
  }
}

function withArguments(expression: Expression & { kind: 'call' }, args: readonly Expression[]): Expression {
  return { ...expression, arguments: args };
}

type Aggregate = (Expression & { kind: 'aggregate' })['call'];

function mapAggregate(call: Aggregate, map: (part: Expression) => Expression): Aggregate {
  return { ...call, arguments: call.arguments.map(map), filter: call.filter === undefined ? undefined : map(call.filter), orderBy: call.orderBy.map((key) => ({ ...key, expression: map(key.expression) })) };
}

/** Whether some node of the expression fulfils `test`. */
export function someExpression(expression: Expression, test: (node: Expression) => boolean): boolean {
  return test(expression) || operandsOf(expression).some((part) => someExpression(part, test));
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

export function isDeterministic(expression: Expression): boolean {
  return !someExpression(expression, (node) => node.kind === 'call' && (node.function.isDeterministic === false || node.function.evalAsync !== undefined));
}
