// Rows of one collecting sink on their way to the program that asked for them. Bounded by the slots: a sink gets its
// credit back only when its rows have been taken. Ends with the job; rejects when the job did not finish. Thread: main.
import type { EngineError } from '#core/errors/engine-error';

interface Delivery {
  readonly rows: readonly unknown[];
  readonly taken: () => void;
}

export class CollectBuffer {
  readonly #deliveries: Delivery[] = [];
  #position = 0;
  #end: { readonly error: EngineError | undefined } | undefined;
  #isClosed = false;
  #wake: (() => void) | undefined;

  add(rows: readonly unknown[], taken: () => void): void {
    if (this.#isClosed) return taken();
    this.#deliveries.push({ rows, taken });
    this.#notify();
  }

  /** The job has ended; what was collected before can still be taken. */
  end(error: EngineError | undefined): void {
    this.#end ??= { error };
    this.#notify();
  }

  async *rows(): AsyncIterableIterator<unknown> {
    try {
      for (;;) {
        const first = this.#deliveries[0];
        if (first === undefined) {
          if (this.#end?.error !== undefined) throw this.#end.error;
          if (this.#end !== undefined) return;
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        } else if (this.#position < first.rows.length) {
          yield first.rows[this.#position++];
        } else {
          this.#deliveries.shift();
          this.#position = 0;
          first.taken();
        }
      }
    } finally {
      this.#close();
    }
  }

  /** Nobody reads any more: rows are dropped, so that the job goes on. */
  #close(): void {
    this.#isClosed = true;
    for (const { taken } of this.#deliveries.splice(0)) taken();
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
