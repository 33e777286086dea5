// Top-N per key (Flink's Rank): the rows of a key in order, of which those ranked [start, end] are the result. Where the input only
// inserts, rows beyond the end are forgotten; where it takes rows back, all are kept, since the next one may move up.
// With the rank as a column every row behind a new one changes; without it one row enters and one leaves.
import { keptRow } from '#core/codegen/row-view';
import { Types, type TypeInformation } from '#core/types/type-information';
import type { StateTtlConfig, ValueState } from '#state/keyed/keyed-state';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { Collector } from '#streaming/process/process-functions';
import type { KeyedTableFunction, TableFunctionContext } from '#table/runtime/keyed-table-function';
import { isOwnedInState } from '#table/runtime/owned-rows';
import { isAccumulate, kindOf, RowKind, type TableRow } from '#table/runtime/row-kind';

export interface RankOptions {
  readonly rowType: TypeInformation;
  readonly compare: (a: TableRow, b: TableRow) => number;
  readonly equal: (a: TableRow, b: TableRow) => boolean;
  /** From 1, both included; `end` Infinity = all. */
  readonly start: number;
  readonly end: number;
  /** The input takes rows back. */
  readonly hasRetraction: boolean;
  readonly hasRank: boolean;
  readonly emitsUpdateBefore: boolean;
  /** `rank` is 0 where it is no column. */
  readonly emit: (row: TableRow, kind: number, rank: number) => TableRow;
  readonly ttl: StateTtlConfig | undefined;
  readonly isBatch: boolean;
  /** How equal rows are ranked at the end of a batch. */
  readonly ranking: 'ROW_NUMBER' | 'RANK' | 'DENSE_RANK';
}

const STATE_NAME = 'rows';

export class RankFunction implements KeyedTableFunction {
  readonly elements: KeyedTableFunction['elements'];
  readonly acceptsViews = true;
  readonly #options: RankOptions;
  #backend!: KeyedStateBackend;
  #state!: ValueState<TableRow[]>;

  constructor(options: RankOptions) {
    this.#options = options;
    this.elements = [options.isBatch ? (row: TableRow) => this.#gather(row) : (row: TableRow, _context: unknown, out: Collector<TableRow>) => this.#process(row, out)];
  }

  openWith({ backend }: TableFunctionContext): void {
    const { rowType, ttl } = this.#options;
    this.#backend = backend;
    this.#state = backend.getState({ kind: 'value', name: STATE_NAME, type: Types.LIST(rowType), ttl, isOwned: isOwnedInState(rowType) }) as ValueState<TableRow[]>;
  }

  onEndInput(_input: number, out: Collector<TableRow>): void {
    if (!this.#options.isBatch) return;
    this.#backend.applyToKeys(STATE_NAME, () => this.#emitRanked([...this.#state.value()!], out));
  }

  #gather(row: TableRow): void {
    const rows = this.#state.value() ?? [];
    rows.push(keptRow(row));
    this.#state.update(rows);
  }

  #emitRanked(rows: TableRow[], out: Collector<TableRow>): void {
    const { compare, start, end, ranking, emit } = this.#options;
    rows.sort(compare);
    let rank = 0;
    rows.forEach((row, index) => {
      const isTied = index > 0 && compare(rows[index - 1]!, row) === 0;
      if (ranking === 'ROW_NUMBER' || !isTied) rank = ranking === 'DENSE_RANK' ? rank + 1 : index + 1;
      if (rank >= start && rank <= end) out.collect(emit(row, RowKind.INSERT, rank));
    });
  }

  #process(row: TableRow, out: Collector<TableRow>): void {
    const rows = this.#state.value() ?? [];
    if (isAccumulate(kindOf(row))) this.#insert(rows, row, out);
    else this.#remove(rows, row, out);
  }

  #insert(rows: TableRow[], row: TableRow, out: Collector<TableRow>): void {
    const { compare, end, hasRetraction } = this.#options;
    const at = upperBound(rows, row, compare);
    if (!hasRetraction && at >= end) return;
    rows.splice(at, 0, keptRow(row));
    if (at < end) this.#emitShift(rows, at, out);
    if (!hasRetraction && rows.length > end) rows.pop();
    this.#state.update(rows);
  }

  /** A row has come in at `at`: those behind it have moved down by one. */
  #emitShift(rows: readonly TableRow[], at: number, out: Collector<TableRow>): void {
    const { start, end, hasRank, emit, hasRetraction } = this.#options;
    const last = Math.min(rows.length, end);
    // The first row alone of rows that only come: a better one replaces it.
    if (hasRank || start > 1 || (!hasRetraction && start === 1 && end === 1)) {
      for (let index = Math.max(at, start - 1); index < last; index++) {
        const before = rows[index + 1];
        // The place was taken before by the row that is now behind it, if there was one.
        if (before !== undefined) this.#emitUpdate(before, rows[index]!, index + 1, out);
        else out.collect(emit(rows[index]!, RowKind.INSERT, index + 1));
      }
      return;
    }
    if (rows.length > end) out.collect(emit(rows[end]!, RowKind.DELETE, 0));
    const entering = rows[Math.max(at, start - 1)];
    if (entering !== undefined && Math.max(at, start - 1) < last) out.collect(emit(entering, RowKind.INSERT, 0));
  }

  #emitUpdate(before: TableRow, after: TableRow, rank: number, out: Collector<TableRow>): void {
    const { emit, emitsUpdateBefore } = this.#options;
    if (emitsUpdateBefore) out.collect(emit(before, RowKind.UPDATE_BEFORE, rank));
    out.collect(emit(after, RowKind.UPDATE_AFTER, rank));
  }

  #remove(rows: TableRow[], row: TableRow, out: Collector<TableRow>): void {
    const { equal, end, start, hasRank, emit } = this.#options;
    const at = rows.findIndex((other) => equal(other, row));
    if (at < 0) return;
    const [removed] = rows.splice(at, 1);
    if (rows.length === 0) this.#state.clear();
    else this.#state.update(rows);
    if (at >= end) return;
    if (!hasRank && start === 1) {
      out.collect(emit(removed!, RowKind.DELETE, 0));
      const entering = rows[end - 1];
      if (entering !== undefined) out.collect(emit(entering, RowKind.INSERT, 0));
      return;
    }
    let before = removed!;
    const last = Math.min(rows.length + 1, end);
    for (let index = at; index < last; index++) {
      const after = rows[index];
      if (index >= start - 1) {
        if (after !== undefined) this.#emitUpdate(before, after, index + 1, out);
        else out.collect(emit(before, RowKind.DELETE, index + 1));
      }
      if (after !== undefined) before = after;
    }
  }
}

/** First position whose row comes after `row`: equal ones stay before it. */
function upperBound(rows: readonly TableRow[], row: TableRow, compare: (a: TableRow, b: TableRow) => number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(rows[middle]!, row) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
