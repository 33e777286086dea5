// IN, SOME and ALL over a sub-query as a value: TRUE, FALSE, or unknown where a NULL might have been the one. Joined is what the
// sub-query has in all (its rows, those that are not NULL, the least and the greatest), which answers every comparison but equality;
// for that the distinct values are joined too.
import { equalityOf, inputsUsed, isNotNull, shiftInputs } from '#table/expressions/conditions';
import type { AggregateExpression, Expression } from '#table/expressions/expression';
import { builtInAggregate, builtInScalar } from '#table/functions/built-in-functions';
import type { LogicalPlan, NamedAggregate } from '#table/logical/logical-plan';
import { pullUpEqualities } from '#table/optimizer/pull-up-correlation';
import { failUnsupported, leftJoin, overJoin } from '#table/optimizer/subquery-joins';
import { LogicalTypes, notNull, nullable, type LogicalType, type RowType } from '#table/types/logical-type';

type Subquery = Expression & { readonly kind: 'subquery' };

export const OPPOSITE: Readonly<Record<string, string>> = { '=': '<>', '<>': '=', '<': '>=', '>=': '<', '>': '<=', '<=': '>' };

const BOOLEAN = LogicalTypes.BOOLEAN;

export function comparisonOf(operator: string, left: Expression, right: Expression): Expression {
  if (operator === '=') return equalityOf(left, right);
  return { kind: 'call', function: builtInScalar(operator), arguments: [left, right], type: { ...BOOLEAN, isNullable: left.type.isNullable || right.type.isNullable } };
}

/** TRUE also where a side is NULL: NOT IN is not TRUE there. */
export function comparisonOrUnknown(operator: string, left: Expression, right: Expression): Expression {
  const comparison = comparisonOf(operator, left, right);
  const unknown = [left, right].filter(({ type }) => type.isNullable).map(isNull);
  return unknown.length === 0 ? comparison : { kind: 'logic', operator: 'OR', operands: [comparison, ...unknown], type: BOOLEAN };
}

const isNull = (operand: Expression): Expression => ({ kind: 'call', function: builtInScalar('IS NULL'), arguments: [operand], type: notNull(BOOLEAN) });

/** Columns behind the grouping columns of `totalsOf`. */
const TOTALS = ['$rows', '$known', '$least', '$greatest'] as const;

/** @param subquery whose own sub-queries are joins already. */
export function joinQuantified(left: LogicalPlan, subquery: Subquery): { readonly plan: LogicalPlan; readonly value: Expression } {
  const isAll = subquery.form === 'ALL';
  const operator = isAll ? OPPOSITE[subquery.operator!]! : subquery.operator ?? '=';
  const [operand, ...more] = subquery.operands;
  if (operand === undefined || more.length > 0) return failUnsupported('IN over a sub-query of several columns that may be NULL, inside of NOT or a SELECT list');
  const { plan, conditions } = pullUpEqualities(subquery.plan as LogicalPlan, left);
  const width = left.rowType.fields.length;
  const keys = [...new Set(conditions.flatMap((condition) => [...inputsUsed(condition)]))];
  const on = (columns: readonly number[]): readonly Expression[] => conditions.map((condition) => overJoin(shiftInputs(condition, (index) => columns.indexOf(index)), width));
  const totals = leftJoin(left, totalsOf(plan, keys), on(keys));
  const total = (name: typeof TOTALS[number]): Expression => column(totals, width + keys.length + TOTALS.indexOf(name));
  const { joined, isFound } = operator === '=' ? joinDistinct(totals, plan, keys, operand, conditions) : { joined: totals, isFound: compareWithTotals(operator, operand, total('$least'), total('$greatest')) };
  const some = caseOf([
    [logic('OR', [isNull(total('$rows')), comparisonOf('=', total('$rows'), literal(0, LogicalTypes.BIGINT))]), literal(false, BOOLEAN)],
    [isFound, literal(true, BOOLEAN)],
    [logic('OR', [...(operand.type.isNullable ? [isNull(operand)] : []), comparisonOf('<', total('$known'), total('$rows'))]), literal(null, BOOLEAN)],
  ], literal(false, BOOLEAN));
  return { plan: joined, value: isAll ? logic('NOT', [some]) : some };
}

