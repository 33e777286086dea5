// Rows that user functions handed over as iterables: pulled one by one while there is room, so that one record can make
// any number of rows in constant memory. The deepest operator is drained first, which keeps the order of rows.
// While one is pending the task counts as blocked: no new input is fed. Thread: the slot's.
import type { Availability } from '#shuffle/result-partition/availability';

interface PendingRows {
  readonly operator: number;
  readonly iterator: Iterator<unknown>;
  readonly timestamp: number;
}

export class PendingIterators {
  readonly #availability: Availability;
  readonly #emit: (operator: number, value: unknown, timestamp: number) => void;
  readonly #failNotIterable: (operator: number, value: unknown) => never;
  #queue: PendingRows[] = [];

  constructor(availability: Availability, emit: (operator: number, value: unknown, timestamp: number) => void, failNotIterable: (operator: number, value: unknown) => never) {
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

  /** Pulls until every iterator is exhausted (true) or an output is blocked (false). */
  drain(): boolean {
    while (this.#queue.length > 0) {
      const deepest = this.#deepest();
      // blocked counts this queue too: anything beyond it is a channel or sink without room.
      const own = this.#queue.length;
      while (this.#availability.blocked === own && this.#queue.length === own) {
        const next = deepest.iterator.next();
        if (next.done === true) {
          this.#remove(deepest);
          break;
        }
        this.#emit(deepest.operator, next.value, deepest.timestamp);
      }
      if (this.#availability.blocked > this.#queue.length) return false;
    }
    return true;
  }

  clear(): void {
    for (const { iterator } of this.#queue) iterator.return?.();
    this.#availability.blocked -= this.#queue.length;
    this.#queue = [];
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
