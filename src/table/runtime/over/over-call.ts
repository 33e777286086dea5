// One window function over the ordered rows of a partition: a value per row. Ranking functions go through the rows once, LEAD from the
// end; aggregates run over the frame of each row, once through where the frame only grows. hot path (batch)
import type { StoredAggregation } from '#table/runtime/aggregate/stored-aggregation';
import { RowKind, type TableRow } from '#table/runtime/row-kind';

export type FrameBoundShape =
  | { readonly kind: 'UNBOUNDED_PRECEDING' | 'UNBOUNDED_FOLLOWING' | 'CURRENT_ROW' }
  | { readonly kind: 'PRECEDING' | 'FOLLOWING'; readonly offset: number };

export interface OverFrame {
  readonly unit: 'ROWS' | 'RANGE';
  readonly lower: FrameBoundShape;
  readonly upper: FrameBoundShape;
}

export interface OverCall {
  readonly name: string;
  /** Of the one aggregate; its result has the value under `v`. */
  readonly aggregation: StoredAggregation;
}

export interface OverOrder {
  readonly compare: (a: TableRow, b: TableRow) => number;
  /** The value that RANGE offsets are added to, in the direction of the order; undefined where the order has several keys. */
  readonly position: ((row: TableRow) => number | null) | undefined;
}

const KEY = 0;
const AT_LAST_PEER = new Set(['CUME_DIST']);
const SEQUENTIAL = new Set(['ROW_NUMBER', 'RANK', 'DENSE_RANK', 'PERCENT_RANK', 'CUME_DIST', 'NTILE', 'LAG', 'LEAD']);

export function valuesOver(rows: readonly TableRow[], call: OverCall, frame: OverFrame, order: OverOrder): unknown[] {
  if (SEQUENTIAL.has(call.name)) return sequential(rows, call, order);
  const isGrowing = frame.lower.kind === 'UNBOUNDED_PRECEDING' && frame.upper.kind === 'CURRENT_ROW';
  if (isGrowing) return growing(rows, call, frame, order);
  return rows.map((_, index) => {
    const [from, to] = frameOf(rows, index, frame, order);
    const { aggregation } = call;
    const stored = aggregation.create();
    for (let i = from; i <= to; i++) aggregation.add(stored, rows[i]!);
    return aggregation.result(KEY, stored, RowKind.INSERT)['v'];
  });
}

function sequential(rows: readonly TableRow[], { name, aggregation }: OverCall, { compare }: OverOrder): unknown[] {
  const values: unknown[] = Array.from({ length: rows.length });
  const stored = aggregation.create();
  const ordered = name === 'LEAD' ? [...rows.keys()].reverse() : [...rows.keys()];
  const state = aggregation.accumulatorOf(stored)['a0'] as { partitionSize?: number };
  if ('partitionSize' in state) state.partitionSize = rows.length;
  for (let i = 0; i < ordered.length; i++) {
    aggregation.add(stored, rows[ordered[i]!]!);
    const isOpen = AT_LAST_PEER.has(name) && i + 1 < rows.length && compare(rows[i]!, rows[i + 1]!) === 0;
    if (isOpen) continue;
    const value: unknown = aggregation.result(KEY, stored, RowKind.INSERT)['v'];
    values[ordered[i]!] = value;
    if (AT_LAST_PEER.has(name)) for (let peer = i - 1; peer >= 0 && compare(rows[peer]!, rows[i]!) === 0; peer--) values[peer] = value;
  }
  return values;
}

function growing(rows: readonly TableRow[], { aggregation }: OverCall, { unit }: OverFrame, { compare }: OverOrder): unknown[] {
  const values: unknown[] = Array.from({ length: rows.length });
  const stored = aggregation.create();
  for (let from = 0; from < rows.length;) {
    let to = from;
    if (unit === 'RANGE') while (to + 1 < rows.length && compare(rows[from]!, rows[to + 1]!) === 0) to++;
    for (let i = from; i <= to; i++) aggregation.add(stored, rows[i]!);
    const value: unknown = aggregation.result(KEY, stored, RowKind.INSERT)['v'];
    for (let i = from; i <= to; i++) values[i] = value;
    from = to + 1;
  }
  return values;
}

/** First and last row of the frame of row `index`; from > to where it is empty. */
function frameOf(rows: readonly TableRow[], index: number, frame: OverFrame, order: OverOrder): readonly [number, number] {
  if (frame.unit === 'ROWS') return [Math.max(0, rowBound(index, frame.lower, 0)), Math.min(rows.length - 1, rowBound(index, frame.upper, rows.length - 1))];
  return [rangeBound(rows, index, frame.lower, order, true), rangeBound(rows, index, frame.upper, order, false)];
}

function rowBound(index: number, bound: FrameBoundShape, end: number): number {
  switch (bound.kind) {
    case 'PRECEDING': return index - bound.offset;
    case 'FOLLOWING': return index + bound.offset;
    case 'CURRENT_ROW': return index;
    default: return end;
  }
}

function rangeBound(rows: readonly TableRow[], index: number, bound: FrameBoundShape, { compare, position }: OverOrder, isLower: boolean): number {
  if (bound.kind === 'UNBOUNDED_PRECEDING') return 0;
  if (bound.kind === 'UNBOUNDED_FOLLOWING') return rows.length - 1;
  const own = position?.(rows[index]!) ?? null;
  // Peers, which rows whose key is NULL are as well.
  if (!('offset' in bound) || own === null) {
    let at = index;
    while (isLower ? at > 0 && compare(rows[at - 1]!, rows[index]!) === 0 : at + 1 < rows.length && compare(rows[at + 1]!, rows[index]!) === 0) at += isLower ? -1 : 1;
    return at;
  }
  const target = bound.kind === 'PRECEDING' ? own - bound.offset : own + bound.offset;
  const places = rows.map((row) => position!(row));
  if (isLower) {
    const at = places.findIndex((place) => place !== null && place >= target);
    return at < 0 ? rows.length : at;
  }
  return places.findLastIndex((place) => place !== null && place <= target);
}
