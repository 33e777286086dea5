// Operations that outlast the call that began them, kept by scope and trigger id until their outcome has been there for a
// while. Invariant: an operation is begun once per trigger id, however often it is asked for. Thread: main.
import type { Clock } from '#platform/clock/clock';

export type OperationState =
  | { readonly kind: 'in-progress' }
  | { readonly kind: 'completed'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly error: unknown };

interface Operation {
  state: OperationState;
  endedMs: number;
  isFetched: boolean;
}

export class OperationStore {
  readonly #clock: Clock;
  readonly #storeMs: number;
  readonly #operations = new Map<string, Operation>();

  /** @param storeMs how long an outcome can be asked for. */
  constructor(clock: Clock, storeMs: number) {
    this.#clock = clock;
    this.#storeMs = storeMs;
  }

  begin(scope: string, triggerId: string, start: () => Promise<unknown>): void {
    this.#dropOld();
    const key = `${scope}/${triggerId}`;
    if (this.#operations.has(key)) return;
    const operation: Operation = { state: { kind: 'in-progress' }, endedMs: Infinity, isFetched: false };
    this.#operations.set(key, operation);
    const end = (state: OperationState): void => {
      operation.state = state;
      operation.endedMs = this.#clock.now();
    };
    start().then((value) => end({ kind: 'completed', value }), (error: unknown) => end({ kind: 'failed', error }));
  }

  /** Undefined when there is none, or none any more. */
  find(scope: string, triggerId: string): OperationState | undefined {
    this.#dropOld();
    const operation = this.#operations.get(`${scope}/${triggerId}`);
    if (operation !== undefined && operation.state.kind !== 'in-progress') operation.isFetched = true;
    return operation?.state;
  }

  /** Somebody may still come for an outcome: it is not there yet, or is younger than `patienceMs` and nobody has seen it. */
  isAwaited(patienceMs: number): boolean {
    const nowMs = this.#clock.now();
    return [...this.#operations.values()].some(({ endedMs, isFetched }) => !isFetched && nowMs - endedMs < patienceMs);
  }

  #dropOld(): void {
    const nowMs = this.#clock.now();
    for (const [key, operation] of this.#operations) if (nowMs - operation.endedMs > this.#storeMs) this.#operations.delete(key);
  }
}
