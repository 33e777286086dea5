// Session window aggregation per key: the open sessions of a key lie in one value, in order of their starts, and are extended in place,
// so that a row which falls into its key's session costs one look-up and no timer. A session fires once, when its end has passed; a row
// that comes later is dropped and counted. hot path. Bench: `millrace nexmark --query q11 --api sql`.
import { Types } from '#core/types/type-information';
import type { ValueState } from '#state/keyed/keyed-state';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { OperatorContext } from '#streaming/operator/stream-operator';
import type { Collector, TimerService } from '#streaming/process/process-functions';
import { joinInterval } from '#streaming/window/session-interval';
import type { StoredAccumulator, StoredAggregation } from '#table/runtime/aggregate/stored-aggregation';
import type { KeyedTableFunction, TableFunctionContext } from '#table/runtime/keyed-table-function';
import { isAccumulate, kindOf, type TableRow } from '#table/runtime/row-kind';
import type { WindowTimes } from '#table/runtime/window/window-times';

export interface SessionAggregateOptions {
  readonly aggregation: StoredAggregation;
  /** Of a row, on the line of windows; null: the row is in no session. Undefined for sessions by processing time. */
  readonly timeOf: ((row: TableRow) => number | null) | undefined;
  readonly gapMs: number;
  readonly times: WindowTimes;
  /** Makes the output row: start and end on the line of windows. */
  readonly emit: (key: unknown, stored: StoredAccumulator, start: number, end: number) => TableRow;
}

interface Session {
  start: number;
  end: number;
  stored: StoredAccumulator;
}

export class SessionAggregateFunction implements KeyedTableFunction {
  readonly elements: KeyedTableFunction['elements'];
  readonly acceptsViews = true;
  readonly onTimer = (timestamp: number, _context: unknown, out: Collector<TableRow>): void => this.#fire(timestamp, out);
  readonly #options: SessionAggregateOptions;
  readonly #isRowtime: boolean;
  #sessions!: ValueState<Session[]>;
  #timers!: TimerService;
  #backend!: KeyedStateBackend;
  #operator!: OperatorContext;

  constructor(options: SessionAggregateOptions) {
    this.#options = options;
    this.#isRowtime = options.timeOf !== undefined;
    this.elements = [(row: TableRow) => this.#add(row)];
  }

  openWith({ backend, timers, operator }: TableFunctionContext): void {
    this.#backend = backend;
    this.#timers = timers;
    this.#operator = operator;
    const type = Types.LIST(Types.ROW({ start: Types.LONG, end: Types.LONG, stored: this.#options.aggregation.type }));
    // Nobody else holds a session: it may be changed where it lies.
    this.#sessions = backend.getState({ kind: 'value', name: 'sessions', isOwned: true, type }) as unknown as ValueState<Session[]>;
  }

  #add(row: TableRow): void {
    const { timeOf, gapMs, times } = this.#options;
    const time = timeOf === undefined ? times.toLocal(this.#timers.currentProcessingTime()) : timeOf(row);
    if (time === null) return;
    const sessions = this.#sessions.value();
    const end = time + gapMs;
    const only = sessions?.length === 1 ? sessions[0]! : undefined;
    if (only !== undefined && time >= only.start && time <= only.end) {
      // The usual case. The timer stays where it is, and moves on when it fires.
      if (end > only.end) only.end = end;
      this.#update(only, row);
      this.#sessions.update(sessions!);
      return;
    }
    this.#addToSessions(sessions ?? [], { start: time, end, stored: this.#options.aggregation.create() }, row);
  }

  #update({ stored }: Session, row: TableRow): void {
    const { aggregation } = this.#options;
    if (isAccumulate(kindOf(row))) aggregation.add(stored, row);
    else aggregation.retract(stored, row);
  }

  /** Sessions that touch the row's own become one with it. A row that is late by itself may still be in one that is open. */
  #addToSessions(sessions: Session[], own: Session, row: TableRow): void {
    const { aggregation } = this.#options;
    const { start, end, met } = joinInterval(sessions, own.start, own.end);
    if (met.length === 0 && this.#isLate(own.end)) {
      this.#operator.count('numLateRecordsDropped', 1);
      return;
    }
    const merged: Session = met[0] ?? own;
    for (const other of met.slice(1)) aggregation.merge(merged.stored, other.stored);
    const firstEnd = merged.end;
    merged.start = start;
    merged.end = end;
    this.#update(merged, row);
    const rest = sessions.filter((session) => !met.includes(session));
    this.#sessions.update([...rest, merged].sort((a, b) => a.start - b.start));
    // A session has a timer at its end or before it: that of the first one goes on for all that it has met.
    for (const other of met.slice(1)) this.#unregister(other.end, rest);
    if (merged === own) this.#register(own.end);
    else if (firstEnd !== merged.end) this.#register(merged.end);
  }

  #isLate(end: number): boolean {
    return this.#isRowtime && this.#options.times.toEpoch(end) - 1 <= this.#timers.currentWatermark();
  }

  #register(end: number): void {
    const fireAt = this.#options.times.toEpoch(end) - 1;
    if (this.#isRowtime) this.#timers.registerEventTimeTimer(fireAt);
    else this.#timers.registerProcessingTimeTimer(fireAt);
  }

  #unregister(end: number, kept: readonly Session[]): void {
    if (kept.some((session) => session.end === end)) return;
    const fireAt = this.#options.times.toEpoch(end) - 1;
    if (this.#isRowtime) this.#timers.deleteEventTimeTimer(fireAt);
    else this.#timers.deleteProcessingTimeTimer(fireAt);
  }

  /** A timer may be that of a session that has grown since: then it moves on. */
  #fire(timestamp: number, out: Collector<TableRow>): void {
    const { aggregation, emit, times } = this.#options;
    const open: Session[] = [];
    for (const session of this.#sessions.value() ?? []) {
      const { start, end, stored } = session;
      if (times.toEpoch(end) - 1 > timestamp) {
        open.push(session);
        this.#register(end);
      } else if (aggregation.rowCount(stored) > 0) {
        // Where all rows were taken back there is no such session.
        out.collect(emit(this.#backend.currentKey, stored, start, end));
      }
    }
    if (open.length > 0) this.#sessions.update(open);
    else this.#sessions.clear();
  }
}
