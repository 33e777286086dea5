// The local half of a two-phase aggregation (Flink's MiniBatchLocalGroupAggFunction): in front of the exchange, the rows of a bundle
// become one accumulator per key. Keeps nothing: what it holds goes out before a watermark, a barrier and the end of input.
// One per subtask, on the slot's thread. hot path.
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import type { OperatorContext, StreamOperator } from '#streaming/operator/stream-operator';
import { UserEmission } from '#streaming/process/user-emission';
import type { Accumulator, AggregateHandler } from '#table/runtime/aggregate/aggregate-handler';
import { Bundle, type BundleLimits } from '#table/runtime/aggregate/bundle';
import { MemoryMapView } from '#table/runtime/aggregate/map-views';
import { writePartial, type PartialAccumulator } from '#table/runtime/aggregate/partial-accumulator';
import { isAccumulate, kindOf, type TableRow } from '#table/runtime/row-kind';

export interface LocalGroupAggregateOptions {
  readonly handler: AggregateHandler;
  readonly limits: BundleLimits;
  readonly keyOf: (row: TableRow) => unknown;
  readonly bundleKeyOf: (key: unknown) => unknown;
  /** The row that goes to the global aggregation. */
  readonly rowOf: (key: any, partial: PartialAccumulator) => TableRow; // any: keys of every type
}

interface Group {
  readonly key: unknown;
  readonly accumulator: Accumulator;
  readonly views: readonly MemoryMapView[];
}

const NO_TIMESTAMP = Number.NaN;

export class LocalGroupAggregateOperator implements StreamOperator {
  readonly #options: LocalGroupAggregateOptions;
  #context!: OperatorContext;
  #emission!: UserEmission;
  #bundle!: Bundle;
  #groups = new Map<unknown, Group>();
  /** A watermark that waits for the rows before it. */
  #watermark: number | undefined;

  constructor(options: LocalGroupAggregateOptions) {
    this.#options = options;
  }

  open(context: OperatorContext): void {
    this.#context = context;
    this.#bundle = new Bundle(this.#options.limits, context.clock);
    this.#emission = new UserEmission(context.output, context.operatorName);
    if (context.restored !== undefined) this.#emission.restore(context.restored);
  }

  processElement(row: TableRow): void {
    const { handler, keyOf, bundleKeyOf } = this.#options;
    const key = keyOf(row);
    const bundleKey = bundleKeyOf(key);
    let group = this.#groups.get(bundleKey);
    if (group === undefined) {
      group = { key, accumulator: handler.create(), views: handler.views.map((view) => new MemoryMapView(view)) };
      this.#groups.set(bundleKey, group);
    }
    if (isAccumulate(kindOf(row))) handler.accumulate(group.accumulator, group.views, row);
    else handler.retract(group.accumulator, group.views, row);
    if (this.#bundle.add()) this.#flush();
  }

  processWatermark(watermark: number): void {
    this.#flush();
    this.#watermark = watermark;
    this.advance();
  }

  processIdleness(isIdle: boolean): void {
    this.#context.output.emitIdleness(isIdle);
  }

  get isMidRecord(): boolean {
    return this.#emission.hasPending;
  }

  advance(): boolean {
    if (!this.#emission.drain()) return false;
    const watermark = this.#watermark;
    this.#watermark = undefined;
    if (watermark !== undefined) this.#context.output.emitWatermark(watermark);
    return true;
  }

  nextProcessingTime(): number {
    return this.#bundle.dueMs;
  }

  onProcessingTime(nowMs: number): void {
    if (this.advance() && nowMs >= this.#bundle.dueMs) this.#flush();
  }

  endInput(): void {
    this.#flush();
  }

  /** What is held back goes out in front of the barrier. */
  snapshot(): OperatorSnapshot {
    this.#emission.begin(NO_TIMESTAMP);
    for (const row of this.#rows()) this.#emission.collect(row);
    return { keyed: [], operator: this.#emission.snapshot() };
  }

  close(): void {
    this.#emission?.close();
  }

  #flush(): void {
    this.#emission.begin(NO_TIMESTAMP);
    if (this.#groups.size > 0) this.#emission.accept(this.#rows());
  }

  *#rows(): Generator<TableRow> {
    const groups = this.#groups;
    this.#groups = new Map();
    this.#bundle.clear();
    for (const { key, accumulator, views } of groups.values()) yield this.#options.rowOf(key, writePartial(accumulator, views));
  }
}
