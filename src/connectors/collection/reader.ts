// Hands out the elements of an array from a position on. Thread: the slot's.
import { InterleavedCursor, interleavedProgress, slowestCursor, type InterleavedSplit } from '#connectors/splits/interleaved-range';
import { ReadStatus, type ReaderOutput, type RowSourceReader } from '#streaming/source/source';

export class CollectionSourceReader<T> implements RowSourceReader<T, InterleavedSplit> {
  readonly kind = 'rows';
  readonly nextPollMs = Number.POSITIVE_INFINITY;
  readonly #values: readonly T[];
  readonly #cursors: InterleavedCursor[] = [];
  #isLastSplitKnown = false;

  constructor(values: readonly T[]) {
    this.#values = values;
  }

  start(): void {}

  addSplits(splits: readonly InterleavedSplit[]): void {
    for (const split of splits) this.#cursors.push(new InterleavedCursor(split));
  }

  notifyNoMoreSplits(): void {
    this.#isLastSplitKnown = true;
  }

  poll(output: ReaderOutput<T>): ReadStatus {
    const cursor = slowestCursor(this.#cursors);
    if (cursor === undefined) return this.#isLastSplitKnown ? ReadStatus.END : ReadStatus.NOTHING;
    const end = Math.min(cursor.position + output.room, cursor.blockEnd);
    for (let index = cursor.position; index < end; index++) {
      cursor.moveTo(index + 1);
      output.collect(this.#values[index] as T, Number.NaN, cursor.split.id);
    }
    return ReadStatus.MORE;
  }

  get progress(): number {
    return interleavedProgress(this.#cursors);
  }

  snapshot(): readonly InterleavedSplit[] {
    return this.#cursors.filter((cursor) => !cursor.isAtEnd).map((cursor) => cursor.snapshot());
  }

  close(): void {}
}
