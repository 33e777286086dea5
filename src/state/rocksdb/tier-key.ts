// The current key as bytes at the start of the tier's arena, made when a state first asks for them. hot path.
//   database key = | key group: 1 byte below 256 groups, else 2, big-endian | key by its serializer | map key, in maps |
// Serialised values never begin with another one of their type, so no length is needed between the parts, and all entries
// of one map lie together. Thread: the slot's.
import { createKeyHasher, type KeyHasher } from '#core/keys/key-hasher';
import { assignToKeyGroup } from '#core/keys/key-groups';
import type { DataInput } from '#core/serialization/data-input';
import { DataOutput } from '#core/serialization/data-output';
import type { TypeSerializer } from '#core/serialization/type-serializer';
import type { TypeInformation } from '#core/types/type-information';
import { failWithoutKey } from '#state/errors';
import type { HotTier } from '#state/rocksdb/tier/hot-tier';

export class TierKey {
  key: unknown = undefined;
  hasKey = false;
  readonly serializer: TypeSerializer;
  readonly groupBytes: number;
  readonly #maxParallelism: number;
  readonly #hash: KeyHasher;
  readonly #output = new DataOutput();
  /** Bytes of group and key; -1 until they are made. */
  #prefixLength = -1;
  #prefixHash = 0;
  /** Whether a map key lies behind them, where zeros should be. */
  #isFollowed = false;

  constructor(keyType: TypeInformation | undefined, serializer: TypeSerializer, maxParallelism: number) {
    this.serializer = serializer;
    this.groupBytes = groupBytesOf(maxParallelism);
    this.#maxParallelism = maxParallelism;
    this.#hash = createKeyHasher(keyType);
  }

  set(key: unknown): void {
    this.key = key;
    this.hasKey = true;
    this.#prefixLength = -1;
  }

  reset(key: unknown, hasKey: boolean): void {
    this.key = key;
    this.hasKey = hasKey;
    this.#prefixLength = -1;
  }

  /** Other bytes lie at the arena's start now. */
  forget(): void {
    this.#prefixLength = -1;
  }

  keyGroupOf(key: unknown): number {
    return assignToKeyGroup(this.#hash(key), this.#maxParallelism);
  }

  /** Length of the current key's bytes, which lie at the arena's start. Throws STATE_WITHOUT_KEY. */
  place(tier: HotTier): number {
    return this.#prefixLength >= 0 ? this.#prefixLength : this.#encode(tier);
  }

  /** Hash of the current key's bytes, which are ended. After place. */
  seal(tier: HotTier): number {
    if (this.#isFollowed) {
      this.#isFollowed = false;
      tier.sealKey(this.#prefixLength);
    }
    return this.#prefixHash;
  }

  /** As place, with a map key's bytes behind. */
  placeWith(tier: HotTier, mapKey: DataOutput): number {
    const prefixLength = this.place(tier);
    const length = prefixLength + mapKey.length;
    tier.reserveKey(length);
    mapKey.copyTo(tier.rows.bytes, prefixLength);
    this.#isFollowed = true;
    return length;
  }

  /** A copy of the current key's bytes. */
  prefix(tier: HotTier): Uint8Array {
    const length = this.place(tier);
    return tier.rows.bytes.slice(0, length);
  }

  keyGroupAt(bytes: Uint8Array, offset: number): number {
    return this.groupBytes === 1 ? bytes[offset]! : (bytes[offset]! << 8) | bytes[offset + 1]!;
  }

  /** Length of group and key in an entry's key, by reading it; `input` is left behind them. */
  prefixLengthIn(input: DataInput, bytes: Uint8Array, offset: number, length: number): number {
    input.reset(bytes, offset + this.groupBytes, length - this.groupBytes);
    this.serializer.read(input);
    return this.groupBytes + input.position;
  }

  #encode(tier: HotTier): number {
    if (!this.hasKey) failWithoutKey();
    const output = this.#output;
    output.reset();
    this.serializer.write(this.key, output);
    const keyGroup = this.keyGroupOf(this.key);
    const { groupBytes } = this;
    const length = groupBytes + output.length;
    tier.reserveKey(length);
    const { bytes } = tier.rows;
    if (groupBytes === 1) {
      bytes[0] = keyGroup;
    } else {
      bytes[0] = keyGroup >>> 8;
      bytes[1] = keyGroup;
    }
    output.copyTo(bytes, groupBytes);
    this.#prefixLength = length;
    this.#prefixHash = tier.sealKey(length);
    this.#isFollowed = false;
    return length;
  }
}

/** Bytes of a key group in front of keys: every group has the same. */
export function groupBytesOf(maxParallelism: number): number {
  return maxParallelism < 256 ? 1 : 2;
}

export function writeKeyGroup(keyGroup: number, groupBytes: number): Uint8Array {
  return groupBytes === 1 ? Uint8Array.of(keyGroup) : Uint8Array.of(keyGroup >>> 8, keyGroup & 0xff);
}
