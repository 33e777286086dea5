// How much state an operator keeps and whether it ever stops growing, read off the physical plan. Sizes are those of encoded keys
// and rows, on average; how many keys there are nobody knows before the job runs, so sizes are per key or per row.
import type { DeduplicateExec } from '#table/exec/deduplicate-exec';
import type { ExecNode } from '#table/exec/exec-node';
import type { GroupAggregateExec } from '#table/exec/group-aggregate-exec';
import type { GroupTableAggregateExec } from '#table/exec/group-table-aggregate-exec';
import type { JoinExec } from '#table/exec/join-exec';
import type { MatchExec } from '#table/exec/match-exec';
import type { OverAggregateExec } from '#table/exec/over-aggregate-exec';
import type { RankExec } from '#table/exec/rank-exec';
import { ScanExec } from '#table/exec/scan-exec';
import type { TemporalJoinExec } from '#table/exec/temporal-join-exec';
import type { WindowAggregateExec } from '#table/exec/window-aggregate-exec';
import type { WindowRankExec } from '#table/exec/window-rank-exec';
import { rowBytes, valueBytes } from '#table/explain/value-bytes';

/** until-limit: a fixed number of entries. by-time: given back as the watermark (or the clock) passes. by-key, by-row: one more for each that is new. */
export type StateGrowth = 'until-limit' | 'by-time' | 'by-key' | 'by-row';

export interface StateEstimate {
  /** What one entry is of: `key (a, b)`, `row of the left input`. */
  readonly entry: string;
  readonly bytesPerEntry: number;
  readonly growth: StateGrowth;
  /** `table.exec.state.ttl` gives its entries back. */
  readonly isBoundByTtl: boolean;
}

/** Of one node, in streaming mode; empty where it keeps nothing but what a checkpoint needs to go on. */
export function stateOf(node: ExecNode): readonly StateEstimate[] {
  const input = node.inputs[0];
  switch (node.kind) {
    case 'GroupAggregate': return aggregateState(node as GroupAggregateExec);
    case 'GlobalGroupAggregate': case 'IncrementalGroupAggregate': return [perKey(node, node.upsertKeys[0]?.map((_, index) => index) ?? [], rowBytes(node.rowType))];
    case 'GroupTableAggregate': return [perKey(input!, Array.from({ length: (node as GroupTableAggregateExec).keyCount }, (_, index) => index), rowBytes((node as GroupTableAggregateExec).definition.accumulator))];
    case 'WindowAggregate': case 'GroupWindowAggregate': case 'GlobalWindowAggregate': return [windowState(node as WindowAggregateExec)];
    case 'Join': return joinState(node as JoinExec);
    case 'IntervalJoin': case 'WindowJoin': return node.inputs.map((side, index) => ({ entry: `row of the ${index === 0 ? 'left' : 'right'} input`, bytesPerEntry: rowBytes(side.rowType), growth: 'by-time', isBoundByTtl: false }));
    case 'TemporalJoin': return temporalState(node as TemporalJoinExec);
    case 'Rank': return rankState(node as RankExec);
    case 'SortLimit': case 'Limit': return [{ entry: 'row up to the limit', bytesPerEntry: rowBytes(input!.rowType), growth: 'until-limit', isBoundByTtl: false }];
    case 'WindowRank': return [{ entry: `row of a window${keyText(input!, (node as WindowRankExec).shape.partitionColumns, ' and key ')}`, bytesPerEntry: rowBytes(input!.rowType), growth: 'by-time', isBoundByTtl: false }];
    case 'Deduplicate': return [perKey(input!, (node as DeduplicateExec).shape.keyColumns, (node as DeduplicateExec).shape.keepsFirst ? 0 : rowBytes(input!.rowType))];
    case 'OverAggregate': return [overState(node as OverAggregateExec)];
    case 'ChangelogNormalize': return [perKey(input!, node.upsertKeys[0] ?? [], rowBytes(input!.rowType))];
    case 'SinkMaterialize': return [{ entry: 'row of the result', bytesPerEntry: rowBytes(input!.rowType), growth: 'by-row', isBoundByTtl: true }];
    case 'Match': return [matchState(node as MatchExec)];
    case 'TemporalSort': return [{ entry: 'row not yet passed by the watermark', bytesPerEntry: rowBytes(input!.rowType), growth: 'by-time', isBoundByTtl: false }];
    default: return [];
  }
}

/** Whether rows keep coming: state of a bounded query ends with it. */
export function isUnbounded(node: ExecNode): boolean {
  return node instanceof ScanExec ? !node.source.isBounded : node.inputs.some(isUnbounded);
}

/** Grows for as long as the query runs. */
/** How long a piece of a node's state stays without a change: what a hint says of the input, else `table.exec.state.ttl`; undefined = for ever. */
export function timeToLive(node: ExecNode, index: number, settings: { readonly hasTtl: boolean; option(key: string): string | undefined }): string | undefined {
  return node.stateTtlHints?.[node.inputs.length === 1 ? 0 : index] ?? (settings.hasTtl ? settings.option('table.exec.state.ttl') : undefined);
}

