// hot path. Session windows in keyed state: the sessions of a key as one value, what they gathered beside it, and a timer at each
// end, as in Flink's merging WindowOperator: for backends that keep state on disk. What differs from SessionWindowOperator is where
// things lie; each restores what the other saved. Thread: the slot's.
// Invariant: an open session has a timer at or before its end.
import { assert } from '#core/assert';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import { combineSnapshots, type OperatorSnapshot, type SnapshotRequest } from '#state/snapshot/operator-snapshot';
import type { OperatorContext, StreamOperator } from '#streaming/operator/stream-operator';
import { type Accumulation, accumulationOf, requireMerge } from '#streaming/window/accumulation';
import { KeyedWindowTimers } from '#streaming/window/keyed-window-timers';
import { FIRED, SESSION_SECTION, type StoredSession, StoredSessions } from '#streaming/window/stored-sessions';
import { joinInterval } from '#streaming/window/session-interval';
import { SessionGap } from '#streaming/window/session-gap';
import { failWithoutTimestamp, WindowEmission } from '#streaming/window/window-emission';
import type { WindowAssignment, WindowOperatorOptions } from '#streaming/window/window-operator-options';
import { readWindowRows } from '#streaming/window/window-rows';

export class KeyedSessionWindowOperator implements StreamOperator {
  readonly #options: WindowOperatorOptions;
  readonly #accumulation: Accumulation;
  readonly #merge: (a: unknown, b: unknown) => unknown;
  readonly #isEventTime: boolean;
  readonly #selector: (value: unknown) => unknown;
  readonly #gap: SessionGap;
  readonly #latenessMs: number;
  #context!: OperatorContext;
  #emission!: WindowEmission;
  #backend!: KeyedStateBackend;
  #sessions!: StoredSessions;
  #timers!: KeyedWindowTimers;

  /** Throws WINDOW_MERGE_MISSING. */
  constructor(options: WindowOperatorOptions) {
    const assignment = options.assignment as WindowAssignment & { kind: 'session' };
    this.#options = options;
    this.#accumulation = accumulationOf(options);
    this.#merge = requireMerge(this.#accumulation);
    this.#isEventTime = assignment.timeDomain === 'event';
    this.#latenessMs = this.#isEventTime ? options.allowedLatenessMs : 0;
    this.#selector = options.keys.selector;
    this.#gap = new SessionGap(assignment.gapMs);
  }

  open(context: OperatorContext): void {
    assert(context.keyedState !== undefined, 'a keyed operator has keyed state');
    this.#context = context;
    this.#backend = context.keyedState;
    this.#emission = new WindowEmission(this.#options, this.#accumulation, context, () => this.#timers.watermark);
    this.#sessions = new StoredSessions(this.#options, this.#accumulation, this.#backend);
    this.#timers = new KeyedWindowTimers(context, this.#isEventTime, (key, _namespace, timestamp) => this.#onTimer(key, timestamp));
    this.#options.process?.open?.(context);
    if (context.restored === undefined) return;
    this.#timers.service.restore(context.restored);
    for (const group of readWindowRows(context.restored, SESSION_SECTION, { keyType: this.#backend.keyType, accumulatorType: this.#accumulation.type })) {
      for (const { key, from, to, accumulator, flag } of group.rows) {
        this.#backend.setCurrentKey(key);
        const session: StoredSession = { start: from, end: to, id: from, isFired: flag === FIRED };
        this.#sessions.write([...this.#sessions.read(), session]);
        this.#sessions.contents.put(from, accumulator);
        this.#registerTimer(session);
      }
    }
  }

  processElement(value: unknown, timestamp: number): void {
    // Timers hold whole ms, as Flink's longs; the clock and users' times may have fractions.
    const time = Math.floor(this.#isEventTime ? timestamp : this.#context.clock.now());
    if (time !== time) failWithoutTimestamp();
    const key = this.#selector(value);
    this.#backend.setCurrentKey(key);
    const sessions = this.#sessions.read();
    const { start, end, met } = joinInterval(sessions, time, time + this.#gap.of(value));
    if (this.#isEventTime && end - 1 + this.#latenessMs <= this.#timers.watermark) {
      this.#emission.dropLate(value, time);
      return;
    }
    const session: StoredSession = { start, end, id: met[0]?.id ?? time, isFired: this.#isEventTime && end - 1 <= this.#timers.watermark };
    this.#joinContents(session.id, met.slice(1));
    this.#sessions.contents.add(session.id, value);
    const [only] = met;
    if (met.length !== 1 || only!.start !== start || only!.end !== end || only!.isFired !== session.isFired) {
      this.#sessions.write([...sessions.filter((each) => !met.includes(each)), session]);
    }
    if (session.isFired) this.#emission.emit(key, start, end, this.#sessions.contents.get(session.id));
    // A session that only grows has a timer, which is registered again when it comes.
    if (met.length !== 1 || session.isFired || only!.isFired) this.#registerTimer(session);
  }

  processWatermark(watermark: number): void {
    this.#timers.onWatermark(watermark);
    this.advance();
  }

  advance(): boolean {
    if (!this.#timers.fire()) return false;
    this.#timers.emitWatermark();
    return true;
  }

  nextProcessingTime(): number {
    return this.#timers.nextProcessingTime();
  }

  onProcessingTime(nowMs: number): void {
    this.#timers.onProcessingTime(nowMs);
    this.#timers.fire();
  }

  snapshot(request: SnapshotRequest): OperatorSnapshot {
    return combineSnapshots(this.#backend.snapshot(request), this.#timers.service.snapshot());
  }

  close(): void {
    this.#options.process?.close?.();
    (this.#timers as KeyedWindowTimers | undefined)?.service.release();
  }

  /** Brings what later sessions gathered into the contents of the first one. */
  #joinContents(id: number, others: readonly StoredSession[]): void {
    if (others.length === 0) return;
    const { contents } = this.#sessions;
    contents.put(id, others.reduce((joined, other) => this.#merge(joined, contents.get(other.id)), contents.get(id)));
    for (const other of others) contents.remove(other.id);
  }

  #registerTimer({ end, isFired }: StoredSession): void {
    this.#timers.registerEnd(end + (isFired ? this.#latenessMs : 0));
  }

  /** Sessions end at different times: at most one row is emitted. Those that grew meanwhile are registered again. */
  #onTimer(key: unknown, time: number): void {
    const before = this.#sessions.read();
    const kept: StoredSession[] = [];
    for (const session of before) {
      const isFiring = !session.isFired && session.end - 1 <= time;
      if (isFiring) this.#emission.emit(key, session.start, session.end, this.#sessions.contents.get(session.id));
      const next = isFiring ? { ...session, isFired: true } : session;
      if (next.isFired && next.end - 1 + this.#latenessMs <= time) {
        if (this.#emission.hasClear) this.#emission.clear(key, next.start, next.end);
        this.#sessions.contents.remove(next.id);
      } else {
        kept.push(next);
        this.#registerTimer(next);
      }
    }
    if (kept.length !== before.length || kept.some((session, index) => session !== before[index])) this.#sessions.write(kept);
  }
}
