// The first row per key by event time, put out once, when the watermark has passed its time: until then an earlier one may come.
// Insert-only. Rows behind the watermark are dropped and counted.
import { Types, type TypeInformation } from '#core/types/type-information';
import type { StateTtlConfig, ValueState } from '#state/keyed/keyed-state';
import type { Collector, TimerService } from '#streaming/process/process-functions';
import type { OperatorContext } from '#streaming/operator/stream-operator';
import type { KeyedTableFunction, TableFunctionContext } from '#table/runtime/keyed-table-function';
import { RowKind, type TableRow } from '#table/runtime/row-kind';

export interface FirstRowtimeOptions {
  readonly rowType: TypeInformation;
  readonly timeOf: (row: TableRow) => number | null;
  readonly emit: (row: TableRow, kind: number) => TableRow;
  readonly ttl: StateTtlConfig | undefined;
}

/** `row` is null once it has gone out. */
interface First {
  readonly row: TableRow | null;
}

export class FirstRowtimeFunction implements KeyedTableFunction {
  readonly elements: KeyedTableFunction['elements'];
  readonly onTimer = (_timestamp: number, _context: unknown, out: Collector<TableRow>): void => this.#fire(out);
  readonly #options: FirstRowtimeOptions;
  #state!: ValueState<First>;
  #timers!: TimerService;
  #operator!: OperatorContext;

  constructor(options: FirstRowtimeOptions) {
    this.#options = options;
    this.elements = [(row: TableRow) => this.#process(row)];
  }

  openWith({ backend, timers, operator }: TableFunctionContext): void {
    const { rowType, ttl } = this.#options;
    this.#timers = timers;
    this.#operator = operator;
    this.#state = backend.getState({ kind: 'value', name: 'first-row', type: Types.ROW({ row: Types.NULLABLE(rowType) }), ttl }) as ValueState<First>;
  }

  #process(row: TableRow): void {
    const { timeOf } = this.#options;
    const time = timeOf(row);
    if (time === null) return;
    if (time <= this.#timers.currentWatermark()) {
      this.#operator.count('numLateRecordsDropped', 1);
      return;
    }
    const first = this.#state.value();
    if (first !== null) {
      if (first.row === null || timeOf(first.row)! <= time) return;
      this.#timers.deleteEventTimeTimer(timeOf(first.row)!);
    }
    this.#state.update({ row });
    this.#timers.registerEventTimeTimer(time);
  }

  #fire(out: Collector<TableRow>): void {
    const row = this.#state.value()?.row ?? null;
    if (row === null) return;
    this.#state.update({ row: null });
    out.collect(this.#options.emit(row, RowKind.INSERT));
  }
}
