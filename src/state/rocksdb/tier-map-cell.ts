// Map per key, an entry of the hot tier for each of its entries. hot path. Iteration is in the order of the map keys' bytes,
// sees what was written before each portion was read, and gives fresh keys and values. Thread: the slot's.
import { DataInput } from '#core/serialization/data-input';
import { DataOutput } from '#core/serialization/data-output';
import type { TypeSerializer } from '#core/serialization/type-serializer';
import type { MapCell } from '#state/keyed/state-cells';
import type { StoredCodec } from '#state/keyed/stored-codec';
import type { TierFamily } from '#state/rocksdb/tier/hot-tier';
import { type ScanRange, successorOf } from '#state/rocksdb/tier/tier-scan';
import type { TierAccess, TierCell } from '#state/rocksdb/tier-cell';
import type { TierCodec } from '#state/rocksdb/tier-codec';

/** Entries read at once: a scan's opening costs as much as reading about 20. */
const PORTION = 128;

export class TierMapCell<K, V> implements MapCell<K, V>, TierCell {
  readonly family: TierFamily;
  readonly isMap = true;
  readonly #access: TierAccess;
  readonly #codec: TierCodec;
  readonly #keySerializer: TypeSerializer;
  readonly #output = new DataOutput();
  readonly #mapKey = new DataOutput();
  readonly #input = new DataInput(new Uint8Array(0));

  constructor(access: TierAccess, family: TierFamily, codec: TierCodec, keySerializer: TypeSerializer) {
    this.#access = access;
    this.family = family;
    this.#codec = codec;
    this.#keySerializer = keySerializer;
  }

  get(key: K): V | null {
    const { tier } = this.#access;
    const length = this.#place(key);
    if (!tier.read(this.family, length, tier.sealKey(length))) return null;
    this.#input.reset(tier.valueBytes, tier.valueOffset, tier.valueLength);
    return this.#codec.read(this.#input) as V;
  }

  put(key: K, value: V): void {
    this.putOwned(key, value);
  }

  putOwned(key: K, value: V): void {
    const { tier } = this.#access;
    this.#output.reset();
    this.#codec.write(value, this.#output);
    const length = this.#place(key);
    tier.put(this.family, length, tier.sealKey(length), this.#output);
  }

  remove(key: K): void {
    const { tier } = this.#access;
    const length = this.#place(key);
    tier.remove(this.family, length, tier.sealKey(length));
  }

  has(key: K): boolean {
    const { tier } = this.#access;
    const length = this.#place(key);
    return tier.read(this.family, length, tier.sealKey(length));
  }

  *entries(): IterableIterator<[K, V]> {
    for (const { keys, values } of this.#portions()) {
      for (let i = 0; i < keys.length; i++) yield [keys[i]!, values[i]!];
    }
  }

  *keys(): IterableIterator<K> {
    for (const { keys } of this.#portions()) yield* keys;
  }

  *values(): IterableIterator<V> {
    for (const { values } of this.#portions()) yield* values;
  }

  isEmpty(): boolean {
    const prefix = this.#access.key.prefix(this.#access.tier);
    return this.#access.scan.run(this.family, { lower: prefix, upper: successorOf(prefix) }, 1, () => {}) === 0;
  }

  clear(): void {
    const { tier, scan, key } = this.#access;
    const prefix = key.prefix(tier);
    const range = { lower: prefix, upper: successorOf(prefix) };
    for (;;) {
      const found: Uint8Array[] = [];
      scan.run(this.family, range, PORTION, (bytes, keyOffset, keyLength) => found.push(bytes.slice(keyOffset, keyOffset + keyLength)));
      for (const each of found) {
        tier.reserveKey(each.length);
        tier.rows.bytes.set(each);
        tier.remove(this.family, each.length, tier.sealKey(each.length));
      }
      if (found.length < PORTION) break;
    }
    key.forget();
  }

  writeEntry(bytes: Uint8Array, keyEnd: number, entryKeyEnd: number, valueOffset: number, valueLength: number, section: DataOutput): boolean {
    if (!this.#codec.isKept(bytes, valueOffset)) return false;
    section.writeBytes(bytes, keyEnd, entryKeyEnd - keyEnd);
    this.#codec.copyToSection(bytes, valueOffset, valueLength, section);
    return true;
  }

  readEntry(section: DataInput, codec: StoredCodec): void {
    const { tier, key } = this.#access;
    const count = section.readVarUint();
    for (let i = 0; i < count; i++) {
      const mapKey = codec.readKey(section);
      this.#output.reset();
      const isKept = this.#codec.copyFromSection(section, codec, this.#output);
      if (!isKept) continue;
      this.#mapKey.reset();
      this.#keySerializer.write(mapKey, this.#mapKey);
      const length = key.placeWith(tier, this.#mapKey);
      tier.put(this.family, length, tier.sealKey(length), this.#output);
    }
  }

  /** Entries of the key that is current now, whatever becomes current between portions. */
  *#portions(): IterableIterator<{ readonly keys: readonly K[]; readonly values: readonly V[] }> {
    const prefix = this.#access.key.prefix(this.#access.tier);
    const upper = successorOf(prefix);
    let range: ScanRange = { lower: prefix, upper };
    for (;;) {
      const keys: K[] = [];
      const values: V[] = [];
      let last: Uint8Array = prefix;
      const count = this.#access.scan.run(this.family, range, PORTION, (bytes, keyOffset, keyLength, valueOffset, valueLength) => {
        const input = this.#input;
        input.reset(bytes, keyOffset + prefix.length, keyLength - prefix.length);
        keys.push(this.#keySerializer.read(input) as K);
        input.reset(bytes, valueOffset, valueLength);
        values.push(this.#codec.read(input) as V);
        if (keys.length === PORTION) last = bytes.slice(keyOffset, keyOffset + keyLength);
      });
      yield { keys, values };
      if (count < PORTION) return;
      // The first key behind the last one.
      const lower = new Uint8Array(last.length + 1);
      lower.set(last);
      range = { lower, upper };
    }
  }

  #place(key: K): number {
    this.#mapKey.reset();
    this.#keySerializer.write(key, this.#mapKey);
    return this.#access.key.placeWith(this.#access.tier, this.#mapKey);
  }
}
