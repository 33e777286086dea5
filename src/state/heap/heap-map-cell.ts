// Map per key as a JS Map in an array by row; an empty map counts as none. Map keys compare as their type means, not
// by object identity. hot path. Thread: the slot's.
import type { DataInput } from '#core/serialization/data-input';
import type { DataOutput } from '#core/serialization/data-output';
import { padRows, type HeapCell } from '#state/heap/heap-cell';
import type { KeyContext } from '#state/heap/key-context';
import type { StoredCodec } from '#state/keyed/stored-codec';
import type { KeyComparable } from '#state/keyed/key-comparable';
import type { MapCell } from '#state/keyed/state-cells';
import type { ValueCopier } from '#state/keyed/value-copier';

interface MapEntry<K, V> {
  readonly key: K;
  value: V;
}

/** Up to so many values are gathered at once: a generator costs more than they do. */
const FEW_ENTRIES = 8;

function copiedValues<K, V>(map: ReadonlyMap<unknown, MapEntry<K, V>>): IterableIterator<V> {
  const values: V[] = [];
  for (const entry of map.values()) values.push(entry.value);
  return values.values();
}

function* valuesOf<K, V>(map: ReadonlyMap<unknown, MapEntry<K, V>>): IterableIterator<V> {
  for (const entry of map.values()) yield entry.value;
}

export interface MapCopiers {
  readonly copyKey: ValueCopier;
  readonly copyValue: ValueCopier;
}

export class HeapMapCell<K, V> implements MapCell<K, V>, HeapCell {
  readonly presence;
  readonly #context: KeyContext;
  readonly #codec: StoredCodec;
  readonly #comparableOf: KeyComparable;
  readonly #copiers: MapCopiers;
  readonly #maps: (Map<unknown, MapEntry<K, V>> | undefined)[] = [];

  constructor(context: KeyContext, codec: StoredCodec, comparableOf: KeyComparable, copiers: MapCopiers) {
    this.#context = context;
    this.#codec = codec;
    this.#comparableOf = comparableOf;
    this.#copiers = copiers;
    this.presence = context.allocateBit();
  }

  get(key: K): V | null {
    const entry = this.#current()?.get(this.#comparableOf(key));
    return entry === undefined ? null : entry.value;
  }

  put(key: K, value: V): void {
    this.putOwned(key, this.#copiers.copyValue(value) as V);
  }

  putOwned(key: K, value: V): void {
    const comparable = this.#comparableOf(key);
    const known = this.#current()?.get(comparable);
    if (known !== undefined) {
      known.value = value;
      return;
    }
    // Copied first: a key that does not fit its type leaves no empty map behind.
    const entry = { key: this.#copiers.copyKey(key) as K, value };
    const row = this.#context.rowForWrite();
    let map = this.#maps[row];
    if (map === undefined) {
      if (row >= this.#maps.length) padRows(this.#maps, row);
      map = new Map();
      this.#maps[row] = map;
      this.#context.markPresent(row, this.presence);
    }
    map.set(comparable, entry);
  }

  remove(key: K): void {
    const map = this.#current();
    if (map === undefined || !map.delete(this.#comparableOf(key))) return;
    if (map.size === 0) this.clear();
  }

  has(key: K): boolean {
    return this.#current()?.has(this.#comparableOf(key)) ?? false;
  }

  *entries(): IterableIterator<[K, V]> {
    const map = this.#current();
    if (map === undefined) return;
    for (const entry of map.values()) yield [entry.key, entry.value];
  }

  *keys(): IterableIterator<K> {
    const map = this.#current();
    if (map === undefined) return;
    for (const entry of map.values()) yield entry.key;
  }

  values(): IterableIterator<V> {
    const map = this.#current();
    if (map === undefined) return [].values();
    return map.size > FEW_ENTRIES ? valuesOf(map) : copiedValues(map);
  }

  isEmpty(): boolean {
    return this.#current() === undefined;
  }

  clear(): void {
    const row = this.#context.row();
    if (row < 0 || this.#maps[row] === undefined) return;
    this.#maps[row] = undefined;
    this.#context.markAbsent(row, this.presence);
  }

  isKept(row: number): boolean {
    for (const entry of this.#maps[row]!.values()) if (this.#codec.isKept(entry.value)) return true;
    return false;
  }

  writeRow(row: number, output: DataOutput): void {
    const kept = [...this.#maps[row]!.values()].filter((entry) => this.#codec.isKept(entry.value));
    output.writeVarUint(kept.length);
    for (const entry of kept) {
      this.#codec.writeKey(entry.key, output);
      this.#codec.writeValue(entry.value, output);
    }
  }

  readEntry(input: DataInput, codec: StoredCodec): void {
    const count = input.readVarUint();
    for (let i = 0; i < count; i++) {
      const key = codec.readKey(input) as K;
      const value = codec.readValue(input);
      if (this.#codec.isKept(value)) this.putOwned(key, value as V);
    }
  }

  release(): void {
    this.#maps.length = 0;
  }

  #current(): Map<unknown, MapEntry<K, V>> | undefined {
    const row = this.#context.row();
    return row < 0 ? undefined : this.#maps[row];
  }
}
