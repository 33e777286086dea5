// The windowing function SESSION over event or processing time: rows wait until the session that they are in is closed, since until then
// a further row may widen it; then each comes out with the bounds of its session. Keyed by the columns of PARTITION BY.
import { Types, type TypeInformation } from '#core/types/type-information';
import type { MapState } from '#state/keyed/keyed-state';
import type { Collector, TimerService } from '#streaming/process/process-functions';
import type { OperatorContext } from '#streaming/operator/stream-operator';
import { joinInterval } from '#streaming/window/session-interval';
import type { KeyedTableFunction, TableFunctionContext } from '#table/runtime/keyed-table-function';
import type { TableRow } from '#table/runtime/row-kind';
import type { WindowTimes } from '#table/runtime/window/window-times';

export interface SessionTableOptions {
  readonly rowType: TypeInformation;
  /** Event time of a row; undefined: by processing time. */
  readonly timeOf: ((row: TableRow) => number | null) | undefined;
  readonly gapMs: number;
  readonly times: WindowTimes;
  readonly emit: (row: TableRow, start: number, end: number, time: number) => TableRow;
}

interface Session {
  readonly end: number;
  readonly rows: readonly TableRow[];
}

export class SessionTableFunction implements KeyedTableFunction {
  readonly elements: KeyedTableFunction['elements'];
  readonly onTimer = (timestamp: number, _context: unknown, out: Collector<TableRow>): void => this.#fire(timestamp, out);
  readonly #options: SessionTableOptions;
  /** By start. */
  #sessions!: MapState<number, Session>;
  #timers!: TimerService;
  #operator!: OperatorContext;

  constructor(options: SessionTableOptions) {
    this.#options = options;
    this.elements = [(row: TableRow) => this.#add(row)];
  }

  openWith({ backend, timers, operator }: TableFunctionContext): void {
    this.#timers = timers;
    this.#operator = operator;
    this.#sessions = backend.getState({ kind: 'map', name: 'sessions', keyType: Types.LONG, type: Types.ROW({ end: Types.LONG, rows: Types.LIST(this.#options.rowType) }) }) as MapState<number, Session>;
  }

  #add(row: TableRow): void {
    const { timeOf, gapMs, times } = this.#options;
    const time = timeOf === undefined ? this.#timers.currentProcessingTime() : timeOf(row);
    if (time === null) return;
    const own = times.toLocal(time);
    const sessions = [...this.#sessions.entries()].map(([from, session]) => ({ start: from, ...session }));
    const { start, end, met } = joinInterval(sessions, own, own + gapMs);
    if (timeOf !== undefined && times.toEpoch(end) - 1 <= this.#timers.currentWatermark()) {
      this.#operator.count('numLateRecordsDropped', 1);
      return;
    }
    for (const session of met) this.#sessions.remove(session.start);
    this.#sessions.put(start, { end, rows: [...met.flatMap(({ rows }) => rows), row] });
    this.#register(times.toEpoch(end) - 1);
  }

  #register(fireAt: number): void {
    if (this.#options.timeOf === undefined) this.#timers.registerProcessingTimeTimer(fireAt);
    else this.#timers.registerEventTimeTimer(fireAt);
  }

  /** Timers of sessions that have grown since find nothing to do. */
  #fire(timestamp: number, out: Collector<TableRow>): void {
    const { times, emit } = this.#options;
    const due = [...this.#sessions.entries()].filter(([, { end }]) => times.toEpoch(end) - 1 <= timestamp).sort(([a], [b]) => a - b);
    for (const [start, { end, rows }] of due) {
      this.#sessions.remove(start);
      for (const row of rows) out.collect(emit(row, start, end, times.toEpoch(end) - 1));
    }
  }
}
