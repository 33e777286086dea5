// The deferred snapshot of a window operator's tables: every row is saved as it was at the cut, at the latest before it is
// touched, the others between batches. hot path while a snapshot runs. Thread: the slot's.
// Invariant: a row's failure to be written is told by `step`, never to the record that touches it.
import type { DeferredSnapshot, DeferredStep, SnapshotOutput } from '#state/snapshot/deferred-snapshot';
import { RowByRowCut } from '#state/tables/row-by-row-cut';
import type { RowColumns } from '#state/tables/row-columns';
import type { WindowRowsWriter } from '#streaming/window/window-rows';

export interface TableToSave {
  readonly columns: RowColumns;
  /** Adds the row to the writer. */
  readonly save: (row: number) => void;
}

export class WindowSnapshot implements DeferredSnapshot {
  readonly #writer: WindowRowsWriter;
  readonly #cuts: readonly RowByRowCut[];
  #failure: { readonly error: unknown } | undefined;
  #next = 0;

  constructor(writer: WindowRowsWriter, tables: readonly TableToSave[]) {
    this.#writer = writer;
    this.#cuts = tables.map(({ columns, save }) => new RowByRowCut(columns, (row) => this.#save(row, save)));
  }

  step(output: SnapshotOutput, hasTime: () => boolean): DeferredStep {
    while (this.#failure === undefined && this.#next < this.#cuts.length) {
      if (output.isFull) return 'more';
      const isRead = this.#cuts[this.#next]!.saveWhile(hasTime);
      if (isRead) this.#next++;
      this.#writer.output.giveFull(output);
      if (!hasTime() && this.#next < this.#cuts.length) return 'more';
    }
    if (this.#failure !== undefined) throw this.#failure.error;
    this.#writer.output.giveAll(output);
    return 'done';
  }

  /** Saves all that is left into memory, so that another cut may be made. */
  finishReading(): void {
    for (const cut of this.#cuts.slice(this.#next)) cut.saveWhile(() => true);
    this.#next = this.#cuts.length;
  }

  /** Idempotent. */
  release(): void {
    for (const cut of this.#cuts) cut.abort();
    this.#next = this.#cuts.length;
  }

  #save(row: number, save: (row: number) => void): void {
    if (this.#failure !== undefined) return;
    try {
      save(row);
    } catch (error) {
      this.#failure = { error };
    }
  }
}
