// Small sources for tests: rows with event times in named splits, read in the order in which they are given.
import { Types } from '#core/types/type-information';
import { ReadStatus, type ReaderOutput, type RowSourceReader, type Source } from '#streaming/source/source';

export interface TimedRow {
  readonly split: string;
  readonly value: unknown;
  readonly time: number;
}

/** What a reader was told and asked, for tests that look. */
export class ScriptedReader implements RowSourceReader<unknown, string> {
  readonly kind = 'rows';
  nextPollMs = Number.POSITIVE_INFINITY;
  readonly splits: string[] = [];
  readonly completed: number[] = [];
  readonly paused = new Set<string>();
  closeCount = 0;
  readonly #script: TimedRow[];
  readonly #finished: string[];
  #isLastSplitKnown = false;

  constructor(script: TimedRow[], finished: string[]) {
    this.#script = script;
    this.#finished = finished;
  }

  start(): void {}
  addSplits(splits: readonly string[]): void { this.splits.push(...splits); }
  notifyNoMoreSplits(): void { this.#isLastSplitKnown = true; }

  poll(output: ReaderOutput<unknown>): ReadStatus {
    if (this.#script.length === 0) return this.#isLastSplitKnown ? ReadStatus.END : ReadStatus.NOTHING;
    const readable = this.#script.filter(({ split }) => !this.paused.has(split)).slice(0, output.room);
    for (const row of readable) {
      this.#script.splice(this.#script.indexOf(row), 1);
      output.collect(row.value, row.time, row.split);
    }
    return readable.length > 0 ? ReadStatus.MORE : ReadStatus.NOTHING;
  }

  snapshot(): readonly string[] { return this.splits; }
  notifyCheckpointComplete(checkpointId: number): void { this.completed.push(checkpointId); }
  splitIdOf(split: string): string { return split; }
  takeFinishedSplits(): readonly string[] { return this.#finished.splice(0); }

  pauseOrResumeSplits(pause: readonly string[], resume: readonly string[]): void {
    for (const split of pause) this.paused.add(split);
    for (const split of resume) this.paused.delete(split);
  }

  close(): void { this.closeCount++; }
}

/** A source whose rows the test pushes as it goes. */
export class ScriptedSource implements Source<unknown, string, undefined> {
  readonly name = 'scripted';
  readonly boundedness = 'bounded';
  readonly producedType = Types.ANY;
  readonly script: TimedRow[] = [];
  readonly finished: string[] = [];
  readonly reader = new ScriptedReader(this.script, this.finished);

  createEnumerator(): never { throw new Error('enumerators run on the JobMaster'); }
  createReader(): ScriptedReader { return this.reader; }
}

/** Numbers of one split; each is its own event time. */
export function rowsSource(values: readonly number[]): ScriptedSource {
  const made = new ScriptedSource();
  made.script.push(...values.map((value) => ({ split: 'only', value, time: value })));
  return made;
}
