// Turns upserts by key into a full changelog: what a key's row was before is kept, so that -U can be sent, a delete gets its whole row,
// and a row that says nothing new is dropped. With a filter, a row that does not pass takes the one before away.
import type { TypeInformation } from '#core/types/type-information';
import type { StateTtlConfig, ValueState } from '#state/keyed/keyed-state';
import type { Collector } from '#streaming/process/process-functions';
import type { KeyedTableFunction, TableFunctionContext } from '#table/runtime/keyed-table-function';
import { kindOf, RowKind, type TableRow } from '#table/runtime/row-kind';

export interface ChangelogNormalizeOptions {
  readonly rowType: TypeInformation;
  readonly equal: (a: TableRow, b: TableRow) => boolean;
  readonly emit: (row: TableRow, kind: number) => TableRow;
  /** Makes the test that rows must pass; it may ask for the watermark. */
  readonly passes: ((currentWatermark: () => number) => (row: TableRow) => boolean) | undefined;
  readonly emitsUpdateBefore: boolean;
  readonly ttl: StateTtlConfig | undefined;
}

export class ChangelogNormalizeFunction implements KeyedTableFunction {
  readonly elements: KeyedTableFunction['elements'];
  readonly #options: ChangelogNormalizeOptions;
  #state!: ValueState<TableRow>;
  #passes: ((row: TableRow) => boolean) | undefined;

  constructor(options: ChangelogNormalizeOptions) {
    this.#options = options;
    this.elements = [(row: TableRow, _context: unknown, out: Collector<TableRow>) => this.#process(row, out)];
  }

  openWith({ backend, timers }: TableFunctionContext): void {
    const { rowType, ttl, passes } = this.#options;
    this.#passes = passes?.(() => timers.currentWatermark());
    this.#state = backend.getState({ kind: 'value', name: 'deduplicate-state', type: rowType, ttl }) as ValueState<TableRow>;
  }

  #process(row: TableRow, out: Collector<TableRow>): void {
    const { equal, emit, emitsUpdateBefore, ttl } = this.#options;
    const passes = this.#passes;
    const kind = kindOf(row);
    const before = this.#state.value();
    // -U of a full changelog: the +U behind it says what there is.
    if (kind === RowKind.UPDATE_BEFORE) return;
    if (kind === RowKind.DELETE || (passes !== undefined && !passes(row))) {
      if (before === null) return;
      this.#state.clear();
      out.collect(emit(before, RowKind.DELETE));
      return;
    }
    if (before === null) {
      this.#state.update(row);
      out.collect(emit(row, RowKind.INSERT));
      return;
    }
    if (ttl === undefined && equal(before, row)) return;
    this.#state.update(row);
    if (emitsUpdateBefore) out.collect(emit(before, RowKind.UPDATE_BEFORE));
    out.collect(emit(row, RowKind.UPDATE_AFTER));
  }
}
