// The chunks of an archive of rows as part of a snapshot: each is given as it lies, however many lists go through it.
// hot path while a snapshot runs. Thread: the slot's.
import { ALL_KEY_GROUPS, type KeyedSectionHeader, type KeyedSectionOutput, type SnapshotOutput } from '#state/snapshot/deferred-snapshot';
import type { HeldRows } from '#state/tables/row-archive';

export class ArchivedRowsOutput {
  readonly #header: KeyedSectionHeader;
  readonly #held: HeldRows;
  #section: KeyedSectionOutput | undefined;
  #given = 0;

  /** @param header of the section whose entries refer to the rows. */
  constructor(header: KeyedSectionHeader, held: HeldRows) {
    this.#header = header;
    this.#held = held;
  }

  /** Gives chunks while there is time and room, at least one where there is room. True when all are given. */
  step(output: SnapshotOutput, hasTime: () => boolean): boolean {
    while (this.#given < this.#held.chunkCount) {
      if (output.isFull) return false;
      this.#section ??= output.keyed(this.#header);
      this.#section.write(ALL_KEY_GROUPS, this.#held.pack(this.#given++));
      if (!hasTime()) break;
    }
    return this.#given === this.#held.chunkCount;
  }

  release(): void {
    this.#held.release();
  }
}
