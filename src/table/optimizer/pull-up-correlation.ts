// Takes the conditions that refer to the query around out of a sub-query, so that they can become a join condition. Columns that they
// need and the sub-query drops are carried along behind its own.
import { conjunctionOf, conjunctsOf, inputsUsed, isTrueLiteral, shiftInputs } from '#table/expressions/conditions';
import { someExpression } from '#table/expressions/expression-facts';
import type { Expression, OverWindow } from '#table/expressions/expression';
import { TableError } from '#table/errors';
import { builtInAggregate, builtInScalar } from '#table/functions/built-in-functions';
import { joinedRowType } from '#table/logical/joined-row-type';
import { inputsOf, type AggregateNode, type LogicalPlan, type NamedAggregate, type ProjectNode, type SortNode } from '#table/logical/logical-plan';
import { LogicalTypes, notNull } from '#table/types/logical-type';

/** Over the columns of the sub-query (`input`) and of the query around it (`correlated` of depth 1). */
export type Correlated = Expression;

export interface PulledUp {
  /** Its own columns first, then those carried along. */
  readonly plan: LogicalPlan;
  readonly conditions: readonly Correlated[];
}

const isCorrelated = (expression: Expression): boolean => someExpression(expression, ({ kind }) => kind === 'correlated');

export function pullUpCorrelation(plan: LogicalPlan): PulledUp {
  if (!holdsCorrelation(plan)) return { plan, conditions: [] };
  switch (plan.kind) {
    case 'filter': {
      const inner = pullUpCorrelation(plan.input);
      const parts = conjunctsOf(plan.condition);
      const condition = conjunctionOf(parts.filter((part) => !isCorrelated(part)));
      const kept: LogicalPlan = isTrueLiteral(condition) ? inner.plan : { kind: 'filter', input: inner.plan, condition, rowType: inner.plan.rowType };
      return { plan: kept, conditions: [...inner.conditions, ...parts.filter(isCorrelated)] };
    }
    case 'project': return pullUpProject(plan);
    case 'aggregate': return pullUpAggregate(plan);
    case 'sort': return plan.limit === undefined && plan.offset === 0 ? pullUpCorrelation(plan.input) : pullUpTopN(plan);
    case 'join': {
      if (plan.joinType !== 'INNER') break;
      const [left, right] = [pullUpCorrelation(plan.left), pullUpCorrelation(plan.right)];
      const isWidened = left.plan.rowType.fields.length !== plan.left.rowType.fields.length;
      if (isWidened) break;
      const width = plan.left.rowType.fields.length;
      const own = conjunctsOf(plan.condition);
      return {
        plan: { ...plan, left: left.plan, right: right.plan, condition: conjunctionOf(own.filter((part) => !isCorrelated(part))), rowType: joinedRowType(left.plan.rowType, right.plan.rowType, 'INNER') },
        conditions: [...left.conditions, ...right.conditions.map((condition) => shiftInputs(condition, (index) => index + width)), ...own.filter(isCorrelated)],
      };
    }
    default: break;
  }
  throw new TableError('TABLE_NOT_SUPPORTED', `a correlated sub-query with ${plan.kind} above the reference to the query around it is not supported: write it as a join`);
}

function pullUpProject(project: ProjectNode): PulledUp {
  const inner = pullUpCorrelation(project.input);
  if (project.expressions.some(isCorrelated)) throw new TableError('TABLE_NOT_SUPPORTED', 'a sub-query that selects a column of the query around it is not supported: write it as a join');
  const needed = [...new Set(inner.conditions.flatMap((condition) => [...inputsUsed(condition)]))];
  const { fields } = inner.plan.rowType;
  const expressions = [...project.expressions, ...needed.map((index): Expression => ({ kind: 'input', index, type: fields[index]!.type }))];
  const rowType = { ...project.rowType, fields: [...project.rowType.fields, ...needed.map((index) => ({ name: `$cor${index}`, type: fields[index]!.type }))] };
  const width = project.expressions.length;
  return { plan: { ...project, input: inner.plan, expressions, rowType }, conditions: inner.conditions.map((condition) => shiftInputs(condition, (index) => width + needed.indexOf(index))) };
}

/** An aggregate per row of the query around is one per value of the columns that are compared with it. */
function pullUpAggregate(aggregate: AggregateNode): PulledUp {
  const inner = pullUpCorrelation(aggregate.input);
  if (!inner.conditions.every(isCorrelatedEquality) || aggregate.groupingSets.length !== 1) throw new TableError('TABLE_NOT_SUPPORTED', 'an aggregate over a correlated sub-query is supported for equality with the query around it only');
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
function pullUpTopN({ input, keys, offset, limit }: SortNode): PulledUp {
  const { plan, conditions } = pullUpCorrelation(input);
  const partitionBy = conditions.map(comparedOf);
  if (!conditions.every(isCorrelatedEquality) || keys.length === 0) throw new TableError('TABLE_NOT_SUPPORTED', 'LIMIT of a correlated sub-query is supported with ORDER BY, and for equality with the query around it only');
  const { rowType } = plan;
  const rank: NamedAggregate = { name: '$rank', call: { function: builtInAggregate('ROW_NUMBER'), arguments: [], isDistinct: false, filter: undefined, orderBy: [] }, type: notNull(LogicalTypes.BIGINT) };
  const window: OverWindow = { partitionBy, orderBy: keys, unit: 'ROWS', lower: { kind: 'UNBOUNDED_PRECEDING' }, upper: { kind: 'CURRENT_ROW' } };
  const ranked: LogicalPlan = { kind: 'over', input: plan, window, calls: [rank], rowType: { ...rowType, fields: [...rowType.fields, { name: rank.name, type: rank.type }] } };
  const bound = (operator: '<=' | '>', value: number): Expression => ({ kind: 'call', function: builtInScalar(operator), arguments: [{ kind: 'input', index: rowType.fields.length, type: rank.type }, { kind: 'literal', value, type: rank.type }], type: notNull(LogicalTypes.BOOLEAN) });
  const condition = conjunctionOf([...(limit === undefined ? [] : [bound('<=', offset + limit)]), ...(offset === 0 ? [] : [bound('>', offset)])]);
  const chosen: LogicalPlan = { kind: 'filter', input: ranked, condition, rowType: ranked.rowType };
  return { plan: { kind: 'project', input: chosen, expressions: rowType.fields.map(({ type }, index) => ({ kind: 'input', index, type })), rowType }, conditions };
}

/** The side of the sub-query. */
function comparedOf(equality: Expression): Expression {
  return equality.kind === 'call' ? equality.arguments.find((part) => !isCorrelated(part)) ?? equality : equality;
}

/** An equality of a column of the query around with something of the sub-query. */
export function isCorrelatedEquality(condition: Expression): boolean {
  return condition.kind === 'call' && condition.function.name === '=' && condition.arguments.some((part) => part.kind === 'correlated') && condition.arguments.some((part) => !isCorrelated(part));
}

function holdsCorrelation(plan: LogicalPlan): boolean {
  const own = plan.kind === 'filter' || plan.kind === 'join' ? [plan.condition] : plan.kind === 'project' ? plan.expressions : plan.kind === 'table-function' ? plan.arguments : [];
  // The right side of a correlate refers to its left as to a query around it: that is settled inside.
  if (plan.kind === 'correlate') return holdsCorrelation(plan.left);
  return own.some(isCorrelated) || inputsOf(plan).some(holdsCorrelation);
}
