// Tumbling and hopping windows of SQL over event time, on the aligned window operator of the engine: a row's event time is a column.
// Rows whose time is NULL are in no window. hot path: one call per row. Thread: the slot's.
import type { OperatorSnapshot, SnapshotRequest } from '#state/snapshot/operator-snapshot';
import type { OperatorContext, Output, StreamOperator } from '#streaming/operator/stream-operator';
import { AlignedWindowOperator } from '#streaming/window/aligned-window-operator';
import type { WindowOperatorOptions } from '#streaming/window/window-operator-options';
import type { TableRow } from '#table/runtime/row-kind';

export class RowtimeWindowOperator implements StreamOperator {
  readonly #inner: AlignedWindowOperator;
  /** Event time of a row on the line of windows; null for none. */
  readonly #timeOf: (row: TableRow) => number | null;
  #output!: Output;

  constructor(options: WindowOperatorOptions, timeOf: (row: TableRow) => number | null) {
    this.#inner = new AlignedWindowOperator(options);
    this.#timeOf = timeOf;
  }

  open(context: OperatorContext): void {
    this.#output = context.output;
    this.#inner.open(context);
  }

  processElement(row: TableRow): void {
    const time = this.#timeOf(row);
    if (time !== null) this.#inner.processElement(row, time);
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
}
