// Calls the user's function for each index of its splits, no faster than the rate. Thread: the slot's.
import { RateLimit } from '#connectors/datagen/rate-limit';
import { InterleavedCursors } from '#connectors/splits/interleaved-cursors';
import type { InterleavedSplit } from '#connectors/splits/interleaved-range';
import { ReadStatus, type ReaderOutput, type RowSourceReader, type SourceReaderContext } from '#streaming/source/source';

export class DataGeneratorReader<T> implements RowSourceReader<T, InterleavedSplit> {
  readonly kind = 'rows';
  readonly #generate: (index: number) => T;
  readonly #limit: RateLimit;
  readonly #cursors = new InterleavedCursors();
  #isLastSplitKnown = false;
  #isWaitingForPermit = false;

  constructor(context: SourceReaderContext, generate: (index: number) => T, ratePerSecond: number) {
    this.#generate = generate;
    this.#limit = new RateLimit(context.clock, ratePerSecond);
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

  get progress(): number {
    return this.#cursors.progress;
  }

  snapshot(): readonly InterleavedSplit[] {
    return this.#cursors.snapshot();
  }

  close(): void {}
}
