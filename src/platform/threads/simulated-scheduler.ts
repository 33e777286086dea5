// Run queue that picks the next lane by a seeded draw: the same seed gives the same interleaving, another seed another
// one. Invariant: order within a lane is kept. One thread; the simulation steps it.
import { assert } from '#core/assert';
import type { Random } from '#platform/random/random';
import { PlatformError } from '#platform/errors';
import type { Scheduler } from '#platform/threads/scheduler';

const STEPS_MAX = 1_000_000;

export class SimulatedScheduler implements Scheduler {
  readonly #random: Random;
  /** Lanes that have work, in the order in which they got it, so that a draw does not depend on identities. */
  readonly #lanes: { readonly lane: object; readonly queue: (() => void)[] }[] = [];
  readonly #commonLane = {};
  #steps = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  post(action: () => void, lane: object = this.#commonLane): void {
    const waiting = this.#lanes.find((candidate) => candidate.lane === lane);
    if (waiting === undefined) this.#lanes.push({ lane, queue: [action] });
    else waiting.queue.push(action);
  }

  /** Runs one action; false when none waits. Promises it settles run only after the caller returns to the event loop. */
  step(): boolean {
    if (this.#lanes.length === 0) return false;
    const index = this.#random.nextInt(this.#lanes.length);
    const picked = this.#lanes[index];
    assert(picked !== undefined, `lane ${index} of ${this.#lanes.length}`);
    const action = picked.queue.shift();
    assert(action !== undefined, 'a waiting lane has work');
    if (picked.queue.length === 0) this.#lanes.splice(index, 1);
    this.#steps++;
    action();
    return true;
  }

  /**
   * Steps until nothing waits, letting promises settle after each step. Returns the steps taken.
   * @throws PlatformError SIMULATION_STUCK after `stepsMax` steps.
   */
  async runUntilIdle(stepsMax = STEPS_MAX): Promise<number> {
    let steps = 0;
    for (await settlePromises(); this.step(); await settlePromises()) {
      if (++steps > stepsMax) throw stuck(stepsMax);
    }
    return steps;
  }

  get steps(): number {
    return this.#steps;
  }

  get isIdle(): boolean {
    return this.#lanes.length === 0;
  }
}

/** Lets every promise that can settle do so: a turn of the real event loop, in which nothing else of a simulation runs. */
export function settlePromises(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The error of a simulation that does not end. */
export function stuck(stepsMax: number): PlatformError {
  return new PlatformError('SIMULATION_STUCK', `the simulation did not end within ${stepsMax} steps: look for work that posts itself again, or allow more steps`);
}
