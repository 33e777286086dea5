// The aggregates of an operator with their views as one value that can be kept, merged and written: what windows and batches hold
// per key. The views are reused for every value: they are pointed at its maps. hot path.
import { type TypeInformation, Types } from '#core/types/type-information';
import type { AggregateHandler, Accumulator } from '#table/runtime/aggregate/aggregate-handler';
import { MemoryMapView, storedViewType, type StoredView } from '#table/runtime/aggregate/map-views';
import type { TableRow } from '#table/runtime/row-kind';

/** With maps beside it: `a` the accumulator, `v` the raw maps of its views. */
interface ViewedAccumulator {
  readonly a: Accumulator;
  readonly v: readonly StoredView[];
}

/** The accumulator itself where its aggregates have no views. */
export type StoredAccumulator = Accumulator | ViewedAccumulator;

const NO_VIEWS: readonly MemoryMapView[] = [];

export class StoredAggregation {
  readonly type: TypeInformation;
  readonly #handler: AggregateHandler;
  readonly #isPlain: boolean;
  readonly #views: readonly MemoryMapView[];
  readonly #otherViews: readonly MemoryMapView[];

  constructor(handler: AggregateHandler) {
    this.#handler = handler;
    this.#isPlain = handler.views.length === 0;
    this.#views = handler.views.map((view) => new MemoryMapView(view));
    this.#otherViews = handler.views.map((view) => new MemoryMapView(view));
    this.type = this.#isPlain ? handler.accumulatorType : Types.ROW({ a: handler.accumulatorType, v: Types.TUPLE(...handler.views.map(storedViewType)) });
  }

  get canMerge(): boolean {
    return this.#handler.canMerge;
  }

  create(): StoredAccumulator {
    const accumulator = this.#handler.create();
    return this.#isPlain ? accumulator : { a: accumulator, v: this.#views.map((): StoredView => new Map()) };
  }

  add(stored: StoredAccumulator, row: TableRow): void {
    if (this.#isPlain) this.#handler.accumulate(stored, NO_VIEWS, row);
    else this.#handler.accumulate(stored.a, this.#pointed(this.#views, stored), row);
  }

  retract(stored: StoredAccumulator, row: TableRow): void {
    if (this.#isPlain) this.#handler.retract(stored, NO_VIEWS, row);
    else this.#handler.retract(stored.a, this.#pointed(this.#views, stored), row);
  }

  /** Adds `other` to `stored`; `other` is left as it is. */
  merge(stored: StoredAccumulator, other: StoredAccumulator): void {
    if (this.#isPlain) this.#handler.merge(stored, NO_VIEWS, other, NO_VIEWS);
    else this.#handler.merge(stored.a, this.#pointed(this.#views, stored), other.a, this.#pointed(this.#otherViews, other));
  }

  /** Another accumulator of the same rows. */
  copy(stored: StoredAccumulator): StoredAccumulator {
    const copy = this.create();
    this.merge(copy, stored);
    return copy;
  }

  result(key: unknown, stored: StoredAccumulator, kind: number, ...extras: readonly unknown[]): TableRow {
    if (this.#isPlain) return this.#handler.result(key, stored, NO_VIEWS, kind, ...extras);
    return this.#handler.result(key, stored.a, this.#pointed(this.#views, stored), kind, ...extras);
  }

  /** Rows accumulated less rows retracted. */
  rowCount(stored: StoredAccumulator): number {
    return this.#handler.rowCount(this.accumulatorOf(stored));
  }

  /** Without its maps. */
  accumulatorOf(stored: StoredAccumulator): Accumulator {
    return (this.#isPlain ? stored : stored.a) as Accumulator;
  }

  #pointed(views: readonly MemoryMapView[], stored: StoredAccumulator): readonly MemoryMapView[] {
    for (let i = 0; i < views.length; i++) views[i]!.entriesByKey = (stored as ViewedAccumulator).v[i]!;
    return views;
  }
}
