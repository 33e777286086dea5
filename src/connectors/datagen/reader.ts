// Calls the user's function for each index of its splits, no faster than the rate. Thread: the slot's.
import { RateLimit } from '#connectors/datagen/rate-limit';
import type { InterleavedSplit } from '#connectors/splits/interleaved-range';
import { InterleavedReader } from '#connectors/splits/interleaved-reader';
import { ReadStatus, type ReaderOutput, type RowSourceReader, type SourceReaderContext } from '#streaming/source/source';

export class DataGeneratorReader<T> extends InterleavedReader implements RowSourceReader<T, InterleavedSplit> {
  readonly kind = 'rows';
  readonly #generate: (index: number) => T;
  readonly #limit: RateLimit;
  #isWaitingForPermit = false;

  constructor(context: SourceReaderContext, generate: (index: number) => T, ratePerSecond: number) {
    super();
    this.#generate = generate;
    this.#limit = new RateLimit(context.clock, ratePerSecond);
  }

  poll(output: ReaderOutput<T>): ReadStatus {
    const cursor = this.cursors.next();
    if (cursor === undefined) return this.statusWithoutCursor;
    const wanted = Math.min(output.room, cursor.blockEnd - cursor.position);
    const count = this.#limit.take(wanted);
    this.#isWaitingForPermit = count === 0 && wanted > 0;
    const first = cursor.position;
    for (let index = first; index < first + count; index++) {
      const record = this.#generate(index);
      cursor.moveTo(index + 1);
      output.collect(record, Number.NaN, cursor.split.id);
    }
    return this.#isWaitingForPermit ? ReadStatus.NOTHING : ReadStatus.MORE;
  }

  get nextPollMs(): number {
    return this.#isWaitingForPermit ? this.#limit.nextPermitMs : Number.POSITIVE_INFINITY;
  }
}
