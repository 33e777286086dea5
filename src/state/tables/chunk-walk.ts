// Reads a chunked cut from its first row to its last, a few rows at a time, while the table goes on changing; a chunk that
// must be written and cannot be copied is read out of turn. hot path while a snapshot runs. Thread: the slot's.
// Invariant: every row of the cut is given to the reader exactly once.
import type { ChunkedCut, ChunkViews } from '#state/tables/chunked-cut';

/** Rows read between two looks at the clock. */
const ROWS_PER_LOOK = 512;

export class ChunkWalk {
  readonly #cut: ChunkedCut;
  readonly #read: (views: ChunkViews) => void;
  #chunk = 0;
  /** First row of the chunk that has not been read; -1 at the start of a chunk. */
  #row = -1;

  /** @param createCut makes the cut; it is called at once. @param read gets rows [from, to) of one chunk, and must not change the table. */
  constructor(createCut: (settleNow: (chunk: number) => void) => ChunkedCut, read: (views: ChunkViews) => void) {
    this.#read = read;
    this.#cut = createCut((chunk) => this.#settle(chunk));
  }

  /** Reads on while `hasTime` holds, at least some rows. True when all are read. */
  step(hasTime: () => boolean): boolean {
    const cut = this.#cut;
    for (; this.#chunk < cut.chunkCount; this.#chunk++) {
      if (cut.isSettled(this.#chunk)) continue;
      if (!this.#readOn(hasTime)) return false;
    }
    return true;
  }

  /** Reads all that is left at once. */
  finish(): void {
    this.step(() => true);
  }

  /** Idempotent. */
  close(): void {
    this.#cut.close();
  }

  /** False when time is up within the chunk. Its views are asked for anew each time: a write may have copied it. */
  #readOn(hasTime: () => boolean): boolean {
    for (;;) {
      const views = this.#cut.viewsOf(this.#chunk);
      const from = this.#row === -1 ? views.from : this.#row;
      const to = Math.min(from + ROWS_PER_LOOK, views.to);
      this.#read({ ...views, from, to });
      if (to === views.to) {
        this.#row = -1;
        this.#cut.settle(this.#chunk);
        return true;
      }
      this.#row = to;
      if (!hasTime()) return false;
    }
  }

  #settle(chunk: number): void {
    const views = this.#cut.viewsOf(chunk);
    const isCurrent = chunk === this.#chunk && this.#row !== -1;
    this.#read(isCurrent ? { ...views, from: this.#row } : views);
    if (isCurrent) this.#row = -1;
    this.#cut.settle(chunk);
  }
}
