// The splits of one reader of an interleaved stream: always goes on with the one that lags most, so that event times stay
// together. Paused splits are left out until they are resumed. Thread: the slot's.
import { InterleavedCursor, type InterleavedSplit } from '#connectors/splits/interleaved-range';

export class InterleavedCursors {
  readonly #cursors: InterleavedCursor[] = [];
  readonly #paused = new Set<string>();
  /** Ids that takeFinished has given. */
  readonly #reported = new Set<string>();

  add(splits: readonly InterleavedSplit[]): void {
    for (const split of splits) this.#cursors.push(new InterleavedCursor(split));
  }

  /** The cursor to read from; undefined when all are at their end or paused. */
  next(): InterleavedCursor | undefined {
    let slowest: InterleavedCursor | undefined;
    for (const cursor of this.#cursors) {
      if (cursor.isAtEnd || this.#paused.has(cursor.split.id)) continue;
      if (slowest === undefined || cursor.position < slowest.position) slowest = cursor;
    }
    return slowest;
  }

  get isAtEnd(): boolean {
    return this.#cursors.every((cursor) => cursor.isAtEnd);
  }

  pauseOrResume(pause: readonly string[], resume: readonly string[]): void {
    for (const id of pause) this.#paused.add(id);
    for (const id of resume) this.#paused.delete(id);
  }

  /** Ids of splits that came to their end since the last call, or were at it when they were added. */
  takeFinished(): readonly string[] {
    const finished = this.#cursors.filter((cursor) => cursor.isAtEnd && !this.#reported.has(cursor.split.id)).map((cursor) => cursor.split.id);
    for (const id of finished) this.#reported.add(id);
    return finished;
  }

  /** Share of the stream that the slowest cursor has passed; NaN when unbounded or without splits. */
  get progress(): number {
    const [first] = this.#cursors;
    if (first === undefined || first.split.end === null) return Number.NaN;
    const { end } = first.split;
    const position = Math.min(end, ...this.#cursors.filter((cursor) => !cursor.isAtEnd).map((cursor) => cursor.position));
    return end === 0 ? 1 : position / end;
  }

  snapshot(): readonly InterleavedSplit[] {
    return this.#cursors.filter((cursor) => !cursor.isAtEnd).map((cursor) => cursor.snapshot());
  }
}
