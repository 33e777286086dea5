// How long a simulated thread or process lives. Invariant: it ends once; after that nothing of it may run, and who has to
// do with its end (files that are being written) hears of it at once.

export class SimulatedLifetime {
  #hasEnded = false;
  readonly #listeners: (() => void)[] = [];

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Called within end(), in the order they were added. */
  onEnd(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Idempotent. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const listener of this.#listeners) listener();
  }
}
