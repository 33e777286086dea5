// Runs a keyed function of SQL: keyed state, timers, resumable emission and snapshots come from the process operators' machinery.
// One per subtask, on the slot's thread. hot path.
import type { Batch } from '#core/columns/frame';
import type { KeySpecification } from '#core/keys/key-specification';
import type { OperatorSnapshot, SnapshotRequest } from '#state/snapshot/operator-snapshot';
import type { OperatorContext, StreamOperator } from '#streaming/operator/stream-operator';
import { KeyedCalls } from '#streaming/process/keyed-calls';
import type { ElementMethod } from '#streaming/process/bound-process-function';
import { createKeyedBatchLoop } from '#table/runtime/keyed-batch-loop';
import type { KeyedTableFunction } from '#table/runtime/keyed-table-function';
import type { TableRow } from '#table/runtime/row-kind';
import type { ViewBatchLoop } from '#table/runtime/view-batch-loop';
import { assert } from '#core/assert';

export class KeyedTableOperator implements StreamOperator {
  readonly #function: KeyedTableFunction;
  readonly #keys: readonly ((value: any) => unknown)[]; // any: rows of every relation
  readonly #first: ElementMethod;
  readonly #second: ElementMethod;
  readonly #inputCount: number;
  #endedInputs = 0;
  #context!: OperatorContext;
  #calls!: KeyedCalls;
  #isOpen = false;
  readonly #batches: (ViewBatchLoop | undefined)[] = [];
  readonly processBatch: StreamOperator['processBatch'];
  readonly acceptsViews: boolean;
  readonly emitsViews: boolean;

  constructor(fn: KeyedTableFunction, keys: readonly KeySpecification[]) {
    assert(keys.length === fn.elements.length && keys.length > 0, 'every input of a keyed operator has a key');
    this.#function = fn;
    this.#keys = keys.map(({ selector }) => selector);
    this.#first = fn.elements[0]!;
    this.#second = fn.elements[1] ?? this.#first;
    this.#inputCount = keys.length;
    this.acceptsViews = fn.acceptsViews === true;
    this.emitsViews = fn.emitsViews === true;
    this.processBatch = this.acceptsViews ? (batch, from, input, progress) => this.#batchLoop(batch, input).run(batch, from, progress) : undefined;
  }

  open(context: OperatorContext): void {
    this.#context = context;
    this.#calls = new KeyedCalls(context, this.#function.onTimer);
    this.#calls.watermarkDelayMs = this.#function.watermarkDelayMs ?? 0;
    this.#isOpen = true;
    this.#function.openWith({ backend: context.keyedState!, timers: this.#calls, operator: context, out: this.#calls.emission });
  }

  processElement(value: unknown, timestamp: number, input: number): void {
    const calls = this.#calls;
    const isFirst = input === 0;
    calls.beginElement(this.#keys[isFirst ? 0 : 1]!(value), timestamp);
    const result = isFirst ? this.#first(value, calls.context, calls.emission) : this.#second(value, calls.context, calls.emission);
    if (result !== undefined) calls.emission.accept(result);
  }

  #batchLoop({ layout: { schema } }: Batch, input: number): ViewBatchLoop {
    let loop = this.#batches[input];
    if (loop?.schema !== schema) {
      loop = this.#function.createBatchLoop?.(schema, this.#context.output)
        ?? createKeyedBatchLoop({ schema, key: this.#keys[input]!, element: input === 0 ? this.#first : this.#second, calls: this.#calls, output: this.#context.output });
      this.#batches[input] = loop;
    }
    return loop;
  }

  processWatermark(watermark: number): void {
    this.#accept(this.#function.onWatermark?.(watermark, this.#calls.emission));
    this.#calls.processWatermark(watermark);
  }

  processIdleness(isIdle: boolean): void {
    this.#context.output.emitIdleness(isIdle);
  }

  get isMidRecord(): boolean {
    return this.#calls.emission.hasPending;
  }

  advance(): boolean {
    return this.#calls.advance();
  }

  nextProcessingTime(): number {
    return Math.min(this.#calls.nextProcessingTime(), this.#function.nextFlushMs?.() ?? Number.POSITIVE_INFINITY);
  }

  onProcessingTime(nowMs: number): void {
    if (!this.#calls.emission.hasPending) this.#accept(this.#function.onProcessingTime?.(nowMs, this.#calls.emission));
    this.#calls.onProcessingTime(nowMs);
  }

  endInput(input: number): void {
    this.#endedInputs++;
    this.#accept(this.#function.onEndInput?.(input, this.#calls.emission, this.#endedInputs === this.#inputCount));
  }

  /** Rows of no element in particular. */
  #accept(rows: Iterable<TableRow> | void): void {
    if (rows === undefined) return;
    this.#calls.emission.begin(Number.NaN);
    this.#calls.emission.accept(rows);
  }

  /** What is held back for a bundle goes out in front of the barrier. */
  snapshot(request: SnapshotRequest): OperatorSnapshot {
    this.#function.beforeSnapshot?.(this.#calls.emission);
    return this.#calls.snapshot(request);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#calls.emission.close();
    this.#function.close?.();
  }
}
