// What windows gathered, as keyed state with the window (or its slice) as namespace: where a backend keeps state on disk, windows
// may outgrow memory. Everything refers to the backend's current key. hot path: one call per row. Thread: the slot's.
import { Types } from '#core/types/type-information';
import type { MapState } from '#state/keyed/keyed-state';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { Accumulation } from '#streaming/window/accumulation';
import type { WindowAggregation } from '#streaming/window/window-operator-options';

/** Name of the state that has an entry for each window of a key. */
export const CONTENTS_STATE = 'window-contents';
const ELEMENTS_STATE = 'window-elements';

/** `window` is a number that is unique among the windows of a key: the start of the slice, or a session's id. */
export interface KeyedWindowContents {
  /** Adds a row; true when the window had none before. */
  add(window: number, value: unknown): boolean;
  /** The accumulator, a fresh one; undefined when nothing was gathered. */
  get(window: number): unknown;
  has(window: number): boolean;
  /** In place of what was gathered. */
  put(window: number, accumulator: unknown): void;
  remove(window: number): void;
  windows(): IterableIterator<number>;
}

export function createKeyedWindowContents(aggregation: WindowAggregation, accumulation: Accumulation, backend: KeyedStateBackend): KeyedWindowContents {
  return aggregation.kind === 'list' ? new ListContents(accumulation, backend) : new AccumulatorContents(accumulation, backend);
}

class AccumulatorContents implements KeyedWindowContents {
  readonly #accumulation: Accumulation;
  readonly #accumulators: MapState<number, unknown>;

  constructor(accumulation: Accumulation, backend: KeyedStateBackend) {
    this.#accumulation = accumulation;
    this.#accumulators = backend.getState({ kind: 'map', name: CONTENTS_STATE, keyType: Types.LONG, type: accumulation.type, isOwned: true }) as MapState<number, unknown>;
  }

  add(window: number, value: unknown): boolean {
    const accumulator = this.#accumulators.get(window);
    this.#accumulators.put(window, accumulator === null ? this.#accumulation.first(value) : this.#accumulation.add(value, accumulator));
    return accumulator === null;
  }

  get(window: number): unknown {
    return this.#accumulators.get(window) ?? undefined;
  }

  has(window: number): boolean {
    return this.#accumulators.has(window);
  }

  put(window: number, accumulator: unknown): void {
    this.#accumulators.put(window, accumulator);
  }

  remove(window: number): void {
    this.#accumulators.remove(window);
  }

  windows(): IterableIterator<number> {
    return this.#accumulators.keys();
  }
}

/** An entry per row, so that adding one does not write the others again; and how many there are. */
class ListContents implements KeyedWindowContents {
  readonly #counts: MapState<number, number>;
  readonly #elements: MapState<readonly [window: number, index: number], unknown>;

  constructor({ type }: Accumulation, backend: KeyedStateBackend) {
    this.#counts = backend.getState({ kind: 'map', name: CONTENTS_STATE, keyType: Types.LONG, type: Types.LONG, isOwned: true }) as MapState<number, number>;
    this.#elements = backend.getState({
      kind: 'map', name: ELEMENTS_STATE, keyType: Types.TUPLE(Types.LONG, Types.LONG), type: type.kind === 'list' ? type.element : Types.ANY, isOwned: true,
    }) as MapState<readonly [number, number], unknown>;
  }

  add(window: number, value: unknown): boolean {
    const count = this.#counts.get(window) ?? 0;
    this.#elements.put([window, count], value);
    this.#counts.put(window, count + 1);
    return count === 0;
  }

  get(window: number): unknown {
    const count = this.#counts.get(window);
    if (count === null) return undefined;
    return Array.from({ length: count }, (_, index) => this.#elements.get([window, index]));
  }

  has(window: number): boolean {
    return this.#counts.has(window);
  }

  put(window: number, accumulator: unknown): void {
    this.remove(window);
    for (const value of accumulator as readonly unknown[]) this.add(window, value);
  }

  remove(window: number): void {
    const count = this.#counts.get(window) ?? 0;
    for (let index = 0; index < count; index++) this.#elements.remove([window, index]);
    this.#counts.remove(window);
  }

  windows(): IterableIterator<number> {
    return this.#counts.keys();
  }
}
