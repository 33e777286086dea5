// The loop of a keyed operator of SQL over a batch. Generated per operator and input, so that its calls stay monomorphic whatever else
// runs in the slot. hot path.
import type { RowView } from '#core/codegen/row-view';
import type { Schema } from '#core/columns/schema';
import type { Output } from '#streaming/operator/stream-operator';
import type { ElementMethod } from '#streaming/process/bound-process-function';
import type { KeyedCalls } from '#streaming/process/keyed-calls';
import { createViewBatchLoop, type ViewBatchLoop, type ViewLoop } from '#table/runtime/view-batch-loop';

export interface KeyedBatchLoopOptions {
  readonly schema: Schema;
  readonly key: (row: any) => unknown; // any: rows of every relation
  readonly element: ElementMethod;
  readonly calls: KeyedCalls;
  readonly output: Output;
}

let loops = 0;

export function createKeyedBatchLoop(options: KeyedBatchLoopOptions): ViewBatchLoop {
  return createViewBatchLoop(options.schema, (rowView) => generateLoop(options, rowView));
}

function generateLoop({ key, element, calls, output }: KeyedBatchLoopOptions, rowView: RowView | undefined): ViewLoop {
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
  return new Function('key', 'element', 'calls', 'output', 'rowView', body)(key, element, calls, output, rowView) as ViewLoop;
}
