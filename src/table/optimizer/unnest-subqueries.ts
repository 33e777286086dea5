// Sub-queries become joins: EXISTS and IN a semi join, their negations an anti join, a scalar sub-query a left join with at most one
// row. What a sub-query says of the query around it (correlation) is pulled up into the join condition.
import { conjunctionOf, conjunctsOf, equalityOf, inputsUsed, replaceExpression, shiftInputs } from '#table/expressions/conditions';
import { someExpression } from '#table/expressions/expression-facts';
import type { Expression } from '#table/expressions/expression';
import { builtInAggregate, builtInScalar } from '#table/functions/built-in-functions';
import { joinedRowType } from '#table/logical/joined-row-type';
import { inputsOf, withInputs, type AggregateNode, type JoinNode, type JoinType, type LogicalPlan } from '#table/logical/logical-plan';
import { expandSetOperations } from '#table/optimizer/expand-set-operations';
import { failUnsupported, leftJoin, overJoin, overNothing } from '#table/optimizer/subquery-joins';
import { mapOuterReferences, outerColumnsOf } from '#table/logical/outer-references';
import { isFunctionChain } from '#table/logical/function-chain';
import { comparisonOf, comparisonOrUnknown, joinQuantified, OPPOSITE } from '#table/optimizer/quantified-subquery';
import { pullUpAggregate, pullUpCorrelation, pullUpEqualities } from '#table/optimizer/pull-up-correlation';
import { LogicalTypes, nullable } from '#table/types/logical-type';

type Subquery = Expression & { readonly kind: 'subquery' };

export function unnestSubqueries(plan: LogicalPlan): LogicalPlan {
  const node = withInputs(plan, inputsOf(plan).map(unnestSubqueries));
  switch (node.kind) {
    case 'filter': return unnestFilter(node);
    case 'project': return unnestProject(node);
    case 'correlate': return isFunctionChain(node.right) ? node : lateralJoin(node);
    case 'join': return unnestJoin(node);
    default: return node;
  }
}

const isSubquery = ({ kind }: Expression): boolean => kind === 'subquery';

/** A LATERAL query that is no table function: a join on what it says of the left side. */
function lateralJoin(node: LogicalPlan & { kind: 'correlate' }): LogicalPlan {
  // Every row of the left has its totals: LEFT and INNER are alike but for a condition on them.
  const total = node.condition === undefined || node.joinType === 'INNER' ? joinTotal(node.left, node.right) : undefined;
  if (total !== undefined) return lateralTotal(node, total);
  const { plan: right, conditions } = pullUpCorrelation(node.right, node.left);
  const width = node.left.rowType.fields.length;
  const own = node.condition === undefined ? [] : [node.condition];
  const join: LogicalPlan = {
    kind: 'join', joinType: node.joinType, left: node.left, right, condition: conjunctionOf([...conditions.map((condition) => overJoin(condition, width)), ...own]), hints: [],
    rowType: joinedRowType(node.left.rowType, right.rowType, node.joinType),
  };
  return narrowed(join, node.rowType.fields.length, node.rowType);
}

/** What an inner join asks of its rows may be asked behind it; an outer join has to know it of the rows of its sides. */
function unnestJoin(join: JoinNode): LogicalPlan {
  const parts = conjunctsOf(join.condition);
  const asked = parts.filter((part) => someExpression(part, isSubquery));
  if (asked.length === 0) return join;
  if (join.joinType !== 'INNER') return unnestOuterJoin(join);
  const plain: LogicalPlan = { ...join, condition: conjunctionOf(parts.filter((part) => !asked.includes(part))) };
  return unnestFilter({ kind: 'filter', input: plain, condition: conjunctionOf(asked), rowType: join.rowType });
}

/** Each sub-query becomes columns of the side that it speaks of. */
function unnestOuterJoin(join: JoinNode): LogicalPlan {
  const leftWidth = join.left.rowType.fields.length;
  let [left, right] = [join.left, join.right];
  const values: { readonly value: Expression; readonly isRight: boolean }[] = [];
  const condition = replaceExpression(knownOnly(join.condition), (node) => {
    if (node.kind !== 'subquery') return undefined;
    const spoken = [...node.operands.flatMap((operand) => [...inputsUsed(operand)]), ...outerColumnsOf(node.plan as LogicalPlan)];
    const isRight = spoken.some((index) => index >= leftWidth);
    if (isRight && spoken.some((index) => index < leftWidth)) return failUnsupported('a sub-query about both sides in the condition of an outer join');
    const joined = joinScalars(isRight ? right : left, [isRight ? overRight(node, leftWidth) : node]);
    if (isRight) right = joined.plan;
    else left = joined.plan;
    values.push({ value: joined.expressions[0]!, isRight });
    return { kind: 'input', index: join.rowType.fields.length + values.length - 1, type: node.type };
  });
  const width = left.rowType.fields.length;
  const place = (index: number): number => (index < leftWidth ? index : index - leftWidth + width);
  const on = replaceExpression(condition, (node) => {
    if (node.kind !== 'input') return undefined;
    const known = values[node.index - join.rowType.fields.length];
    if (known === undefined) return { ...node, index: place(node.index) };
    return known.isRight ? shiftInputs(known.value, (index) => index + width) : known.value;
  });
  const wide: LogicalPlan = { ...join, left, right, condition: on, rowType: joinedRowType(left.rowType, right.rowType, join.joinType) };
  return { kind: 'project', input: wide, expressions: join.rowType.fields.map(({ type }, index) => ({ kind: 'input', index: place(index), type })), rowType: join.rowType };
}

