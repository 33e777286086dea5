// Pieces of the joins that sub-queries become.
import { conjunctionOf, replaceExpression, trueLiteral } from '#table/expressions/conditions';
import type { Expression } from '#table/expressions/expression';
import { TableError } from '#table/errors';
import { builtInScalar } from '#table/functions/built-in-functions';
import { joinedRowType } from '#table/logical/joined-row-type';
import type { LogicalPlan, NamedAggregate } from '#table/logical/logical-plan';
import { LogicalTypes, notNull, nullable } from '#table/types/logical-type';

/** Over the columns of the sub-query (`input`) and of the query around it (`correlated` of depth 1). */
export type Correlated = Expression;

export interface PulledUp {
  /** Its own columns first, then those carried along. */
  readonly plan: LogicalPlan;
  readonly conditions: readonly Correlated[];
}

/** Columns of the query around are those of the left side, columns of the sub-query those of the right. */
export function overJoin(condition: Correlated, leftWidth: number): Expression {
  return replaceExpression(condition, (node) => {
    if (node.kind === 'correlated') return node.depth === 1 ? { kind: 'input', index: node.index, type: node.type } : { ...node, depth: node.depth - 1 };
    return node.kind === 'input' ? { ...node, index: node.index + leftWidth } : undefined;
  });
}

export function leftJoin(left: LogicalPlan, right: LogicalPlan, conditions: readonly Expression[]): LogicalPlan {
  return { kind: 'join', joinType: 'LEFT', left, right, condition: conditions.length === 0 ? trueLiteral : conjunctionOf(conditions), hints: [], rowType: joinedRowType(left.rowType, right.rowType, 'LEFT') };
}

/** An aggregate of a left join's right side, which over no row at all is NULL, and 0 for COUNT. */
export function overNothing(joined: Expression, aggregate: NamedAggregate | undefined): Expression {
  const total: Expression = { ...joined, type: nullable(joined.type) };
  if (aggregate?.call.function.name !== 'COUNT') return total;
  const isNothing: Expression = { kind: 'call', function: builtInScalar('IS NULL'), arguments: [total], type: notNull(LogicalTypes.BOOLEAN) };
  return { kind: 'case', branches: [{ condition: isNothing, value: { kind: 'literal', value: 0, type: aggregate.type } }], otherwise: total, type: aggregate.type };
}

export function failUnsupported(what: string): never {
  throw new TableError('TABLE_NOT_SUPPORTED', `${what} is not supported: write it as a join`);
}
