// Sorts rows by a time attribute: rows of one time wait in state until the watermark, or the clock, has passed it.
import { type TypeInformation, Types } from '#core/types/type-information';
import type { MapState } from '#state/keyed/keyed-state';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { Collector, TimerService } from '#streaming/process/process-functions';
import type { OperatorContext } from '#streaming/operator/stream-operator';
import type { KeyedTableFunction, TableFunctionContext } from '#table/runtime/keyed-table-function';
import { kindOf, type TableRow } from '#table/runtime/row-kind';

export interface TemporalSortOptions {
  readonly rowType: TypeInformation;
  /** Undefined: by processing time. */
  readonly timeOf: ((row: TableRow) => number | null) | undefined;
  /** Among rows of one time. */
  readonly compare: (a: TableRow, b: TableRow) => number;
  readonly emit: (row: TableRow, kind: number) => TableRow;
}

const STATE_NAME = 'sortState';

export class TemporalSortFunction implements KeyedTableFunction {
  readonly elements: KeyedTableFunction['elements'];
  readonly onTimer = (timestamp: number, _context: unknown, out: Collector<TableRow>): void => this.#fire(timestamp, out);
  readonly #options: TemporalSortOptions;
  #backend!: KeyedStateBackend;
  #rows!: MapState<number, TableRow[]>;
  #timers!: TimerService;
  #operator!: OperatorContext;

  constructor(options: TemporalSortOptions) {
    this.#options = options;
    this.elements = [(row: TableRow) => this.#add(row)];
  }

  openWith({ backend, timers, operator }: TableFunctionContext): void {
    this.#backend = backend;
    this.#timers = timers;
    this.#operator = operator;
    this.#rows = backend.getState({ kind: 'map', name: STATE_NAME, keyType: Types.LONG, type: Types.LIST(this.#options.rowType) }) as MapState<number, TableRow[]>;
  }

  #add(row: TableRow): void {
    const { timeOf } = this.#options;
    const time = timeOf === undefined ? this.#timers.currentProcessingTime() : timeOf(row);
    if (time === null) return;
    if (timeOf !== undefined && time <= this.#timers.currentWatermark()) {
      this.#operator.count('numLateRecordsDropped', 1);
      return;
    }
    const rows = this.#rows.get(time) ?? [];
    rows.push(row);
    this.#rows.put(time, rows);
    if (timeOf === undefined) this.#timers.registerProcessingTimeTimer(time + 1);
    else this.#timers.registerEventTimeTimer(time);
  }

  /** The clock will pass all times, so rows that wait for it need not be lost. Event time ends with the last watermark by itself. */
  onEndInput(_input: number, out: Collector<TableRow>): void {
    if (this.#options.timeOf !== undefined) return;
    this.#backend.applyToKeys(STATE_NAME, () => {
      for (const time of [...this.#rows.keys()].sort((a, b) => a - b)) this.#fire(time + 1, out);
    });
  }

  #fire(timestamp: number, out: Collector<TableRow>): void {
    const { timeOf, compare, emit } = this.#options;
    const time = timeOf === undefined ? timestamp - 1 : timestamp;
    const rows = this.#rows.get(time);
    if (rows === null) return;
    this.#rows.remove(time);
    for (const row of [...rows].sort(compare)) out.collect(emit(row, kindOf(row)));
  }
}
