// Hands out the elements of an array from a position on. Thread: the slot's.
import type { InterleavedSplit } from '#connectors/splits/interleaved-range';
import { InterleavedReader } from '#connectors/splits/interleaved-reader';
import { ReadStatus, type ReaderOutput, type RowSourceReader } from '#streaming/source/source';

export class CollectionSourceReader<T> extends InterleavedReader implements RowSourceReader<T, InterleavedSplit> {
  readonly kind = 'rows';
  readonly nextPollMs = Number.POSITIVE_INFINITY;
  readonly #values: readonly T[];

  constructor(values: readonly T[]) {
    super();
    this.#values = values;
  }

  poll(output: ReaderOutput<T>): ReadStatus {
    const cursor = this.cursors.next();
    if (cursor === undefined) return this.statusWithoutCursor;
    const end = Math.min(cursor.position + output.room, cursor.blockEnd);
    for (let index = cursor.position; index < end; index++) {
      cursor.moveTo(index + 1);
      output.collect(this.#values[index] as T, Number.NaN, cursor.split.id);
    }
    return ReadStatus.MORE;
  }
}
