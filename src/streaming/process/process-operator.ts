// Runs process functions of one or two inputs on streams without keys: no timers, no keyed state.
// hot path. One per subtask, on the slot's thread.
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import type { OperatorContext, Output, StreamOperator } from '#streaming/operator/stream-operator';
import type { BoundProcessFunction, ElementMethod } from '#streaming/process/bound-process-function';
import { refusePromise } from '#streaming/process/refuse-promise';
import { RuntimeContext } from '#streaming/process/runtime-context';
import { UnkeyedContext } from '#streaming/process/unkeyed-context';
import { UserEmission } from '#streaming/process/user-emission';

export class ProcessOperator implements StreamOperator {
  readonly #function: BoundProcessFunction;
  readonly #first: ElementMethod;
  readonly #second: ElementMethod;
  #output!: Output;
  #emission!: UserEmission;
  #context!: UnkeyedContext;
  #isOpen = false;

  constructor(bound: BoundProcessFunction) {
    this.#function = bound;
    this.#first = bound.elements[0]!;
    this.#second = bound.elements[1] ?? this.#first;
  }

  open(context: OperatorContext): void {
    this.#output = context.output;
    this.#emission = new UserEmission(context.output, context.operatorName);
    this.#context = new UnkeyedContext(context, this.#emission);
    if (context.restored !== undefined) this.#emission.restore(context.restored);
    this.#isOpen = true;
    refusePromise(this.#function.open?.(new RuntimeContext(context)), context.operatorName);
  }

  processElement(value: unknown, timestamp: number, input: number): void {
    this.#emission.begin(timestamp);
    const method = input === 0 ? this.#first : this.#second;
    const result = method(value, this.#context, this.#emission);
    if (result !== undefined) this.#emission.accept(result);
  }

  processWatermark(watermark: number): void {
    this.#context.watermark = watermark;
    this.#output.emitWatermark(watermark);
  }

  processIdleness(isIdle: boolean): void {
    this.#output.emitIdleness(isIdle);
  }

  /** A user's iterable is pending: a barrier should wait until it is exhausted, else the rest of it goes into the snapshot. */
  get isMidRecord(): boolean {
    return this.#emission.hasPending;
  }

  advance(): boolean {
    return this.#emission.drain();
  }

  snapshot(): OperatorSnapshot {
    return { keyed: [], operator: this.#emission.snapshot() };
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#emission.close();
    this.#function.close?.();
  }
}
