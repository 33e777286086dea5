// First or last row per key by a time attribute (Flink's Deduplicate). By processing time the order is that of arrival; by event time
// a row replaces the one kept when its time is earlier (or, for the last row, not earlier).
import { keptRow } from '#core/codegen/row-view';
import type { TypeInformation } from '#core/types/type-information';
import type { StateTtlConfig, ValueState } from '#state/keyed/keyed-state';
import type { Collector } from '#streaming/process/process-functions';
import type { KeyedTableFunction, TableFunctionContext } from '#table/runtime/keyed-table-function';
import { isOwnedInState } from '#table/runtime/owned-rows';
import { isAccumulate, kindOf, RowKind, type TableRow } from '#table/runtime/row-kind';

export interface DeduplicateOptions {
  readonly rowType: TypeInformation;
  readonly keepsFirst: boolean;
  /** Event time of a row; undefined: by processing time. */
  readonly timeOf: ((row: TableRow) => number | null) | undefined;
  readonly emitsUpdateBefore: boolean;
  readonly emit: (row: TableRow, kind: number) => TableRow;
  readonly ttl: StateTtlConfig | undefined;
}

export class DeduplicateFunction implements KeyedTableFunction {
  readonly elements: KeyedTableFunction['elements'];
  readonly acceptsViews = true;
  readonly #options: DeduplicateOptions;
  #state!: ValueState<TableRow>;

  constructor(options: DeduplicateOptions) {
    this.#options = options;
    this.elements = [(row: TableRow, _context: unknown, out: Collector<TableRow>) => this.#process(row, out)];
  }

  openWith({ backend }: TableFunctionContext): void {
    const { rowType, ttl } = this.#options;
    this.#state = backend.getState({ kind: 'value', name: 'deduplicate-state', type: rowType, ttl, isOwned: isOwnedInState(rowType) }) as ValueState<TableRow>;
  }

  #process(row: TableRow, out: Collector<TableRow>): void {
    const { emit, emitsUpdateBefore } = this.#options;
    const kept = this.#state.value();
    if (!isAccumulate(kindOf(row))) {
      // The key's row is gone altogether.
      if (kindOf(row) === RowKind.DELETE && kept !== null) {
        this.#state.clear();
        out.collect(emit(kept, RowKind.DELETE));
      }
      return;
    }
    if (kept === null) {
      this.#state.update(keptRow(row));
      out.collect(emit(row, RowKind.INSERT));
      return;
    }
    if (!this.#replaces(kept, row)) return;
    this.#state.update(keptRow(row));
    if (emitsUpdateBefore) out.collect(emit(kept, RowKind.UPDATE_BEFORE));
    out.collect(emit(row, RowKind.UPDATE_AFTER));
  }

  #replaces(kept: TableRow, row: TableRow): boolean {
    const { keepsFirst, timeOf } = this.#options;
    if (timeOf === undefined) return !keepsFirst;
    const [before, now] = [timeOf(kept) ?? Number.NEGATIVE_INFINITY, timeOf(row) ?? Number.NEGATIVE_INFINITY];
    return keepsFirst ? now < before : now >= before;
  }
}
