// How many rows a logical plan gives and which of its columns are unique, by the same guesses as the costs of EXPLAIN: what joins are
// ordered by. Nothing is known of values, so only orders of size mean anything.
import { comparedColumns, conjunctsOf } from '#table/expressions/conditions';
import type { Expression } from '#table/expressions/expression';
import type { LogicalPlan, ScanNode } from '#table/logical/logical-plan';

export const TABLE_ROWS = 1e8;
export const FILTER_PASSES = 0.25;
export const ROWS_PER_GROUP = 10;

export interface RowEstimates {
  /** Rows that a table is known to have; undefined where nothing is known. */
  readonly rowCount: (scan: ScanNode) => number | undefined;
}

export function estimatedRows(plan: LogicalPlan, estimates: RowEstimates): number {
  switch (plan.kind) {
    case 'scan': return Math.min(plan.limit ?? Number.POSITIVE_INFINITY, estimates.rowCount(plan) ?? TABLE_ROWS);
    case 'values': return plan.rows.length;
    case 'filter': return Math.max(1, estimatedRows(plan.input, estimates) * FILTER_PASSES ** conjunctsOf(plan.condition).length);
    case 'aggregate': return plan.groupColumns.length === 0 ? 1 : Math.max(1, estimatedRows(plan.input, estimates) / ROWS_PER_GROUP);
    case 'sort': return Math.min(plan.limit ?? Number.POSITIVE_INFINITY, estimatedRows(plan.input, estimates));
    case 'set-operation': return plan.inputs.reduce((sum, input) => sum + estimatedRows(input, estimates), 0);
    case 'join': {
      const joined = joinedRows(sideOf(plan.left, estimates), sideOf(plan.right, estimates), conjunctsOf(plan.condition));
      return plan.joinType === 'SEMI' || plan.joinType === 'ANTI' ? estimatedRows(plan.left, estimates) : joined;
    }
    case 'correlate': case 'temporal-join': return estimatedRows(plan.left, estimates);
    case 'process-table': return plan.inputs.reduce((most, { input }) => Math.max(most, estimatedRows(input, estimates)), 1);
    case 'table-function': return ROWS_PER_GROUP;
    default: return estimatedRows(plan.input, estimates);
  }
}

/** One side of a join: its rows, and the sets of its columns that no two of them share. */
export interface JoinSide {
  readonly rows: number;
  readonly width: number;
  readonly uniqueKeys: readonly (readonly number[])[];
}

export function sideOf(plan: LogicalPlan, estimates: RowEstimates): JoinSide {
  return { rows: estimatedRows(plan, estimates), width: plan.rowType.fields.length, uniqueKeys: uniqueKeysOf(plan) };
}

/**
 * Rows of an inner join. The equalities divide by the number of different keys: all rows of a side that is unique by them, else one in
 * ROWS_PER_GROUP. @param conditions over the columns of both sides, the right ones behind the left ones.
 */
export function joinedRows(left: JoinSide, right: JoinSide, conditions: readonly Expression[]): number {
  const pairs = conditions.map((condition) => comparedColumns(condition, ['='], left.width)).filter((pair) => pair !== undefined);
  const rest = conditions.length - pairs.length;
  const different = (side: JoinSide, columns: readonly number[]): number => (side.uniqueKeys.some((key) => key.every((column) => columns.includes(column))) ? side.rows : Math.max(1, side.rows / ROWS_PER_GROUP));
  const keys = pairs.length === 0 ? 1 : Math.max(different(left, pairs.map(([column]) => column)), different(right, pairs.map(([, column]) => column)));
  return Math.max(1, (left.rows * right.rows * FILTER_PASSES ** rest) / keys);
}

function uniqueKeysOf(plan: LogicalPlan): readonly (readonly number[])[] {
  switch (plan.kind) {
    case 'scan': {
      const { primaryKey } = plan.table.schema;
      const key = primaryKey?.columns.map((name) => plan.rowType.fields.findIndex((field) => field.name === name));
      return key === undefined || key.includes(-1) ? [] : [key];
    }
    case 'filter': case 'sort': case 'watermark': return uniqueKeysOf(plan.input);
    case 'aggregate': return plan.groupingSets.length === 1 && plan.groupWindow === undefined ? [plan.groupColumns.map((_, index) => index)] : [];
    case 'project': {
      const place = (column: number): number => plan.expressions.findIndex((expression) => expression.kind === 'input' && expression.index === column);
      return uniqueKeysOf(plan.input).map((key) => key.map(place)).filter((key) => !key.includes(-1));
    }
    default: return [];
  }
}
