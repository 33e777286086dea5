// The clock as one simulated thread sees it: the common time, which passes a little whenever the thread looks at its
// stopwatch, as it does between pieces of work. Invariant: nothing that it has scheduled happens after the thread's end.
import type { Cancellable, Clock, CpuUsage, TimerOptions } from '#platform/clock/clock';
import type { SimulatedClock } from '#platform/clock/simulated-clock';
import type { SimulatedLifetime } from '#platform/threads/simulated-lifetime';
import type { Scheduler } from '#platform/threads/scheduler';

export interface SimulatedThreadClockOptions {
  readonly clock: SimulatedClock;
  readonly scheduler: Scheduler;
  readonly lifetime: SimulatedLifetime;
  /** ms that have passed at a look at the stopwatch. */
  readonly workMs: () => number;
}

export class SimulatedThreadClock implements Clock {
  readonly #options: SimulatedThreadClockOptions;
  readonly #lane = {};

  constructor(options: SimulatedThreadClockOptions) {
    this.#options = options;
  }

  now(): number {
    return this.#options.clock.now();
  }

  monotonicMs(): number {
    this.#options.clock.pass(this.#options.workMs());
    return this.#options.clock.monotonicMs();
  }

  cpuUsage(): CpuUsage {
    return this.#options.clock.cpuUsage();
  }

  threadCpuMs(): number {
    return this.#options.clock.threadCpuMs();
  }

  schedule(delayMs: number, action: () => void, options?: TimerOptions): Cancellable {
    return this.#options.clock.schedule(delayMs, this.#whileAlive(action), options);
  }

  scheduleRepeating(intervalMs: number, action: () => void, options?: TimerOptions): Cancellable {
    return this.#options.clock.scheduleRepeating(intervalMs, this.#whileAlive(action), options);
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.schedule(delayMs, resolve));
  }

  yieldToEventLoop(): Promise<void> {
    return new Promise((resolve) => this.#options.scheduler.post(this.#whileAlive(resolve), this.#lane));
  }

  #whileAlive(action: () => void): () => void {
    const { lifetime } = this.#options;
    return () => {
      if (!lifetime.hasEnded) action();
    };
  }
}
