// Runs a map, filter or flatMap as an operator of its own, where a job would fuse it into the generated loop of its
// chain. Same results and errors as there; a test compares the two. Thread: the test's.
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { StreamingError } from '#streaming/errors';
import { type OperatorContext, type RowOperator, rowOperatorOfSubtask, type StreamOperator } from '#streaming/operator/stream-operator';
import { refusePromise } from '#streaming/process/refuse-promise';
import { UserEmission } from '#streaming/process/user-emission';

export class RowOperatorRunner implements StreamOperator {
  readonly #row: RowOperator;
  #context!: OperatorContext;
  #emission!: UserEmission;
  readonly #collect = (value: unknown): void => this.#emission.collect(value);
  #isOpen = false;

  constructor(template: RowOperator) {
    this.#row = rowOperatorOfSubtask(template);
  }

  open(context: OperatorContext): void {
    this.#context = context;
    this.#emission = new UserEmission(context.output, context.operatorName);
    this.#isOpen = true;
    this.#row.open?.(context);
  }

  processElement(value: unknown, timestamp: number): void {
    const { operatorName } = this.#context;
    const row = this.#row;
    this.#emission.begin(timestamp);
    if (row.kind === 'flatMap') {
      const result: unknown = row.apply(value, this.#collect);
      if (result !== undefined) this.#acceptRows(result);
      return;
    }
    const result: unknown = row.apply(value);
    refusePromise(result, operatorName);
    if (row.kind === 'map') this.#emission.collect(result);
    else if (result) this.#emission.collect(value);
  }

  processWatermark(watermark: number): void {
    this.#context.output.emitWatermark(watermark);
  }

  processIdleness(isIdle: boolean): void {
    this.#context.output.emitIdleness(isIdle);
  }

  advance(): boolean {
    return this.#emission.drain();
  }

  snapshot(): OperatorSnapshot {
    return { keyed: [], operator: [] };
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#emission.close();
    this.#row.close?.();
  }

  #acceptRows(result: unknown): void {
    refusePromise(result, this.#context.operatorName);
    if (typeof result !== 'object' || result === null || !(Symbol.iterator in result)) {
      throw new StreamingError('USER_FUNCTION_NOT_ITERABLE', `the flatMap function of ${this.#context.operatorName} returned ${typeof result}: return nothing, an array or a generator`);
    }
    this.#emission.accept(result);
  }
}
