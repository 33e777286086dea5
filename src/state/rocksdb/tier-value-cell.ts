// Value per key as bytes of the hot tier. hot path. Every read gives a fresh value. Thread: the slot's.
import { DataInput } from '#core/serialization/data-input';
import { DataOutput } from '#core/serialization/data-output';
import type { ValueCell } from '#state/keyed/state-cells';
import type { StoredCodec } from '#state/keyed/stored-codec';
import type { TierFamily } from '#state/rocksdb/tier/hot-tier';
import type { TierAccess, TierCell } from '#state/rocksdb/tier-cell';
import type { TierCodec } from '#state/rocksdb/tier-codec';

export class TierValueCell<T> implements ValueCell<T>, TierCell {
  readonly family: TierFamily;
  readonly isMap = false;
  readonly #access: TierAccess;
  readonly #codec: TierCodec;
  readonly #output = new DataOutput();
  readonly #input = new DataInput(new Uint8Array(0));

  constructor(access: TierAccess, family: TierFamily, codec: TierCodec) {
    this.#access = access;
    this.family = family;
    this.#codec = codec;
  }

  value(): T | null {
    const { key, tier } = this.#access;
    const length = key.place(tier);
    if (!tier.read(this.family, length, key.seal(tier))) return null;
    this.#input.reset(tier.valueBytes, tier.valueOffset, tier.valueLength);
    return this.#codec.read(this.#input) as T;
  }

  update(value: T | null): void {
    this.updateOwned(value as T);
  }

  updateOwned(value: T): void {
    if (value === null || value === undefined) {
      this.clear();
      return;
    }
    this.#output.reset();
    this.#codec.write(value, this.#output);
    this.#put();
  }

  clear(): void {
    const { key, tier } = this.#access;
    const length = key.place(tier);
    tier.remove(this.family, length, key.seal(tier));
  }

  writeEntry(bytes: Uint8Array, _keyEnd: number, _entryKeyEnd: number, valueOffset: number, valueLength: number, section: DataOutput): boolean {
    if (!this.#codec.isKept(bytes, valueOffset)) return false;
    this.#codec.copyToSection(bytes, valueOffset, valueLength, section);
    return true;
  }

  readEntry(section: DataInput, codec: StoredCodec): void {
    this.#output.reset();
    if (this.#codec.copyFromSection(section, codec, this.#output)) this.#put();
  }

  #put(): void {
    const { key, tier } = this.#access;
    const length = key.place(tier);
    tier.put(this.family, length, key.seal(tier), this.#output);
  }
}
