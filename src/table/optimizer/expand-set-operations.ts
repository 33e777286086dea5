// UNION, INTERSECT and EXCEPT in terms of joins and aggregates, NULLs being equal to each other: UNION is the distinct rows of UNION ALL,
// INTERSECT the distinct rows that have a partner, EXCEPT those that have none. Of the ALL forms each row comes as often as its counts say.
import { conjunctionOf } from '#table/expressions/conditions';
import type { Expression } from '#table/expressions/expression';
import { builtInAggregate, builtInScalar } from '#table/functions/built-in-functions';
import { inputsOf, withInputs, type LogicalPlan, type SetOperationNode } from '#table/logical/logical-plan';
import { replicateRows } from '#table/functions/planner-table-functions';
import { LogicalTypes, notNull, nullable, type RowType } from '#table/types/logical-type';

export function expandSetOperations(plan: LogicalPlan): LogicalPlan {
  const node = withInputs(plan, inputsOf(plan).map(expandSetOperations));
  if (node.kind !== 'set-operation') return node;
  if (node.operator === 'UNION') return node.isAll ? node : distinct({ ...node, isAll: true });
  return node.isAll ? byCounts(node) : byPartner(node);
}

function distinct(plan: LogicalPlan): LogicalPlan {
  const groupColumns = plan.rowType.fields.map((_, index) => index);
  return { kind: 'aggregate', input: plan, groupColumns, groupingSets: [groupColumns], aggregates: [], groupingCalls: [], hints: [], rowType: plan.rowType };
}

function byPartner(node: SetOperationNode): LogicalPlan {
  const [left, right] = [node.inputs[0]!, node.inputs[1]!];
  const width = left.rowType.fields.length;
  const equalities = left.rowType.fields.map((field, index): Expression => ({
    kind: 'call', function: builtInScalar('IS NOT DISTINCT FROM'), type: notNull(LogicalTypes.BOOLEAN),
    arguments: [{ kind: 'input', index, type: field.type }, { kind: 'input', index: width + index, type: right.rowType.fields[index]!.type }],
  }));
  const joined: LogicalPlan = { kind: 'join', joinType: node.operator === 'INTERSECT' ? 'SEMI' : 'ANTI', left, right, condition: conjunctionOf(equalities), hints: [], rowType: left.rowType };
  return distinct({ ...joined, rowType: node.rowType });
}

const BIGINT = notNull(LogicalTypes.BIGINT);

/** Rows of both sides with a count for each side; grouped, the counts say how often a row is in the result. */
function byCounts(node: SetOperationNode): LogicalPlan {
  const { fields } = node.rowType;
  const counted: RowType = { ...node.rowType, fields: [...fields, { name: '$left', type: BIGINT }, { name: '$right', type: BIGINT }] };
  const literal = (value: number): Expression => ({ kind: 'literal', value, type: BIGINT });
  const inputs = node.inputs.map((input, side): LogicalPlan => ({
    kind: 'project', input, rowType: counted, expressions: [...fields.map((field, index): Expression => ({ kind: 'input', index, type: field.type })), literal(side === 0 ? 1 : 0), literal(side === 0 ? 0 : 1)],
  }));
  const union: LogicalPlan = { kind: 'set-operation', operator: 'UNION', isAll: true, inputs, rowType: counted };
  const groupColumns = fields.map((_, index) => index);
  const sum = (index: number, name: string) => ({ name, type: BIGINT, call: { function: builtInAggregate('SUM'), arguments: [{ kind: 'input', index, type: BIGINT } as Expression], isDistinct: false, filter: undefined, orderBy: [] } });
  const grouped: LogicalPlan = { kind: 'aggregate', input: union, groupColumns, groupingSets: [groupColumns], aggregates: [sum(fields.length, '$left'), sum(fields.length + 1, '$right')], groupingCalls: [], hints: [], rowType: counted };
  const [left, right] = [fields.length, fields.length + 1].map((index): Expression => ({ kind: 'input', index, type: BIGINT })) as [Expression, Expression];
  const call = (name: string, a: Expression, b: Expression, type: Expression['type']): Expression => ({ kind: 'call', function: builtInScalar(name), arguments: [a, b], type });
  const count = node.operator === 'EXCEPT' ? call('-', left, right, BIGINT)
    : { kind: 'case', branches: [{ condition: call('<', left, right, notNull(LogicalTypes.BOOLEAN)), value: left }], otherwise: right, type: BIGINT } as Expression;
  const correlated = (expression: Expression): Expression => (expression.kind === 'input' ? { kind: 'correlated', depth: 1, index: expression.index, type: expression.type } : expression.kind === 'call' ? { ...expression, arguments: expression.arguments.map(correlated) } : expression.kind === 'case' ? { ...expression, branches: expression.branches.map(({ condition, value }) => ({ condition: correlated(condition), value: correlated(value) })), otherwise: correlated(expression.otherwise) } : expression);
  const marker: RowType = { kind: 'ROW', isNullable: false, fields: [{ name: '$copy', type: nullable(LogicalTypes.BIGINT) }] };
  const copies: LogicalPlan = { kind: 'table-function', function: replicateRows, arguments: [correlated(count)], rowType: marker };
  const repeated: LogicalPlan = { kind: 'correlate', joinType: 'INNER', left: grouped, right: copies, condition: undefined, rowType: { ...counted, fields: [...counted.fields, ...marker.fields] } };
  return { kind: 'project', input: repeated, rowType: node.rowType, expressions: fields.map((field, index) => ({ kind: 'input', index, type: field.type })) };
}
