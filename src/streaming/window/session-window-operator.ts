// hot path. Session windows: per key the open sessions, extended in place; each has one lazily re-registered timer, so
// that a row which only extends its session costs no timer work. Flink's merging WindowOperator. Thread: the slot's.
// Invariant: two sessions of one key neither overlap nor touch.
import { keyGroupRangeOf } from '#core/keys/key-groups';
import { MIN_WATERMARK } from '#core/time/watermarks';
import type { TypeInformation } from '#core/types/type-information';
import { combineSnapshots, type OperatorSnapshot, type SnapshotRequest } from '#state/snapshot/operator-snapshot';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import { createKeyTable, type KeyTable } from '#state/tables/key-table';
import { TimerBuckets } from '#state/tables/timer-buckets';
import type { OperatorContext, StreamOperator } from '#streaming/operator/stream-operator';
import { type Accumulation, accumulationOf, requireMerge } from '#streaming/window/accumulation';
import { FIRED, SESSION_SECTION, StoredSessions } from '#streaming/window/stored-sessions';
import { hasKeyedWindows, takeKeyedWindows } from '#streaming/window/keyed-window-restore';
import { joinInterval } from '#streaming/window/session-interval';
import { SessionGap } from '#streaming/window/session-gap';
import { failWithoutTimestamp, WindowEmission } from '#streaming/window/window-emission';
import type { WindowAssignment, WindowOperatorOptions } from '#streaming/window/window-operator-options';
import { readWindowRows, WindowRowsWriter } from '#streaming/window/window-rows';
import { WindowSnapshot } from '#streaming/window/window-snapshot';

interface Session {
  start: number;
  end: number;
  accumulator: unknown;
  /** Emitted, and kept for allowed lateness only. */
  isFired: boolean;
  next: Session | undefined;
}

export class SessionWindowOperator implements StreamOperator {
  readonly #options: WindowOperatorOptions;
  readonly #accumulation: Accumulation;
  readonly #merge: (a: unknown, b: unknown) => unknown;
  readonly #isEventTime: boolean;
  readonly #selector: (value: unknown) => unknown;
  readonly #keyType: TypeInformation | undefined;
  readonly #gap: SessionGap;
  readonly #latenessMs: number;
  #context!: OperatorContext;
  #emission!: WindowEmission;
  #table!: KeyTable;
  #timers!: TimerBuckets;
  #watermark = MIN_WATERMARK;
  #isWatermarkDue = false;
  #targetTime = Number.NEGATIVE_INFINITY;
  /** A polled timer whose sessions are not all dealt with. */
  #hasPolled = false;
  #lastSnapshot: WindowSnapshot | undefined;

  constructor(options: WindowOperatorOptions) {
    const assignment = options.assignment as WindowAssignment & { kind: 'session' };
    this.#options = options;
    this.#accumulation = accumulationOf(options);
    this.#merge = requireMerge(this.#accumulation);
    this.#isEventTime = assignment.timeDomain === 'event';
    this.#latenessMs = this.#isEventTime ? options.allowedLatenessMs : 0;
    this.#selector = options.keys.selector;
    this.#keyType = options.keys.type;
    this.#gap = new SessionGap(assignment.gapMs);
  }

