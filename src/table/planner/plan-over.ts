// Window functions, and the patterns over them that have operators of their own: top-N, first and last row per key.
import { DeduplicateExec } from '#table/exec/deduplicate-exec';
import type { ExecNode } from '#table/exec/exec-node';
import { isInsertOnly } from '#table/exec/exec-node';
import { inferChangelog } from '#table/exec/changelog-inference';
import { OverAggregateExec, type OverShape } from '#table/exec/over-aggregate-exec';
import { RankExec, type RankShape } from '#table/exec/rank-exec';
import { WindowRankExec } from '#table/exec/window-rank-exec';
import { conjunctionOf, conjunctsOf, inputsUsed, isTrueLiteral } from '#table/expressions/conditions';
import type { Expression } from '#table/expressions/expression';
import { assert } from '#core/assert';
import { TableError } from '#table/errors';
import type { FilterNode, OverNode } from '#table/logical/logical-plan';
import { updateKeyOf } from '#table/planner/rank-strategy';
import { mergedCalc } from '#table/planner/merged-calc';
import type { PlannerContext } from '#table/planner/planner-context';

/** Expressions of the window and of its calls are computed below, so that the operator reads columns only. */
export function planOver(node: OverNode, context: PlannerContext): ExecNode {
  const input = context.plan(node.input);
  const width = input.rowType.fields.length;
  const added: Expression[] = [];
  const place = (expression: Expression): Expression => {
    if (expression.kind === 'input' || expression.kind === 'literal') return expression;
    return { kind: 'input', index: width + added.push(expression) - 1, type: expression.type };
  };
  const column = (expression: Expression): Expression & { readonly kind: 'input' } => {
    const placed = place(expression);
    return placed.kind === 'input' ? placed : { kind: 'input', index: width + added.push(placed) - 1, type: placed.type };
  };
  const partitionColumns = node.window.partitionBy.map((part) => column(part).index);
  const orderBy = node.window.orderBy.map((key) => ({ ...key, expression: column(key.expression) }));
  const calls = node.calls.map((named) => ({ ...named, call: { ...named.call, arguments: named.call.arguments.map(place), filter: named.call.filter === undefined ? undefined : place(named.call.filter) } }));
  const shape: OverShape = { partitionColumns, orderBy, calls, frame: frameOf(node, context), mode: modeOf(node, input, context) };
  const wide = added.length === 0 ? input : mergedCalc(input, [...input.rowType.fields.map((field, index): Expression => ({ kind: 'input', index, type: field.type })), ...added], undefined, {
    ...input.rowType, fields: [...input.rowType.fields, ...added.map((expression, index) => ({ name: `$o${index}`, type: expression.type }))],
  });
  const over = new OverAggregateExec(wide, shape, added.length === 0 ? node.rowType : { ...node.rowType, fields: [...wide.rowType.fields, ...node.rowType.fields.slice(width)] });
  if (added.length === 0) return over;
  const kept = node.rowType.fields.map((field, index): Expression => ({ kind: 'input', index: index < width ? index : index + added.length, type: field.type }));
  return mergedCalc(over, kept, undefined, node.rowType);
}

/** What they say of a row depends on rows behind it. */
const LOOK_AHEAD = new Set(['LEAD', 'NTILE', 'PERCENT_RANK', 'CUME_DIST']);

function modeOf(node: OverNode, input: ExecNode, context: PlannerContext): OverShape['mode'] {
  if (context.isBatch) return 'batch';
  const ahead = node.calls.find(({ call }) => LOOK_AHEAD.has(call.function.name));
  if (ahead !== undefined) throw new TableError('TABLE_NOT_SUPPORTED', `${ahead.call.function.name} Function is not supported in stream mode.`);
  const [order] = node.window.orderBy;
  const type = order?.expression.type;
  const isTime = (type?.kind === 'TIMESTAMP' || type?.kind === 'TIMESTAMP_LTZ') && type.time !== 'regular';
  const isAppend = isInsertOnly(inferChangelog([input]).changesOf(input));
  if (!isTime || !isAppend) {
    if (order === undefined) throw new TableError('TABLE_NOT_SUPPORTED', 'The window can only be ordered in ASCENDING mode: OVER on a stream needs ORDER BY');
    return 'any-order';
  }
  if (node.window.orderBy.length > 1) throw new TableError('TABLE_NOT_SUPPORTED', 'The window can only be ordered by a single time column.');
  if (!order!.isAscending) throw new TableError('TABLE_NOT_SUPPORTED', 'The window can only be ordered in ASCENDING mode.');
  if (node.window.upper.kind !== 'CURRENT_ROW') throw new TableError('TABLE_NOT_SUPPORTED', 'OVER on a stream ends with the current row: FOLLOWING is not supported');
  return type.time === 'rowtime' ? 'rowtime' : 'proctime';
}

