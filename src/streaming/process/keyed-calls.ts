// The keyed half of a process operator: the context that user methods see, and timers fired step by step. Keyed state
// and timers come restored from the task.
// Invariant: a watermark goes on only when every timer up to it has fired and every row of theirs is out.
// hot path: one context object per operator, reused for every call. On the slot's thread.
import { assert } from '#core/assert';
import { MAX_WATERMARK } from '#core/time/watermarks';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import { combineSnapshots, type OperatorSnapshot, type SnapshotRequest } from '#state/snapshot/operator-snapshot';
import type { InternalTimerService } from '#state/timers/internal-timer-service';
import type { OperatorContext } from '#streaming/operator/stream-operator';
import type { BoundProcessFunction } from '#streaming/process/bound-process-function';
import type { OutputTag } from '#streaming/process/output-tag';
import type { OnTimerContext, TimerService } from '#streaming/process/process-functions';
import { UserEmission } from '#streaming/process/user-emission';

/** Timers of user functions have no namespace. */
const NO_NAMESPACE = undefined;

export class KeyedCalls implements TimerService {
  readonly emission: UserEmission;
  readonly context: KeyedContext;
  readonly #operator: OperatorContext;
  readonly #state: KeyedStateBackend;
  readonly #timers: InternalTimerService;
  readonly #onTimer: NonNullable<BoundProcessFunction['onTimer']>;
  readonly #fireEventTime = (_key: unknown, _namespace: unknown, timestamp: number): void => this.#fire(timestamp, timestamp, 'EVENT_TIME');
  readonly #fireProcessingTime = (_key: unknown, _namespace: unknown, timestamp: number): void => this.#fire(timestamp, Number.NaN, 'PROCESSING_TIME');
  readonly #shouldStop = (): boolean => this.emission.hasPending || this.#operator.output.isBlocked;
  /** How far the watermark that goes on is behind the one that came, where timers make rows older than it. The last one is not held back. */
  watermarkDelayMs = 0;
  #watermark = Number.NEGATIVE_INFINITY;
  #isAdvancing = false;

  /** @param createContext makes the context of the methods, where it is more than a keyed context. */
  constructor(operator: OperatorContext, onTimer: BoundProcessFunction['onTimer'], createContext = (calls: KeyedCalls): KeyedContext => new KeyedContext(calls)) {
    assert(operator.keyedState !== undefined && operator.timers !== undefined, 'a keyed operator has keyed state and timers');
    this.#operator = operator;
    this.#state = operator.keyedState;
    this.#timers = operator.timers;
    this.#onTimer = onTimer ?? ignoreTimer;
    this.emission = new UserEmission(operator.output, operator.operatorName);
    this.context = createContext(this);
    if (operator.restored !== undefined) this.emission.restore(operator.restored);
  }

  /** Makes `key` the current key and `timestamp` the event time of the element that follows. */
  beginElement(key: unknown, timestamp: number): void {
    this.#state.setCurrentKey(key);
    this.context.time = timestamp;
    this.emission.begin(timestamp);
  }

  processWatermark(watermark: number): void {
    this.#watermark = watermark;
    this.#isAdvancing = true;
    this.advance();
  }

  /** Pending rows, then timers, then the watermark itself. True when nothing is pending. */
  advance(): boolean {
    for (;;) {
      if (!this.emission.drain()) return false;
      if (!this.#isAdvancing) return true;
      if (this.#timers.advanceWatermark(this.#watermark, this.#fireEventTime, this.#shouldStop)) {
        if (this.emission.hasPending) continue;
        this.#isAdvancing = false;
        this.#operator.output.emitWatermark(this.#watermark >= MAX_WATERMARK ? this.#watermark : this.#watermark - this.watermarkDelayMs);
        return true;
      }
      if (!this.emission.hasPending) return false;
    }
  }

  nextProcessingTime(): number {
    return this.#timers.nextProcessingTime();
  }

  /** Fires what is due; what the output has no room for stays due. */
  onProcessingTime(nowMs: number): void {
    if (this.advance()) this.#timers.advanceProcessingTime(nowMs, this.#fireProcessingTime, this.#shouldStop);
  }

  snapshot(request: SnapshotRequest): OperatorSnapshot {
    return combineSnapshots(this.#state.snapshot(request), this.#timers.snapshot(), { keyed: [], operator: this.emission.snapshot() });
  }

  currentKey(): unknown {
    return this.#state.currentKey;
  }

  collectSide(tag: string, value: unknown): void {
    this.#operator.output.collectSide(tag, value, this.emission.timestamp);
  }

  currentProcessingTime(): number {
    return Math.floor(this.#operator.clock.now());
  }

  currentWatermark(): number {
    return this.#watermark;
  }

  registerEventTimeTimer(time: number): void {
    this.#timers.registerEventTimeTimer(NO_NAMESPACE, time);
  }

  registerProcessingTimeTimer(time: number): void {
    this.#timers.registerProcessingTimeTimer(NO_NAMESPACE, time);
  }

  deleteEventTimeTimer(time: number): void {
    this.#timers.deleteEventTimeTimer(NO_NAMESPACE, time);
  }

  deleteProcessingTimeTimer(time: number): void {
    this.#timers.deleteProcessingTimeTimer(NO_NAMESPACE, time);
  }

  /** The timer service has made the timer's key current. @param rowTimestamp event time that its rows carry. */
  #fire(timestamp: number, rowTimestamp: number, domain: 'EVENT_TIME' | 'PROCESSING_TIME'): void {
    this.context.time = timestamp;
    this.context.domain = domain;
    this.emission.begin(rowTimestamp);
    const result = this.#onTimer(timestamp, this.context, this.emission);
    if (result !== undefined) this.emission.accept(result);
  }
}

/** Serves processElement and onTimer alike. */
export class KeyedContext implements OnTimerContext<unknown> {
  time = Number.NaN;
  domain: 'EVENT_TIME' | 'PROCESSING_TIME' = 'EVENT_TIME';
  readonly #calls: KeyedCalls;

  constructor(calls: KeyedCalls) {
    this.#calls = calls;
  }

  timestamp(): number | null {
    return Number.isNaN(this.time) ? null : this.time;
  }

  timeDomain(): 'EVENT_TIME' | 'PROCESSING_TIME' {
    return this.domain;
  }

  timerService(): TimerService {
    return this.#calls;
  }

  getCurrentKey(): unknown {
    return this.#calls.currentKey();
  }

  output<X>(tag: OutputTag<X>, value: X): void {
    this.#calls.collectSide(tag.id, value);
  }
}

function ignoreTimer(): void {}
