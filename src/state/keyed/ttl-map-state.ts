// Map cell with a time to live per entry over a map cell of TtlValues. Thread: the slot's.
import type { MapCell, TtlValue } from '#state/keyed/state-cells';
import type { TtlPolicy } from '#state/keyed/ttl-policy';
import type { ValueCopier } from '#state/keyed/value-copier';

export class TtlMapState<K, V> implements MapCell<K, V> {
  readonly #cell: MapCell<K, TtlValue>;
  readonly #policy: TtlPolicy;
  readonly #copy: ValueCopier;

  constructor(cell: MapCell<K, TtlValue>, policy: TtlPolicy, copy: ValueCopier) {
    this.#cell = cell;
    this.#policy = policy;
    this.#copy = copy;
  }

  get(key: K): V | null {
    const stored = this.#visible(key, this.#cell.get(key));
    return stored === undefined ? null : (stored.value as V);
  }

  put(key: K, value: V): void {
    this.putOwned(key, this.#copy(value) as V);
  }

  putOwned(key: K, value: V): void {
    this.#cell.putOwned(key, this.#policy.stamp(value));
  }

  remove(key: K): void {
    this.#cell.remove(key);
  }

  has(key: K): boolean {
    return this.#visible(key, this.#cell.get(key)) !== undefined;
  }

  *entries(): IterableIterator<[K, V]> {
    for (const [key, stored] of [...this.#cell.entries()]) {
      const visible = this.#visible(key, stored);
      if (visible !== undefined) yield [key, visible.value as V];
    }
  }

  *keys(): IterableIterator<K> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): IterableIterator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  isEmpty(): boolean {
    for (const [key, stored] of [...this.#cell.entries()]) if (this.#visible(key, stored) !== undefined) return false;
    return true;
  }

  clear(): void {
    this.#cell.clear();
  }

  /** Applies expiry and refresh; undefined when there is nothing to be seen. */
  #visible(key: K, stored: TtlValue | null): TtlValue | undefined {
    if (stored === null) return undefined;
    if (this.#policy.isExpired(stored, this.#policy.nowMs())) {
      this.#cell.remove(key);
      return this.#policy.isExpiredVisible ? stored : undefined;
    }
    if (this.#policy.isRefreshedByReads) this.#cell.putOwned(key, this.#policy.stamp(stored.value));
    return stored;
  }
}
