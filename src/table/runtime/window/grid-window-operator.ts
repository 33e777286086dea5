// Windows of SQL that lie on a fixed grid, on the window operators of the engine. A row's time is one of its columns: its event
// time, or the end of the window that it carries; without one it is the time at which its batch was taken. Rows whose time is NULL are
// in no window. hot path: one call per row. Thread: the slot's.
import type { Batch } from '#core/columns/frame';
import type { Schema } from '#core/columns/schema';
import type { OperatorSnapshot, SnapshotRequest } from '#state/snapshot/operator-snapshot';
import type { BatchProgress, OperatorContext, OperatorEnvironment, Output, StreamOperator } from '#streaming/operator/stream-operator';
import { createWindowOperator, type WindowOperator } from '#streaming/window/create-window-operator';
import type { WindowOperatorOptions } from '#streaming/window/window-operator-options';
import type { TableRow } from '#table/runtime/row-kind';
import { createViewBatchLoop, generateViewLoop, type ViewBatchLoop } from '#table/runtime/view-batch-loop';

/** Time of a row on the line of windows; null for none. */
export type RowTime = (row: TableRow) => number | null;

export class GridWindowOperator implements StreamOperator {
  readonly #inner: WindowOperator;
  /** Undefined for windows by processing time. */
  readonly #timeOf: RowTime | undefined;
  #context!: OperatorContext;
  #output!: Output;
  #loop: ViewBatchLoop | undefined;
  #nowMs = 0;

  constructor(options: WindowOperatorOptions, timeOf: RowTime | undefined, environment: OperatorEnvironment) {
    this.#inner = createWindowOperator(options, environment);
    this.#timeOf = timeOf;
  }

  open(context: OperatorContext): void {
    this.#context = context;
    this.#output = context.output;
    this.#inner.open(context);
  }

  processElement(row: TableRow): void {
    const time = this.#timeOf === undefined ? this.#context.clock.now() : this.#timeOf(row);
    if (time !== null) this.#inner.processElement(row, time, 0);
  }

  processBatch(batch: Batch, from: number, _input: number, progress: BatchProgress): number {
    const { schema } = batch.layout;
    if (this.#loop?.schema !== schema) this.#loop = this.#createLoop(schema);
    if (this.#timeOf === undefined) this.#nowMs = this.#context.clock.now();
    return this.#loop.run(batch, from, progress);
  }

  processWatermark(watermark: number): void {
    this.#inner.processWatermark(watermark);
  }

  processIdleness(isIdle: boolean): void {
    this.#output.emitIdleness(isIdle);
  }

  advance(): boolean {
    return this.#inner.advance();
  }

  nextProcessingTime(): number {
    return this.#inner.nextProcessingTime();
  }

  onProcessingTime(nowMs: number): void {
    this.#inner.onProcessingTime(nowMs);
  }

  snapshot(request: SnapshotRequest): OperatorSnapshot {
    return this.#inner.snapshot(request);
  }

  close(): void {
    this.#inner.close();
  }

  #createLoop(schema: Schema): ViewBatchLoop {
    const timeOf: RowTime = this.#timeOf ?? (() => this.#nowMs);
    const statements = 'const time = timeOf(row); if (time !== null) inner.processElement(row, time);';
    return createViewBatchLoop(schema, () => generateViewLoop('gridWindowLoop', statements, { inner: this.#inner, timeOf, output: this.#output }));
  }
}
