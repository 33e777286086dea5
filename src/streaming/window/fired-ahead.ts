// Key groups whose windows had fired further than those of others that came to the same subtask: an unaligned barrier cuts
// subtasks at different watermarks, and a rescale brings their key groups together. What such a group has fired does not
// fire again, and what is late for it stays late. Thread: the slot's; gone once the others have caught up.
import { assignToKeyGroup } from '#core/keys/key-groups';
import { createKeyHasher, type KeyHasher } from '#core/keys/key-hasher';
import type { TypeInformation } from '#core/types/type-information';

export class FiredAhead {
  /** The furthest time that a group had fired to. */
  readonly lastTime: number;
  readonly #times: ReadonlyMap<number, number>;
  readonly #hash: KeyHasher;
  readonly #maxParallelism: number;

  /** @param times by key group: windows ending at or before the time + 1 had fired. */
  constructor(times: ReadonlyMap<number, number>, keyType: TypeInformation | undefined, maxParallelism: number) {
    this.#times = times;
    this.#hash = createKeyHasher(keyType);
    this.#maxParallelism = maxParallelism;
    this.lastTime = Math.max(...times.values());
  }

  /** Up to when the windows of the key's group have fired; -Infinity when nothing is known of it. */
  timeOf(key: unknown): number {
    return this.timeOfGroup(assignToKeyGroup(this.#hash(key), this.#maxParallelism));
  }

  timeOfGroup(keyGroup: number): number {
    return this.#times.get(keyGroup) ?? Number.NEGATIVE_INFINITY;
  }
}