/** A sub-query about the right side, as one over its columns alone. */
function overRight(subquery: Subquery, leftWidth: number): Expression {
  return {
    ...subquery, operands: subquery.operands.map((operand) => shiftInputs(operand, (index) => index - leftWidth)),
    plan: mapOuterReferences(subquery.plan as LogicalPlan, (reference, nesting) => (reference.depth === nesting + 1 ? { ...reference, index: reference.index - leftWidth } : reference)),
  };
}

function unnestFilter(filter: LogicalPlan & { kind: 'filter' }): LogicalPlan {
  if (!someExpression(filter.condition, isSubquery)) return filter;
  const width = filter.input.rowType.fields.length;
  let plan = filter.input;
  const rest: Expression[] = [];
  for (const condition of conjunctsOf(filter.condition)) {
    const half = halfJoinOf(condition);
    if (half === undefined) {
      rest.push(condition);
      continue;
    }
    // What is compared may hold sub-queries itself.
    const operands = joinScalars(plan, half.subquery.operands);
    plan = halfJoin(operands.plan, { ...half.subquery, operands: operands.expressions }, half.isNegated);
  }
  const joined = joinScalars(plan, rest.map(knownOnly));
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

/** EXISTS, IN, SOME, ALL, and NOT of them, as a whole condition. */
function halfJoinOf(condition: Expression): { readonly subquery: Subquery; readonly isNegated: boolean } | undefined {
  if (condition.kind === 'logic' && condition.operator === 'NOT') {
    const inner = halfJoinOf(condition.operands[0]!);
    return inner === undefined ? undefined : { ...inner, isNegated: !inner.isNegated };
  }
  return condition.kind === 'subquery' && condition.form !== 'SCALAR' ? { subquery: condition, isNegated: false } : undefined;
}

/** x op ALL q is NOT (x opposite-of-op SOME q): so what is asked is whether some row compares, or that none does and none might. */
function halfJoin(left: LogicalPlan, subquery: Subquery, isNot: boolean): LogicalPlan {
  const isAll = subquery.form === 'ALL';
  const isNegated = isNot !== isAll;
  const operator = isAll ? OPPOSITE[subquery.operator!]! : subquery.operator ?? '=';
  const { plan: right, conditions } = pullUpCorrelation(unnested(subqueryPlan(subquery)), left);
  const width = left.rowType.fields.length;
  const on = conditions.map((condition) => overJoin(condition, width));
  if (subquery.form !== 'EXISTS') {
    subquery.operands.forEach((operand, index) => {
      const column: Expression = { kind: 'input', index: width + index, type: right.rowType.fields[index]!.type };
      on.push(isNegated ? comparisonOrUnknown(operator, operand, column) : comparisonOf(operator, operand, column));
    });
  }
  const joinType: JoinType = isNegated ? 'ANTI' : 'SEMI';
  return { kind: 'join', joinType, left, right, condition: conjunctionOf(on), hints: [], rowType: left.rowType };
}

/** What EXISTS selects does not matter. */
function subqueryPlan({ form, plan }: Subquery): LogicalPlan {
  let inner = plan as LogicalPlan;
  while (form === 'EXISTS' && inner.kind === 'project') inner = inner.input;
  return inner;
}

/** Every scalar sub-query, and EXISTS or IN inside of larger conditions, becomes columns to the right of the plan's own. */
function joinScalars(input: LogicalPlan, expressions: readonly Expression[]): { readonly plan: LogicalPlan; readonly expressions: readonly Expression[] } {
  let plan = input;
  const replaced = expressions.map((expression) => replaceExpression(expression, (node) => {
    if (node.kind !== 'subquery') return undefined;
    if (node.operands.some((operand) => someExpression(operand, isSubquery))) {
      const operands = joinScalars(plan, node.operands);
      plan = operands.plan;
      return replaceSubquery({ ...node, operands: operands.expressions });
    }
    return replaceSubquery(node);
  }));
  return { plan, expressions: replaced };

  function replaceSubquery(node: Subquery): Expression {
    const joined = node.form === 'SCALAR' ? joinScalar(plan, node) : isPlainExistence(node) ? joinExistence(plan, node) : joinQuantified(plan, { ...node, plan: unnested(node.plan as LogicalPlan) });
    plan = joined.plan;
    return joined.value;
  }
}

/** Whether a row is there tells all: with NULLs on either side the answer may also be unknown. */
function isPlainExistence({ form, operands, plan, type }: Subquery): boolean {
  if (form === 'EXISTS') return true;
  return form === 'IN' && (!type.isNullable || (operands.every((operand) => !operand.type.isNullable) && (plan as LogicalPlan).rowType.fields.every((field) => !field.type.isNullable)));
}

/** In conditions unknown counts as FALSE: below AND, OR and in branches of CASE, IN is asked for as if it were never unknown. */
function knownOnly(condition: Expression): Expression {
  if (condition.kind === 'logic' && condition.operator !== 'NOT') return { ...condition, operands: condition.operands.map(knownOnly) };
  if (condition.kind === 'subquery' && condition.form === 'IN') return { ...condition, type: { ...condition.type, isNullable: false } };
  return replaceExpression(condition, (node) => (node.kind !== 'case' ? undefined : {
    ...node, branches: node.branches.map((branch) => ({ condition: knownOnly(branch.condition), value: knownBranches(branch.value) })), otherwise: knownBranches(node.otherwise),
  }));
}

const knownBranches = (value: Expression): Expression => (value.kind === 'case' ? knownOnly(value) : value);

function lateralTotal(node: LogicalPlan & { kind: 'correlate' }, { plan, values }: JoinedTotal): LogicalPlan {
  const columns = node.left.rowType.fields.map((field, index): Expression => ({ kind: 'input', index, type: field.type }));
  const project: LogicalPlan = { kind: 'project', input: plan, expressions: [...columns, ...values], rowType: node.rowType };
  return node.condition === undefined ? project : { kind: 'filter', input: project, condition: node.condition, rowType: node.rowType };
}

interface JoinedTotal {
  readonly plan: LogicalPlan;
  /** The columns of the sub-query, over the columns of the plan. */
  readonly values: readonly Expression[];
}

/** An aggregate without GROUP BY that asks for a row around it: it has a row also where nothing meets, in which COUNT is 0. Undefined for all else. */
function joinTotal(left: LogicalPlan, right: LogicalPlan): JoinedTotal | undefined {
  const aggregate = right.kind === 'project' ? right.input : right;
  if (aggregate.kind !== 'aggregate' || aggregate.groupColumns.length > 0) return undefined;
  if (right.kind === 'project' && right.expressions.some((expression) => someExpression(expression, isSubquery))) return undefined;
  const pulledUp = pullUpAggregate(unnested(aggregate) as AggregateNode);
  if (pulledUp === undefined || pulledUp.conditions.length === 0) return undefined;
  const width = left.rowType.fields.length;
  const totals = aggregate.aggregates.map((named, index) => overNothing({ kind: 'input', index: width + index, type: named.type }, named));
  const values = right.kind === 'project' ? right.expressions.map((expression) => replaceExpression(expression, (part) => (part.kind === 'input' ? totals[part.index] : part.kind === 'correlated' ? overJoin(part, width) : undefined))) : totals;
  return { plan: leftJoin(left, pulledUp.plan, pulledUp.conditions.map((condition) => overJoin(condition, width))), values };
}

function joinScalar(left: LogicalPlan, subquery: Subquery): { readonly plan: LogicalPlan; readonly value: Expression } {
  const total = joinTotal(left, subquery.plan as LogicalPlan);
  if (total !== undefined) return { plan: total.plan, value: total.values[0]! };
  const inner = unnested(subquery.plan as LogicalPlan);
  const checked = isSingleRow(inner) ? inner : singleValue(inner);
  const { plan: single, conditions } = (checked === inner ? undefined : pullUpAggregate(checked as AggregateNode)) ?? pullUpEqualities(checked, left);
  const width = left.rowType.fields.length;
  return { plan: leftJoin(left, single, conditions.map((condition) => overJoin(condition, width))), value: { kind: 'input', index: width, type: nullable(single.rowType.fields[0]!.type) } };
}

/** Of a sub-query, which the passes over the whole plan do not enter. */
const unnested = (plan: LogicalPlan): LogicalPlan => unnestSubqueries(expandSetOperations(plan));

/** A flag: joined on distinct rows of the sub-query, it is NULL where there is none. */
function joinExistence(left: LogicalPlan, subquery: Subquery): { readonly plan: LogicalPlan; readonly value: Expression } {
  const { plan, conditions } = pullUpEqualities(unnested(subqueryPlan(subquery)), left);
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
