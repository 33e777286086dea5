// First or last row per key where nothing is ever taken back: the input only inserts, and nobody asks for -U. Then the row kept is never
// put out again, and its time is all there is to keep: a number per key instead of a row. hot path.
// Bench: `millrace nexmark --query q18`.
import { Types } from '#core/types/type-information';
import type { StateTtlConfig, ValueState } from '#state/keyed/keyed-state';
import type { Collector } from '#streaming/process/process-functions';
import type { KeyedTableFunction, TableFunctionContext } from '#table/runtime/keyed-table-function';
import { RowKind, type TableRow } from '#table/runtime/row-kind';

export interface DeduplicateTimeOptions {
  readonly keepsFirst: boolean;
  /** Event time of a row; undefined: by processing time, which is the order of arrival. */
  readonly timeOf: ((row: TableRow) => number | null) | undefined;
  readonly emit: (row: TableRow, kind: number) => TableRow;
  readonly ttl: StateTtlConfig | undefined;
}

/** A row without a time comes before all others. */
const NO_TIME = Number.NEGATIVE_INFINITY;

export class DeduplicateTimeFunction implements KeyedTableFunction {
  readonly elements: KeyedTableFunction['elements'];
  readonly acceptsViews = true;
  readonly #options: DeduplicateTimeOptions;
  #times!: ValueState<number>;

  constructor(options: DeduplicateTimeOptions) {
    this.#options = options;
    this.elements = [(row: TableRow, _context: unknown, out: Collector<TableRow>) => this.#process(row, out)];
  }

  openWith({ backend }: TableFunctionContext): void {
    this.#times = backend.getState({ kind: 'value', name: 'deduplicate-state', type: Types.DOUBLE, ttl: this.#options.ttl }) as ValueState<number>;
  }

  #process(row: TableRow, out: Collector<TableRow>): void {
    const { timeOf, keepsFirst, emit } = this.#options;
    const now = timeOf === undefined ? 0 : (timeOf(row) ?? NO_TIME);
    const before = this.#times.value();
    if (before !== null && (keepsFirst ? now >= before : now < before)) return;
    this.#times.update(now);
    out.collect(emit(row, before === null ? RowKind.INSERT : RowKind.UPDATE_AFTER));
  }
}
