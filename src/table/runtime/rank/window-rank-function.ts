// Top-N within windows: the best rows of a key and window, put out once, when the window's end has passed. Insert-only; of a window no
// more rows are kept than are asked for. Late rows are dropped and counted.
import { Types, type TypeInformation } from '#core/types/type-information';
import type { MapState } from '#state/keyed/keyed-state';
import type { Collector, TimerService } from '#streaming/process/process-functions';
import type { OperatorContext } from '#streaming/operator/stream-operator';
import type { KeyedTableFunction, TableFunctionContext } from '#table/runtime/keyed-table-function';
import { RowKind, type TableRow } from '#table/runtime/row-kind';

export interface WindowRankOptions {
  readonly rowType: TypeInformation;
  readonly compare: (a: TableRow, b: TableRow) => number;
  /** Of two equal rows the later one comes first. */
  readonly isLastFirst: boolean;
  /** From 1, both included. */
  readonly start: number;
  readonly end: number;
  /** End of the window of a row, in ms of the window's line. */
  readonly windowEndOf: (row: TableRow) => number | null;
  /** Time at which a window that ends then is complete. */
  readonly fireAt: (end: number) => number;
  /** `rank` is not read where it is no column. */
  readonly emit: (row: TableRow, kind: number, rank: number) => TableRow;
}

export class WindowRankFunction implements KeyedTableFunction {
  readonly elements: KeyedTableFunction['elements'];
  readonly onTimer = (timestamp: number, _context: unknown, out: Collector<TableRow>): void => this.#fire(timestamp, out);
  readonly #options: WindowRankOptions;
  #windows!: MapState<number, readonly TableRow[]>;
  #timers!: TimerService;
  #operator!: OperatorContext;

  constructor(options: WindowRankOptions) {
    this.#options = options;
    this.elements = [(row: TableRow) => this.#add(row)];
  }

  openWith({ backend, timers, operator }: TableFunctionContext): void {
    this.#timers = timers;
    this.#operator = operator;
    this.#windows = backend.getState({ kind: 'map', name: 'windows', keyType: Types.LONG, type: Types.LIST(this.#options.rowType) }) as MapState<number, readonly TableRow[]>;
  }

  #add(row: TableRow): void {
    const { windowEndOf, fireAt, compare, isLastFirst, end } = this.#options;
    const windowEnd = windowEndOf(row);
    if (windowEnd === null) return;
    const time = fireAt(windowEnd);
    if (time <= this.#timers.currentWatermark()) {
      this.#operator.count('numLateRecordsDropped', 1);
      return;
    }
    const rows = [...(this.#windows.get(windowEnd) ?? [])];
    const found = rows.findIndex((other) => (isLastFirst ? compare(row, other) <= 0 : compare(row, other) < 0));
    const at = found < 0 ? rows.length : found;
    if (at >= end) return;
    rows.splice(at, 0, row);
    if (rows.length > end) rows.pop();
    this.#windows.put(windowEnd, rows);
    this.#timers.registerEventTimeTimer(time);
  }

  #fire(timestamp: number, out: Collector<TableRow>): void {
    const { fireAt, emit, start } = this.#options;
    const due = [...this.#windows.keys()].filter((end) => fireAt(end) <= timestamp).sort((a, b) => a - b);
    for (const end of due) {
      const rows = this.#windows.get(end)!;
      this.#windows.remove(end);
      for (let index = start - 1; index < rows.length; index++) out.collect(emit(rows[index]!, RowKind.INSERT, index + 1));
    }
  }
}
