// Top-N per key (Flink's Rank): the rows of a key in order, of which those ranked [start, end] are the result. Where the input only
// inserts, rows beyond the end are forgotten; where it takes rows back, all are kept, since the next one may move up.
// With the rank as a column every row behind a new one changes; without it one row enters and one leaves. hot path.
import type { RowView } from '#core/codegen/row-view';
import type { Collector } from '#streaming/process/process-functions';
import type { KeyedTableFunction, TableFunctionContext } from '#table/runtime/keyed-table-function';
import { createRankedRows, type RankedRows, type RankedRowsShape } from '#table/runtime/rank/ranked-rows';
import { isAccumulate, kindOf, RowKind, type TableRow } from '#table/runtime/row-kind';

export interface RankOptions extends RankedRowsShape {
  /** From 1, both included; `end` Infinity = all. */
  readonly start: number;
  readonly end: number;
  /** The input takes rows back. */
  readonly hasRetraction: boolean;
  readonly hasRank: boolean;
  readonly emitsUpdateBefore: boolean;
  /** `rank` is 0 where it is no column. */
  readonly emit: (row: TableRow, kind: number, rank: number) => TableRow;
}

export class RankFunction implements KeyedTableFunction {
  readonly elements: KeyedTableFunction['elements'];
  readonly acceptsViews = true;
  readonly #options: RankOptions;
  #rows!: RankedRows;

  constructor(options: RankOptions) {
    this.#options = options;
    this.elements = [(row: TableRow, _context: unknown, out: Collector<TableRow>, view?: RowView) => this.#process(row, view, out)];
  }

  openWith({ backend }: TableFunctionContext): void {
    this.#rows = createRankedRows(backend, 'rows', this.#options);
  }

  #process(row: TableRow, view: RowView | undefined, out: Collector<TableRow>): void {
    this.#rows.begin();
    if (!this.#options.hasRetraction || isAccumulate(kindOf(row))) this.#insert(row, view, out);
    else this.#remove(row, out);
  }

  #insert(row: TableRow, view: RowView | undefined, out: Collector<TableRow>): void {
    const { end, hasRetraction } = this.#options;
    const rows = this.#rows;
    const at = rows.positionOf(row);
    if (!hasRetraction && at >= end) return;
    rows.insert(at, row, view);
    if (at < end) this.#emitShift(at, out);
    if (!hasRetraction && rows.count() > end) rows.remove(end);
    rows.commit();
  }

  /** A row has come in at `at`: those behind it have moved down by one. */
  #emitShift(at: number, out: Collector<TableRow>): void {
    const { start, end, hasRank, emit, hasRetraction } = this.#options;
    const rows = this.#rows;
    const count = rows.count();
    const last = Math.min(count, end);
    // The first row alone of rows that only come: a better one replaces it.
    if (hasRank || start > 1 || (!hasRetraction && start === 1 && end === 1)) {
      for (let index = Math.max(at, start - 1); index < last; index++) {
        // The place was taken before by the row that is now behind it, if there was one.
        if (index + 1 < count) this.#emitUpdate(index + 1, index, index + 1, out);
        else out.collect(emit(rows.at(index), RowKind.INSERT, index + 1));
      }
      return;
    }
    if (count > end) out.collect(emit(rows.at(end), RowKind.DELETE, 0));
    const entering = Math.max(at, start - 1);
    if (entering < last) out.collect(emit(rows.at(entering), RowKind.INSERT, 0));
  }

  /** @param before place of the row that had the rank. @param after of the one that has it. */
  #emitUpdate(before: number, after: number, rank: number, out: Collector<TableRow>): void {
    const { emit, emitsUpdateBefore } = this.#options;
    if (emitsUpdateBefore) out.collect(emit(this.#rows.at(before), RowKind.UPDATE_BEFORE, rank));
    out.collect(emit(this.#rows.at(after), RowKind.UPDATE_AFTER, rank));
  }

  #remove(row: TableRow, out: Collector<TableRow>): void {
    const rows = this.#rows;
    const at = rows.indexOf(row);
    if (at < 0) return;
    if (at < this.#options.end) this.#emitLeaving(at, out);
    rows.remove(at);
    rows.commit();
  }

  /** The row at `at` goes: those behind it move up by one. */
  #emitLeaving(at: number, out: Collector<TableRow>): void {
    const { end, start, hasRank, emit } = this.#options;
    const rows = this.#rows;
    const count = rows.count();
    if (!hasRank && start === 1) {
      out.collect(emit(rows.at(at), RowKind.DELETE, 0));
      if (end < count) out.collect(emit(rows.at(end), RowKind.INSERT, 0));
      return;
    }
    const last = Math.min(count, end);
    for (let index = Math.max(at, start - 1); index < last; index++) {
      if (index + 1 < count) this.#emitUpdate(index, index + 1, index + 1, out);
      else out.collect(emit(rows.at(index), RowKind.DELETE, index + 1));
    }
  }
}
