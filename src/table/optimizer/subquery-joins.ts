// Pieces of the joins that sub-queries become.
import { conjunctionOf, replaceExpression, trueLiteral } from '#table/expressions/conditions';
import type { Expression } from '#table/expressions/expression';
import { TableError } from '#table/errors';
import { joinedRowType } from '#table/logical/joined-row-type';
import type { LogicalPlan } from '#table/logical/logical-plan';
import type { Correlated } from '#table/optimizer/pull-up-correlation';

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

export function failUnsupported(what: string): never {
  throw new TableError('TABLE_NOT_SUPPORTED', `${what} is not supported: write it as a join`);
}
