// Reads many keys of a family at once into the hot tier. hot path. Keys gather in the arena; each family that is asked gets
// one multi-get for those that it has no row of. Values that find no room are left to the read of their record.
// Invariant: a key's row is made only where the key still has none, so nothing that was written is lost. Thread: the slot's.
import { assert } from '#core/assert';
import { MultiGetTable, NOT_FOUND } from '#state/rocksdb/native/rocksdb-addon';
import type { HotTier, TierFamily } from '#state/rocksdb/tier/hot-tier';
import { copyBytes, MULTI_GET_MAX } from '#state/rocksdb/tier/row-layout';

export class TierMultiGet {
  readonly #tier: HotTier;
  readonly #hashes = new Int32Array(MULTI_GET_MAX);
  readonly #offsets = new Int32Array(MULTI_GET_MAX);
  readonly #lengths = new Int32Array(MULTI_GET_MAX);
  /** Of the keys that the family at hand has no row of: their numbers. */
  readonly #missing = new Int32Array(MULTI_GET_MAX);
  #count = 0;
  #usedBytes = 0;
  #keyBytes = 0;
  #table: MultiGetTable | undefined;
  #tableBytes: Uint8Array | undefined;

  constructor(tier: HotTier) {
    this.#tier = tier;
  }

  /** Takes the key at byte 0 of the arena; false when there is no room for it before the keys so far are read. */
  add(keyLength: number, hash: number): boolean {
    const { bytes, layout } = this.#tier.rows;
    const padded = (keyLength + 3) & ~3;
    if (layout.keyBytes !== this.#keyBytes) {
      // An arena with room for longer keys keeps nothing of the others.
      this.#keyBytes = layout.keyBytes;
      this.clear();
    }
    if (this.#count === MULTI_GET_MAX || this.#usedBytes + padded > layout.tableKeyBytes) return false;
    copyBytes(bytes, 0, bytes, layout.tableKeys + this.#usedBytes, padded);
    this.#hashes[this.#count] = hash;
    this.#offsets[this.#count] = this.#usedBytes;
    this.#lengths[this.#count] = keyLength;
    this.#count++;
    this.#usedBytes += padded;
    return true;
  }

  /** Brings what the family holds under the keys into rows; gives how many were asked for. Other bytes lie at byte 0 afterwards. */
  read(family: TierFamily): number {
    const count = this.#findMissing(family);
    if (count === 0) return 0;
    const { layout } = this.#tier.rows;
    family.family.multiGet(count, layout.table, layout.tableKeys, layout.out, layout.outBytes);
    this.#tier.aheadReads += count;
    for (let index = 0; index < count; index++) {
      const table = this.#tableOf();
      const length = table.result(index);
      if (length >= 0 || length === NOT_FOUND) {
        const key = this.#missing[index]!;
        this.#place(key);
        this.#tier.putRead(family, this.#lengths[key]!, this.#hashes[key]!, length, this.#tier.rows.layout.out + table.valueOffset(index));
      }
    }
    return count;
  }

  clear(): void {
    this.#count = 0;
    this.#usedBytes = 0;
  }

  #findMissing(family: TierFamily): number {
    const table = this.#tableOf();
    const { rows } = this.#tier;
    let count = 0;
    for (let key = 0; key < this.#count; key++) {
      this.#place(key);
      const length = this.#lengths[key]!;
      if (!this.#tier.mayBeWritten(family, this.#hashes[key]!) || rows.find(family.index, length, this.#hashes[key]! ^ family.salt) !== 0) continue;
      table.setKey(count, this.#offsets[key]!, length);
      this.#missing[count++] = key;
    }
    return count;
  }

  #place(key: number): void {
    const { bytes, layout } = this.#tier.rows;
    assert(this.#lengths[key]! <= layout.keyBytes, 'a key fits its place');
    copyBytes(bytes, layout.tableKeys + this.#offsets[key]!, bytes, 0, (this.#lengths[key]! + 3) & ~3);
  }

  /** The table, and what stands in it, moves with the arena. */
  #tableOf(): MultiGetTable {
    const { bytes, layout } = this.#tier.rows;
    if (this.#table === undefined || this.#tableBytes !== bytes) {
      this.#table = new MultiGetTable(bytes, layout.table);
      this.#tableBytes = bytes;
    }
    return this.#table;
  }
}
