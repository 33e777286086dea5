// Rows and costs of a physical plan without statistics, with the default guesses of Flink's cost model: a table has 10^8 rows, a
// filter lets a quarter pass, a group has ten rows. Costs only compare plans with each other; nothing is chosen by them.
import type { ExecNode } from '#table/exec/exec-node';
import type { CalcExec } from '#table/exec/calc-exec';
import type { RankExec } from '#table/exec/rank-exec';
import type { ScanExec } from '#table/exec/scan-exec';
import type { ValuesExec } from '#table/exec/values-exec';
import { FILTER_PASSES, ROWS_PER_GROUP, TABLE_ROWS } from '#table/optimizer/estimated-rows';
import { rowBytes } from '#table/explain/value-bytes';

/** Operators that rows reach by an exchange. */
const EXCHANGED = new Set(['GroupAggregate', 'WindowAggregate', 'GroupWindowAggregate', 'Join', 'IntervalJoin', 'TemporalJoin', 'WindowJoin', 'Rank', 'WindowRank', 'Deduplicate', 'OverAggregate', 'ChangelogNormalize', 'SinkMaterialize', 'Match', 'SortLimit', 'Limit', 'Sort']);

export interface PlanCost {
  readonly rows: number;
  readonly cpu: number;
  readonly io: number;
  readonly network: number;
  readonly memory: number;
}

export interface PlanStatistics {
  /** Rows that a node gives. */
  rowsOf(node: ExecNode): number;
  /** Of the node and everything below it; what two read counts once for each. */
  costOf(node: ExecNode): PlanCost;
}

export function planStatistics(): PlanStatistics {
  const rows = new Map<ExecNode, number>();
  const costs = new Map<ExecNode, PlanCost>();
  const rowsOf = (node: ExecNode): number => remembered(rows, node, () => estimatedRows(node, node.inputs.map(rowsOf)));
  const costOf = (node: ExecNode): PlanCost => remembered(costs, node, () => {
    const inputs = node.inputs.map(costOf);
    const own = ownCost(node, rowsOf(node), node.inputs.map(rowsOf));
    return [own, ...inputs].reduce((sum, cost) => ({ rows: sum.rows + cost.rows, cpu: sum.cpu + cost.cpu, io: sum.io + cost.io, network: sum.network + cost.network, memory: sum.memory + cost.memory }));
  });
  return { rowsOf, costOf };
}

function remembered<T>(known: Map<ExecNode, T>, node: ExecNode, compute: () => T): T {
  const value = known.get(node) ?? compute();
  known.set(node, value);
  return value;
}

function estimatedRows(node: ExecNode, inputs: readonly number[]): number {
  const [first = 0] = inputs;
  switch (node.kind) {
    case 'TableSourceScan': return Math.min((node as ScanExec).limit ?? Number.POSITIVE_INFINITY, (node as ScanExec).source.rowCount ?? TABLE_ROWS);
    case 'Values': return (node as ValuesExec).rows.length;
    case 'Calc': return (node as CalcExec).condition === undefined ? first : first * FILTER_PASSES;
    case 'Union': return inputs.reduce((sum, count) => sum + count, 0);
    case 'GroupAggregate': return node.upsertKeys.some((key) => key.length === 0) ? 1 : Math.max(1, first / ROWS_PER_GROUP);
    case 'WindowAggregate': case 'GroupWindowAggregate': case 'Deduplicate': return Math.max(1, first / ROWS_PER_GROUP);
    case 'Join': case 'IntervalJoin': case 'WindowJoin': return Math.max(...inputs);
    case 'SortLimit': case 'Limit': return Math.min(first, (node as RankExec).shape.end - (node as RankExec).shape.start + 1);
    default: return first;
  }
}

function ownCost(node: ExecNode, rows: number, inputs: readonly number[]): PlanCost {
  const read = inputs.reduce((sum, count) => sum + count, 0);
  const bytes = node.inputs.reduce((sum, input, index) => sum + inputs[index]! * rowBytes(input.rowType), 0);
  const isLeaf = node.inputs.length === 0;
  const isExchanged = EXCHANGED.has(node.kind);
  return { rows, cpu: isLeaf ? rows : read, io: node.kind === 'TableSourceScan' ? rows * rowBytes(node.rowType) : 0, network: isExchanged ? bytes : 0, memory: isExchanged ? bytes : 0 };
}
