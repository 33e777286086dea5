// ORDER BY and LIMIT. On a stream only what has an end can be sorted: by a time attribute, or the first rows; a batch is sorted at its end.
import type { ExecNode } from '#table/exec/exec-node';
import { RankExec } from '#table/exec/rank-exec';
import { TemporalSortExec } from '#table/exec/temporal-sort-exec';
import { TableError } from '#table/errors';
import type { SortNode } from '#table/logical/logical-plan';
import { limitedScan } from '#table/planner/merged-calc';
import { updateKeyOf } from '#table/planner/rank-strategy';
import type { PlannerContext } from '#table/planner/planner-context';

export function planSort(node: SortNode, context: PlannerContext): ExecNode {
  const input = context.plan(node.input);
  const { keys, offset, limit } = node;
  if (keys.some(({ expression }) => expression.kind !== 'input')) throw new TableError('TABLE_NOT_SUPPORTED', 'sort keys are columns');
  const end = limit === undefined ? Number.POSITIVE_INFINITY : offset + limit;
  const isOpen = limit === undefined && !context.isBatch;
  if (isOpen && offset > 0) throw new TableError('TABLE_NOT_SUPPORTED', 'FETCH is missed, which on streaming table is not supported currently.');
  if (isOpen) return temporalSort(node, input);
  const kind = keys.length === 0 ? 'Limit' : limit === undefined && offset === 0 ? 'Sort' : 'SortLimit';
  const source = keys.length === 0 && limit !== undefined ? limitedScan(input, end) ?? input : input;
  return new RankExec(source, { ranking: 'ROW_NUMBER', partitionColumns: [], orderBy: keys, start: offset + 1, end, hasRank: false, isBatch: context.isBatch, updateKey: context.isBatch ? undefined : updateKeyOf(input, [], keys) }, node.rowType, kind);
}

function temporalSort(node: SortNode, input: ExecNode): ExecNode {
  const [first] = node.keys;
  const type = first?.expression.type;
  const isTime = (type?.kind === 'TIMESTAMP' || type?.kind === 'TIMESTAMP_LTZ') && type.time !== 'regular';
  if (!isTime) throw new TableError('TABLE_NOT_SUPPORTED', 'Sort on a non-time-attribute field is not supported.');
  if (!first!.isAscending) throw new TableError('TABLE_NOT_SUPPORTED', 'Sort: Primary sort order of a streaming table must be ascending on time.');
  return new TemporalSortExec(input, node.keys, { isRowtime: type.time === 'rowtime' });
}
