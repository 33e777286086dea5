// millrace.output.consistency: epoch. Stands in front of a sink and lets changes out only as the whole of what came before a barrier: an
// aligned barrier has been passed by every path from the sources to here, so the changes before it belong to the same records. They
// leave behind the barrier, as one group; what is held is part of the snapshot, so a restore lets out the same group.
// Invariant: at the end of the input everything is let out, since then every path has ended.
import { decodePlain, encodePlain } from '#core/serialization/plain-value';
import { MAX_WATERMARK } from '#core/time/watermarks';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import type { OperatorContext, StreamOperator } from '#streaming/operator/stream-operator';
import type { TableRow } from '#table/runtime/row-kind';
import type { HeldChanges } from '#table/runtime/sink/held-changes';

const SECTION = 'output/group';
const SECTION_VERSION = 1;

export class EpochOutputOperator implements StreamOperator {
  readonly #held: HeldChanges;
  #context!: OperatorContext;
  /** Groups that may leave. */
  #leaving: TableRow[] = [];
  #next = 0;
  /** Goes out behind the rows that leave. */
  #watermark: number | undefined;

  constructor(held: HeldChanges) {
    this.#held = held;
  }

  open(context: OperatorContext): void {
    this.#context = context;
    for (const { bytes } of context.restored?.operator(SECTION) ?? []) this.#leaving.push(...(decodePlain(bytes) as TableRow[]));
  }

  processElement(row: TableRow): void {
    this.#held.add(row);
  }

  processWatermark(watermark: number): void {
    if (watermark === MAX_WATERMARK) this.#release();
    this.#watermark = watermark;
    this.advance();
  }

  processIdleness(isIdle: boolean): void {
    this.#context.output.emitIdleness(isIdle);
  }

  /** An epoch ends: its group leaves behind the barrier that this is the snapshot of. */
  snapshot(): OperatorSnapshot {
    this.#release();
    const group = this.#leaving.slice(this.#next);
    // One item, so that at another parallelism a group stays together.
    return { keyed: [], operator: group.length === 0 ? [] : [{ name: SECTION, version: SECTION_VERSION, mode: 'split', items: [encodePlain(group)] }] };
  }

  advance(): boolean {
    const { output } = this.#context;
    while (this.#next < this.#leaving.length) {
      if (output.isBlocked) return false;
      output.collect(this.#leaving[this.#next++]!, Number.NaN);
    }
    if (this.#leaving.length > 0) {
      this.#leaving = [];
      this.#next = 0;
    }
    if (this.#watermark !== undefined) {
      output.emitWatermark(this.#watermark);
      this.#watermark = undefined;
    }
    return true;
  }

  close(): void {}

  #release(): void {
    this.#leaving.push(...this.#held.take());
  }
}
