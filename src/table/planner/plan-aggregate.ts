// GROUP BY: over windows, in group windows, with grouping sets, or unbounded.
import { CalcExec } from '#table/exec/calc-exec';
import type { ExecNode } from '#table/exec/exec-node';
import { GroupAggregateExec } from '#table/exec/group-aggregate-exec';
import { WindowAggregateExec, type WindowAggregateShape } from '#table/exec/window-aggregate-exec';
import { WindowTableExec } from '#table/exec/window-table-exec';
import { inputsUsed } from '#table/expressions/conditions';
import type { Expression } from '#table/expressions/expression';
import type { AggregateNode, NamedAggregate } from '#table/logical/logical-plan';
import { mergedCalc } from '#table/planner/merged-calc';
import { planGroupWindow } from '#table/planner/plan-group-window';
import { planGroupingSets } from '#table/planner/plan-grouping-sets';
import type { PlannerContext } from '#table/planner/planner-context';

export function planAggregate(node: AggregateNode, context: PlannerContext): ExecNode {
  if (node.groupWindow !== undefined) return planGroupWindow(node, context);
  if (node.groupingSets.length !== 1 || node.groupingCalls.length > 0) return planGroupingSets(node, context);
  const input = context.plan(node.input);
  return windowAggregate(node, input) ?? new GroupAggregateExec(input, node.groupColumns, node.aggregates, node.rowType, { isBatch: context.isBatch });
}

/** Grouped by the start and the end of a window (or by its end alone): one result per window, when it ends. */
function windowAggregate(node: AggregateNode, input: ExecNode): ExecNode | undefined {
  const { window } = input;
  if (window === undefined || window.endColumn < 0 || !node.groupColumns.includes(window.endColumn)) return undefined;
  const isWindowColumn = (column: number): boolean => [window.startColumn, window.endColumn, window.timeColumn].includes(column);
  const keyColumns = node.groupColumns.filter((column) => !isWindowColumn(column));
  const position = (column: number): number => (column < 0 ? -1 : node.groupColumns.indexOf(column));
  const output = {
    keys: keyColumns.map((column) => node.groupColumns.indexOf(column)), aggregates: node.aggregates.map((_, index) => node.groupColumns.length + index),
    start: position(window.startColumn), end: position(window.endColumn), time: position(window.timeColumn),
  };
  const pulled = pullWindow(input, keyColumns, node.aggregates);
  if (pulled !== undefined) {
    const shape: WindowAggregateShape = { keyColumns: keyColumns.map(pulled.map), aggregates: node.aggregates.map((aggregate) => movedAggregate(aggregate, pulled.map)), spec: { ...window.spec, timeColumn: pulled.timeColumn }, attached: undefined, output };
    return new WindowAggregateExec(pulled.input, shape, node.rowType);
  }
  const attached = { startColumn: window.startColumn, endColumn: window.endColumn };
  return new WindowAggregateExec(input, { keyColumns, aggregates: node.aggregates, spec: { ...window.spec, timeColumn: window.timeColumn < 0 ? window.endColumn : window.timeColumn }, attached, output }, node.rowType);
}

interface Pulled {
  readonly input: ExecNode;
  readonly timeColumn: number;
  /** Column of the old input to column of the new one. */
  readonly map: (column: number) => number;
}

/**
 * The windowing function is taken into the aggregate, where rows are assigned to slices in place of being multiplied. What
 * stands between may not depend on the window.
 */
function pullWindow(input: ExecNode, keyColumns: readonly number[], aggregates: readonly NamedAggregate[]): Pulled | undefined {
  const table = input instanceof CalcExec ? input.inputs[0] : input;
  if (!(table instanceof WindowTableExec)) return undefined;
  const source = table.inputs[0]!;
  const width = source.rowType.fields.length;
  if (input === table) return isFree(keyColumns, aggregates, width) ? { input: source, timeColumn: table.spec.timeColumn, map: (column) => column } : undefined;
  const calc = input as CalcExec;
  const dependsOnWindow = (expression: Expression): boolean => [...inputsUsed(expression)].some((column) => column >= width);
  if (calc.condition !== undefined && dependsOnWindow(calc.condition)) return undefined;
  const kept = calc.expressions.map((_, index) => index).filter((index) => !dependsOnWindow(calc.expressions[index]!));
  const needed = [...keyColumns, ...aggregates.flatMap(({ call }) => [...call.arguments, ...(call.filter === undefined ? [] : [call.filter])].flatMap((part) => [...inputsUsed(part)]))];
  if (needed.some((column) => !kept.includes(column))) return undefined;
  const time: Expression = { kind: 'input', index: table.spec.timeColumn, type: source.rowType.fields[table.spec.timeColumn]!.type };
  const fields = [...kept.map((index) => calc.rowType.fields[index]!), { name: '$rowtime', type: time.type }];
  const below = mergedCalc(source, [...kept.map((index) => calc.expressions[index]!), time], calc.condition, { ...calc.rowType, fields });
  return { input: below, timeColumn: kept.length, map: (column) => kept.indexOf(column) };
}

function isFree(keyColumns: readonly number[], aggregates: readonly NamedAggregate[], width: number): boolean {
  return keyColumns.every((column) => column < width) && aggregates.every(({ call }) => call.arguments.every((part) => part.kind === 'literal' || [...inputsUsed(part)].every((column) => column < width)));
}

function movedAggregate(aggregate: NamedAggregate, map: (column: number) => number): NamedAggregate {
  const move = (expression: Expression): Expression => (expression.kind === 'input' ? { ...expression, index: map(expression.index) } : expression);
  const { call } = aggregate;
  return { ...aggregate, call: { ...call, arguments: call.arguments.map(move), filter: call.filter === undefined ? undefined : move(call.filter), orderBy: call.orderBy.map((key) => ({ ...key, expression: move(key.expression) })) } };
}
