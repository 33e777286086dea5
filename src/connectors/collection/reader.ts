// Hands out the elements of an array from a position on. Thread: the slot's.
import { InterleavedCursors } from '#connectors/splits/interleaved-cursors';
import type { InterleavedSplit } from '#connectors/splits/interleaved-range';
import { ReadStatus, type ReaderOutput, type RowSourceReader } from '#streaming/source/source';

export class CollectionSourceReader<T> implements RowSourceReader<T, InterleavedSplit> {
  readonly kind = 'rows';
  readonly nextPollMs = Number.POSITIVE_INFINITY;
  readonly #values: readonly T[];
  readonly #cursors = new InterleavedCursors();
  #isLastSplitKnown = false;

  constructor(values: readonly T[]) {
    this.#values = values;
  }

  start(): void {}

  addSplits(splits: readonly InterleavedSplit[]): void {
    this.#cursors.add(splits);
  }

  notifyNoMoreSplits(): void {
    this.#isLastSplitKnown = true;
  }

  splitIdOf(split: InterleavedSplit): string {
    return split.id;
  }

  takeFinishedSplits(): readonly string[] {
    return this.#cursors.takeFinished();
  }

  pauseOrResumeSplits(pause: readonly string[], resume: readonly string[]): void {
    this.#cursors.pauseOrResume(pause, resume);
  }

  poll(output: ReaderOutput<T>): ReadStatus {
    const cursor = this.#cursors.next();
    if (cursor === undefined) return this.#isLastSplitKnown && this.#cursors.isAtEnd ? ReadStatus.END : ReadStatus.NOTHING;
    const end = Math.min(cursor.position + output.room, cursor.blockEnd);
    for (let index = cursor.position; index < end; index++) {
      cursor.moveTo(index + 1);
      output.collect(this.#values[index] as T, Number.NaN, cursor.split.id);
    }
    return ReadStatus.MORE;
  }

  get progress(): number {
    return this.#cursors.progress;
  }

  snapshot(): readonly InterleavedSplit[] {
    return this.#cursors.snapshot();
  }

  close(): void {}
}
