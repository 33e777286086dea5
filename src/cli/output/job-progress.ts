// Follows a running job: a progress line on stderr, rewritten in place on a terminal, and the summary at the end.
// Thread: main; reads what the slots report, so it costs records nothing.
import { formatBytes, formatCount, formatMs, formatPercent } from '#cli/output/figures-text';
import { jobFigures, type JobFigures } from '#cli/output/job-figures';
import type { LocalJobClient } from '#client/cluster-client/local-job-client';
import type { Platform } from '#client/platform';
import type { Cancellable } from '#platform/clock/clock';

const TERMINAL_MS = 250;
/** Where the line cannot be rewritten, a new one comes this seldom. */
const LOG_MS = 1000;

export interface JobProgressOptions {
  /** Also where stderr is no terminal. */
  readonly isForced: boolean;
}

export class JobProgress {
  readonly #platform: Platform;
  readonly #isShown: boolean;
  readonly #startedMs: number;
  readonly #startedCpuMs: number;
  #timer: Cancellable | undefined;
  #last = { atMs: 0, events: 0 };
  #hasLine = false;

  constructor(platform: Platform, options: JobProgressOptions) {
    this.#platform = platform;
    const { clock, process } = platform;
    this.#isShown = options.isForced || process.isStderrTerminal;
    this.#startedMs = clock.monotonicMs();
    this.#startedCpuMs = cpuMs(platform);
  }

  follow(job: LocalJobClient): void {
    if (!this.#isShown) return;
    const everyMs = this.#platform.process.isStderrTerminal ? TERMINAL_MS : LOG_MS;
    this.#timer?.cancel();
    this.#last = { atMs: this.#platform.clock.monotonicMs(), events: 0 };
    this.#timer = this.#platform.clock.scheduleRepeating(everyMs, () => this.#show(job), { isBackground: true });
  }

  /** Idempotent. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#hasLine && this.#platform.process.isStderrTerminal) this.#platform.process.writeStderr('\r\x1b[K');
    this.#hasLine = false;
  }

  /** Of a job that has ended. */
  summary(job: LocalJobClient): string {
    const { details } = job;
    const figures = jobFigures(job.jobGraph, details);
    const seconds = ((details.endedMs ?? details.startedMs) - details.startedMs) / 1000;
    const cpuSeconds = (cpuMs(this.#platform) - this.#startedCpuMs) / 1000;
    const { checkpoints } = details;
    const rows: readonly (readonly [string, string])[] = [
      ['events', formatCount(figures.events)],
      ['seconds', seconds.toFixed(2)],
      ['events per second', formatCount(figures.events / seconds)],
      ['events per CPU-second', formatCount(figures.events / cpuSeconds)],
      ['memory per slot', `${formatBytes(figures.managedBytesPerSlot)} managed, ${formatBytes(figures.heapBytesPerSlot)} heap, ${details.slots.length} slots`],
      ['peak resident memory', formatBytes(this.#platform.process.peakRssBytes())],
      ['checkpoints', checkpoints.completed === 0 ? `${checkpoints.completed} completed` : `${checkpoints.completed} completed, last ${formatBytes(checkpoints.latestBytes)} in ${formatMs(checkpoints.latestDurationMs)}`],
    ];
    return rows.map(([name, value]) => `${name.padEnd(22)}${value}\n`).join('');
  }

  get cpuSeconds(): number {
    return (cpuMs(this.#platform) - this.#startedCpuMs) / 1000;
  }

  #show(job: LocalJobClient): void {
    const { clock, process } = this.#platform;
    const nowMs = clock.monotonicMs();
    const figures = jobFigures(job.jobGraph, job.details);
    const rate = ((figures.events - this.#last.events) * 1000) / Math.max(1, nowMs - this.#last.atMs);
    this.#last = { atMs: nowMs, events: figures.events };
    const line = progressLine(figures, rate, nowMs - this.#startedMs);
    process.writeStderr(process.isStderrTerminal ? `\r\x1b[K${line}` : `${line}\n`);
    this.#hasLine = true;
  }
}

export function progressLine(figures: JobFigures, eventsPerSecond: number, elapsedMs: number): string {
  return `${formatMs(elapsedMs)}  ${formatCount(figures.events)} events  ${formatCount(eventsPerSecond)} events/s  watermark lag ${formatMs(figures.watermarkLagMs)}  ${formatPercent(figures.progress)}`;
}

function cpuMs(platform: Platform): number {
  const { userMs, systemMs } = platform.clock.cpuUsage();
  return userMs + systemMs;
}
