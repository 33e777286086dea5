// A function of a record and its timestamp, one record out for one in; watermarks pass. What tables and streams are turned into each
// other with, where the timestamp of records matters.
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import type { OperatorContext, StreamOperator } from '#streaming/operator/stream-operator';

export interface RecordFunction {
  apply(record: any, timestamp: number): unknown; // any: records of every program
  /** Of the record that `apply` gave. */
  timestampOf(made: any, timestamp: number): number; // any: as above
}

export class RecordOperator implements StreamOperator {
  readonly #function: RecordFunction;
  #context!: OperatorContext;

  constructor(fn: RecordFunction) {
    this.#function = fn;
  }

  open(context: OperatorContext): void {
    this.#context = context;
  }

  processElement(record: unknown, timestamp: number): void {
    const made = this.#function.apply(record, timestamp);
    this.#context.output.collect(made, this.#function.timestampOf(made, timestamp));
  }

  processWatermark(watermark: number): void {
    this.#context.output.emitWatermark(watermark);
  }

  processIdleness(isIdle: boolean): void {
    this.#context.output.emitIdleness(isIdle);
  }

  snapshot(): OperatorSnapshot {
    return { keyed: [], operator: [] };
  }

  close(): void {}
}