function compareWithTotals(operator: string, operand: Expression, least: Expression, greatest: Expression): Expression {
  switch (operator) {
    case '<>': return logic('OR', [comparisonOf('<>', operand, least), comparisonOf('<>', operand, greatest)]);
    case '<': case '<=': return comparisonOf(operator, operand, greatest);
    default: return comparisonOf(operator, operand, least);
  }
}

/** Per value of the columns that the query around compares: rows, values that are not NULL, and the bounds of these. */
function totalsOf(plan: LogicalPlan, keys: readonly number[]): LogicalPlan {
  const { fields } = plan.rowType;
  const value = column(plan, 0);
  const call = (name: string, args: readonly Expression[]): AggregateExpression => ({ function: builtInAggregate(name), arguments: args, isDistinct: false, filter: undefined, orderBy: [] });
  const count = notNull(LogicalTypes.BIGINT);
  const aggregates: readonly NamedAggregate[] = [
    { name: TOTALS[0], call: call('COUNT', []), type: count }, { name: TOTALS[1], call: call('COUNT', [value]), type: count },
    { name: TOTALS[2], call: call('MIN', [value]), type: nullable(value.type) }, { name: TOTALS[3], call: call('MAX', [value]), type: nullable(value.type) },
  ];
  const rowType: RowType = { ...plan.rowType, fields: [...keys.map((key) => fields[key]!), ...aggregates.map(({ name, type }) => ({ name, type }))] };
  return { kind: 'aggregate', input: plan, groupColumns: keys, groupingSets: [keys.map((_, index) => index)], aggregates, groupingCalls: [], hints: [], rowType };
}

/** The distinct values, and whether the operand is among them. */
function joinDistinct(left: LogicalPlan, plan: LogicalPlan, keys: readonly number[], operand: Expression, conditions: readonly Expression[]): { readonly joined: LogicalPlan; readonly isFound: Expression } {
  const columns = [0, ...keys.filter((key) => key !== 0)];
  const fields = columns.map((index) => plan.rowType.fields[index]!);
  const rowType: RowType = { ...plan.rowType, fields };
  const projected: LogicalPlan = { kind: 'project', input: plan, expressions: columns.map((index) => column(plan, index)), rowType };
  const all = columns.map((_, index) => index);
  const distinct: LogicalPlan = { kind: 'aggregate', input: projected, groupColumns: all, groupingSets: [all], aggregates: [], groupingCalls: [], hints: [], rowType };
  const width = left.rowType.fields.length;
  const value: Expression = { kind: 'input', index: width, type: nullable(fields[0]!.type) };
  const joined = leftJoin(left, distinct, [equalityOf(operand, value), ...conditions.map((condition) => overJoin(shiftInputs(condition, (index) => columns.indexOf(index)), width))]);
  return { joined, isFound: isNotNull(value) };
}

const column = (plan: LogicalPlan, index: number): Expression => ({ kind: 'input', index, type: plan.rowType.fields[index]!.type });
const literal = (value: unknown, type: LogicalType): Expression => ({ kind: 'literal', value, type: value === null ? type : notNull(type) });
const logic = (operator: 'AND' | 'OR' | 'NOT', operands: readonly Expression[]): Expression => (operator !== 'NOT' && operands.length === 1 ? operands[0]! : { kind: 'logic', operator, operands, type: { ...BOOLEAN, isNullable: operands.some(({ type }) => type.isNullable) } });

function caseOf(branches: readonly (readonly [Expression, Expression])[], otherwise: Expression): Expression {
  return { kind: 'case', branches: branches.map(([condition, value]) => ({ condition, value })), otherwise, type: BOOLEAN };
}
