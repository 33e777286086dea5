// Unbounded aggregation per key that emits once per key and bundle (Flink's MiniBatchGroupAggFunction and MiniBatchGlobalGroupAggFunction):
// rows, or accumulators of a local aggregation, enter the state at once; what a key's result was before the bundle is kept until the
// bundle goes out. Invariant: state holds every row that came in, so a snapshot needs no more than that the bundle has gone out.
// One per subtask, on the slot's thread. hot path. Bench: `millrace nexmark --query q17 -D table.exec.mini-batch.enabled=true …`.
import type { TypeInformation } from '#core/types/type-information';
import type { StateTtlConfig, ValueState } from '#state/keyed/keyed-state';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { Collector } from '#streaming/process/process-functions';
import type { MapView } from '#table/functions/function-definition';
import type { Accumulator, AggregateHandler } from '#table/runtime/aggregate/aggregate-handler';
import { Bundle, type BundleLimits } from '#table/runtime/aggregate/bundle';
import { bundleKeyOf } from '#table/runtime/aggregate/bundle-key';
import { MemoryMapView, keyedStateViews } from '#table/runtime/aggregate/map-views';
import { readPartial, type PartialAccumulator } from '#table/runtime/aggregate/partial-accumulator';
import type { KeyedTableFunction, TableFunctionContext } from '#table/runtime/keyed-table-function';
import { isOwnedInState } from '#table/runtime/owned-rows';
import { isAccumulate, kindOf, rekind, RowKind, type TableRow } from '#table/runtime/row-kind';

export interface BundledGroupAggregateOptions {
  readonly handler: AggregateHandler;
  readonly keyType: TypeInformation;
  readonly limits: BundleLimits;
  /** Reads the accumulator of a local aggregation out of a row; undefined: rows are the input itself. */
  readonly partialOf: ((row: TableRow) => PartialAccumulator) | undefined;
  /** -U before every +U. */
  readonly emitsUpdateBefore: boolean;
  readonly ttl: StateTtlConfig | undefined;
  /** Whether two results are the same, so that nothing is emitted. */
  readonly equalResults: (a: TableRow, b: TableRow) => boolean;
}

interface Group {
  readonly key: unknown;
  /** Its result before the bundle; undefined: there was none. */
  readonly before: TableRow | undefined;
}

const STATE_NAME = 'accState';

export class BundledGroupAggregateFunction implements KeyedTableFunction {
  readonly elements: KeyedTableFunction['elements'];
  readonly acceptsViews = true;
  readonly #options: BundledGroupAggregateOptions;
  readonly #bundleKeyOf: (key: unknown) => unknown;
  #groups = new Map<unknown, Group>();
  #bundle!: Bundle;
  #backend!: KeyedStateBackend;
  #accumulators!: ValueState<Accumulator>;
  #views: readonly MapView[] = [];
  #partialViews: readonly MemoryMapView[] = [];

  constructor(options: BundledGroupAggregateOptions) {
    this.#options = options;
    this.#bundleKeyOf = bundleKeyOf(options.keyType);
    this.elements = [(row: TableRow) => this.#process(row)];
  }

  openWith({ backend, operator }: TableFunctionContext): void {
    const { handler, ttl, limits } = this.#options;
    this.#backend = backend;
    this.#bundle = new Bundle(limits, operator.clock);
    this.#accumulators = backend.getState({ kind: 'value', name: STATE_NAME, type: handler.accumulatorType, ttl, isOwned: isOwnedInState(handler.accumulatorType) }) as ValueState<Accumulator>;
    this.#views = keyedStateViews(backend, handler.views, ttl);
    this.#partialViews = handler.views.map((view) => new MemoryMapView(view));
  }

  onWatermark(): Iterable<TableRow> {
    return this.#flush();
  }

  nextFlushMs(): number {
    return this.#bundle.dueMs;
  }

  onProcessingTime(nowMs: number): Iterable<TableRow> | undefined {
    return nowMs >= this.#bundle.dueMs ? this.#flush() : undefined;
  }

  onEndInput(): Iterable<TableRow> {
    return this.#flush();
  }

  beforeSnapshot(out: Collector<TableRow>): void {
    for (const row of this.#flush()) out.collect(row);
  }

  #process(row: TableRow): Iterable<TableRow> | undefined {
    const { handler, partialOf } = this.#options;
    const views = this.#views;
    const key = this.#backend.currentKey;
    const known = this.#accumulators.value();
    const isAdded = partialOf !== undefined || isAccumulate(kindOf(row));
    // A row taken back whose key has expired or never was: nothing to take it from.
    if (known === null && !isAdded) return undefined;
    const accumulator = known ?? handler.create();
    const bundleKey = this.#bundleKeyOf(key);
    if (!this.#groups.has(bundleKey)) this.#groups.set(bundleKey, { key, before: known === null ? undefined : handler.result(key, known, views, RowKind.UPDATE_BEFORE) });
    if (partialOf !== undefined) {
      const partial = partialOf(row);
      handler.merge(accumulator, views, partial.a, readPartial(partial, this.#partialViews));
    } else if (isAdded) {
      handler.accumulate(accumulator, views, row);
    } else {
      handler.retract(accumulator, views, row);
    }
    this.#accumulators.update(accumulator);
    return this.#bundle.add() ? this.#flush() : undefined;
  }

  /** One change per key, pulled as there is room; a new bundle begins at once. */
  *#flush(): Generator<TableRow> {
    const groups = this.#groups;
    this.#bundle.clear();
    if (groups.size === 0) return;
    this.#groups = new Map();
    for (const group of groups.values()) yield* this.#changesOf(group);
  }

  #changesOf({ key, before }: Group): readonly TableRow[] {
    const { handler, emitsUpdateBefore, equalResults, ttl } = this.#options;
    this.#backend.setCurrentKey(key);
    const accumulator = this.#accumulators.value();
    if (accumulator === null) return [];
    if (handler.rowCount(accumulator) <= 0) {
      this.#accumulators.clear();
      for (const view of this.#views) view.clear();
      return before === undefined ? [] : [rekind(before, RowKind.DELETE)];
    }
    if (before === undefined) return [handler.result(key, accumulator, this.#views, RowKind.INSERT)];
    const after = handler.result(key, accumulator, this.#views, RowKind.UPDATE_AFTER);
    // With a time to live downstream state must be refreshed, so an equal result is emitted too.
    if (ttl === undefined && equalResults(before, after)) return [];
    return emitsUpdateBefore ? [before, after] : [after];
  }
}
