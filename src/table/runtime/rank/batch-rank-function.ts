// Top-N per key of a batch: rows are gathered, and ranked when there are no more.
import { keptRow } from '#core/codegen/row-view';
import { Types, type TypeInformation } from '#core/types/type-information';
import type { ValueState } from '#state/keyed/keyed-state';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { Collector } from '#streaming/process/process-functions';
import type { KeyedTableFunction, TableFunctionContext } from '#table/runtime/keyed-table-function';
import { isOwnedInState } from '#table/runtime/owned-rows';
import { RowKind, type TableRow } from '#table/runtime/row-kind';

export interface BatchRankOptions {
  readonly rowType: TypeInformation;
  readonly compare: (a: TableRow, b: TableRow) => number;
  /** From 1, both included; `end` Infinity = all. */
  readonly start: number;
  readonly end: number;
  /** `rank` is 0 where it is no column. */
  readonly emit: (row: TableRow, kind: number, rank: number) => TableRow;
  /** How equal rows are ranked. */
  readonly ranking: 'ROW_NUMBER' | 'RANK' | 'DENSE_RANK';
}

const STATE_NAME = 'rows';

export class BatchRankFunction implements KeyedTableFunction {
  readonly elements: KeyedTableFunction['elements'];
  readonly acceptsViews = true;
  readonly #options: BatchRankOptions;
  #backend!: KeyedStateBackend;
  #state!: ValueState<TableRow[]>;

  constructor(options: BatchRankOptions) {
    this.#options = options;
    this.elements = [(row: TableRow) => this.#gather(row)];
  }

  openWith({ backend }: TableFunctionContext): void {
    const { rowType } = this.#options;
    this.#backend = backend;
    this.#state = backend.getState({ kind: 'value', name: STATE_NAME, type: Types.LIST(rowType), isOwned: isOwnedInState(rowType) }) as ValueState<TableRow[]>;
  }

  onEndInput(_input: number, out: Collector<TableRow>): void {
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
}
