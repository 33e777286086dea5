// Sub-queries become joins: EXISTS and IN a semi join, their negations an anti join, a scalar sub-query a left join with at most one
// row. What a sub-query says of the query around it (correlation) is pulled up into the join condition.
import { conjunctionOf, conjunctsOf, equalityOf, inputsUsed, replaceExpression, shiftInputs, someExpression, trueLiteral } from '#table/expressions/conditions';
import type { Expression } from '#table/expressions/expression';
import { TableError } from '#table/errors';
import { builtInAggregate, builtInScalar } from '#table/functions/built-in-functions';
import { joinedRowType } from '#table/logical/joined-row-type';
import { inputsOf, withInputs, type JoinType, type LogicalPlan } from '#table/logical/logical-plan';
import { isFunctionChain } from '#table/logical/function-chain';
import { pullUpCorrelation, type Correlated } from '#table/optimizer/pull-up-correlation';
import { LogicalTypes, nullable } from '#table/types/logical-type';

type Subquery = Expression & { readonly kind: 'subquery' };

export function unnestSubqueries(plan: LogicalPlan): LogicalPlan {
  const node = withInputs(plan, inputsOf(plan).map(unnestSubqueries));
  switch (node.kind) {
    case 'filter': return unnestFilter(node);
    case 'project': return unnestProject(node);
    case 'correlate': return isFunctionChain(node.right) ? node : lateralJoin(node);
    case 'join': return someExpression(node.condition, isSubquery) ? failUnsupported('a sub-query in a join condition') : node;
    default: return node;
  }
}

const isSubquery = ({ kind }: Expression): boolean => kind === 'subquery';

/** A LATERAL query that is no table function: a join on what it says of the left side. */
function lateralJoin(node: LogicalPlan & { kind: 'correlate' }): LogicalPlan {
  const { plan: right, conditions } = pullUpCorrelation(node.right);
  const width = node.left.rowType.fields.length;
  const own = node.condition === undefined ? [] : [node.condition];
  const join: LogicalPlan = {
    kind: 'join', joinType: node.joinType, left: node.left, right, condition: conjunctionOf([...conditions.map((condition) => overJoin(condition, width)), ...own]), hints: [],
    rowType: joinedRowType(node.left.rowType, right.rowType, node.joinType),
  };
  return narrowed(join, node.rowType.fields.length, node.rowType);
}

function unnestFilter(filter: LogicalPlan & { kind: 'filter' }): LogicalPlan {
  if (!someExpression(filter.condition, isSubquery)) return filter;
  const width = filter.input.rowType.fields.length;
  let plan = filter.input;
  const rest: Expression[] = [];
  for (const condition of conjunctsOf(filter.condition)) {
    const half = halfJoinOf(condition);
    if (half !== undefined) plan = halfJoin(plan, half.subquery, half.isNegated);
    else rest.push(condition);
  }
  const joined = joinScalars(plan, rest);
  const filtered: LogicalPlan = { kind: 'filter', input: joined.plan, condition: conjunctionOf(joined.expressions), rowType: joined.plan.rowType };
  return narrowed(filtered, width, filter.rowType);
}

function unnestProject(project: LogicalPlan & { kind: 'project' }): LogicalPlan {
  if (!project.expressions.some((expression) => someExpression(expression, isSubquery))) return project;
  const joined = joinScalars(project.input, project.expressions);
  return { ...project, input: joined.plan, expressions: joined.expressions };
}

function narrowed(plan: LogicalPlan, width: number, rowType: LogicalPlan['rowType']): LogicalPlan {
  if (plan.rowType.fields.length === width) return plan;
  return { kind: 'project', input: plan, expressions: rowType.fields.map((field, index) => ({ kind: 'input', index, type: field.type })), rowType };
}

/** EXISTS, IN, and NOT of them, as a whole condition. */
function halfJoinOf(condition: Expression): { readonly subquery: Subquery; readonly isNegated: boolean } | undefined {
  if (condition.kind === 'logic' && condition.operator === 'NOT') {
    const inner = halfJoinOf(condition.operands[0]!);
    return inner === undefined ? undefined : { ...inner, isNegated: !inner.isNegated };
  }
  const isHalf = condition.kind === 'subquery' && (condition.form === 'EXISTS' || condition.form === 'IN' || (condition.form === 'SOME' && condition.operator === '=') || (condition.form === 'ALL' && condition.operator === '<>'));
  return isHalf ? { subquery: condition, isNegated: condition.form === 'ALL' } : undefined;
}

