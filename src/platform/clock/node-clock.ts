// Clock over Node's timers. Any thread; each makes its own.
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { assert } from '#core/assert';
import type { Cancellable, Clock, CpuUsage, TimerOptions } from '#platform/clock/clock';

/** Node fires a longer timeout at once, with a warning only. */
const TIMEOUT_MS_MAX = 2 ** 31 - 1;
const NANOS_PER_MS = 1e6;

export class NodeClock implements Clock {
  now(): number {
    return performance.timeOrigin + performance.now();
  }

  monotonicMs(): number {
    return performance.now();
  }

  cpuUsage(): CpuUsage {
    const usage = process.cpuUsage();
    return { userMs: usage.user / 1000, systemMs: usage.system / 1000 };
  }

  threadCpuMs(): number {
    // Node 23.9 has the call; before, Linux tells it in nanoseconds per thread. Elsewhere the process stands in.
    const host = process as NodeJS.Process & { threadCpuUsage?: () => { user: number; system: number } };
    if (host.threadCpuUsage !== undefined) {
      const usage = host.threadCpuUsage();
      return (usage.user + usage.system) / 1000;
    }
    try {
      return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ', 1)[0]) / NANOS_PER_MS;
    } catch {
      const usage = this.cpuUsage();
      return usage.userMs + usage.systemMs;
    }
  }

  schedule(delayMs: number, action: () => void, options: TimerOptions = {}): Cancellable {
    assert(delayMs >= 0, `a delay is not negative, got ${delayMs}`);
    return new NodeTimer(delayMs, action, options.isBackground === true);
  }

  scheduleRepeating(intervalMs: number, action: () => void, options: TimerOptions = {}): Cancellable {
    assert(intervalMs > 0 && intervalMs <= TIMEOUT_MS_MAX, `an interval is in (0, 2^31) ms, got ${intervalMs}`);
    const timer = setInterval(action, intervalMs);
    if (options.isBackground === true) timer.unref();
    return { cancel: () => clearInterval(timer) };
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.schedule(delayMs, resolve));
  }

  yieldToEventLoop(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}

/** One timeout; one beyond Node's limit is walked in stretches. */
class NodeTimer implements Cancellable {
  readonly #action: () => void;
  readonly #isBackground: boolean;
  #remainingMs: number;
  #timeout: NodeJS.Timeout | undefined;

  constructor(delayMs: number, action: () => void, isBackground: boolean) {
    this.#action = action;
    this.#isBackground = isBackground;
    this.#remainingMs = delayMs;
    this.#arm();
  }

  cancel(): void {
    clearTimeout(this.#timeout);
  }

  #arm(): void {
    // Node cuts a delay to whole ms, which would let the action run early.
    const stretchMs = Math.min(Math.ceil(this.#remainingMs), TIMEOUT_MS_MAX);
    this.#remainingMs -= stretchMs;
    this.#timeout = setTimeout(this.#remainingMs > 0 ? () => this.#arm() : this.#action, stretchMs);
    if (this.#isBackground) this.#timeout.unref();
  }
}
