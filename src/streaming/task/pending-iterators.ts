// Rows that user functions handed over as iterables: pulled one by one while there is room, so that one record can make
// any number of rows in constant memory. The deepest operator is drained first, which keeps the order of rows; what else
// passes an operator with rows pending (collected rows, watermarks) waits behind them.
// While one is pending the task counts as blocked: no new input is fed. Thread: the slot's.
import type { Availability } from '#shuffle/result-partition/availability';
import type { ChainState } from '#streaming/task/chain-state';

interface PendingRows {
  readonly operator: number;
  readonly iterator: Iterator<unknown>;
  readonly timestamp: number;
}

/** Rows pulled before the task gets its turn for mail: an endless iterator must not keep a cancellation out. */
const ROWS_PER_DRAIN = 1024;

export class PendingIterators {
  readonly #state: ChainState;
  readonly #availability: Availability;
  readonly #emit: (operator: number, value: unknown, timestamp: number) => void;
  readonly #failNotIterable: (operator: number, value: unknown) => never;
  #queue: PendingRows[] = [];
  /** Operator whose iterator is being pulled. */
  #pulled = -1;

  constructor(state: ChainState, availability: Availability, emit: (operator: number, value: unknown, timestamp: number) => void, failNotIterable: (operator: number, value: unknown) => never) {
    this.#state = state;
    this.#availability = availability;
    this.#emit = emit;
    this.#failNotIterable = failNotIterable;
  }

  get size(): number {
    return this.#queue.length;
  }

  /** Takes what a flatMap function returned. */
  add(operator: number, rows: unknown, timestamp: number): void {
    const start = typeof rows === 'object' && rows !== null ? (rows as Partial<Iterable<unknown>>)[Symbol.iterator] : undefined;
    if (typeof start !== 'function') this.#failNotIterable(operator, rows);
    else {
      this.#queue.push({ operator, iterator: start.call(rows), timestamp });
      this.#availability.blocked++;
    }
  }

  /** True when something that passes `operator` now must wait behind its rows. */
  mustWait(operator: number): boolean {
    if (this.#queue.length === 0 || operator === this.#pulled) return false;
    for (const pending of this.#queue) if (pending.operator === operator) return true;
    return false;
  }

  /** A row, while mustWait(operator). */
  addRow(operator: number, value: unknown, timestamp: number): void {
    this.add(operator, [value], timestamp);
  }

  /** Anything else, while mustWait(operator): runs when the rows before it are out. */
  defer(operator: number, action: () => void): void {
    const run: Iterator<unknown> = { next: () => { action(); return { done: true, value: undefined }; } };
    this.#queue.push({ operator, iterator: run, timestamp: Number.NaN });
    this.#availability.blocked++;
  }

  /** Pulls until every iterator is exhausted (true), an output is blocked or enough was pulled for one turn (false). */
  drain(): boolean {
    let deepest: PendingRows | undefined;
    let own = 0;
    for (let pulled = 0; this.#queue.length > 0; pulled++) {
      // blocked counts this queue too: anything beyond it is a channel or sink without room.
      if (this.#availability.blocked > this.#queue.length || pulled === ROWS_PER_DRAIN) return false;
      if (this.#queue.length !== own) deepest = this.#deepest();
      own = this.#queue.length;
      this.#pull(deepest!);
    }
    return true;
  }

  clear(): void {
    for (const { iterator } of this.#queue) iterator.return?.();
    this.#availability.blocked -= this.#queue.length;
    this.#queue = [];
  }

  #pull(pending: PendingRows): void {
    this.#state.operator = pending.operator;
    this.#pulled = pending.operator;
    const next = pending.iterator.next();
    this.#pulled = -1;
    if (next.done === true) this.#remove(pending);
    else this.#emit(pending.operator, next.value, pending.timestamp);
  }

  #deepest(): PendingRows {
    let deepest = this.#queue[0]!;
    for (const pending of this.#queue) if (pending.operator > deepest.operator) deepest = pending;
    return deepest;
  }

  #remove(pending: PendingRows): void {
    this.#queue.splice(this.#queue.indexOf(pending), 1);
    this.#availability.blocked--;
  }
}
