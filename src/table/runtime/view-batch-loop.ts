// Rows of a batch one after the other through a view, so that what an operator does not look at is never read. hot path.
import { createRowReader } from '#core/codegen/row-reader';
import { createRowView, type RowView } from '#core/codegen/row-view';
import type { Batch } from '#core/columns/frame';
import type { Schema } from '#core/columns/schema';
import type { BatchProgress, Output } from '#streaming/operator/stream-operator';

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

let loops = 0;

/**
 * The loop around `statements`, which see `row`, its `source`, and what `scope` names; it is left when the output has no room. Generated for
 * its place, so that its calls stay monomorphic whatever else runs in the slot.
 */
export function generateViewLoop(name: string, statements: string, scope: { readonly output: Output } & Readonly<Record<string, unknown>>): ViewLoop {
  const body = `
    "use strict";
    return function ${name}(source, from, to, progress) {
      let i = from;
      while (i < to) {
        progress.row = i;
        source.moveTo(i);
        const row = source.row;
        i++;
        ${statements}
        if (output.isBlocked) break;
      }
      return i;
    };
    //# sourceURL=millrace-${name}-${loops++}.js`;
  return new Function(...Object.keys(scope), body)(...Object.values(scope)) as ViewLoop;
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
