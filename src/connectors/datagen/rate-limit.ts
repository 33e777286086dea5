// Hands out permits at an even rate by a stopwatch; what was not used for more than a second is lost, so that a reader
// that was blocked does not make up for it in one burst.
import type { Clock } from '#platform/clock/clock';

const BURST_MS = 1000;

export class RateLimit {
  readonly #clock: Clock;
  readonly #permitsPerMs: number;
  #granted = 0;
  readonly #startMs: number;

  /** @param perSecond permits per second; Infinity for no limit. */
  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#permitsPerMs = perSecond / 1000;
    this.#startMs = clock.monotonicMs();
  }

  /** Takes up to `wanted` permits; returns how many there were. */
  take(wanted: number): number {
    if (this.#permitsPerMs === Number.POSITIVE_INFINITY) return wanted;
    const earned = Math.floor((this.#clock.monotonicMs() - this.#startMs) * this.#permitsPerMs) + 1;
    const burst = Math.max(1, Math.ceil(BURST_MS * this.#permitsPerMs));
    this.#granted = Math.max(this.#granted, earned - burst);
    const taken = Math.max(0, Math.min(wanted, earned - this.#granted));
    this.#granted += taken;
    return taken;
  }

  /** Epoch ms of the next permit. */
  get nextPermitMs(): number {
    const dueMs = this.#startMs + this.#granted / this.#permitsPerMs;
    return this.#clock.now() + Math.max(0, dueMs - this.#clock.monotonicMs());
  }
}
