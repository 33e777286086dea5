// The loop of a keyed operator of SQL over a batch: rows are seen through a view, so that what an operator does not look at is never
// read. Generated per operator and input, so that its calls stay monomorphic whatever else runs in the slot. hot path.
import { createRowReader } from '#core/codegen/row-reader';
import { createRowView, type RowView } from '#core/codegen/row-view';
import type { Batch } from '#core/columns/frame';
import type { Schema } from '#core/columns/schema';
import type { BatchProgress, Output } from '#streaming/operator/stream-operator';
import type { ElementMethod } from '#streaming/process/bound-process-function';
import type { KeyedCalls } from '#streaming/process/keyed-calls';

export interface KeyedBatchLoop {
  readonly schema: Schema;
  /** Rows from `from` on; returns the row behind the last one taken. Called again with the same batch when it stopped before its end. */
  run(batch: Batch, from: number, progress: BatchProgress): number;
}

export interface KeyedBatchLoopOptions {
  readonly schema: Schema;
  readonly key: (row: any) => unknown; // any: rows of every relation
  readonly element: ElementMethod;
  readonly calls: KeyedCalls;
  readonly output: Output;
}

type Loop = (source: RowSource, from: number, to: number, progress: BatchProgress) => number;

/** What the loop needs of a view. */
type RowSource = Pick<RowView, 'row' | 'moveTo' | 'eventTime'>;

let loops = 0;

export function createKeyedBatchLoop(options: KeyedBatchLoopOptions): KeyedBatchLoop {
  const { schema } = options;
  const rowView = createRowView(schema, { decodesBlocks: true });
  const loop = generateLoop(options, rowView);
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

/** @param rowView what the rows are those of; undefined where they are made whole. */
function generateLoop({ key, element, calls, output }: KeyedBatchLoopOptions, rowView: RowView | undefined): Loop {
  const body = `
    "use strict";
    const { emission, context } = calls;
    return function keyedBatchLoop(source, from, to, progress) {
      let i = from;
      while (i < to) {
        progress.row = i;
        source.moveTo(i);
        const row = source.row;
        calls.beginElement(key(row), source.eventTime());
        i++;
        const result = element(row, context, emission, rowView);
        if (result !== undefined) emission.accept(result);
        if (output.isBlocked) break;
      }
      return i;
    };
    //# sourceURL=millrace-keyed-batch-loop-${loops++}.js`;
  return new Function('key', 'element', 'calls', 'output', 'rowView', body)(key, element, calls, output, rowView) as Loop;
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
