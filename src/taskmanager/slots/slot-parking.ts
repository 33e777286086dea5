// Where a slot waits when none of its tasks can go on. A worker sleeps on its doorbell; a slot that shares its thread
// with others gives the event loop back instead. Invariant: every wait is bounded by the caller's timeout.
import type { Clock } from '#platform/clock/clock';
import type { SlotDoorbell } from '#shuffle/ring/slot-doorbell';

export interface SlotParking {
  /** Returns, or resolves, when something may have changed; may do so for no reason. */
  park(timeoutMs: number, hasWork: () => boolean): void | Promise<void>;
}

export class DoorbellParking implements SlotParking {
  readonly #bell: SlotDoorbell;

  constructor(bell: SlotDoorbell) {
    this.#bell = bell;
  }

  park(timeoutMs: number, hasWork: () => boolean): void {
    this.#bell.park(timeoutMs, hasWork);
  }
}

/** Of a slot whose thread is a simulated one: the real thread must not sleep. */
export class SimulatedThreadParking implements SlotParking {
  readonly #bell: SlotDoorbell;

  constructor(bell: SlotDoorbell) {
    this.#bell = bell;
  }

  async park(timeoutMs: number, hasWork: () => boolean): Promise<void> {
    await this.#bell.parkAsync(timeoutMs, hasWork);
  }
}

/** Turns of the event loop an idle slot takes before it goes to sleep for a millisecond at a time. */
const EAGER_TURNS = 50;

export class YieldingParking implements SlotParking {
  readonly #clock: Clock;
  #turns = 0;
  #lastMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  park(timeoutMs: number, hasWork: () => boolean): Promise<void> {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#lastMs > 5) this.#turns = 0;
    this.#lastMs = nowMs;
    if (timeoutMs <= 0 || hasWork() || this.#turns++ < EAGER_TURNS) return this.#clock.yieldToEventLoop();
    return this.#clock.sleep(Math.min(timeoutMs, 1));
  }
}
