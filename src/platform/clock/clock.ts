// The door to time: wall time, a monotonic stopwatch, CPU time and timers. Invariant: every action runs from the event
// loop of the thread that scheduled it, never inside the call that schedules it. Each thread has a Clock of its own.

/** CPU time used so far, in ms with fraction. */
export interface CpuUsage {
  readonly userMs: number;
  readonly systemMs: number;
}

export interface Cancellable {
  /** Idempotent; after it the action never starts again. */
  cancel(): void;
}

export interface TimerOptions {
  /** True when the timer alone must not keep the process or worker alive: reporters, heartbeats of an idle engine. */
  readonly isBackground?: boolean;
}

export interface Clock {
  /** Epoch time in ms, may have a fraction; may jump when the host's clock is set. */
  now(): number;
  /** Stopwatch in ms with fraction, never goes back; its zero has no meaning. */
  monotonicMs(): number;
  /** Of the whole process, all threads. */
  cpuUsage(): CpuUsage;
  /** CPU time of the calling thread in ms. Costs a small file read on Linux: once per report, not per batch. */
  threadCpuMs(): number;
  /** Runs `action` once, not before `delayMs` have passed. Actions of equal due time run in the order they were scheduled. */
  schedule(delayMs: number, action: () => void, options?: TimerOptions): Cancellable;
  /** Runs `action` every `intervalMs` (> 0), first after one interval. Late turns are skipped, not made up for. */
  scheduleRepeating(intervalMs: number, action: () => void, options?: TimerOptions): Cancellable;
  /** Resolves after `delayMs`. */
  sleep(delayMs: number): Promise<void>;
  /** Resolves after timers, messages and sockets that are due had their turn. */
  yieldToEventLoop(): Promise<void>;
}
