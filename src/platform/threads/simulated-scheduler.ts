// Run queue that picks the next lane by a seeded draw: the same seed gives the same interleaving, another seed another
// one. Invariant: order within a lane is kept. One thread; the simulation steps it.
import { assert } from '#core/assert';
import type { Random } from '#platform/random/random';
import { PlatformError } from '#platform/errors';
import type { Scheduler } from '#platform/threads/scheduler';

const STEPS_MAX = 1_000_000;

/** Lanes that are held up, as a thread that the host does not run or a message on a slow way is. */
export interface SchedulerStalls {
  /** Of a lane that gets work, in [0, 1]. */
  readonly probability: number;
  /** The longest, in steps of all others. */
  readonly stepsMax: number;
}

interface Lane {
  readonly lane: object;
  readonly queue: (() => void)[];
  /** Not picked before so many steps are done, unless nothing else can run. */
  readonly notBeforeStep: number;
}

export class SimulatedScheduler implements Scheduler {
  readonly #random: Random;
  /** Lanes that have work, in the order in which they got it, so that a draw does not depend on identities. */
  readonly #lanes: Lane[] = [];
  readonly #commonLane = {};
  readonly #stalls: SchedulerStalls;
  #steps = 0;

  constructor(random: Random, stalls: SchedulerStalls = { probability: 0, stepsMax: 0 }) {
    this.#random = random;
    this.#stalls = stalls;
  }

  post(action: () => void, lane: object = this.#commonLane): void {
    const waiting = this.#lanes.find((candidate) => candidate.lane === lane);
    if (waiting === undefined) this.#lanes.push({ lane, queue: [action], notBeforeStep: this.#notBeforeStep() });
    else waiting.queue.push(action);
  }

  /** Runs one action; false when none waits. Promises it settles run only after the caller returns to the event loop. */
  step(): boolean {
    if (this.#lanes.length === 0) return false;
    const picked = this.#pick();
    const action = picked.queue.shift();
    assert(action !== undefined, 'a waiting lane has work');
    if (picked.queue.length === 0) this.#lanes.splice(this.#lanes.indexOf(picked), 1);
    this.#steps++;
    action();
    return true;
  }

  #notBeforeStep(): number {
    const { probability, stepsMax } = this.#stalls;
    return probability > 0 && this.#random.nextDouble() < probability ? this.#steps + this.#random.nextInt(stepsMax) : 0;
  }

  /** A draw among the lanes that are not held up; when all are, the one that is so for the shortest time. */
  #pick(): Lane {
    const ready = this.#stalls.probability === 0 ? this.#lanes : this.#lanes.filter((lane) => lane.notBeforeStep <= this.#steps);
    if (ready.length === 0) return this.#lanes.reduce((first, lane) => (lane.notBeforeStep < first.notBeforeStep ? lane : first));
    return ready[this.#random.nextInt(ready.length)]!;
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