function frameOf({ window }: OverNode, context: PlannerContext): OverShape['frame'] {
  const bound = (part: OverNode['window']['lower']): OverShape['frame']['lower'] => {
    if (part.kind !== 'PRECEDING' && part.kind !== 'FOLLOWING') return { kind: part.kind };
    const offset = context.reduce(part.offset);
    if (offset.kind !== 'literal' || offset.value === null) throw new TableError('TABLE_NOT_SUPPORTED', 'the bounds of a window are constants');
    const scale = offset.type.kind === 'DECIMAL' ? 10 ** offset.type.scale : 1;
    return { kind: part.kind, offset: Number(offset.value) / scale };
  };
  return { unit: window.unit, lower: bound(window.lower), upper: bound(window.upper) };
}

const RANKINGS = new Set(['ROW_NUMBER', 'RANK', 'DENSE_RANK']);

/** `ROW_NUMBER() OVER (…) <= n` as a top-N; undefined where the filter is none. */
export function planRankedFilter(node: FilterNode, context: PlannerContext): ExecNode | undefined {
  const over = node.input;
  if (over.kind !== 'over' || over.calls.length !== 1 || !RANKINGS.has(over.calls[0]!.call.function.name)) return undefined;
  const ranking = over.calls[0]!.call.function.name as RankShape['ranking'];
  const rankColumn = over.input.rowType.fields.length;
  const range = rankRange(node.condition, rankColumn);
  if (range === undefined) return undefined;
  if (ranking !== 'ROW_NUMBER' && !context.isBatch) throw new TableError('TABLE_NOT_SUPPORTED', `${ranking}() on streaming table is not supported currently`);
  const partitionColumns = over.window.partitionBy.map(columnOf);
  const input = context.plan(over.input);
  const ranked = windowRanked(over, input, partitionColumns, range, context) ?? deduplicated(over, input, partitionColumns, range, context)
    ?? plainlyRanked(over, input, { ranking, partitionColumns, orderBy: over.window.orderBy, ...range, hasRank: true, isBatch: context.isBatch, updateKey: context.isBatch ? undefined : updateKeyOf(input, partitionColumns, over.window.orderBy) });
  const rest = conjunctionOf(range.rest);
  return isTrueLiteral(rest) ? ranked : mergedCalc(ranked, undefined, rest, node.rowType);
}

/** See computed-partitions.ts. */
function columnOf(expression: Expression): number {
  assert(expression.kind === 'input', 'a top-N is partitioned by columns');
  return expression.index;
}

interface RankRange {
  readonly start: number;
  readonly end: number;
  readonly rest: readonly Expression[];
}

/** The bounds that a condition puts on the rank; undefined where it puts none above. */
function rankRange(condition: Expression, rankColumn: number): RankRange | undefined {
  let start = 1;
  let end = Number.POSITIVE_INFINITY;
  const rest: Expression[] = [];
  for (const part of conjunctsOf(condition)) {
    const bound = boundOf(part, rankColumn);
    if (bound === undefined) {
      rest.push(part);
      continue;
    }
    start = Math.max(start, bound.start);
    end = Math.min(end, bound.end);
  }
  return end === Number.POSITIVE_INFINITY ? undefined : { start, end, rest };
}

const FLIPPED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '=': '=' };

function boundOf(part: Expression, rankColumn: number): { readonly start: number; readonly end: number } | undefined {
  if (part.kind !== 'call' || part.arguments.length !== 2 || FLIPPED[part.function.name] === undefined) return undefined;
  const [a, b] = part.arguments.map(uncast) as [Expression, Expression];
  const [column, literal, operator] = a.kind === 'input' ? [a, b, part.function.name] : [b, a, FLIPPED[part.function.name]!];
  if (column.kind !== 'input' || column.index !== rankColumn || literal.kind !== 'literal' || typeof literal.value !== 'number') return undefined;
  const { value } = literal;
  const infinite = Number.POSITIVE_INFINITY;
  switch (operator) {
    case '<': return { start: 1, end: value - 1 };
    case '<=': return { start: 1, end: value };
    case '>': return { start: value + 1, end: infinite };
    case '>=': return { start: value, end: infinite };
    default: return { start: value, end: value };
  }
}

