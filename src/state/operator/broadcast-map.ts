// Broadcast state: one JS Map whose keys compare by value. Iterates in the order of first insertion. Thread: the slot's.
import type { KeyComparable } from '#state/keyed/key-comparable';
import type { MapState } from '#state/keyed/keyed-state';
import type { ValueCopier } from '#state/keyed/value-copier';

export class BroadcastMap<K, V> implements MapState<K, V> {
  readonly #comparableOf: KeyComparable;
  readonly #copyValue: ValueCopier;
  readonly #copyKey: ValueCopier;
  readonly #entries = new Map<unknown, [K, V]>();

  constructor(comparableOf: KeyComparable, copyValue: ValueCopier, copyKey: ValueCopier) {
    this.#comparableOf = comparableOf;
    this.#copyValue = copyValue;
    this.#copyKey = copyKey;
  }

  get(key: K): V | null {
    const entry = this.#entries.get(this.#comparableOf(key));
    return entry === undefined ? null : entry[1];
  }

  put(key: K, value: V): void {
    const comparable = this.#comparableOf(key);
    const entry = this.#entries.get(comparable);
    const copied = this.#copyValue(value) as V;
    if (entry === undefined) this.#entries.set(comparable, [this.#copyKey(key) as K, copied]);
    else entry[1] = copied;
  }

  remove(key: K): void {
    this.#entries.delete(this.#comparableOf(key));
  }

  has(key: K): boolean {
    return this.#entries.has(this.#comparableOf(key));
  }

  *entries(): IterableIterator<[K, V]> {
    for (const [key, value] of this.#entries.values()) yield [key, value];
  }

  *keys(): IterableIterator<K> {
    for (const [key] of this.#entries.values()) yield key;
  }

  *values(): IterableIterator<V> {
    for (const [, value] of this.#entries.values()) yield value;
  }

  isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  clear(): void {
    this.#entries.clear();
  }
}
