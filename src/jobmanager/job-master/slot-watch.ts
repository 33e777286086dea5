// What a job of the adaptive scheduler waits for: slots to start with, and more of them while it runs. Invariant: between
// two changes lies at least the cooldown. Thread: main; owned by the JobMaster.
import type { Configuration } from '#core/config/configuration';
import { adaptiveSchedulerOptions as options } from '#core/config/options/adaptive-scheduler-options';
import type { ResourceManagerGateway } from '#cluster/gateways/gateways';
import type { Cancellable, Clock } from '#platform/clock/clock';

export interface SlotWatchOptions {
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly resourceManager: ResourceManagerGateway;
}

export class SlotWatch {
  readonly #options: SlotWatchOptions;
  readonly #cooldownMs: number;
  readonly #stabilizationMs: number;
  #stopHearing: () => void = () => undefined;
  #timer: Cancellable | undefined;
  #changedMs: number;

  constructor(watch: SlotWatchOptions) {
    this.#options = watch;
    this.#cooldownMs = watch.configuration.get(options.cooldownAfterRescaling).toMillis();
    this.#stabilizationMs = watch.configuration.get(options.executingStabilizationTimeout).toMillis();
    this.#changedMs = watch.clock.monotonicMs();
  }

  /**
   * Resolves when the slots wanted are free, when there were enough to begin with for the stabilization timeout, or when
   * the wait is over; who asks for slots then learns whether there are enough.
   */
  async waitForSlots(wanted: number, least: number): Promise<void> {
    const { configuration, clock, resourceManager } = this.#options;
    const waitUntilMs = clock.monotonicMs() + configuration.get(options.submissionWaitTimeout).toMillis();
    const stabilizationMs = configuration.get(options.submissionStabilizationTimeout).toMillis();
    let enoughSinceMs: number | undefined;
    for (;;) {
      const nowMs = clock.monotonicMs();
      const free = resourceManager.freeSlots;
      enoughSinceMs = free < least ? undefined : enoughSinceMs ?? nowMs;
      const untilMs = enoughSinceMs === undefined ? waitUntilMs : Math.min(waitUntilMs, enoughSinceMs + stabilizationMs);
      if (free >= wanted || nowMs >= untilMs) return;
      await this.#slotsFreed(untilMs - nowMs);
    }
  }

  /** Calls `onMore` when slots have become free and the cooldown is over. @param isWholeWish whether all that is wanted can be had: then nothing more is waited for. */
  start(isWholeWish: () => boolean, onMore: () => void): void {
    this.#changedMs = this.#options.clock.monotonicMs();
    this.#stopHearing();
    this.#stopHearing = this.#options.resourceManager.onFreed(() => this.#schedule(isWholeWish, onMore));
    this.#schedule(isWholeWish, onMore);
  }

  /** Idempotent. */
  stop(): void {
    this.#stopHearing();
    this.#stopHearing = () => undefined;
    this.#timer?.cancel();
  }

  #schedule(isWholeWish: () => boolean, onMore: () => void): void {
    const { clock } = this.#options;
    const cooldownMs = this.#changedMs + this.#cooldownMs - clock.monotonicMs();
    this.#timer?.cancel();
    this.#timer = clock.schedule(Math.max(0, cooldownMs, isWholeWish() ? 0 : this.#stabilizationMs), onMore);
  }

  #slotsFreed(timeoutMs: number): Promise<void> {
    const { clock, resourceManager } = this.#options;
    return new Promise((resolve) => {
      const timer = clock.schedule(timeoutMs, () => settle());
      const stopHearing = resourceManager.onFreed(() => settle());
      const settle = (): void => {
        timer.cancel();
        stopHearing();
        resolve();
      };
    });
  }
}
