// A user's process function as the process operators call it: one method per input, whatever the kind of function.
import type { RowView } from '#core/codegen/row-view';
import type { Collector } from '#streaming/process/process-functions';
import type { RuntimeContext } from '#streaming/process/runtime-context';

/** What the operators of this folder run. The context handed over is the operator's; a method may return an iterable. */
export interface BoundProcessFunction {
  open?(context: RuntimeContext): void;
  /** By input: 0, or 0 and 1. */
  readonly elements: readonly ElementMethod[];
  readonly onTimer?: (timestamp: number, context: any, out: Collector<any>) => unknown; // any: contexts differ by operator, rows by user
  close?(): void;
}

/** @param view where the value is the row of a view (core/codegen/row-view): the view, standing at it. */
export type ElementMethod = (value: any, context: any, out: Collector<any>, view?: RowView) => unknown; // any: contexts differ by operator, rows by user