export function growsForEver(node: ExecNode, { growth, isBoundByTtl }: StateEstimate, ttl: string | undefined): boolean {
  return (growth === 'by-key' || growth === 'by-row') && !(isBoundByTtl && ttl !== undefined) && isUnbounded(node);
}

function perKey(over: ExecNode, columns: readonly number[], bytes: number): StateEstimate {
  return { entry: columns.length === 0 ? 'query' : `key (${columns.map((column) => over.rowType.fields[column]!.name).join(', ')})`, bytesPerEntry: rowBytes(over.rowType, columns) + bytes, growth: columns.length === 0 ? 'until-limit' : 'by-key', isBoundByTtl: true };
}

function keyText(over: ExecNode, columns: readonly number[], before: string): string {
  return columns.length === 0 ? '' : `${before}(${columns.map((column) => over.rowType.fields[column]!.name).join(', ')})`;
}

/** The results, and for DISTINCT each value that was counted. */
function aggregateState(node: GroupAggregateExec): readonly StateEstimate[] {
  if (node.isBatch) return [];
  const input = node.inputs[0]!;
  const results = node.aggregates.reduce((sum, { type }) => sum + valueBytes(type), 0);
  const distinct = node.aggregates.filter(({ call }) => call.isDistinct).map(({ call, name }): StateEstimate => ({
    entry: `key${keyText(input, node.groupColumns, ' ')} and distinct value of ${name}`.replace('key and', 'query and'), bytesPerEntry: call.arguments.reduce((sum, { type }) => sum + valueBytes(type), 8), growth: 'by-row', isBoundByTtl: true,
  }));
  // A count of rows stands beside the results, to know when a group is empty.
  return [perKey(input, node.groupColumns, results + 8), ...distinct];
}

function windowState({ shape, inputs }: WindowAggregateExec): StateEstimate {
  const results = shape.aggregates.reduce((sum, { type }) => sum + valueBytes(type), 0);
  return { entry: `open window${keyText(inputs[0]!, shape.keyColumns, ' and key ')}`, bytesPerEntry: rowBytes(inputs[0]!.rowType, shape.keyColumns) + 8 + results, growth: 'by-time', isBoundByTtl: false };
}

function joinState(node: JoinExec): readonly StateEstimate[] {
  if (node.isBatch) return [];
  const sides = [node.keys.left, node.keys.right];
  return node.inputs.map((side, index) => {
    const isUnique = side.upsertKeys.some((key) => key.every((column) => sides[index]!.includes(column)));
    const name = index === 0 ? 'left' : 'right';
    return { entry: isUnique ? `key of the ${name} input` : `row of the ${name} input`, bytesPerEntry: rowBytes(side.rowType), growth: isUnique ? 'by-key' : 'by-row', isBoundByTtl: true };
  });
}

function temporalState({ inputs, keys }: TemporalJoinExec): readonly StateEstimate[] {
  return [
    { entry: 'row of the left input not yet passed by the watermark', bytesPerEntry: rowBytes(inputs[0]!.rowType), growth: 'by-time', isBoundByTtl: false },
    { ...perKey(inputs[1]!, keys.right, rowBytes(inputs[1]!.rowType)), isBoundByTtl: false },
  ];
}

function rankState({ shape, inputs }: RankExec): readonly StateEstimate[] {
  if (shape.isBatch) return [];
  const bytes = rowBytes(inputs[0]!.rowType);
  const isLimited = Number.isFinite(shape.end);
  if (shape.partitionColumns.length === 0) return [{ entry: isLimited ? 'row up to the limit' : 'row', bytesPerEntry: bytes, growth: isLimited ? 'until-limit' : 'by-row', isBoundByTtl: true }];
  return [perKey(inputs[0]!, shape.partitionColumns, bytes * (isLimited ? shape.end : 1))];
}

/** ROWS keeps as many rows as the frame has, RANGE those of a span of time, and without a lower bound the results alone. */
function overState({ shape, inputs }: OverAggregateExec): StateEstimate {
  const input = inputs[0]!;
  const isOpen = shape.frame.lower.kind === 'UNBOUNDED_PRECEDING';
  if (!isOpen && shape.frame.unit === 'RANGE') return { entry: `row of the frame${keyText(input, shape.partitionColumns, ' of key ')}`, bytesPerEntry: rowBytes(input.rowType), growth: 'by-time', isBoundByTtl: true };
  return perKey(input, shape.partitionColumns, isOpen ? shape.calls.reduce((sum, { type }) => sum + valueBytes(type), 0) : rowBytes(input.rowType));
}

function matchState({ shape, inputs }: MatchExec): StateEstimate {
  const input = inputs[0]!;
  return { entry: `row of an unfinished match${keyText(input, shape.partitionColumns, ' of key ')}`, bytesPerEntry: rowBytes(input.rowType), growth: shape.withinMs === undefined ? 'by-row' : 'by-time', isBoundByTtl: false };
}
