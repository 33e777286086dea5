// Window aggregation per key in keyed state: what the operator of windows on a grid cannot do (cumulating windows, windows by a zone's
// wall clock, sessions that rows carry already, inputs that take rows back). One accumulator per window and key; a window fires once,
// when its end has passed, and a row that comes later is dropped and counted.
import { Types } from '#core/types/type-information';
import type { MapState } from '#state/keyed/keyed-state';
import type { Collector, TimerService } from '#streaming/process/process-functions';
import type { OperatorContext } from '#streaming/operator/stream-operator';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { StoredAccumulator, StoredAggregation } from '#table/runtime/aggregate/stored-aggregation';
import type { KeyedTableFunction, TableFunctionContext } from '#table/runtime/keyed-table-function';
import { isAccumulate, kindOf, type TableRow } from '#table/runtime/row-kind';
import type { WindowTimes } from '#table/runtime/window/window-times';

export interface WindowAggregateOptions {
  readonly aggregation: StoredAggregation;
  /** The windows of a row, on the line of windows; null: the row is in none. No two windows of a key have one end. */
  readonly windowsOf: (row: TableRow, nowMs: number) => readonly (readonly [number, number])[] | null;
  readonly isRowtime: boolean;
  readonly times: WindowTimes;
  /** Makes the output row: start and end on the line of windows. */
  readonly emit: (key: unknown, stored: StoredAccumulator, start: number, end: number) => TableRow;
}

interface WindowEntry {
  readonly start: number;
  readonly end: number;
  readonly stored: StoredAccumulator;
}

export class WindowAggregateFunction implements KeyedTableFunction {
  readonly elements: KeyedTableFunction['elements'];
  readonly acceptsViews = true;
  readonly onTimer = (timestamp: number, _context: unknown, out: Collector<TableRow>): void => this.#fire(timestamp, out);
  readonly #options: WindowAggregateOptions;
  #windows!: MapState<number, WindowEntry>;
  #timers!: TimerService;
  #backend!: KeyedStateBackend;
  #operator!: OperatorContext;

  constructor(options: WindowAggregateOptions) {
    this.#options = options;
    this.elements = [(row: TableRow) => this.#add(row)];
  }

  openWith({ backend, timers, operator }: TableFunctionContext): void {
    const { aggregation } = this.#options;
    this.#backend = backend;
    this.#timers = timers;
    this.#operator = operator;
    const type = Types.ROW({ start: Types.LONG, end: Types.LONG, stored: aggregation.type });
    // Nobody else holds an entry: it may be changed where it lies.
    this.#windows = backend.getState({ kind: 'map', name: 'windows', isOwned: true, keyType: Types.LONG, type }) as MapState<number, WindowEntry>;
  }

  #add(row: TableRow): void {
    const { windowsOf, aggregation } = this.#options;
    const windows = windowsOf(row, this.#timers.currentProcessingTime());
    if (windows === null) return;
    for (const [start, end] of windows) {
      if (this.#isLate(end)) {
        this.#operator.count('numLateRecordsDropped', 1);
        continue;
      }
      const entry = this.#windows.get(end) ?? { start, end, stored: aggregation.create() };
      if (isAccumulate(kindOf(row))) aggregation.add(entry.stored, row);
      else aggregation.retract(entry.stored, row);
      this.#windows.put(end, entry);
      this.#register(end);
    }
  }

  #isLate(end: number): boolean {
    const { isRowtime, times } = this.#options;
    return isRowtime && times.toEpoch(end) - 1 <= this.#timers.currentWatermark();
  }

  #register(end: number): void {
    const fireAt = this.#options.times.toEpoch(end) - 1;
    if (this.#options.isRowtime) this.#timers.registerEventTimeTimer(fireAt);
    else this.#timers.registerProcessingTimeTimer(fireAt);
  }

  #fire(timestamp: number, out: Collector<TableRow>): void {
    const { aggregation, emit, times } = this.#options;
    const due = [...this.#windows.values()].filter(({ end }) => times.toEpoch(end) - 1 <= timestamp);
    for (const { start, end, stored } of due.sort((a, b) => a.end - b.end)) {
      this.#windows.remove(end);
      // All rows of the window were taken back: there is no such window.
      if (aggregation.rowCount(stored) > 0) out.collect(emit(this.#backend.currentKey, stored, start, end));
    }
  }
}
