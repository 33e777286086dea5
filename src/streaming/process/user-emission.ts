// The rows of one user call on their way out: what it collects goes out at once, the iterable it returns is pulled
// step by step while the output has room. Invariant: `hasPending` is false whenever a new element is taken.
// hot path: one collector call per row. Called by the process operators on the slot's thread.
import { packAny, unpackAny } from '#core/serialization/any-codec';
import type { OperatorSection, RestoredOperatorState } from '#state/snapshot/operator-snapshot';
import type { Output } from '#streaming/operator/stream-operator';
import { refusePromise } from '#streaming/process/refuse-promise';
import type { Collector } from '#streaming/process/process-functions';

const SECTION_NAME = 'process/pending-rows';
const SECTION_VERSION = 1;

/** What operators hand to functions of the engine's own: a collector whose rows may carry another time than the element. */
export interface TimestampedCollector<T> extends Collector<T> {
  /** Event time in ms of the rows that follow; NaN for none. */
  begin(timestamp: number): void;
}

export class UserEmission implements TimestampedCollector<unknown> {
  readonly #output: Output;
  readonly #operatorName: string;
  #pending: Iterator<unknown> | undefined = undefined;
  #timestamp = Number.NaN;

  constructor(output: Output, operatorName: string) {
    this.#output = output;
    this.#operatorName = operatorName;
  }

  get hasPending(): boolean {
    return this.#pending !== undefined;
  }

  /** Event time in ms that rows and side rows of the current call carry; NaN for none. */
  get timestamp(): number {
    return this.#timestamp;
  }

  /** Starts a call whose rows carry `timestamp`. */
  begin(timestamp: number): void {
    this.#timestamp = timestamp;
  }

  collect(record: unknown): void {
    this.#output.collect(record, this.#timestamp);
  }

  /** Takes what a user method returned, when that is not undefined. Throws USER_FUNCTION_RETURNED_PROMISE. */
  accept(result: unknown): void {
    if (typeof result !== 'object' || result === null) return;
    const iterable = result as Iterable<unknown>;
    if (typeof iterable[Symbol.iterator] === 'function') {
      this.#pending = iterable[Symbol.iterator]();
      this.drain();
    } else {
      refusePromise(result, this.#operatorName);
    }
  }

  /** Emits pending rows while there is room; true when none is left. */
  drain(): boolean {
    const pending = this.#pending;
    if (pending === undefined) return true;
    const output = this.#output;
    while (!output.isBlocked) {
      const step = pending.next();
      if (step.done === true) {
        this.#pending = undefined;
        return true;
      }
      output.collect(step.value, this.#timestamp);
    }
    return false;
  }

  /**
   * A user's iterable cannot be suspended in a snapshot: its remaining rows are taken from it here and become part of
   * the snapshot. So this must run before the operator's state is snapshotted, and the task avoids it by deferring
   * barriers while rows are pending.
   */
  snapshot(): readonly OperatorSection[] {
    if (this.#pending === undefined) return [];
    const items: Uint8Array[] = [];
    for (let step = this.#pending.next(); step.done !== true; step = this.#pending.next()) items.push(packAny([step.value, this.#timestamp]));
    this.#pending = this.#restoredRows(items);
    return [{ name: SECTION_NAME, version: SECTION_VERSION, mode: 'split', items }];
  }

  /** Rows that a snapshot caught go out first; each keeps its own event time. */
  restore(restored: RestoredOperatorState): void {
    const items = restored.operator(SECTION_NAME);
    if (items.length > 0) this.#pending = this.#restoredRows(items.map((item) => item.bytes));
  }

  *#restoredRows(items: readonly Uint8Array[]): Iterator<unknown> {
    for (const bytes of items) {
      const [row, timestamp] = unpackAny(bytes) as [unknown, number];
      this.#timestamp = timestamp;
      yield row;
    }
  }

  /** Lets a generator run its `finally`. Idempotent. */
  close(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.return?.();
  }
}
