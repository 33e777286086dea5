// A table function under projections and filters: what the right side of LATERAL is where it runs per row.
import { AssertionError } from '#core/assert';
import { inlineProjection, replaceExpression } from '#table/expressions/conditions';
import type { Expression } from '#table/expressions/expression';
import { TableError } from '#table/errors';
import type { LogicalPlan, TableFunctionNode } from '#table/logical/logical-plan';

export interface FunctionChain {
  readonly call: TableFunctionNode;
  /** Over the function's columns (`input`) and the row it is called for (`correlated`). */
  readonly projection: readonly Expression[];
  readonly condition: readonly Expression[];
}

/** A table function under projections and filters. */
export function functionChain(plan: LogicalPlan): FunctionChain {
  switch (plan.kind) {
    case 'table-function': return { call: plan, projection: plan.rowType.fields.map((field, index) => ({ kind: 'input', index, type: field.type })), condition: [] };
    case 'project': {
      const inner = functionChain(plan.input);
      return { ...inner, projection: plan.expressions.map((expression) => inlineProjection(expression, inner.projection)) };
    }
    case 'filter': {
      const inner = functionChain(plan.input);
      return { ...inner, condition: [...inner.condition, inlineProjection(plan.condition, inner.projection)] };
    }
    default: throw new TableError('TABLE_NOT_SUPPORTED', `LATERAL over ${plan.kind} is not supported: write it as a join`);
  }
}

export function isFunctionChain(plan: LogicalPlan): boolean {
  return plan.kind === 'table-function' || ((plan.kind === 'project' || plan.kind === 'filter') && isFunctionChain(plan.input));
}

export type CorrelatedExpression = Expression & { readonly kind: 'correlated' };

/** The chain with every reference to the row it is called for replaced. Throws where the plan is no chain. */
export function mapFunctionChain(plan: LogicalPlan, map: (reference: CorrelatedExpression) => CorrelatedExpression): LogicalPlan {
  const mapped = (expression: Expression): Expression => replaceExpression(expression, (node) => (node.kind === 'correlated' ? map(node) : undefined));
  switch (plan.kind) {
    case 'table-function': return { ...plan, arguments: plan.arguments.map(mapped) };
    case 'project': return { ...plan, input: mapFunctionChain(plan.input, map), expressions: plan.expressions.map(mapped) };
    case 'filter': return { ...plan, input: mapFunctionChain(plan.input, map), condition: mapped(plan.condition) };
    default: throw new AssertionError(`${plan.kind} is no part of a table function's chain`);
  }
}
