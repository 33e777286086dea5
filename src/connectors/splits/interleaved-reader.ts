// What readers of interleaved streams have in common: their splits, and when all has been read. Thread: the slot's.
import { InterleavedCursors } from '#connectors/splits/interleaved-cursors';
import type { InterleavedSplit } from '#connectors/splits/interleaved-range';
import { ReadStatus } from '#streaming/source/source';

export abstract class InterleavedReader {
  protected readonly cursors = new InterleavedCursors();
  #isLastSplitKnown = false;

  start(): void {}

  addSplits(splits: readonly InterleavedSplit[]): void {
    this.cursors.add(splits);
  }

  notifyNoMoreSplits(): void {
    this.#isLastSplitKnown = true;
  }

  splitIdOf(split: InterleavedSplit): string {
    return split.id;
  }

  takeFinishedSplits(): readonly string[] {
    return this.cursors.takeFinished();
  }

  pauseOrResumeSplits(pause: readonly string[], resume: readonly string[]): void {
    this.cursors.pauseOrResume(pause, resume);
  }

  get progress(): number {
    return this.cursors.progress;
  }

  snapshot(): readonly InterleavedSplit[] {
    return this.cursors.snapshot();
  }

  close(): void {}

  /** What a reader without a cursor to read from says. */
  protected get statusWithoutCursor(): ReadStatus {
    return this.#isLastSplitKnown && this.cursors.isAtEnd ? ReadStatus.END : ReadStatus.NOTHING;
  }
}
