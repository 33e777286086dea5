// Top-N over rows that are replaced by key and only ever move up: a row that has left the result comes back as a new version only, so
// no more than the result itself is kept, and no -U has to come in (Flink's update-fast strategy).
// What goes out is the difference of the result before and after: by rank where the rank is a column, else by row.
import { Types, type TypeInformation } from '#core/types/type-information';
import type { StateTtlConfig, ValueState } from '#state/keyed/keyed-state';
import type { Collector } from '#streaming/process/process-functions';
import type { KeyedTableFunction, TableFunctionContext } from '#table/runtime/keyed-table-function';
import { isAccumulate, kindOf, RowKind, type TableRow } from '#table/runtime/row-kind';

export interface UpsertRankOptions {
  readonly rowType: TypeInformation;
  readonly compare: (a: TableRow, b: TableRow) => number;
  /** Whether two rows are versions of one. */
  readonly isSame: (a: TableRow, b: TableRow) => boolean;
  /** From 1, both included. */
  readonly start: number;
  readonly end: number;
  readonly hasRank: boolean;
  readonly emitsUpdateBefore: boolean;
  readonly emit: (row: TableRow, kind: number, rank: number) => TableRow;
  readonly ttl: StateTtlConfig | undefined;
}

export class UpsertRankFunction implements KeyedTableFunction {
  readonly elements: KeyedTableFunction['elements'];
  readonly #options: UpsertRankOptions;
  #state!: ValueState<readonly TableRow[]>;

  constructor(options: UpsertRankOptions) {
    this.#options = options;
    this.elements = [(row: TableRow, _context: unknown, out: Collector<TableRow>) => this.#process(row, out)];
  }

  openWith({ backend }: TableFunctionContext): void {
    const { rowType, ttl } = this.#options;
    this.#state = backend.getState({ kind: 'value', name: 'rows', type: Types.LIST(rowType), ttl }) as ValueState<readonly TableRow[]>;
  }

  #process(row: TableRow, out: Collector<TableRow>): void {
    if (!isAccumulate(kindOf(row))) return;
    const { compare, isSame, end, hasRank } = this.#options;
    const before = this.#state.value() ?? [];
    const after = before.filter((other) => !isSame(other, row));
    const found = after.findIndex((other) => compare(row, other) < 0);
    after.splice(found < 0 ? after.length : found, 0, row);
    if (after.length > end) after.length = end;
    this.#state.update(after);
    if (hasRank) this.#emitByRank(before, after, out);
    else this.#emitByRow(before, after, row, out);
  }

  #emitByRank(before: readonly TableRow[], after: readonly TableRow[], out: Collector<TableRow>): void {
    for (let index = this.#options.start - 1; index < after.length; index++) {
      const [old, now] = [before[index], after[index]!];
      if (old === now) continue;
      if (old === undefined) out.collect(this.#options.emit(now, RowKind.INSERT, index + 1));
      else this.#emitUpdate(old, now, index + 1, out);
    }
  }

  #emitByRow(before: readonly TableRow[], after: readonly TableRow[], row: TableRow, out: Collector<TableRow>): void {
    const { start, end, emit, isSame } = this.#options;
    const [old, now] = [before.slice(start - 1), after.slice(start - 1)];
    const replaced = old.find((other) => isSame(other, row));
    if (replaced !== undefined && now.includes(row)) {
      this.#emitUpdate(replaced, row, 0, out);
      return;
    }
    if (end === 1 && old[0] !== undefined && now[0] !== undefined) {
      if (old[0] !== now[0]) this.#emitUpdate(old[0], now[0], 0, out);
      return;
    }
    for (const other of old) if (!now.includes(other)) out.collect(emit(other, RowKind.DELETE, 0));
    for (const other of now) if (!old.includes(other)) out.collect(emit(other, RowKind.INSERT, 0));
  }

  #emitUpdate(before: TableRow, after: TableRow, rank: number, out: Collector<TableRow>): void {
    const { emit, emitsUpdateBefore } = this.#options;
    if (emitsUpdateBefore) out.collect(emit(before, RowKind.UPDATE_BEFORE, rank));
    out.collect(emit(after, RowKind.UPDATE_AFTER, rank));
  }
}
