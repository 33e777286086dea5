// The two homes of an aggregate's maps: keyed state of its own, for unbounded aggregates, and memory, where an accumulator lives in
// a window or a batch. Values handed out are replaced, never changed in place.
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { MapState } from '#state/keyed/keyed-state';
import { createKeyComparable, type KeyComparable } from '#state/keyed/key-comparable';
import { type TypeInformation, Types } from '#core/types/type-information';
import { typeInformationOf } from '#table/codegen/type-information-of';
import type { AggregateView, MapView } from '#table/functions/function-definition';

/** Views over map states of the backend's current key. `ttl` as that of the accumulator. */
export function keyedStateViews(backend: KeyedStateBackend, views: readonly AggregateView[], ttl: Parameters<KeyedStateBackend['getState']>[0]['ttl']): readonly MapView[] {
  return views.map((view) => {
    const state = backend.getState({ kind: 'map', name: view.name, keyType: typeInformationOf(view.key), type: typeInformationOf(view.value), ttl }) as MapState<unknown, unknown>;
    return new StateMapView(state);
  });
}

/** A map state that does it in one step. */
interface BitMapState {
  addBits(key: unknown, bits: number): number;
}

class StateMapView implements MapView {
  readonly #state: MapState<unknown, unknown>;
  readonly #bits: BitMapState | undefined;

  constructor(state: MapState<unknown, unknown>) {
    this.#state = state;
    this.#bits = 'addBits' in state ? (state as unknown as BitMapState) : undefined;
  }

  addBits(key: unknown, bits: number): number {
    return this.#bits === undefined ? addBits(this, key, bits) : this.#bits.addBits(key, bits);
  }

  get(key: unknown): unknown {
    return this.#state.get(key) ?? undefined;
  }

  put(key: unknown, value: unknown): void {
    this.#state.put(key, value);
  }

  remove(key: unknown): void {
    this.#state.remove(key);
  }

  contains(key: unknown): boolean {
    return this.#state.has(key);
  }

  entries(): Iterable<readonly [unknown, unknown]> {
    return this.#state.entries();
  }

  isEmpty(): boolean {
    return this.#state.isEmpty();
  }

  clear(): void {
    this.#state.clear();
  }
}

function addBits(view: MapView, key: unknown, bits: number): number {
  const before = (view.get(key) as number | undefined) ?? 0;
  if ((bits & ~before) !== 0) view.put(key, before | bits);
  return before;
}

/** The raw form of a view in memory, part of an accumulator: a primitive that stands for the key -> key and value. */
export type StoredView = Map<unknown, [unknown, unknown]>;

export function storedViewType(view: AggregateView): TypeInformation {
  return Types.MAP(Types.ANY, Types.TUPLE(typeInformationOf(view.key), typeInformationOf(view.value)));
}

/** A view over its raw form. */
export class MemoryMapView implements MapView {
  readonly #comparable: KeyComparable;
  entriesByKey: StoredView;

  constructor(view: AggregateView, stored: StoredView = new Map()) {
    this.#comparable = createKeyComparable(typeInformationOf(view.key));
    this.entriesByKey = stored;
  }

  get(key: unknown): unknown {
    return this.entriesByKey.get(this.#comparable(key))?.[1];
  }

  put(key: unknown, value: unknown): void {
    this.entriesByKey.set(this.#comparable(key), [key, value]);
  }

  addBits(key: unknown, bits: number): number {
    return addBits(this, key, bits);
  }

  remove(key: unknown): void {
    this.entriesByKey.delete(this.#comparable(key));
  }

  contains(key: unknown): boolean {
    return this.entriesByKey.has(this.#comparable(key));
  }

  entries(): Iterable<readonly [unknown, unknown]> {
    return this.entriesByKey.values();
  }

  isEmpty(): boolean {
    return this.entriesByKey.size === 0;
  }

  clear(): void {
    this.entriesByKey.clear();
  }
}
