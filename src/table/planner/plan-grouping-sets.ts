// GROUPING SETS, CUBE and ROLLUP: each row once per set, grouping columns outside of the set NULL, grouped with the set's number.
import { ExpandExec } from '#table/exec/expand-exec';
import { CalcExec } from '#table/exec/calc-exec';
import type { ExecNode } from '#table/exec/exec-node';
import { equalityOf } from '#table/expressions/conditions';
import type { Expression } from '#table/expressions/expression';
import type { AggregateNode } from '#table/logical/logical-plan';
import { windowAggregate } from '#table/planner/plan-window-aggregate';
import { unboundedAggregate } from '#table/planner/plan-unbounded-aggregate';
import type { PlannerContext } from '#table/planner/planner-context';
import { LogicalTypes, notNull, nullable, type LogicalField, type RowType } from '#table/types/logical-type';

export function planGroupingSets(node: AggregateNode, context: PlannerContext): ExecNode {
  const input = context.plan(node.input);
  const { fields } = input.rowType;
  const width = fields.length;
  // The grouping columns come again behind the input's own, as they are in each set; aggregates read the untouched ones.
  const copies = node.groupColumns.map((column, index): LogicalField => ({ name: `$g${index}`, type: nullable(fields[column]!.type) }));
  const setColumn = width + copies.length;
  const expanded: RowType = { ...input.rowType, fields: [...fields, ...copies, { name: '$e', type: notNull(LogicalTypes.BIGINT) }] };
  const expand = new ExpandExec(input, node.groupColumns, node.groupingSets, expanded);
  const window = windowInAllSets(node, input);
  // The window's own columns stay what they are: in all sets, and known as its bounds.
  const groupColumns = [...node.groupColumns.map((column, index) => (window.includes(column) ? column : width + index)), setColumn];
  const aggregateFields = node.rowType.fields.slice(node.groupColumns.length, node.groupColumns.length + node.aggregates.length);
  const grouped: RowType = { ...node.rowType, fields: [...groupColumns.map((column) => expanded.fields[column]!), ...aggregateFields] };
  const aggregate = windowAggregate({ groupColumns, aggregates: node.aggregates, rowType: grouped }, expand)
    ?? unboundedAggregate(expand, { groupColumns, aggregates: node.aggregates, rowType: grouped, ...(node.stateTtl === undefined ? {} : { stateTtl: node.stateTtl }) }, context);
  const column = (index: number, type: Expression['type']): Expression => ({ kind: 'input', index, type });
  const setNumber = column(copies.length, notNull(LogicalTypes.BIGINT));
  const expressions = [
    ...groupColumns.slice(0, -1).map((_, index) => column(index, grouped.fields[index]!.type)), ...aggregateFields.map((field, index) => column(copies.length + 1 + index, field.type)),
    ...node.groupingCalls.map((columns) => groupingValue(columns, node.groupingSets, setNumber)),
  ];
  return new CalcExec(aggregate, expressions, undefined, node.rowType);
}

/** The window columns that are grouped by, where the start and the end of the window are in every set. */
function windowInAllSets(node: AggregateNode, { window }: ExecNode): readonly number[] {
  if (window === undefined) return [];
  const isInAll = (column: number): boolean => column >= 0 && node.groupingSets.every((set) => set.some((index) => node.groupColumns[index] === column));
  return isInAll(window.startColumn) && isInAll(window.endColumn) ? [window.startColumn, window.endColumn, window.timeColumn].filter(isInAll) : [];
}

/** A bit per argument, the last one lowest: 1 where the column is not in the row's set. */
function groupingValue(columns: readonly number[], sets: AggregateNode['groupingSets'], setNumber: Expression): Expression {
  const type = notNull(LogicalTypes.BIGINT);
  const literal = (value: number): Expression => ({ kind: 'literal', value, type });
  const branches = sets.map((set, index) => ({
    condition: equalityOf(setNumber, literal(index)), value: literal(columns.reduce((bits, column) => bits * 2 + (set.includes(column) ? 0 : 1), 0)),
  }));
  return { kind: 'case', branches, otherwise: literal(0), type };
}
