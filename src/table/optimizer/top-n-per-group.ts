// ORDER BY … LIMIT per value of some expressions, as a condition on a row number.
import { conjunctionOf } from '#table/expressions/conditions';
import type { Expression, OverWindow, SortKey } from '#table/expressions/expression';
import { builtInAggregate, builtInScalar } from '#table/functions/built-in-functions';
import type { LogicalPlan, NamedAggregate } from '#table/logical/logical-plan';
import { LogicalTypes, notNull } from '#table/types/logical-type';

export interface RowRange {
  readonly offset: number;
  /** Undefined: all behind the offset. */
  readonly limit: number | undefined;
}

/** The rows of `input` that are in the range within their group. */
export function topNPerGroup(input: LogicalPlan, partitionBy: readonly Expression[], orderBy: readonly SortKey[], { offset, limit }: RowRange): LogicalPlan {
  const { rowType } = input;
  const rank: NamedAggregate = { name: '$rank', call: { function: builtInAggregate('ROW_NUMBER'), arguments: [], isDistinct: false, filter: undefined, orderBy: [] }, type: notNull(LogicalTypes.BIGINT) };
  const window: OverWindow = { partitionBy, orderBy, unit: 'ROWS', lower: { kind: 'UNBOUNDED_PRECEDING' }, upper: { kind: 'CURRENT_ROW' } };
  const ranked: LogicalPlan = { kind: 'over', input, window, calls: [rank], rowType: { ...rowType, fields: [...rowType.fields, { name: rank.name, type: rank.type }] } };
  const bound = (operator: '<=' | '>', value: number): Expression => ({ kind: 'call', function: builtInScalar(operator), arguments: [{ kind: 'input', index: rowType.fields.length, type: rank.type }, { kind: 'literal', value, type: rank.type }], type: notNull(LogicalTypes.BOOLEAN) });
  const condition = conjunctionOf([...(limit === undefined ? [] : [bound('<=', offset + limit)]), ...(offset === 0 ? [] : [bound('>', offset)])]);
  const chosen: LogicalPlan = { kind: 'filter', input: ranked, condition, rowType: ranked.rowType };
  return { kind: 'project', input: chosen, expressions: rowType.fields.map(({ type }, index) => ({ kind: 'input', index, type })), rowType };
}
