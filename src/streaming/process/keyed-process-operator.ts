// Runs keyed process functions of one or two inputs: keyed state and timers of both time domains.
// hot path. One per subtask, on the slot's thread.
import { assert } from '#core/assert';
import type { OperatorSnapshot, SnapshotRequest } from '#state/snapshot/operator-snapshot';
import type { KeySpecification, OperatorContext, Output, StreamOperator } from '#streaming/operator/stream-operator';
import type { BoundProcessFunction, ElementMethod } from '#streaming/process/bound-process-function';
import { KeyedCalls } from '#streaming/process/keyed-calls';
import { refusePromise } from '#streaming/process/refuse-promise';
import { RuntimeContext } from '#streaming/process/runtime-context';

export class KeyedProcessOperator implements StreamOperator {
  readonly #function: BoundProcessFunction;
  readonly #firstKey: (value: any) => unknown; // any: user's record type
  readonly #secondKey: (value: any) => unknown; // any: user's record type
  readonly #first: ElementMethod;
  readonly #second: ElementMethod;
  #output!: Output;
  #calls!: KeyedCalls;
  #isOpen = false;

  /** @param keys one per input. */
  constructor(bound: BoundProcessFunction, keys: readonly KeySpecification[]) {
    assert(keys.length === bound.elements.length && keys.length > 0, 'every input of a keyed operator has a key');
    this.#function = bound;
    this.#firstKey = keys[0]!.selector;
    this.#secondKey = (keys[1] ?? keys[0]!).selector;
    this.#first = bound.elements[0]!;
    this.#second = bound.elements[1] ?? this.#first;
  }

  open(context: OperatorContext): void {
    this.#output = context.output;
    this.#calls = new KeyedCalls(context, this.#function.onTimer);
    this.#isOpen = true;
    refusePromise(this.#function.open?.(new RuntimeContext(context)), context.operatorName);
  }

  processElement(value: unknown, timestamp: number, input: number): void {
    const calls = this.#calls;
    const isFirst = input === 0;
    calls.beginElement(isFirst ? this.#firstKey(value) : this.#secondKey(value), timestamp);
    const result = isFirst ? this.#first(value, calls.context, calls.emission) : this.#second(value, calls.context, calls.emission);
    if (result !== undefined) calls.emission.accept(result);
  }

  processWatermark(watermark: number): void {
    this.#calls.processWatermark(watermark);
  }

  processIdleness(isIdle: boolean): void {
    this.#output.emitIdleness(isIdle);
  }

  /** As in ProcessOperator. */
  get isMidRecord(): boolean {
    return this.#calls.emission.hasPending;
  }

  advance(): boolean {
    return this.#calls.advance();
  }

  nextProcessingTime(): number {
    return this.#calls.nextProcessingTime();
  }

  onProcessingTime(nowMs: number): void {
    this.#calls.onProcessingTime(nowMs);
  }

  snapshot(request: SnapshotRequest): OperatorSnapshot {
    return this.#calls.snapshot(request);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#calls.emission.close();
    this.#function.close?.();
  }
}
