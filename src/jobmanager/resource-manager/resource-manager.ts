// Counts task slots and gives them to jobs. Invariant: never more held than there are; a job holds its slots until it ends,
// through restarts, more or fewer of them after it was rescaled. The workers behind the slots are the TaskManager's. Thread: main.
import { assert } from '#core/assert';
import { ClusterError } from '#cluster/errors';
import type { ResourceManagerGateway } from '#cluster/gateways/gateways';
import type { JobId } from '#cluster/ids/ids';

export class ResourceManager implements ResourceManagerGateway {
  /** Infinity when taskmanager.numberOfTaskSlots is not set: the local target then has as many as its jobs ask for. */
  readonly #slotCount: number;
  readonly #held = new Map<JobId, number>();
  readonly #listeners = new Set<() => void>();

  constructor(slotCount: number) {
    assert(slotCount > 0, 'a cluster has slots');
    this.#slotCount = slotCount;
  }

  get freeSlots(): number {
    let free = this.#slotCount;
    for (const count of this.#held.values()) free -= count;
    return free;
  }

  /** Throws NOT_ENOUGH_SLOTS (as a rejection). */
  async allocateSlots(jobId: JobId, count: number): Promise<void> {
    assert(!this.#held.has(jobId), 'a job asks for its slots once');
    this.#hold(jobId, count);
  }

  resizeSlots(jobId: JobId, count: number): void {
    assert(this.#held.has(jobId), 'a job that is rescaled holds slots');
    this.#hold(jobId, count);
  }

  /** Idempotent. */
  releaseSlots(jobId: JobId): void {
    if (this.#held.delete(jobId)) this.#tellFreed();
  }

  onFreed(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #tellFreed(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  #hold(jobId: JobId, count: number): void {
    const own = this.#held.get(jobId) ?? 0;
    const free = this.freeSlots + own;
    if (count > free) {
      const others = this.#held.size === (own === 0 ? 0 : 1) ? '' : `, ${this.#slotCount - free} of ${this.#slotCount} are taken by other jobs`;
      throw new ClusterError('NOT_ENOUGH_SLOTS', `the job needs ${count} slots, have ${free}${others}: set taskmanager.numberOfTaskSlots to ${count + this.#slotCount - free} or lower the parallelism`, {
        context: { needed: count, free, slotCount: this.#slotCount },
      });
    }
    this.#held.set(jobId, count);
    if (count < own) this.#tellFreed();
  }
}
