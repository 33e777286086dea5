// hot path. Fills batches of one LONG column with consecutive numbers. Thread: the slot's.
import { assert } from '#core/assert';
import type { Batch } from '#core/columns/frame';
import type { InterleavedSplit } from '#connectors/splits/interleaved-range';
import { InterleavedReader } from '#connectors/splits/interleaved-reader';
import { ReadStatus, type ColumnSourceReader } from '#streaming/source/source';

export class SequenceSourceReader extends InterleavedReader implements ColumnSourceReader<InterleavedSplit> {
  readonly kind = 'columns';
  readonly nextPollMs = Number.POSITIVE_INFINITY;
  splitId = '';
  readonly #from: number;

  /** @param from value of element 0. */
  constructor(from: number) {
    super();
    this.#from = from;
  }

  fill(batch: Batch): ReadStatus {
    const column = batch.layout.columns[0];
    assert(batch.layout.columns.length === 1 && column?.kind === 'f64', 'a sequence batch has one LONG column');
    batch.count = 0;
    batch.heapLength = 0;
    batch.isAsciiHeap = true;
    const cursor = this.cursors.next();
    if (cursor !== undefined) {
      const count = Math.min(batch.layout.capacity, cursor.blockEnd - cursor.position);
      const f64 = batch.memory.f64;
      const data = (batch.base + column.data) >>> 3;
      const times = (batch.base + batch.layout.eventTimes) >>> 3;
      const first = this.#from + cursor.position;
      for (let row = 0; row < count; row++) f64[data + row] = first + row;
      f64.fill(Number.NaN, times, times + count);
      batch.count = count;
      this.splitId = cursor.split.id;
      cursor.moveTo(cursor.position + count);
    }
    if (this.cursors.next() !== undefined) return ReadStatus.MORE;
    return this.statusWithoutCursor;
  }
}
