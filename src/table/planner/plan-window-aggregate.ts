// GROUP BY over windows: by the bounds of a windowing function, which is taken into the aggregate where nothing between depends on it.
import { CalcExec } from '#table/exec/calc-exec';
import type { ExecNode } from '#table/exec/exec-node';
import { WindowAggregateExec, type WindowAggregateShape } from '#table/exec/window-aggregate-exec';
import { WindowTableExec } from '#table/exec/window-table-exec';
import { inputsUsed } from '#table/expressions/conditions';
import type { Expression } from '#table/expressions/expression';
import type { AggregateNode, NamedAggregate } from '#table/logical/logical-plan';
import { mergedCalc } from '#table/planner/merged-calc';

/** Grouped by the start and the end of a window: one result per window, when it ends. Undefined for all else, which is grouped like any other rows. */
export function windowAggregate(node: Pick<AggregateNode, 'groupColumns' | 'aggregates' | 'rowType'>, input: ExecNode): ExecNode | undefined {
  const { window } = input;
  if (window === undefined || ![window.startColumn, window.endColumn].every((column) => node.groupColumns.includes(column))) return undefined;
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
  if (isSessionTable(input)) return undefined;
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
  if (!(table instanceof WindowTableExec) || !table.isTimeInMs) return undefined;
  // A session is one of its partition.
  const source = table.inputs[0]!;
  if (table.spec.window === 'SESSION' && !isSameSet(keyColumns.map((column) => columnBelow(input, column)), table.spec.partitionColumns)) return undefined;
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

/** Sessions of one partition grouped in another way are groups like any other: their results change as rows come, as in Flink. */
function isSessionTable(input: ExecNode): boolean {
  const table = input instanceof CalcExec ? input.inputs[0] : input;
  return table instanceof WindowTableExec && table.spec.window === 'SESSION';
}

/** Of the windowed table: -1 for what is computed above it. */
function columnBelow(input: ExecNode, column: number): number {
  if (!(input instanceof CalcExec)) return column;
  const expression = input.expressions[column]!;
  return expression.kind === 'input' ? expression.index : -1;
}

const isSameSet = (a: readonly number[], b: readonly number[]): boolean => a.every((column) => b.includes(column)) && b.every((column) => a.includes(column));

function isFree(keyColumns: readonly number[], aggregates: readonly NamedAggregate[], width: number): boolean {
  return keyColumns.every((column) => column < width) && aggregates.every(({ call }) => call.arguments.every((part) => part.kind === 'literal' || [...inputsUsed(part)].every((column) => column < width)));
}

function movedAggregate(aggregate: NamedAggregate, map: (column: number) => number): NamedAggregate {
  const move = (expression: Expression): Expression => (expression.kind === 'input' ? { ...expression, index: map(expression.index) } : expression);
  const { call } = aggregate;
  return { ...aggregate, call: { ...call, arguments: call.arguments.map(move), filter: call.filter === undefined ? undefined : move(call.filter), orderBy: call.orderBy.map((key) => ({ ...key, expression: move(key.expression) })) } };
}
