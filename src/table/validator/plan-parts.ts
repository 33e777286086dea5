// Small pieces of logical plans that all converters make: projections, renamings, casts of columns, sort keys.
import type { Expression, SortKey } from '#table/expressions/expression';
import { unsortable } from '#table/expressions/aggregate-conversion';
import { castTo } from '#table/expressions/implicit-cast';
import type { LogicalPlan } from '#table/logical/logical-plan';
import type { Span } from '#table/parser/ast-node';
import type { SortItem } from '#table/parser/ast-query';
import { LogicalTypes, notNull, type LogicalField, type RowType } from '#table/types/logical-type';
import { isSortable } from '#table/values/value-equality';
import { failAt } from '#table/validator/validation-error';
import type { ValidatorContext } from '#table/validator/validator-context';

/** Ascending sorts NULLs first, descending last, as in Flink. Refuses values without an order. */
export function sortKeyOf(expression: Expression, { direction, nulls, span }: SortItem, context: ValidatorContext): SortKey {
  if (!isSortable(expression.type)) failAt(context.text, span, unsortable(expression.type));
  const isAscending = direction !== 'DESC';
  return { expression, isAscending, isNullsFirst: nulls === undefined ? isAscending : nulls === 'FIRST' };
}

export function ordinalOf(rowType: RowType, ordinal: number, context: ValidatorContext, span: Span): Expression {
  const field = rowType.fields[ordinal - 1];
  if (field === undefined) return failAt(context.text, span, 'Ordinal out of range');
  return { kind: 'input', index: ordinal - 1, type: field.type };
}

/** The same plan under other column names; without names as it is. */
export function renamed(plan: LogicalPlan, names: readonly string[], context: ValidatorContext, span: Span): LogicalPlan {
  if (names.length === 0) return plan;
  const { fields } = plan.rowType;
  if (names.length !== fields.length) failAt(context.text, span, `List of column aliases must have same degree as table; table has ${fields.length} columns, whereas alias list has ${names.length} columns`);
  return projected(plan, fields.map((field, index) => ({ name: names[index]!, expression: { kind: 'input', index, type: field.type } })));
}

export function projected(input: LogicalPlan, columns: readonly { readonly name: string; readonly expression: Expression }[]): LogicalPlan {
  const fields: LogicalField[] = columns.map(({ name, expression }) => ({ name, type: expression.type }));
  return { kind: 'project', input, expressions: columns.map(({ expression }) => expression), rowType: { kind: 'ROW', isNullable: false, fields } };
}

/** One row, for SELECT without FROM. */
export function emptyRow(): LogicalPlan {
  return { kind: 'values', rows: [[0]], rowType: { kind: 'ROW', isNullable: false, fields: [{ name: 'ZERO', type: notNull(LogicalTypes.INT) }] } };
}

/** The input with its columns cast to the types, and under the names, of `rowType`. */
export function castInput(input: LogicalPlan, rowType: RowType, timeZone: string): LogicalPlan {
  const isSame = rowType.fields.every((field, index) => JSON.stringify(field) === JSON.stringify(input.rowType.fields[index]));
  if (isSame) return input;
  return projected(input, rowType.fields.map((field, index) => ({ name: field.name, expression: castTo({ kind: 'input', index, type: input.rowType.fields[index]!.type }, field.type, timeZone) })));
}
