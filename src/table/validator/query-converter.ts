// Queries: syntax tree to logical plan. Names, types and clauses are checked on the way, with Flink's messages at the place.
// WITH, set operations, VALUES, ORDER BY and LIMIT are here; SELECT and FROM have files of their own.
import { assertNever } from '#core/assert';
import type { Query, QueryBody, SetOperation, Values } from '#table/parser/ast-query';
import type { Expression, SortKey } from '#table/expressions/expression';
import { castTo } from '#table/expressions/implicit-cast';
import type { LogicalPlan } from '#table/logical/logical-plan';
import { leastRestrictiveType } from '#table/types/least-restrictive-type';
import type { LogicalField, RowType } from '#table/types/logical-type';
import { QueryScope, relationOf, type CommonTableBinding } from '#table/validator/query-scope';
import { castInput, emptyRow, ordinalOf, projected, renamed, sortKeyOf } from '#table/validator/plan-parts';
import { convertSelect } from '#table/validator/select-converter';
import { failAt } from '#table/validator/validation-error';
import type { ValidatorContext } from '#table/validator/validator-context';

/** @param outer scope of the query around, for correlated sub-queries. */
export function convertQuery(query: Query, context: ValidatorContext, outer?: QueryScope): LogicalPlan {
  let commonTables: readonly CommonTableBinding[] = [];
  for (const table of query.with) {
    if (query.isRecursive) failAt(context.text, table.span, 'recursive common table expressions are not supported');
    const scope = new QueryScope(undefined, outer, commonTables);
    const plan = renamed(convertQuery(table.query, context, scope), table.columns.map(({ name }) => name), context, table.span);
    commonTables = [...commonTables, { name: table.name.name, plan }];
  }
  const scope = new QueryScope(undefined, outer, commonTables);
  const limits = limitsOf(query, context);
  if (query.body.kind === 'select') return convertSelect(query.body, context, scope, { orderBy: query.orderBy, ...limits });
  const plan = convertBody(query.body, context, scope);
  if (query.orderBy.length === 0 && limits.offset === 0 && limits.limit === undefined) return plan;
  const keys = query.orderBy.map((item): SortKey => {
    const expression = sortKeyOver(plan, item.expression, context, scope);
    return sortKeyOf(expression, item, context);
  });
  return { kind: 'sort', input: plan, keys, ...limits, rowType: plan.rowType };
}

function convertBody(body: QueryBody, context: ValidatorContext, scope: QueryScope): LogicalPlan {
  switch (body.kind) {
    case 'query': return convertQuery(body, context, scope);
    case 'select': return convertSelect(body, context, scope, { orderBy: [], offset: 0, limit: undefined });
    case 'values': return convertValues(body, context, scope);
    case 'explicit-table': return context.tableOf(body.table, scope, {});
    case 'set-operation': return convertSetOperation(body, context, scope);
    default: return assertNever(body, 'query body');
  }
}


function sortKeyOver(plan: LogicalPlan, item: Parameters<ValidatorContext['expression']>[0], context: ValidatorContext, scope: QueryScope): Expression {
  if (item.kind === 'numeric-literal' && item.form === 'integer') return ordinalOf(plan.rowType, Number(item.text), context, item.span);
  return context.expression(item, scope.withRelations([relationOf(plan, undefined)]), {});
}


function limitsOf(query: Query, context: ValidatorContext): { readonly offset: number; readonly limit: number | undefined } {
  const number = (item: Query['offset'] & object, what: string): number => {
    if (item.kind === 'numeric-literal' && item.form === 'integer') return Number(item.text);
    return failAt(context.text, item.span, `${what} takes a whole number`);
  };
  return {
    offset: query.offset === undefined ? 0 : number(query.offset, 'OFFSET'),
    limit: query.limit === undefined || query.limit === 'ALL' ? undefined : number(query.limit, 'LIMIT'),
  };
}



function convertValues(values: Values, context: ValidatorContext, scope: QueryScope): LogicalPlan {
  const rows = values.rows.map((row) => (row.kind === 'row' ? row.elements : [row]).map((element) => context.expression(element, scope, {})));
  const width = rows[0]!.length;
  if (rows.some((row) => row.length !== width)) failAt(context.text, values.span, 'Values passed to VALUES operator must have compatible types');
  const types = Array.from({ length: width }, (_, column) => {
    const type = leastRestrictiveType(rows.map((row) => row[column]!.type));
    return type ?? failAt(context.text, values.span, 'Values passed to VALUES operator must have compatible types');
  });
  const rowType: RowType = { kind: 'ROW', isNullable: false, fields: types.map((type, index) => ({ name: `EXPR$${index}`, type })) };
  const cast = rows.map((row) => row.map((expression, index) => context.reduce(castTo(expression, types[index]!, context.timeZone))));
  if (cast.every((row) => row.every(({ kind }) => kind === 'literal'))) {
    const isUnion = values.rows.some((row) => (row.kind === 'row' ? row.elements : [row]).some(({ kind }) => !kind.endsWith('-literal')));
    return { kind: 'values', rowType, ...(isUnion ? { isUnion } : {}), rows: cast.map((row) => row.map((expression) => (expression as Expression & { kind: 'literal' }).value)) };
  }
  // Not constant: one row without columns per row of VALUES, projected.
  const inputs = cast.map((row): LogicalPlan => projected(emptyRow(), row.map((expression, index) => ({ name: `EXPR$${index}`, expression }))));
  return inputs.length === 1 ? inputs[0]! : { kind: 'set-operation', operator: 'UNION', isAll: true, inputs: inputs.map((input) => ({ ...input, rowType })), rowType };
}


function convertSetOperation(operation: SetOperation, context: ValidatorContext, scope: QueryScope): LogicalPlan {
  const inputs = [operation.left, operation.right].map((body) => convertBody(body, context, scope));
  const [left, right] = [inputs[0]!.rowType.fields, inputs[1]!.rowType.fields];
  if (left.length !== right.length) failAt(context.text, operation.right.span, `Column count mismatch in ${operation.operator}`);
  const fields = left.map((field, index): LogicalField => {
    const type = leastRestrictiveType([field.type, right[index]!.type]);
    return { name: field.name, type: type ?? failAt(context.text, operation.right.span, `Type mismatch in column ${index + 1} of ${operation.operator}`) };
  });
  const rowType: RowType = { kind: 'ROW', isNullable: false, fields };
  const aligned = inputs.map((input) => castInput(input, rowType, context.timeZone));
  return { kind: 'set-operation', operator: operation.operator, isAll: operation.isAll, inputs: aligned, rowType };
}

