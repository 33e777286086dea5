// What a keyed operator of SQL implements: one method per input, with keyed state, timers and end of input.
// A method emits through `out`, or returns an iterable that is pulled row by row as there is room (joins, window results, bundles).
import type { Schema } from '#core/columns/schema';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { OperatorContext, Output } from '#streaming/operator/stream-operator';
import type { ElementMethod } from '#streaming/process/bound-process-function';
import type { Collector, TimerService } from '#streaming/process/process-functions';
import type { TableRow } from '#table/runtime/row-kind';
import type { ViewBatchLoop } from '#table/runtime/view-batch-loop';

export interface TableFunctionContext {
  readonly backend: KeyedStateBackend;
  /** Of the backend's current key. */
  readonly timers: TimerService;
  readonly operator: OperatorContext;
  readonly out: Collector<TableRow>;
}

export interface KeyedTableFunction {
  /** By input. The backend's current key is that of the row. */
  readonly elements: readonly ElementMethod[];
  /** Rows may be those of a view (core/codegen/row-view): what is kept of them is copied first. */
  readonly acceptsViews?: boolean;
  /** Rows that it collects may be those of a view, and gone when the next one is collected. */
  readonly emitsViews?: boolean;
  readonly onTimer?: (timestamp: number, context: any, out: Collector<any>) => unknown; // any: the keyed context of process functions
  /** Its timers make rows that much older than the watermark: it goes on with this delay. */
  readonly watermarkDelayMs?: number;
  /** Before the first row; state is restored. */
  openWith(context: TableFunctionContext): void;
  /** A loop over batches of its only input, in place of its method. Asked for after `openWith`; undefined for none. */
  createBatchLoop?(schema: Schema, output: Output): ViewBatchLoop | undefined;
  /** Before timers up to the watermark fire and the watermark goes on. */
  onWatermark?(watermark: number, out: Collector<TableRow>): Iterable<TableRow> | void;
  /** Epoch ms at which `onProcessingTime` is wanted, timers apart. */
  nextFlushMs?(): number;
  onProcessingTime?(nowMs: number, out: Collector<TableRow>): Iterable<TableRow> | void;
  onEndInput?(input: number, out: Collector<TableRow>, isLast: boolean): Iterable<TableRow> | void;
  /** Emits what is held back in memory. */
  beforeSnapshot?(out: Collector<TableRow>): void;
  close?(): void;
}
