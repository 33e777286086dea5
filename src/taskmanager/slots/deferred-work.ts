// Turns of a slot's thread for what is deferred of snapshots: slices of about a millisecond between rounds of its tasks.
// Invariant: while records move, slices take at most SHARE of the thread; an idle slot works on without a pause.
import type { Clock } from '#platform/clock/clock';

export const SLICE_MS = 1;
/** Of the thread's time, while records move. */
const SHARE = 0.12;

/** Work that is done in slices. */
export interface SlicedWork {
  /** Works while `hasTime()` holds. waiting: for somebody else, ask again later; over: drop it. Never throws. */
  advance(hasTime: () => boolean): 'more' | 'waiting' | 'over';
}

export class DeferredWork {
  readonly #clock: Clock;
  readonly #works: SlicedWork[] = [];
  readonly #hasTime = (): boolean => this.#clock.monotonicMs() < this.#sliceEndMs;
  #sliceEndMs = 0;
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(work: SlicedWork): void {
    this.#works.push(work);
  }

  get isEmpty(): boolean {
    return this.#works.length === 0;
  }

  /** One slice, when its time has come. True when some work was done: the slot must not sleep. @param hasMoved records did. */
  run(hasMoved: boolean): boolean {
    if (this.#works.length === 0) return false;
    const startMs = this.#clock.monotonicMs();
    if (hasMoved && startMs < this.#notBeforeMs) return false;
    this.#sliceEndMs = startMs + SLICE_MS;
    const hasWorked = this.#slice();
    const endMs = this.#clock.monotonicMs();
    this.#notBeforeMs = endMs + (endMs - startMs) * (1 / SHARE - 1);
    return hasWorked;
  }

  /** In the order of the cuts, so that the oldest checkpoint is finished first. */
  #slice(): boolean {
    for (let i = 0; i < this.#works.length;) {
      const result = this.#works[i]!.advance(this.#hasTime);
      if (result === 'more') return true;
      if (result === 'waiting') i++;
      else this.#works.splice(i, 1);
      if (!this.#hasTime()) return true;
    }
    return false;
  }
}
