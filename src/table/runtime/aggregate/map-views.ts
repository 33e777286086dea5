// The two homes of an aggregate's maps: keyed state of its own, for unbounded aggregates, and memory, where an accumulator lives in
// a window or a batch. Values handed out are replaced, never changed in place.
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { MapState } from '#state/keyed/keyed-state';
import { createKeyComparable, type KeyComparable } from '#state/keyed/key-comparable';
import type { TypeInformation } from '#core/types/type-information';
import { typeInformationOf } from '#table/codegen/type-information-of';
import type { AggregateView, MapView } from '#table/functions/function-definition';

/** Views over map states of the backend's current key. `ttl` as that of the accumulator. */
export function keyedStateViews(backend: KeyedStateBackend, views: readonly AggregateView[], ttl: Parameters<KeyedStateBackend['getState']>[0]['ttl']): readonly MapView[] {
  return views.map((view) => {
    const state = backend.getState({ kind: 'map', name: view.name, keyType: typeInformationOf(view.key), type: typeInformationOf(view.value), ...(ttl === undefined ? {} : { ttl }) }) as MapState<unknown, unknown>;
    return new StateMapView(state);
  });
}

class StateMapView implements MapView {
  readonly #state: MapState<unknown, unknown>;

  constructor(state: MapState<unknown, unknown>) {
    this.#state = state;
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

/** A view in memory, as part of an accumulator: its entries travel as a list of pairs. */
export class MemoryMapView implements MapView {
  readonly #comparable: KeyComparable;
  readonly #entries = new Map<unknown, [unknown, unknown]>();

  constructor(keyType: TypeInformation) {
    this.#comparable = createKeyComparable(keyType);
  }

  static of(view: AggregateView): MemoryMapView {
    return new MemoryMapView(typeInformationOf(view.key));
  }

  get(key: unknown): unknown {
    return this.#entries.get(this.#comparable(key))?.[1];
  }

  put(key: unknown, value: unknown): void {
    this.#entries.set(this.#comparable(key), [key, value]);
  }

  remove(key: unknown): void {
    this.#entries.delete(this.#comparable(key));
  }

  contains(key: unknown): boolean {
    return this.#entries.has(this.#comparable(key));
  }

  entries(): Iterable<readonly [unknown, unknown]> {
    return this.#entries.values();
  }

  isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  clear(): void {
    this.#entries.clear();
  }
}
