// Waiting on shared cells among simulated threads. Invariant: a wait ends once, by a ring, by the clock or never (when
// its thread has ended), and always through the scheduler.
import type { Cancellable, Clock } from '#platform/clock/clock';
import type { Scheduler } from '#platform/threads/scheduler';
import type { BellResult } from '#platform/threads/threads';

interface Waiter {
  readonly cell: Int32Array;
  readonly index: number;
  readonly owner: { readonly hasEnded: boolean } | undefined;
  readonly resolve: (result: BellResult) => void;
  timer: Cancellable | undefined;
}

export class SimulatedBells {
  readonly #scheduler: Scheduler;
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter>();

  constructor(scheduler: Scheduler, clock: Clock) {
    this.#scheduler = scheduler;
    this.#clock = clock;
  }

  wait(cell: Int32Array, index: number, expected: number, timeoutMs: number, owner: Waiter['owner']): Promise<BellResult> {
    if (Atomics.load(cell, index) !== expected) return Promise.resolve('changed');
    if (timeoutMs === 0) return Promise.resolve('timed-out');
    return new Promise((resolve) => {
      const waiter: Waiter = { cell, index, owner, resolve, timer: undefined };
      this.#waiters.add(waiter);
      if (timeoutMs !== Infinity) waiter.timer = this.#clock.schedule(timeoutMs, () => this.#end(waiter, 'timed-out'));
    });
  }

  ring(cell: Int32Array, index: number, count: number): void {
    let woken = 0;
    for (const waiter of this.#waiters) {
      if (woken >= count) return;
      if (!isSameCell(cell, index, waiter.cell, waiter.index)) continue;
      woken++;
      this.#end(waiter, 'woken');
    }
  }

  #end(waiter: Waiter, result: BellResult): void {
    if (!this.#waiters.delete(waiter)) return;
    waiter.timer?.cancel();
    this.#scheduler.post(() => {
      if (waiter.owner?.hasEnded !== true) waiter.resolve(result);
    }, waiter);
  }
}

/**
 * Whether two views look at one piece of memory. A copied message holds another object over the same memory and nothing
 * tells them apart; so a value is written through one and read through the other, which only one real thread can do unseen.
 */
function isSameCell(a: Int32Array, aIndex: number, b: Int32Array, bIndex: number): boolean {
  if (a.byteOffset + aIndex * 4 !== b.byteOffset + bIndex * 4) return false;
  const before = a[aIndex]!;
  a[aIndex] = ~before;
  const isSame = b[bIndex] === ~before;
  a[aIndex] = before;
  return isSame;
}
