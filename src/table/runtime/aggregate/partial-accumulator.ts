// An accumulator on its way from a local to a global aggregation: the accumulator, and the entries of its maps. Thread: any.
import { type TypeInformation, Types } from '#core/types/type-information';
import { typeInformationOf } from '#table/codegen/type-information-of';
import type { Accumulator, AggregateHandler } from '#table/runtime/aggregate/aggregate-handler';
import type { MemoryMapView } from '#table/runtime/aggregate/map-views';

export interface PartialAccumulator {
  readonly a: Accumulator;
  /** By view: its entries. */
  readonly v: readonly (readonly (readonly [unknown, unknown])[])[];
}

/** Name of the column that holds it. */
export const PARTIAL_KEY = '$partial';

export function partialType({ accumulatorType, views }: AggregateHandler): TypeInformation {
  const entries = views.map((view) => Types.LIST(Types.TUPLE(typeInformationOf(view.key), typeInformationOf(view.value))));
  return Types.ROW({ a: accumulatorType, v: Types.TUPLE(...entries) });
}

export function writePartial(accumulator: Accumulator, views: readonly MemoryMapView[]): PartialAccumulator {
  return { a: accumulator, v: views.map((view) => [...view.entries()]) };
}

/** Fills `views` with the entries; they are valid until the next call. */
export function readPartial({ v }: PartialAccumulator, views: readonly MemoryMapView[]): readonly MemoryMapView[] {
  for (let i = 0; i < views.length; i++) {
    const view = views[i]!;
    view.clear();
    for (const [key, value] of v[i]!) view.put(key, value);
  }
  return views;
}
