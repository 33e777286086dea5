// Clock that stands still until it is advanced. Invariant: timers fire in order of due time, then of scheduling, and
// `now()` inside an action is exactly its due time. One thread; the simulation or the test advances it.
import { assert } from '#core/assert';
import type { Cancellable, Clock, CpuUsage, TimerOptions } from '#platform/clock/clock';
import type { Scheduler } from '#platform/threads/scheduler';

export interface SimulatedClockOptions {
  /** Epoch ms at which time starts. */
  readonly startMs?: number;
  /** Where yieldToEventLoop queues; without one it yields to pending promises only. */
  readonly scheduler?: Scheduler;
}

interface SimulatedTimer {
  readonly action: () => void;
  readonly isBackground: boolean;
  /** 0 = fires once. */
  readonly intervalMs: number;
  readonly sequence: number;
  dueMs: number;
  isCancelled: boolean;
}

const DEFAULT_START_MS = Date.UTC(2020, 0, 1);

export class SimulatedClock implements Clock {
  readonly #startMs: number;
  readonly #scheduler: Scheduler | undefined;
  readonly #timers = new Set<SimulatedTimer>();
  #elapsedMs = 0;
  #usedMs = 0;
  #sequence = 0;

  constructor(options: SimulatedClockOptions = {}) {
    this.#startMs = options.startMs ?? DEFAULT_START_MS;
    this.#scheduler = options.scheduler;
  }

  now(): number {
    return this.#startMs + this.#elapsedMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  cpuUsage(): CpuUsage {
    return { userMs: this.#usedMs, systemMs: 0 };
  }

  threadCpuMs(): number {
    return this.#usedMs;
  }

  schedule(delayMs: number, action: () => void, options: TimerOptions = {}): Cancellable {
    assert(delayMs >= 0, `a delay is not negative, got ${delayMs}`);
    return this.#add(delayMs, 0, action, options);
  }

  scheduleRepeating(intervalMs: number, action: () => void, options: TimerOptions = {}): Cancellable {
    assert(intervalMs > 0, `an interval is positive, got ${intervalMs}`);
    return this.#add(intervalMs, intervalMs, action, options);
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.schedule(delayMs, resolve));
  }

  yieldToEventLoop(): Promise<void> {
    const scheduler = this.#scheduler;
    return scheduler === undefined ? Promise.resolve() : new Promise((resolve) => scheduler.post(resolve));
  }

  /** Lets `ms` pass and fires what becomes due, timers made on the way included. Promises do not run in between. */
  advance(ms: number): void {
    assert(ms >= 0, `time does not go back, got ${ms}`);
    const endMs = this.#elapsedMs + ms;
    for (let next = this.#nextTimer(); next !== undefined && next.dueMs <= endMs; next = this.#nextTimer()) this.#fire(next);
    this.#elapsedMs = endMs;
  }

  /** Moves to the next due time and fires one timer; false when none waits (background ones do not count). */
  advanceToNextTimer(): boolean {
    if (![...this.#timers].some((timer) => !timer.isBackground)) return false;
    const next = this.#nextTimer();
    if (next === undefined) return false;
    this.#fire(next);
    return true;
  }

  /** Lets `ms` pass as work does: nothing fires meanwhile, timers that become due wait for postDue() or for the next one. */
  pass(ms: number): void {
    assert(ms >= 0, `time does not go back, got ${ms}`);
    this.#elapsedMs += ms;
  }

  /** Hands timers that are due to the scheduler, each in a lane of its own, so that they come among all that can run. */
  postDue(scheduler: Scheduler): void {
    for (let next = this.#nextTimer(); next !== undefined && next.dueMs <= this.#elapsedMs; next = this.#nextTimer()) {
      const timer = next;
      this.#rearm(timer);
      scheduler.post(() => {
        if (!timer.isCancelled) timer.action();
      }, timer);
    }
  }

  /** Counts `ms` of CPU time as used; simulated work takes none by itself. */
  use(ms: number): void {
    this.#usedMs += ms;
  }

  get pendingTimers(): number {
    return this.#timers.size;
  }

  #add(delayMs: number, intervalMs: number, action: () => void, options: TimerOptions): Cancellable {
    const timer: SimulatedTimer = {
      action, intervalMs, isBackground: options.isBackground === true, sequence: this.#sequence++, dueMs: this.#elapsedMs + delayMs, isCancelled: false,
    };
    this.#timers.add(timer);
    return {
      cancel: () => {
        timer.isCancelled = true;
        this.#timers.delete(timer);
      },
    };
  }

  /** O(n) in pending timers: simulations hold few. */
  #nextTimer(): SimulatedTimer | undefined {
    let next: SimulatedTimer | undefined;
    for (const timer of this.#timers) {
      if (next === undefined || timer.dueMs < next.dueMs || (timer.dueMs === next.dueMs && timer.sequence < next.sequence)) next = timer;
    }
    return next;
  }

  #fire(timer: SimulatedTimer): void {
    this.#elapsedMs = Math.max(this.#elapsedMs, timer.dueMs);
    this.#rearm(timer);
    timer.action();
  }

  #rearm(timer: SimulatedTimer): void {
    if (timer.intervalMs > 0) timer.dueMs += timer.intervalMs;
    else this.#timers.delete(timer);
  }
}
