// Reads the keys of a batch before its records come, in one native call per state and 256 keys: a read of one key costs 4 us,
// of many 2.7 us each (1.5 M keys, RocksDB 10.4.2). Only states whose reads miss the hot tier for most records are read ahead;
// others would pay for the search alone. hot path. Thread: the slot's.
import type { KeyReadAhead } from '#state/keyed/keyed-state-backend';
import type { TierAccess } from '#state/rocksdb/tier-cell';
import type { TierKey } from '#state/rocksdb/tier-key';
import type { TierFamily } from '#state/rocksdb/tier/hot-tier';
import { TierMultiGet } from '#state/rocksdb/tier/tier-multi-get';

/** Smaller batches tell too little, and gain nothing. */
const KEYS_MIN = 16;
/** Of a batch's records: misses from which a state is read ahead, and keys asked for below which it no longer is. */
const BEGIN_SHARE = 0.5;
const END_SHARE = 0.25;

/** How often one state had to ask the database. */
interface Reads {
  readonly family: TierFamily;
  isAhead: boolean;
  missesBefore: number;
  asked: number;
}

export class TierReadAhead implements KeyReadAhead {
  readonly #access: TierAccess;
  readonly #key: TierKey;
  readonly #queue: TierMultiGet;
  readonly #states = new Map<TierFamily, Reads>();
  #keysBefore = 0;

  /** @param key of its own: the current key stays what it is. */
  constructor(access: TierAccess, key: TierKey) {
    this.#access = access;
    this.#key = key;
    this.#queue = new TierMultiGet(access.tier);
  }

  /** A state with one value per key. */
  watch(family: TierFamily): void {
    this.#states.set(family, { family, isAhead: false, missesBefore: family.misses, asked: 0 });
  }

  begin(count: number): boolean {
    const before = this.#keysBefore;
    this.#keysBefore = count;
    let isAhead = false;
    for (const reads of this.#states.values()) {
      const { misses } = reads.family;
      if (before >= KEYS_MIN) reads.isAhead = reads.isAhead ? reads.asked >= before * END_SHARE : misses - reads.missesBefore >= before * BEGIN_SHARE;
      reads.missesBefore = misses;
      reads.asked = 0;
      isAhead ||= reads.isAhead;
    }
    return isAhead && count >= KEYS_MIN;
  }

  add(key: unknown): void {
    const { tier } = this.#access;
    this.#key.set(key);
    const length = this.#key.place(tier);
    const hash = this.#key.seal(tier);
    if (this.#queue.add(length, hash)) return;
    this.#read();
    // Other bytes lie where the key was; a key that is longer than all room together is read with its record.
    this.#key.set(key);
    this.#key.place(tier);
    this.#queue.add(length, hash);
  }

  finish(): void {
    this.#read();
    this.#key.set(undefined);
    this.#access.key.forget();
  }

  #read(): void {
    for (const reads of this.#states.values()) if (reads.isAhead) reads.asked += this.#queue.read(reads.family);
    this.#queue.clear();
  }
}
