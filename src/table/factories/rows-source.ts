// A bounded source of rows that are made by one question, when the job runs: in one split, in one order. Enumerator: JobMaster's
// thread; reader: the slot's.
import { StaticSplitEnumerator, type RemainingSplits } from '#connectors/splits/static-split-enumerator';
import { ReadStatus, type ReaderOutput, type RowSourceReader, type Source, type SourceReaderContext, type SplitEnumerator, type SplitEnumeratorContext } from '#streaming/source/source';
import type { TableRow } from '#table/runtime/row-kind';

export interface RowsSplit {
  readonly id: string;
  readonly index: number;
  /** Rows that were handed out already. */
  readonly offset: number;
}

/** How often the event loop gets a turn while the rows are made. */
const POLL_MS = 1;

export class RowsSource implements Source<TableRow, RowsSplit, RemainingSplits<RowsSplit>> {
  readonly name: string;
  readonly boundedness = 'bounded';
  readonly producedType = undefined;
  readonly #load: () => Promise<readonly TableRow[]>;

  /** @param load gives the same rows in the same order each time. */
  constructor(name: string, load: () => Promise<readonly TableRow[]>) {
    this.name = name;
    this.#load = load;
  }

  createEnumerator(context: SplitEnumeratorContext<RowsSplit>, checkpoint: RemainingSplits<RowsSplit> | undefined): SplitEnumerator<RowsSplit, RemainingSplits<RowsSplit>> {
    return new StaticSplitEnumerator(context, checkpoint, () => [{ id: 'rows-0', index: 0, offset: 0 }]);
  }

  createReader(context: SourceReaderContext): RowsReader {
    return new RowsReader(context, this.#load);
  }
}

class RowsReader implements RowSourceReader<TableRow, RowsSplit> {
  readonly kind = 'rows';
  readonly #context: SourceReaderContext;
  readonly #load: () => Promise<readonly TableRow[]>;
  #split: RowsSplit | undefined;
  #rows: readonly TableRow[] | undefined;
  #failure: unknown;
  #isLoading = false;
  #isLastSplitKnown = false;

  constructor(context: SourceReaderContext, load: () => Promise<readonly TableRow[]>) {
    this.#context = context;
    this.#load = load;
  }

  start(): void {}

  addSplits([split]: readonly RowsSplit[]): void {
    this.#split = split;
  }

  notifyNoMoreSplits(): void {
    this.#isLastSplitKnown = true;
  }

  get nextPollMs(): number {
    return this.#isLoading ? this.#context.clock.now() + POLL_MS : Number.POSITIVE_INFINITY;
  }

  poll(output: ReaderOutput<TableRow>): ReadStatus {
    if (this.#failure !== undefined) throw this.#failure as Error;
    const split = this.#split;
    if (split === undefined) return this.#isLastSplitKnown ? ReadStatus.END : ReadStatus.NOTHING;
    if (this.#rows === undefined) {
      if (!this.#isLoading) void this.#begin();
      return ReadStatus.NOTHING;
    }
    const rows = this.#rows.slice(split.offset, split.offset + output.room);
    for (const row of rows) output.collect(row, Number.NaN, split.id);
    this.#split = split.offset + rows.length === this.#rows.length ? undefined : { ...split, offset: split.offset + rows.length };
    return ReadStatus.MORE;
  }

  snapshot(): readonly RowsSplit[] {
    return this.#split === undefined ? [] : [this.#split];
  }

  close(): void {}

  async #begin(): Promise<void> {
    this.#isLoading = true;
    try {
      this.#rows = await this.#load();
    } catch (thrown) {
      this.#failure = thrown;
    }
    this.#isLoading = false;
    this.#context.wake();
  }
}
