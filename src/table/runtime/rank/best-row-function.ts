// The first row per key by any order where nothing is ever taken back: the input only inserts, and nobody asks for -U. Then the row kept
// is never put out again, and what it is compared by is all there is to keep. hot path. Bench: `millrace nexmark --query q9 --api sql`.
import type { TypeInformation } from '#core/types/type-information';
import type { StateTtlConfig, ValueState } from '#state/keyed/keyed-state';
import type { Collector } from '#streaming/process/process-functions';
import type { KeyedTableFunction, TableFunctionContext } from '#table/runtime/keyed-table-function';
import { isOwnedInState } from '#table/runtime/owned-rows';
import { RowKind, type TableRow } from '#table/runtime/row-kind';

export interface BestRowOptions {
  /** Of what `orderOf` gives. */
  readonly orderType: TypeInformation;
  /** The columns of a row that `compare` reads, under their own names. */
  readonly orderOf: (row: TableRow) => TableRow;
  readonly compare: (a: TableRow, b: TableRow) => number;
  /** @param rank 1 always. */
  readonly emit: (row: TableRow, kind: number, rank: number) => TableRow;
  readonly ttl: StateTtlConfig | undefined;
}

export class BestRowFunction implements KeyedTableFunction {
  readonly elements: KeyedTableFunction['elements'];
  readonly acceptsViews = true;
  readonly #options: BestRowOptions;
  #best!: ValueState<TableRow>;

  constructor(options: BestRowOptions) {
    this.#options = options;
    this.elements = [(row: TableRow, _context: unknown, out: Collector<TableRow>) => this.#process(row, out)];
  }

  openWith({ backend }: TableFunctionContext): void {
    const { orderType, ttl } = this.#options;
    this.#best = backend.getState({ kind: 'value', name: 'best-row', type: orderType, ttl, isOwned: isOwnedInState(orderType) }) as ValueState<TableRow>;
  }

  #process(row: TableRow, out: Collector<TableRow>): void {
    const { compare, orderOf, emit } = this.#options;
    const best = this.#best.value();
    // Of equal rows the earlier one stays.
    if (best !== null && compare(best, row) <= 0) return;
    this.#best.update(orderOf(row));
    out.collect(emit(row, best === null ? RowKind.INSERT : RowKind.UPDATE_AFTER, 1));
  }
}
