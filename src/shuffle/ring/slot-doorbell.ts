// hot path (ring: per frame; bench/ring-bench.ts)
// The doorbell of one slot: two cells of shared memory. RUNG counts rings (any thread adds), PARKED is 1 while the owner
// may be asleep (only the owner writes). Invariant: a ring after park() last returned ends the next park(): the owner sleeps
// only while RUNG still is the count it knew before it last looked for work. The proof is test/shuffle/ring/park-race.test.ts.
//
//   ring: 1 add RUNG   2 load PARKED   3 notify, if parked
//   park: 1 load RUNG, back if changed   2 store PARKED 1   3 hasWork()   4 wait while RUNG is the known count   5 store PARKED 0
//         6 load RUNG: the count now known
import { assert } from '#core/assert';
import { NodeThreads } from '#platform/threads/node-threads';
import type { BellResult, Threads } from '#platform/threads/threads';
import type { Doorbell } from '#shuffle/channel/channel';

/** Shared memory of one doorbell: its own pair of cache lines. */
export const DOORBELL_BYTES = 128;

/** Int32 indexes from the start of a doorbell. */
export const DoorbellCell = { RUNG: 0, PARKED: 1 } as const;

export const WakeCause = { RUNG: 1, WORK: 2, TIMEOUT: 3 } as const;

/** The part of the threads door that a doorbell needs. Simulated threads pass their own. */
export type BellDoor = Pick<Threads, 'waitForBell' | 'waitForBellAsync' | 'ring'>;

export interface SlotDoorbellOptions {
  /** Looks at RUNG before sleeping, 10 to 15 ns each. 0 (default) when runnable slots exceed cores: spinning steals their time. */
  readonly spinCount?: number;
  /** Default: Node's threads. */
  readonly door?: BellDoor;
}

const NODE_DOOR: BellDoor = new NodeThreads();

export class SlotDoorbell implements Doorbell {
  /** May be changed between parks, as slots become runnable or idle. */
  spinCount: number;
  readonly #cells: Int32Array;
  readonly #rung: number;
  readonly #parked: number;
  readonly #door: BellDoor;
  /** The count of rings the owner knows of. */
  #known: number;

  /** @param cells over shared memory, zeroed by the creator. @param index int32 index of the doorbell's first cell. */
  constructor(cells: Int32Array, index: number, options: SlotDoorbellOptions = {}) {
    assert(index + DOORBELL_BYTES / 4 <= cells.length, `doorbell at ${index} lies inside its memory`);
    this.#cells = cells;
    this.#rung = index + DoorbellCell.RUNG;
    this.#parked = index + DoorbellCell.PARKED;
    this.spinCount = options.spinCount ?? 0;
    this.#door = options.door ?? NODE_DOOR;
    this.#known = Atomics.load(cells, this.#rung);
  }

  /** Any thread. What the owner shall find must be visible before. */
  ring(): void {
    const cells = this.#cells;
    Atomics.add(cells, this.#rung, 1);
    if (Atomics.load(cells, this.#parked) !== 0) this.#door.ring(cells, this.#rung, 1);
  }

  /**
   * The owner's thread only, after a look for work found none. Sleeps until rung, until `hasWork` (asked once, just before
   * sleeping: for work that nobody rings for) or for timeoutMs. A WakeCause; every cause may be spurious, so look again.
   */
  park(timeoutMs: number, hasWork: () => boolean): number {
    if (this.#isRung()) return WakeCause.RUNG;
    const cells = this.#cells;
    Atomics.store(cells, this.#parked, 1);
    const result = hasWork() ? undefined : this.#door.waitForBell(cells, this.#rung, this.#known, timeoutMs);
    return this.#wake(result);
  }

  /**
   * As park, while promises, timers and messages go on: slower to wake, so only where some are pending. What they bring does
   * not end the wait by itself: their callback rings this bell. One call at a time.
   */
  async parkAsync(timeoutMs: number, hasWork: () => boolean): Promise<number> {
    if (this.#isRung()) return WakeCause.RUNG;
    const cells = this.#cells;
    Atomics.store(cells, this.#parked, 1);
    const result = hasWork() ? undefined : await this.#door.waitForBellAsync(cells, this.#rung, this.#known, timeoutMs);
    return this.#wake(result);
  }

  #isRung(): boolean {
    const cells = this.#cells;
    const rung = this.#rung;
    const known = this.#known;
    for (let spins = this.spinCount; spins >= 0; spins--) {
      if (Atomics.load(cells, rung) === known) continue;
      this.#known = Atomics.load(cells, rung);
      return true;
    }
    return false;
  }

  #wake(result: BellResult | undefined): number {
    Atomics.store(this.#cells, this.#parked, 0);
    this.#known = Atomics.load(this.#cells, this.#rung);
    if (result === undefined) return WakeCause.WORK;
    return result === 'timed-out' ? WakeCause.TIMEOUT : WakeCause.RUNG;
  }
}
