// Rows of a batch one after the other through a view, so that what an operator does not look at is never read. hot path.
import { createRowReader } from '#core/codegen/row-reader';
import { createRowView, type RowView } from '#core/codegen/row-view';
import type { Batch } from '#core/columns/frame';
import type { Schema } from '#core/columns/schema';
import type { BatchProgress } from '#streaming/operator/stream-operator';

export interface ViewBatchLoop {
  readonly schema: Schema;
  /** Rows from `from` on; returns the row behind the last one taken. Called again with the same batch when it stopped before its end. */
  run(batch: Batch, from: number, progress: BatchProgress): number;
}

/** Takes rows [from, to) of the view's batch; returns where it stopped. */
export type ViewLoop = (source: RowSource, from: number, to: number, progress: BatchProgress) => number;

/** What a loop needs of a view. */
export type RowSource = Pick<RowView, 'row' | 'moveTo' | 'eventTime'>;

/** @param createLoop is told what the rows are those of; undefined where they are made whole. */
export function createViewBatchLoop(schema: Schema, createLoop: (rowView: RowView | undefined) => ViewLoop): ViewBatchLoop {
  const rowView = createRowView(schema, { decodesBlocks: true });
  const loop = createLoop(rowView);
  const view = rowView ?? readerView(schema);
  /** Where a batch that was left before its end goes on; -1 for none. */
  let unfinished = -1;
  return {
    schema,
    run(batch, from, progress) {
      view.bind(batch, { isSame: from === unfinished });
      const next = loop(view, from, batch.count, progress);
      view.finish();
      unfinished = next < batch.count ? next : -1;
      return next;
    },
  };
}

/** Rows that no view reads are made whole. */
function readerView(schema: Schema): RowSource & Pick<RowView, 'bind' | 'finish'> {
  const reader = createRowReader(schema);
  let position = 0;
  return {
    bind: (batch) => reader.bind(batch),
    finish: () => undefined,
    moveTo: (next) => { position = next; },
    get row() { return reader.read(position); },
    eventTime: () => reader.eventTime(position),
  };
}
