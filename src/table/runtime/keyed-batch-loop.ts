// The loop of a keyed operator of SQL over a batch, one per operator and input. hot path.
import type { Schema } from '#core/columns/schema';
import type { Output } from '#streaming/operator/stream-operator';
import type { ElementMethod } from '#streaming/process/bound-process-function';
import type { KeyedCalls } from '#streaming/process/keyed-calls';
import { createViewBatchLoop, generateViewLoop, type ViewBatchLoop } from '#table/runtime/view-batch-loop';

export interface KeyedBatchLoopOptions {
  readonly schema: Schema;
  readonly key: (row: any) => unknown; // any: rows of every relation
  readonly element: ElementMethod;
  readonly calls: KeyedCalls;
  readonly output: Output;
}

export function createKeyedBatchLoop({ schema, key, element, calls, output }: KeyedBatchLoopOptions): ViewBatchLoop {
  const { emission, context } = calls;
  const statements = `
        calls.beginElement(key(row), source.eventTime());
        const result = element(row, context, emission, rowView);
        if (result !== undefined) emission.accept(result);`;
  return createViewBatchLoop(schema, (rowView) => generateViewLoop('keyedBatchLoop', statements, { key, element, calls, emission, context, rowView, output }));
}
