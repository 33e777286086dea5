// Rolling reduce of a keyed stream: per key the value so far, sent on after every element.
// Invariant: what is in state is what was last emitted for the key. hot path. One per subtask, on the slot's thread.
import { assert } from '#core/assert';
import type { TypeInformation } from '#core/types/type-information';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { ValueState } from '#state/keyed/keyed-state';
import type { OperatorSnapshot, SnapshotRequest } from '#state/snapshot/operator-snapshot';
import type { KeySpecification, OperatorContext, Output, StreamOperator } from '#streaming/operator/stream-operator';
import { refusePromise } from '#streaming/process/refuse-promise';
import type { RichFunction } from '#streaming/process/process-functions';
import { RuntimeContext } from '#streaming/process/runtime-context';
import { ValueStateDescriptor } from '#streaming/process/state-descriptors';

/** Flink's name, so that state inspection shows what users of Flink expect. */
const STATE_NAME = '_op_state';

export interface BoundReduceFunction extends RichFunction {
  reduce(a: any, b: any): any; // any: user's record type
}

export class KeyedReduceOperator implements StreamOperator {
  readonly #function: BoundReduceFunction;
  readonly #selector: (value: any) => unknown; // any: user's record type
  readonly #type: TypeInformation | undefined;
  #operatorName = '';
  #output!: Output;
  #state!: KeyedStateBackend;
  #values!: ValueState<unknown>;
  /** An async function returns a promise from its first call on, so one check is enough. */
  #isChecked = false;
  #isOpen = false;

  constructor(bound: BoundReduceFunction, key: KeySpecification, type: TypeInformation | undefined) {
    this.#function = bound;
    this.#selector = key.selector;
    this.#type = type;
  }

  open(context: OperatorContext): void {
    assert(context.keyedState !== undefined, 'a keyed operator has keyed state');
    this.#operatorName = context.operatorName;
    this.#output = context.output;
    this.#state = context.keyedState;
    this.#values = context.keyedState.getState(new ValueStateDescriptor(STATE_NAME, this.#type)) as ValueState<unknown>;
    this.#isOpen = true;
    refusePromise(this.#function.open?.(new RuntimeContext(context)), context.operatorName);
  }

  processElement(value: unknown, timestamp: number): void {
    this.#state.setCurrentKey(this.#selector(value));
    const previous = this.#values.value();
    if (previous === null) {
      this.#values.update(value);
      this.#output.collect(value, timestamp);
      return;
    }
    const reduced: unknown = this.#function.reduce(previous, value);
    if (!this.#isChecked) this.#checkResult(reduced);
    this.#values.update(reduced);
    this.#output.collect(reduced, timestamp);
  }

  processWatermark(watermark: number): void {
    this.#output.emitWatermark(watermark);
  }

  processIdleness(isIdle: boolean): void {
    this.#output.emitIdleness(isIdle);
  }

  snapshot(request: SnapshotRequest): OperatorSnapshot {
    return this.#state.snapshot(request);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#function.close?.();
  }

  #checkResult(reduced: unknown): void {
    this.#isChecked = true;
    refusePromise(reduced, this.#operatorName);
  }
}