function halfJoin(left: LogicalPlan, subquery: Subquery, isNegated: boolean): LogicalPlan {
  const inner = subquery.plan as LogicalPlan;
  const { plan: right, conditions } = pullUpCorrelation(unnestSubqueries(inner));
  const width = left.rowType.fields.length;
  const on = conditions.map((condition) => overJoin(condition, width));
  if (subquery.form !== 'EXISTS') {
    subquery.operands.forEach((operand, index) => {
      const column: Expression = { kind: 'input', index: width + index, type: right.rowType.fields[index]!.type };
      on.push(isNegated ? equalOrUnknown(operand, column) : equalityOf(operand, column));
    });
  }
  const joinType: JoinType = isNegated ? 'ANTI' : 'SEMI';
  return { kind: 'join', joinType, left, right, condition: conjunctionOf(on), hints: [], rowType: left.rowType };
}

/** NOT IN is not TRUE where a side is NULL. */
function equalOrUnknown(left: Expression, right: Expression): Expression {
  const equality = equalityOf(left, right);
  const unknown = [left, right].filter(({ type }) => type.isNullable).map((operand): Expression => ({ kind: 'call', function: builtInScalar('IS NULL'), arguments: [operand], type: { ...LogicalTypes.BOOLEAN, isNullable: false } }));
  return unknown.length === 0 ? equality : { kind: 'logic', operator: 'OR', operands: [equality, ...unknown], type: LogicalTypes.BOOLEAN };
}

/** Columns of the query around are those of the left side, columns of the sub-query those of the right. */
function overJoin(condition: Correlated, leftWidth: number): Expression {
  return replaceExpression(condition, (node) => {
    if (node.kind === 'correlated') return node.depth === 1 ? { kind: 'input', index: node.index, type: node.type } : { ...node, depth: node.depth - 1 };
    return node.kind === 'input' ? { ...node, index: node.index + leftWidth } : undefined;
  });
}

/** Every scalar sub-query, and EXISTS or IN inside of larger conditions, becomes columns to the right of the plan's own. */
function joinScalars(input: LogicalPlan, expressions: readonly Expression[]): { readonly plan: LogicalPlan; readonly expressions: readonly Expression[] } {
  let plan = input;
  const replaced = expressions.map((expression) => replaceExpression(expression, (node) => {
    if (node.kind !== 'subquery') return undefined;
    if (node.form !== 'SCALAR' && node.form !== 'EXISTS' && node.form !== 'IN') return failUnsupported(`${node.operator ?? ''} ${node.form} over a sub-query`);
    const joined = node.form === 'SCALAR' ? joinScalar(plan, node) : joinExistence(plan, node);
    plan = joined.plan;
    return joined.value;
  }));
  return { plan, expressions: replaced };
}

function joinScalar(left: LogicalPlan, subquery: Subquery): { readonly plan: LogicalPlan; readonly value: Expression } {
  const inner = unnestSubqueries(subquery.plan as LogicalPlan);
  const { plan, conditions } = pullUpCorrelation(inner);
  const single = conditions.length === 0 && !isSingleRow(plan) ? singleValue(plan) : plan;
  const width = left.rowType.fields.length;
  const value: Expression = { kind: 'input', index: width, type: nullable(single.rowType.fields[0]!.type) };
  const node = leftJoin(left, single, conditions.map((condition) => overJoin(condition, width)));
  // COUNT of nothing is 0, where the left join has no row at all.
  const isCount = inner.kind === 'project' && inner.input.kind === 'aggregate' && conditions.length > 0 && isCountOf(inner);
  if (!isCount) return { plan: node, value };
  return { plan: node, value: { kind: 'case', branches: [{ condition: { kind: 'call', function: builtInScalar('IS NULL'), arguments: [value], type: { ...LogicalTypes.BOOLEAN, isNullable: false } }, value: { kind: 'literal', value: 0, type: subquery.type } }], otherwise: value, type: subquery.type } };
}

