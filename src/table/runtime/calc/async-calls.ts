// Calls of asynchronous functions for one row, as something that is asked and answered later: all calls of a row run at once; one that
// fails or takes too long is tried again, after a delay, as often as it may. Thread: the slot's.
import type { Cancellable, Clock } from '#platform/clock/clock';
import { TableError } from '#table/errors';
import type { AskedLookup, AsyncLookup, LookupContext } from '#table/factories/table-factory';

/** One call of a row's expressions. */
export interface AsyncCall {
  /** As the query names it. */
  readonly name: string;
  readonly evalAsync: (...values: any[]) => Promise<unknown>; // any: values of every SQL type
}

export interface AsyncCallLimits {
  /** Of one attempt. */
  readonly timeoutMs: number;
  /** Attempts in all. */
  readonly attemptsMax: number;
  readonly retryDelayMs: number;
}

/** Asked with a list of arguments per call; the answer is one row, whose field `rN` is the value of call N. */
export class AsyncCalls implements AsyncLookup {
  readonly #calls: readonly AsyncCall[];
  readonly #limits: AsyncCallLimits;
  readonly #timers = new Set<Cancellable>();
  #clock!: Clock;

  constructor(calls: readonly AsyncCall[], limits: AsyncCallLimits) {
    this.#calls = calls;
    this.#limits = limits;
  }

  open({ clock }: LookupContext): void {
    this.#clock = clock;
  }

  /** What `tryTake` of the answer throws is the function's own error, or FUNCTION_TIMEOUT. */
  ask(argumentsOfCalls: readonly unknown[]): AskedLookup {
    let outcome: (() => readonly Record<string, unknown>[]) | undefined;
    Promise.all(this.#calls.map((call, index) => this.#attempt(call, argumentsOfCalls[index] as unknown[], 1))).then(
      (values) => {
        const row = Object.fromEntries(values.map((value, index) => [`r${index}`, value ?? null]));
        outcome = () => [row];
      },
      (error: unknown) => {
        outcome = () => {
          throw error;
        };
      },
    );
    return { tryTake: () => outcome?.() };
  }

  close(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  async #attempt(call: AsyncCall, values: unknown[], attempt: number): Promise<unknown> {
    try {
      return await this.#withTimeout(call, values);
    } catch (error) {
      if (attempt >= this.#limits.attemptsMax) throw error;
    }
    await new Promise<void>((resolve) => this.#schedule(this.#limits.retryDelayMs, resolve));
    return this.#attempt(call, values, attempt + 1);
  }

  #withTimeout({ name, evalAsync }: AsyncCall, values: unknown[]): Promise<unknown> {
    const { timeoutMs } = this.#limits;
    return new Promise((resolve, reject) => {
      const timer = this.#schedule(timeoutMs, () => reject(new TableError('FUNCTION_TIMEOUT', `The asynchronous function '${name}' gave no value within ${timeoutMs} ms: make it faster, or set table.exec.async-scalar.timeout`)));
      // A function that throws before it is asynchronous fails like one that rejects.
      void Promise.resolve().then(() => evalAsync(...values)).then(resolve, reject).finally(() => {
        timer.cancel();
        this.#timers.delete(timer);
      });
    });
  }

  #schedule(delayMs: number, action: () => void): Cancellable {
    const timer = this.#clock.schedule(delayMs, () => {
      this.#timers.delete(timer);
      action();
    });
    this.#timers.add(timer);
    return timer;
  }
}
