// What a plan says of the rows of queries around it: found, counted and replaced, however deep in the plan it is said.
import { replaceExpression } from '#table/expressions/conditions';
import { mapAggregate } from '#table/expressions/expression-facts';
import type { AggregateExpression, Expression, SortKey } from '#table/expressions/expression';
import type { CorrelatedExpression } from '#table/logical/function-chain';
import { inputsOf, withInputs, type LogicalPlan } from '#table/logical/logical-plan';

/** Gives what stands in place of a reference. Of `nesting` more queries than the plan itself the reference is inside: its depth counts those too. */
export type ReferenceMap = (reference: CorrelatedExpression, nesting: number) => Expression;

/** The plan with every reference to a query around it replaced; references from one part of the plan to another stay. */
export function mapOuterReferences(plan: LogicalPlan, map: ReferenceMap): LogicalPlan {
  return mapNestedExpressions(plan, (node, nesting) => (node.kind === 'correlated' && node.depth > nesting ? map(node, nesting) : undefined));
}

/** The same for an expression of a plan, with the sub-queries in it. */
export function mapReferencesOf(expression: Expression, map: ReferenceMap): Expression {
  return mapNested(expression, (node, nesting) => (node.kind === 'correlated' && node.depth > nesting ? map(node, nesting) : undefined), 0);
}

/** Gives what stands in place of an expression inside so many more queries than the plan itself; undefined where its parts are to be looked at. */
export type NestedExpressionMap = (expression: Expression, nesting: number) => Expression | undefined;

/** The plan with expressions replaced, its own and those of sub-queries in it. */
export function mapNestedExpressions(plan: LogicalPlan, map: NestedExpressionMap, nesting = 0): LogicalPlan {
  const inputs = inputsOf(plan).map((input, side) => mapNestedExpressions(input, map, nesting + (plan.kind === 'correlate' && side === 1 ? 1 : 0)));
  return mapOwnExpressions(withInputs(plan, inputs), (expression) => mapNested(expression, map, nesting));
}

function mapNested(expression: Expression, map: NestedExpressionMap, nesting: number): Expression {
  return replaceExpression(expression, (node) => {
    const mapped = map(node, nesting);
    if (mapped !== undefined || node.kind !== 'subquery') return mapped;
    return { ...node, operands: node.operands.map((operand) => mapNested(operand, map, nesting)), plan: mapNestedExpressions(node.plan as LogicalPlan, map, nesting + 1) };
  });
}

/** Positions, ascending, of the columns of the query directly around that the plan reads. */
export function outerColumnsOf(plan: LogicalPlan): readonly number[] {
  const found = new Set<number>();
  mapOuterReferences(plan, (reference, nesting) => {
    if (reference.depth === nesting + 1) found.add(reference.index);
    return reference;
  });
  return [...found].sort((a, b) => a - b);
}

/** Whether it reads a row of any query around it. */
export function holdsOuterReference(plan: LogicalPlan): boolean {
  let isFound = false;
  mapOuterReferences(plan, (reference) => {
    isFound = true;
    return reference;
  });
  return isFound;
}

/** The node with its own expressions replaced, those of its inputs left as they are. */
function mapOwnExpressions(plan: LogicalPlan, map: (expression: Expression) => Expression): LogicalPlan {
  const keys = (sortKeys: readonly SortKey[]): readonly SortKey[] => sortKeys.map((key) => ({ ...key, expression: map(key.expression) }));
  const calls = <T extends { readonly call: AggregateExpression }>(named: readonly T[]): readonly T[] => named.map((one) => ({ ...one, call: mapAggregate(one.call, map) }));
  switch (plan.kind) {
    case 'project': return { ...plan, expressions: plan.expressions.map(map) };
    case 'filter': case 'join': return { ...plan, condition: map(plan.condition) };
    case 'correlate': return { ...plan, condition: plan.condition === undefined ? undefined : map(plan.condition) };
    case 'temporal-join': return { ...plan, time: map(plan.time), condition: map(plan.condition) };
    case 'aggregate': return { ...plan, aggregates: calls(plan.aggregates) };
    case 'over': return { ...plan, calls: calls(plan.calls), window: { ...plan.window, partitionBy: plan.window.partitionBy.map(map), orderBy: keys(plan.window.orderBy) } };
    case 'table-function': return { ...plan, arguments: plan.arguments.map(map) };
    case 'sort': return { ...plan, keys: keys(plan.keys) };
    default: return plan;
  }
}
