// The aggregates of an operator with their views as one value that can be kept, merged and written: what windows and batches hold
// per key. The views are reused for every value: they are pointed at its maps. hot path.
import { type TypeInformation, Types } from '#core/types/type-information';
import type { AggregateHandler, Accumulator } from '#table/runtime/aggregate/aggregate-handler';
import { MemoryMapView, storedViewType, type StoredView } from '#table/runtime/aggregate/map-views';
import type { TableRow } from '#table/runtime/row-kind';

/** `a` the accumulator, `v` the raw maps of its views. */
export interface StoredAccumulator {
  readonly a: Accumulator;
  readonly v: readonly StoredView[];
}

export class StoredAggregation {
  readonly type: TypeInformation;
  readonly #handler: AggregateHandler;
  readonly #views: readonly MemoryMapView[];
  readonly #otherViews: readonly MemoryMapView[];

  constructor(handler: AggregateHandler) {
    this.#handler = handler;
    this.#views = handler.views.map((view) => new MemoryMapView(view));
    this.#otherViews = handler.views.map((view) => new MemoryMapView(view));
    this.type = Types.ROW({ a: handler.accumulatorType, v: Types.TUPLE(...handler.views.map(storedViewType)) });
  }

  get canMerge(): boolean {
    return this.#handler.canMerge;
  }

  create(): StoredAccumulator {
    return { a: this.#handler.create(), v: this.#views.map((): StoredView => new Map()) };
  }

  add(stored: StoredAccumulator, row: TableRow): void {
    this.#handler.accumulate(stored.a, this.#pointed(this.#views, stored), row);
  }

  retract(stored: StoredAccumulator, row: TableRow): void {
    this.#handler.retract(stored.a, this.#pointed(this.#views, stored), row);
  }

  /** Adds `other` to `stored`; `other` is left as it is. */
  merge(stored: StoredAccumulator, other: StoredAccumulator): void {
    this.#handler.merge(stored.a, this.#pointed(this.#views, stored), other.a, this.#pointed(this.#otherViews, other));
  }

  result(key: unknown, stored: StoredAccumulator, kind: number, ...extras: readonly unknown[]): TableRow {
    return this.#handler.result(key, stored.a, this.#pointed(this.#views, stored), kind, ...extras);
  }

  /** Rows accumulated less rows retracted. */
  rowCount(stored: StoredAccumulator): number {
    return this.#handler.rowCount(stored.a);
  }

  #pointed(views: readonly MemoryMapView[], stored: StoredAccumulator): readonly MemoryMapView[] {
    for (let i = 0; i < views.length; i++) views[i]!.entriesByKey = stored.v[i]!;
    return views;
  }
}
