// List per key as bytes of the hot tier, elements one after another; adding reads nothing. hot path. An empty list counts as
// none. Every read gives a fresh list. Thread: the slot's.
//   element = | bytes of the stored value: uint32 big-endian | stored value |       as the compaction filter reads lists
import { DataInput } from '#core/serialization/data-input';
import { DataOutput } from '#core/serialization/data-output';
import type { ListCell } from '#state/keyed/state-cells';
import type { StoredCodec } from '#state/keyed/stored-codec';
import type { TierFamily } from '#state/rocksdb/tier/hot-tier';
import type { TierAccess, TierCell } from '#state/rocksdb/tier-cell';
import { bigEndianAt, readBigEndian, type TierCodec, writeBigEndian } from '#state/rocksdb/tier-codec';

const LENGTH_BYTES = 4;
const NO_VALUES: readonly never[] = Object.freeze([]);

export class TierListCell<T> implements ListCell<T>, TierCell {
  readonly family: TierFamily;
  readonly isMap = false;
  readonly #access: TierAccess;
  readonly #codec: TierCodec;
  readonly #output = new DataOutput();
  readonly #element = new DataOutput();
  readonly #input = new DataInput(new Uint8Array(0));

  constructor(access: TierAccess, family: TierFamily, codec: TierCodec) {
    this.#access = access;
    this.family = family;
    this.#codec = codec;
  }

  get(): readonly T[] {
    const { key, tier } = this.#access;
    const length = key.place(tier);
    if (!tier.read(this.family, length, key.seal(tier))) return NO_VALUES;
    const input = this.#input;
    input.reset(tier.valueBytes, tier.valueOffset, tier.valueLength);
    const values: T[] = [];
    while (input.remaining > 0) {
      readBigEndian(input);
      values.push(this.#codec.read(input) as T);
    }
    return values;
  }

  add(value: T): void {
    this.addOwned(value);
  }

  addOwned(value: T): void {
    this.#output.reset();
    this.#pack(value);
    this.#append();
  }

  addAll(values: readonly T[]): void {
    if (values.length === 0) return;
    this.#output.reset();
    for (let i = 0; i < values.length; i++) this.#pack(values[i]);
    this.#append();
  }

  update(values: readonly T[]): void {
    this.updateOwned(values as T[]);
  }

  updateOwned(values: T[]): void {
    if (values.length === 0) {
      this.clear();
      return;
    }
    this.#output.reset();
    for (let i = 0; i < values.length; i++) this.#pack(values[i]);
    const { key, tier } = this.#access;
    const length = key.place(tier);
    tier.put(this.family, length, key.seal(tier), this.#output);
  }

  clear(): void {
    const { key, tier } = this.#access;
    const length = key.place(tier);
    tier.remove(this.family, length, key.seal(tier));
  }

  writeEntry(bytes: Uint8Array, _keyEnd: number, _entryKeyEnd: number, valueOffset: number, valueLength: number, section: DataOutput): boolean {
    const end = valueOffset + valueLength;
    let kept = 0;
    for (let at = valueOffset; at < end; at += LENGTH_BYTES + bigEndianAt(bytes, at)) if (this.#codec.isKept(bytes, at + LENGTH_BYTES)) kept++;
    if (kept === 0) return false;
    section.writeVarUint(kept);
    for (let at = valueOffset; at < end; at += LENGTH_BYTES + bigEndianAt(bytes, at)) {
      if (this.#codec.isKept(bytes, at + LENGTH_BYTES)) this.#codec.copyToSection(bytes, at + LENGTH_BYTES, bigEndianAt(bytes, at), section);
    }
    return true;
  }

  readEntry(section: DataInput, codec: StoredCodec): void {
    const count = section.readVarUint();
    this.#output.reset();
    for (let i = 0; i < count; i++) {
      this.#element.reset();
      if (this.#codec.copyFromSection(section, codec, this.#element)) this.#packElement();
    }
    if (this.#output.length > 0) this.#append();
  }

  #pack(value: unknown): void {
    this.#element.reset();
    this.#codec.write(value, this.#element);
    this.#packElement();
  }

  #packElement(): void {
    writeBigEndian(this.#element.length, this.#output);
    this.#output.writeBytes(this.#element.view());
  }

  #append(): void {
    const { key, tier } = this.#access;
    const length = key.place(tier);
    tier.append(this.family, length, key.seal(tier), this.#output);
  }
}