const uncast = (expression: Expression): Expression => (expression.kind === 'cast' ? uncast(expression.operand) : expression);

/** A rank that can only be one is a constant: then rows come and go, where with the rank as a column they would replace each other. */
function plainlyRanked(over: OverNode, input: ExecNode, shape: RankShape): ExecNode {
  if (shape.isBatch || shape.start !== shape.end) return new RankExec(input, shape, over.rowType);
  const columns = input.rowType.fields.map((field, index): Expression => ({ kind: 'input', index, type: field.type }));
  const rank: Expression = { kind: 'literal', value: shape.start, type: over.calls[0]!.type };
  return mergedCalc(new RankExec(input, { ...shape, hasRank: false }, input.rowType), [...columns, rank], undefined, over.rowType);
}

/** Partitioned by the bounds of a window: the result of a window comes when it ends. */
function windowRanked(over: OverNode, input: ExecNode, partitionColumns: readonly number[], range: RankRange, context: PlannerContext): ExecNode | undefined {
  const { window } = input;
  const { orderBy } = over.window;
  if (context.isBatch || window === undefined || !window.spec.isRowtime || window.startColumn < 0 || !partitionColumns.includes(window.startColumn) || !partitionColumns.includes(window.endColumn)) return undefined;
  if (orderBy.some(({ expression }) => expression.kind !== 'input') || !isInsertOnly(inferChangelog([input]).changesOf(input))) return undefined;
  const others = partitionColumns.filter((column) => column !== window.startColumn && column !== window.endColumn && column !== window.timeColumn);
  const [first, ...more] = orderBy;
  const type = first?.expression.type;
  const isByTime = more.length === 0 && (type?.kind === 'TIMESTAMP' || type?.kind === 'TIMESTAMP_LTZ') && type.time === 'rowtime';
  return new WindowRankExec(input, window, { partitionColumns: others, orderBy, ...range, hasRank: true, isLastFirst: isByTime && range.end === 1 && !first!.isAscending }, over.rowType);
}

/** ROW_NUMBER = 1 ordered by one time attribute. The rank is 1 for all rows. */
function deduplicated(over: OverNode, input: ExecNode, keyColumns: readonly number[], range: RankRange, context: PlannerContext): ExecNode | undefined {
  const [order, ...more] = over.window.orderBy;
  const ranking = over.calls[0]!.call.function.name;
  if (context.isBatch || ranking !== 'ROW_NUMBER' || range.start !== 1 || range.end !== 1 || order === undefined || more.length > 0 || order.expression.kind !== 'input') return undefined;
  const { type } = order.expression;
  if ((type.kind !== 'TIMESTAMP' && type.kind !== 'TIMESTAMP_LTZ') || type.time === 'regular') return undefined;
  if (!isInsertOnly(inferChangelog([input]).changesOf(input))) return undefined;
  const node = new DeduplicateExec(input, { keyColumns, timeColumn: order.expression.index, isRowtime: type.time === 'rowtime', keepsFirst: order.isAscending });
  const columns = input.rowType.fields.map((field, index): Expression => ({ kind: 'input', index, type: field.type }));
  const rank: Expression = { kind: 'literal', value: 1, type: over.calls[0]!.type };
  return mergedCalc(node, [...columns, rank], undefined, over.rowType);
}

/** Leaves the rank out of top-N nodes whose rank nobody reads above: then one row changes in place of many. */
export function withoutUnusedRank(input: ExecNode, expressions: readonly Expression[]): ExecNode {
  if (!(input instanceof RankExec || input instanceof WindowRankExec) || !input.shape.hasRank) return input;
  const rankColumn = input.rowType.fields.length - 1;
  const isRead = expressions.some((expression) => inputsUsed(expression).has(rankColumn));
  if (isRead) return input;
  const rowType = { ...input.rowType, fields: input.rowType.fields.slice(0, -1) };
  if (input instanceof WindowRankExec) return new WindowRankExec(input.inputs[0]!, input.window, { ...input.shape, hasRank: false }, rowType);
  return new RankExec(input.inputs[0]!, { ...input.shape, hasRank: false }, rowType);
}

