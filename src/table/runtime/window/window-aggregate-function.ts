// Window aggregation per key in keyed state: what the aligned window operator cannot do (cumulating windows, session windows, windows
// by processing time or by a zone's wall clock, inputs that take rows back, windows that rows carry already). One accumulator per
// window and key; a window fires once, when its end has passed, and a row that comes later is dropped and counted.
import { Types } from '#core/types/type-information';
import type { MapState } from '#state/keyed/keyed-state';
import type { Collector, TimerService } from '#streaming/process/process-functions';
import type { OperatorContext } from '#streaming/operator/stream-operator';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { StoredAccumulator, StoredAggregation } from '#table/runtime/aggregate/stored-aggregation';
import { isOwnedInState } from '#table/runtime/owned-rows';
import type { KeyedTableFunction, TableFunctionContext } from '#table/runtime/keyed-table-function';
import { isAccumulate, kindOf, type TableRow } from '#table/runtime/row-kind';
import type { WindowTimes } from '#table/runtime/window/window-times';

export interface WindowAggregateOptions {
  readonly aggregation: StoredAggregation;
  /** The windows of a row, on the line of windows; null: the row is in none. For sessions the one window that it begins. */
  readonly windowsOf: (row: TableRow, nowMs: number) => readonly (readonly [number, number])[] | null;
  readonly isRowtime: boolean;
  /** Windows that touch are one. */
  readonly isSession: boolean;
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
    this.#windows = backend.getState({ kind: 'map', name: 'windows', isOwned: isOwnedInState(type), keyType: Types.LONG, type }) as MapState<number, WindowEntry>;
  }

  #add(row: TableRow): void {
    const { windowsOf, isSession } = this.#options;
    const nowMs = this.#timers.currentProcessingTime();
    const windows = windowsOf(row, nowMs);
    if (windows === null) return;
    for (const [start, end] of windows) {
      if (isSession) {
        this.#addToSession(start, end, row);
        continue;
      }
      if (this.#isLate(end)) this.#operator.count('numLateRecordsDropped', 1);
      else this.#addTo({ start, end, stored: this.#windows.get(this.#keyOf({ start, end }))?.stored ?? this.#options.aggregation.create() }, row);
    }
  }

  #isLate(end: number): boolean {
    const { isRowtime, times } = this.#options;
    return isRowtime && times.toEpoch(end) - 1 <= this.#timers.currentWatermark();
  }

  #addTo(entry: WindowEntry, row: TableRow): void {
    this.#update(entry, row);
    this.#register(entry.end);
  }

  #update(entry: WindowEntry, row: TableRow): void {
    const { aggregation } = this.#options;
    if (isAccumulate(kindOf(row))) aggregation.add(entry.stored, row);
    else aggregation.retract(entry.stored, row);
    this.#windows.put(this.#keyOf(entry), entry);
  }

  /** Sessions that the row's own touches become one with it. A row that is late by itself may still be in one that is open. */
  #addToSession(start: number, end: number, row: TableRow): void {
    const { aggregation } = this.#options;
    const touching: WindowEntry[] = [];
    for (const entry of this.#windows.values()) if (entry.start <= end && entry.end >= start) touching.push(entry);
    const only = touching[0];
    if (only === undefined && this.#isLate(end)) {
      this.#operator.count('numLateRecordsDropped', 1);
      return;
    }
    if (only !== undefined && touching.length === 1 && only.start <= start) {
      // The usual case. The timer stays where it is, and moves on when it fires.
      this.#update({ start: only.start, end: Math.max(only.end, end), stored: only.stored }, row);
      return;
    }
    let merged: WindowEntry = { start, end, stored: aggregation.create() };
    for (const entry of touching.sort((x, y) => x.start - y.start)) {
      this.#windows.remove(this.#keyOf(entry));
      this.#unregister(entry.end);
      aggregation.merge(merged.stored, entry.stored);
      merged = { start: Math.min(merged.start, entry.start), end: Math.max(merged.end, entry.end), stored: merged.stored };
    }
    this.#addTo(merged, row);
  }

  /** Sessions of one key do not overlap, so that their starts tell them apart while they grow; of other windows no two have one end. */
  #keyOf({ start, end }: { readonly start: number; readonly end: number }): number {
    return this.#options.isSession ? start : end;
  }

  #register(end: number): void {
    const fireAt = this.#options.times.toEpoch(end) - 1;
    if (this.#options.isRowtime) this.#timers.registerEventTimeTimer(fireAt);
    else this.#timers.registerProcessingTimeTimer(fireAt);
  }

  #unregister(end: number): void {
    const fireAt = this.#options.times.toEpoch(end) - 1;
    if (this.#options.isRowtime) this.#timers.deleteEventTimeTimer(fireAt);
    else this.#timers.deleteProcessingTimeTimer(fireAt);
  }

  #fire(timestamp: number, out: Collector<TableRow>): void {
    const { aggregation, emit, times, isSession } = this.#options;
    const due: WindowEntry[] = [];
    for (const entry of this.#windows.values()) {
      if (times.toEpoch(entry.end) - 1 <= timestamp) due.push(entry);
      else if (isSession) this.#register(entry.end);
    }
    for (const entry of due.sort((a, b) => a.end - b.end || a.start - b.start)) {
      const { start, end, stored } = entry;
      this.#windows.remove(this.#keyOf(entry));
      // All rows of the window were taken back: there is no such window.
      if (aggregation.rowCount(stored) > 0) out.collect(emit(this.#backend.currentKey, stored, start, end));
    }
  }
}