function isCountOf(project: LogicalPlan & { kind: 'project' }): boolean {
  const [column] = project.expressions;
  const { input } = project;
  if (column?.kind !== 'input' || input.kind !== 'aggregate') return false;
  return input.aggregates[column.index - input.groupColumns.length]?.call.function.name === 'COUNT';
}

/** A flag: joined on distinct rows of the sub-query, it is NULL where there is none. */
function joinExistence(left: LogicalPlan, subquery: Subquery): { readonly plan: LogicalPlan; readonly value: Expression } {
  if (subquery.form === 'IN' && subquery.operands.some(({ type }) => type.isNullable)) failUnsupported('IN over a sub-query with a left side that may be NULL, inside of OR or a SELECT list');
  const { plan, conditions } = pullUpCorrelation(unnestSubqueries(subquery.plan as LogicalPlan));
  const width = left.rowType.fields.length;
  const operands = subquery.form === 'IN' ? subquery.operands.map((operand, index) => equalityOf(operand, { kind: 'input', index: width + index, type: plan.rowType.fields[index]!.type })) : [];
  const used = new Set([...operands.keys(), ...conditions.flatMap((condition) => [...inputsUsed(condition)])]);
  const columns = used.size === 0 ? [] : [...used].sort((a, b) => a - b);
  const distinct = distinctOf(plan, columns);
  const place = (expression: Expression): Expression => shiftInputs(expression, (index) => (index < width ? index : width + columns.indexOf(index - width)));
  const node = leftJoin(left, distinct, [...conditions.map((condition) => overJoin(condition, width)), ...operands].map(place));
  const flag: Expression = { kind: 'input', index: width + columns.length, type: LogicalTypes.BOOLEAN };
  return { plan: node, value: { kind: 'call', function: builtInScalar('IS NOT NULL'), arguments: [flag], type: { ...LogicalTypes.BOOLEAN, isNullable: false } } };
}

/** The distinct rows of some columns, and a column that is TRUE. */
function distinctOf(plan: LogicalPlan, columns: readonly number[]): LogicalPlan {
  const fields = columns.map((column) => plan.rowType.fields[column]!);
  const flag: Expression = { kind: 'literal', value: true, type: { ...LogicalTypes.BOOLEAN, isNullable: false } };
  const expressions: Expression[] = [...columns.map((index): Expression => ({ kind: 'input', index, type: plan.rowType.fields[index]!.type })), flag];
  const rowType = { ...plan.rowType, fields: [...fields, { name: '$exists', type: flag.type }] };
  const projected: LogicalPlan = { kind: 'project', input: plan, expressions, rowType };
  const groupColumns = rowType.fields.map((_, index) => index);
  return { kind: 'aggregate', input: projected, groupColumns, groupingSets: [groupColumns], aggregates: [], groupingCalls: [], hints: [], rowType };
}

function leftJoin(left: LogicalPlan, right: LogicalPlan, conditions: readonly Expression[]): LogicalPlan {
  return { kind: 'join', joinType: 'LEFT', left, right, condition: conditions.length === 0 ? trueLiteral : conjunctionOf(conditions), hints: [], rowType: joinedRowType(left.rowType, right.rowType, 'LEFT') };
}

function isSingleRow(plan: LogicalPlan): boolean {
  if (plan.kind === 'project' || plan.kind === 'filter') return isSingleRow(plan.input);
  if (plan.kind === 'aggregate') return plan.groupColumns.length === 0;
  if (plan.kind === 'values') return plan.rows.length <= 1;
  return plan.kind === 'sort' && plan.limit === 1;
}

/** Fails at run time where the query has more than one row. */
function singleValue(plan: LogicalPlan): LogicalPlan {
  const { type } = plan.rowType.fields[0]!;
  const call = { function: builtInAggregate('SINGLE_VALUE'), arguments: [{ kind: 'input', index: 0, type } as Expression], isDistinct: false, filter: undefined, orderBy: [] };
  const rowType = { ...plan.rowType, fields: [{ name: plan.rowType.fields[0]!.name, type: nullable(type) }] };
  return { kind: 'aggregate', input: plan, groupColumns: [], groupingSets: [[]], aggregates: [{ name: 'EXPR$0', call, type: nullable(type) }], groupingCalls: [], hints: [], rowType };
}

function failUnsupported(what: string): never {
  throw new TableError('TABLE_NOT_SUPPORTED', `${what} is not supported: write it as a join`);
}