  open(context: OperatorContext): void {
    this.#context = context;
    this.#emission = new WindowEmission(this.#options, this.#accumulation, context, () => this.#watermark);
    this.#table = createKeyTable({ keyType: this.#keyType, memory: context.memory, owner: context.operatorName, layout: { f64: 0, i32: 0, hasAny: true } });
    this.#timers = new TimerBuckets(context.memory, context.operatorName);
    this.#options.process?.open?.(context);
    if (context.restored === undefined) return;
    for (const group of readWindowRows(context.restored, SESSION_SECTION, { keyType: this.#keyType, accumulatorType: this.#accumulation.type })) {
      for (const { key, from, to, accumulator, flag } of group.rows) this.#insert(key, { start: from, end: to, accumulator, isFired: flag === FIRED });
    }
    if (context.keyedState !== undefined && hasKeyedWindows(context.restored)) this.#takeStored(context.keyedState);
  }

  processElement(value: unknown, timestamp: number): void {
    // Timers hold whole ms, as Flink's longs; the clock and users' times may have fractions.
    const time = Math.floor(this.#isEventTime ? timestamp : this.#context.clock.now());
    const gap = this.#gap.of(value);
    const table = this.#table;
    const row = table.findOrInsert(this.#selector(value));
    const session = table.any[row] as Session | undefined;
    // The common row falls into the key's only session, which has not fired.
    if (session !== undefined && session.next === undefined && time >= session.start && time <= session.end && session.end - 1 > this.#watermark && !session.isFired) {
      session.accumulator = this.#accumulation.add(value, session.accumulator);
      if (time + gap > session.end) session.end = time + gap;
      return;
    }
    this.#addToSessions(row, value, time, gap);
  }

  processWatermark(watermark: number): void {
    this.#watermark = watermark;
    this.#isWatermarkDue = true;
    if (this.#isEventTime) this.#targetTime = watermark;
    this.advance();
  }

  advance(): boolean {
    if (!this.#fire()) return false;
    if (this.#isWatermarkDue) {
      this.#isWatermarkDue = false;
      this.#context.output.emitWatermark(this.#watermark);
    }
    return true;
  }

  nextProcessingTime(): number {
    return this.#isEventTime || this.#hasPolled ? Number.POSITIVE_INFINITY : this.#timers.nextTimestampAtLeast() + 1;
  }

  onProcessingTime(nowMs: number): void {
    this.#targetTime = Math.floor(nowMs) - 1;
    this.#fire();
  }

  snapshot(request: SnapshotRequest): OperatorSnapshot {
    // A table has one cut at a time: checkpoints that overlap read the earlier one to its end first.
    this.#lastSnapshot?.finishReading();
    const { maxParallelism, parallelism, subtaskIndex, keyedState } = this.#context;
    const targetTime = this.#targetTime;
    const writer = new WindowRowsWriter({
      name: SESSION_SECTION, keyType: this.#keyType, accumulatorType: this.#accumulation.type,
      maxParallelism, keyGroupRange: keyGroupRangeOf(maxParallelism, parallelism, subtaskIndex), firedTimeOf: () => targetTime,
    });
    const table = this.#table;
    const save = (row: number): void => {
      for (let session = table.any[row] as Session | undefined; session !== undefined; session = session.next) {
        writer.add(table.keyAt(row), session.start, session.end, session.accumulator, session.isFired ? FIRED : 0);
      }
    };
    this.#lastSnapshot = new WindowSnapshot(writer, [{ columns: table.columns, save }]);
    const own: OperatorSnapshot = { keyed: [], operator: [], deferred: [this.#lastSnapshot] };
    return keyedState === undefined ? own : combineSnapshots(own, keyedState.snapshot(request));
  }

  close(): void {
    this.#options.process?.close?.();
    (this.#table as KeyTable | undefined)?.release();
    (this.#timers as TimerBuckets | undefined)?.release();
  }

  /** What was saved from a backend that keeps windows in keyed state. */
  #takeStored(backend: KeyedStateBackend): void {
    const stored = new StoredSessions(this.#options, this.#accumulation, backend);
    takeKeyedWindows(backend, stored.contents, (key) => {
      for (const { start, end, id, isFired } of stored.read()) this.#insert(key, { start, end, accumulator: stored.contents.get(id), isFired });
      stored.write([]);
    });
  }

  #insert(key: unknown, session: Omit<Session, 'next'>): void {
    const row = this.#table.findOrInsert(key);
    const inserted: Session = { ...session, next: this.#table.any[row] as Session | undefined };
    this.#table.any[row] = inserted;
    this.#registerTimer(row, inserted);
  }

  /** Joins the row's own window with every session it meets; late if what comes out is over. */
  #addToSessions(row: number, value: unknown, time: number, gap: number): void {
    if (time !== time) {
      this.#dropIfEmpty(row);
      failWithoutTimestamp();
    }
    const { start, end, met } = joinInterval(sessionsOf(this.#table.any[row] as Session | undefined), time, time + gap);
    if (this.#isEventTime && end - 1 + this.#latenessMs <= this.#watermark) {
      this.#dropLate(row, value, time);
      return;
    }
    const session = this.#joinSessions(row, met, value);
    session.start = start;
    session.end = end;
    if (this.#isEventTime && end - 1 <= this.#watermark) {
      session.isFired = true;
      this.#emission.emit(this.#table.keyAt(row), start, end, session.accumulator);
    } else {
      session.isFired = false;
    }
    this.#registerTimer(row, session);
  }

  #joinSessions(row: number, met: readonly Session[], value: unknown): Session {
    const { any } = this.#table;
    const first = met[0];
    if (first === undefined) {
      const session: Session = { start: 0, end: 0, accumulator: this.#accumulation.first(value), isFired: false, next: any[row] as Session | undefined };
      any[row] = session;
      return session;
    }
    const others = met.slice(1);
    const joined = others.reduce((accumulator, session) => this.#merge(accumulator, session.accumulator), first.accumulator);
    for (const session of others) this.#removeSession(row, session);
    first.accumulator = this.#accumulation.add(value, joined);
    return first;
  }

  #dropLate(row: number, value: unknown, time: number): void {
    this.#dropIfEmpty(row);
    this.#emission.dropLate(value, time);
  }

  #dropIfEmpty(row: number): void {
    if (this.#table.any[row] === undefined) this.#table.remove(this.#table.keyAt(row));
  }

  #registerTimer(row: number, session: Session): void {
    this.#timers.register(session.end - 1 + (session.isFired ? this.#latenessMs : 0), row, 0);
  }

  /** Fires and cleans up sessions in order of their ends; false when the output is blocked. */
  #fire(): boolean {
    const timers = this.#timers;
    for (;;) {
      if (this.#context.output.isBlocked) return false;
      if (!this.#hasPolled && !timers.pollDue(this.#targetTime)) return true;
      this.#hasPolled = true;
      if (this.#table.columns.isLive(timers.dueKey) && !this.#fireRow(timers.dueKey, timers.dueTimestamp)) return false;
      this.#hasPolled = false;
    }
  }

  /** All sessions of a row that end by `time`; those that were extended meanwhile are registered again. */
  #fireRow(row: number, time: number): boolean {
    const { any } = this.#table;
    this.#table.columns.beforeWrite(row);
    const key = this.#table.keyAt(row);
    for (let session = any[row] as Session | undefined; session !== undefined;) {
      const { next } = session;
      if (!session.isFired && session.end - 1 <= time) {
        if (this.#context.output.isBlocked) return false;
        session.isFired = true;
        this.#emission.emit(key, session.start, session.end, session.accumulator);
      }
      if (session.isFired && session.end - 1 + this.#latenessMs <= this.#targetTime) {
        if (this.#emission.hasClear) this.#emission.clear(key, session.start, session.end);
        this.#removeSession(row, session);
      } else {
        this.#registerTimer(row, session);
      }
      session = next;
    }
    if (any[row] === undefined) this.#table.remove(key);
    return true;
  }

  #removeSession(row: number, session: Session): void {
    const { any } = this.#table;
    if (any[row] === session) {
      any[row] = session.next;
      return;
    }
    for (let before = any[row] as Session; before.next !== undefined; before = before.next) {
      if (before.next !== session) continue;
      before.next = session.next;
      return;
    }
  }
}

function sessionsOf(first: Session | undefined): readonly Session[] {
  const sessions: Session[] = [];
  for (let session = first; session !== undefined; session = session.next) sessions.push(session);
  return sessions;
}
