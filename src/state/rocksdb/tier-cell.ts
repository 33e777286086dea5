// What the RocksDB backend needs of each of its cells besides the state interface: turning its entries into those of a
// state's section and back. Thread: the slot's.
import type { DataInput } from '#core/serialization/data-input';
import type { DataOutput } from '#core/serialization/data-output';
import type { StoredCodec } from '#state/keyed/stored-codec';
import type { HotTier, TierFamily } from '#state/rocksdb/tier/hot-tier';
import type { TierScan } from '#state/rocksdb/tier/tier-scan';
import type { TierKey } from '#state/rocksdb/tier-key';

/** What all cells of a backend share. */
export interface TierAccess {
  readonly key: TierKey;
  readonly tier: HotTier;
  readonly scan: TierScan;
}

export interface TierCell {
  readonly family: TierFamily;
  /** Whether a key may have several entries, each with a map key behind the key. */
  readonly isMap: boolean;
  /** The key is not all of what follows the group in an entry's key: the cell writes section entries whole. */
  readonly isKeyInside?: boolean;
  /** Appends a section's part of one entry: the value, the list, or one map key and value; false when all of it has expired. */
  writeEntry(bytes: Uint8Array, keyEnd: number, entryKeyEnd: number, valueOffset: number, valueLength: number, section: DataOutput): boolean;
  /** Appends a whole section entry; only where isKeyInside. */
  writeWhole?(bytes: Uint8Array, keyOffset: number, keyLength: number, section: DataOutput): void;
  /** Reads one key's part of a section, with the codec it was written by, into the current key. */
  readEntry(section: DataInput, codec: StoredCodec): void;
}
