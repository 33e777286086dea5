// When rows that are gathered go out: after so many of them, and at the latest a time after the first (Flink's CountBundleTrigger and
// the watermarks of its MiniBatchAssigner). Thread: the slot's.
import type { Clock } from '#platform/clock/clock';

export interface BundleLimits {
  readonly latencyMs: number;
  readonly rowsMax: number;
}

export class Bundle {
  readonly #limits: BundleLimits;
  readonly #clock: Clock;
  #rows = 0;
  #dueMs = Number.POSITIVE_INFINITY;

  constructor(limits: BundleLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Counts a row; true when the bundle is full. */
  add(): boolean {
    if (this.#rows === 0) this.#dueMs = this.#clock.now() + this.#limits.latencyMs;
    this.#rows++;
    return this.#rows >= this.#limits.rowsMax;
  }

  /** Epoch ms at which it goes out whatever is in it; Infinity while it is empty. */
  get dueMs(): number {
    return this.#dueMs;
  }

  /** It goes out. */
  clear(): void {
    this.#rows = 0;
    this.#dueMs = Number.POSITIVE_INFINITY;
  }
}
