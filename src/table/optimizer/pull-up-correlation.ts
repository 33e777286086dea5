// Takes the conditions that refer to the query around out of a sub-query, so that they can become a join condition. Columns that they
// need and the sub-query drops are carried along behind its own.
import { conjunctionOf, conjunctsOf, inputsUsed, isTrueLiteral, shiftInputs } from '#table/expressions/conditions';
import { someExpression } from '#table/expressions/expression-facts';
import type { Expression } from '#table/expressions/expression';
import { joinedRowType } from '#table/logical/joined-row-type';
import type { AggregateNode, JoinNode, LogicalPlan, ProjectNode, SortNode } from '#table/logical/logical-plan';
import { holdsOuterReference } from '#table/logical/outer-references';
import { decorrelate } from '#table/optimizer/decorrelate';
import type { PulledUp } from '#table/optimizer/subquery-joins';
import { topNPerGroup } from '#table/optimizer/top-n-per-group';

const isCorrelated = (expression: Expression): boolean => someExpression(expression, ({ kind }) => kind === 'correlated');

/** @param plan whose own sub-queries are joins already. @param left the query around it. */
export function pullUpCorrelation(plan: LogicalPlan, left: LogicalPlan): PulledUp {
  return tryPullUp(plan) ?? decorrelate(plan, left);
}

/** The same with equalities of columns alone, so that the rows for one row of the query around are those of one key. */
export function pullUpEqualities(plan: LogicalPlan, left: LogicalPlan): PulledUp {
  const pulledUp = tryPullUp(plan);
  return pulledUp?.conditions.every(isCorrelatedEquality) === true ? pulledUp : decorrelate(plan, left);
}

/** Undefined where more than conditions refers to the query around, or something above them would mean something else. */
function tryPullUp(plan: LogicalPlan): PulledUp | undefined {
  if (!holdsOuterReference(plan)) return { plan, conditions: [] };
  switch (plan.kind) {
    case 'filter': {
      const inner = tryPullUp(plan.input);
      if (inner === undefined) return undefined;
      const parts = conjunctsOf(plan.condition);
      const condition = conjunctionOf(parts.filter((part) => !isCorrelated(part)));
      const kept: LogicalPlan = isTrueLiteral(condition) ? inner.plan : { kind: 'filter', input: inner.plan, condition, rowType: inner.plan.rowType };
      return { plan: kept, conditions: [...inner.conditions, ...parts.filter(isCorrelated)] };
    }
    case 'project': return pullUpProject(plan);
    // Without GROUP BY it has a row also where none meets the conditions.
    case 'aggregate': return plan.groupColumns.length === 0 ? undefined : pullUpAggregate(plan);
    case 'sort': return plan.limit === undefined && plan.offset === 0 ? tryPullUp(plan.input) : pullUpTopN(plan);
    case 'join': return plan.joinType === 'INNER' ? pullUpInnerJoin(plan) : undefined;
    default: return undefined;
  }
}

function pullUpInnerJoin(plan: JoinNode): PulledUp | undefined {
  const [left, right] = [tryPullUp(plan.left), tryPullUp(plan.right)];
  const width = plan.left.rowType.fields.length;
  if (left === undefined || right === undefined || left.plan.rowType.fields.length !== width) return undefined;
  const own = conjunctsOf(plan.condition);
  return {
    plan: { ...plan, left: left.plan, right: right.plan, condition: conjunctionOf(own.filter((part) => !isCorrelated(part))), rowType: joinedRowType(left.plan.rowType, right.plan.rowType, 'INNER') },
    conditions: [...left.conditions, ...right.conditions.map((condition) => shiftInputs(condition, (index) => index + width)), ...own.filter(isCorrelated)],
  };
}

function pullUpProject(project: ProjectNode): PulledUp | undefined {
  const inner = tryPullUp(project.input);
  if (inner === undefined || project.expressions.some(isCorrelated)) return undefined;
  const needed = [...new Set(inner.conditions.flatMap((condition) => [...inputsUsed(condition)]))];
  const { fields } = inner.plan.rowType;
  const expressions = [...project.expressions, ...needed.map((index): Expression => ({ kind: 'input', index, type: fields[index]!.type }))];
  const rowType = { ...project.rowType, fields: [...project.rowType.fields, ...needed.map((index) => ({ name: `$cor${index}`, type: fields[index]!.type }))] };
  const width = project.expressions.length;
  return { plan: { ...project, input: inner.plan, expressions, rowType }, conditions: inner.conditions.map((condition) => shiftInputs(condition, (index) => width + needed.indexOf(index))) };
}

/** An aggregate per row of the query around is one per value of the columns that are compared with it. Without GROUP BY it has no row for values that no row has. */
export function pullUpAggregate(aggregate: AggregateNode): PulledUp | undefined {
  const inner = tryPullUp(aggregate.input);
  if (inner?.conditions.every(isCorrelatedEquality) !== true || aggregate.groupingSets.length !== 1) return undefined;
  const needed = [...new Set(inner.conditions.flatMap((condition) => [...inputsUsed(condition)]))];
  const { fields } = inner.plan.rowType;
  const groupColumns = [...aggregate.groupColumns, ...needed];
  const own = aggregate.groupColumns.length;
  const all = [...aggregate.rowType.fields.slice(0, own), ...needed.map((index) => ({ name: `$cor${index}`, type: fields[index]!.type })), ...aggregate.rowType.fields.slice(own)];
  const node: LogicalPlan = { ...aggregate, input: inner.plan, groupColumns, groupingSets: [groupColumns.map((_, index) => index)], rowType: { ...aggregate.rowType, fields: all } };
  const order = [...all.keys()].filter((index) => index < own || index >= own + needed.length).concat(needed.map((_, index) => own + index));
  const project: LogicalPlan = { kind: 'project', input: node, expressions: order.map((index) => ({ kind: 'input', index, type: all[index]!.type })), rowType: { ...node.rowType, fields: order.map((index) => all[index]!) } };
  const width = aggregate.rowType.fields.length;
  return { plan: project, conditions: inner.conditions.map((condition) => shiftInputs(condition, (index) => width + needed.indexOf(index))) };
}

/** The first rows per row of the query around are those per value of what is compared with it: a top-N. */
function pullUpTopN({ input, keys, offset, limit }: SortNode): PulledUp | undefined {
  const inner = tryPullUp(input);
  if (inner?.conditions.every(isCorrelatedEquality) !== true || keys.length === 0) return undefined;
  return { plan: topNPerGroup(inner.plan, inner.conditions.map(comparedOf), keys, { offset, limit }), conditions: inner.conditions };
}

/** The side of the sub-query. */
function comparedOf(equality: Expression): Expression {
  return equality.kind === 'call' ? equality.arguments.find((part) => !isCorrelated(part)) ?? equality : equality;
}

/** An equality of a column of the sub-query with something of the query around it. */
function isCorrelatedEquality(condition: Expression): boolean {
  if (condition.kind !== 'call' || (condition.function.name !== '=' && condition.function.name !== 'IS NOT DISTINCT FROM')) return false;
  return condition.arguments.some(({ kind }) => kind === 'input') && condition.arguments.some((part) => isCorrelated(part) && inputsUsed(part).size === 0);
}
