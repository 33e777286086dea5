// When a value of a state with time to live has expired, and when its time starts anew: Flink's StateTtlConfig over
// processing time. Thread: the slot's.
import type { Clock } from '#platform/clock/clock';
import type { StateTtlConfig } from '#state/keyed/keyed-state';
import { TtlValue } from '#state/keyed/state-cells';

export class TtlPolicy {
  readonly isRefreshedByReads: boolean;
  /** Expired values that are still there are returned once, then dropped. */
  readonly isExpiredVisible: boolean;
  readonly #ttlMs: number;
  readonly #clock: Clock;

  constructor(config: StateTtlConfig, clock: Clock) {
    this.isRefreshedByReads = config.update === 'on-read-and-write';
    this.isExpiredVisible = config.visibility === 'return-expired-if-not-cleaned-up';
    this.#ttlMs = config.ttlMs;
    this.#clock = clock;
  }

  nowMs(): number {
    return Math.floor(this.#clock.now());
  }

  isExpired(stored: TtlValue, nowMs: number): boolean {
    return stored.lastAccessMs + this.#ttlMs <= nowMs;
  }

  /** `value` as it enters the state now. */
  stamp(value: unknown): TtlValue {
    return new TtlValue(value, this.nowMs());
  }
}
