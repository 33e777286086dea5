// Scans one family between two keys as if every write had gone to the database: dirty rows go there first, or, while a
// checkpoint holds writes back, are laid over what it holds. Thread: the slot's.
import { Buffer } from 'node:buffer';
import { type BoundedIterator, bytesNeeded, PackedEntries } from '#state/rocksdb/native/rocksdb-addon';
import type { HotTier, TierFamily } from '#state/rocksdb/tier/hot-tier';
import { ABSENT, FLAGS, HEADER_BYTES, KEY_LENGTH, VALUE_LENGTH } from '#state/rocksdb/tier/row-layout';
import type { TierDatabase } from '#state/rocksdb/tier/tier-database';

/** Key and value of an entry lie in `bytes`; valid during the call. The tier must not be used meanwhile. */
export type VisitEntry = (bytes: Uint8Array, keyOffset: number, keyLength: number, valueOffset: number, valueLength: number) => void;

export interface ScanRange {
  readonly lower: Uint8Array;
  /** Excluded; undefined: to the end. */
  readonly upper: Uint8Array | undefined;
}

const ENTRIES_PER_CALL = 4096;

/** The first key after all keys that begin with the prefix; undefined when there is none. */
export function successorOf(prefix: Uint8Array): Uint8Array | undefined {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length--;
  if (length === 0) return undefined;
  const successor = prefix.slice(0, length);
  successor[length - 1] = successor[length - 1]! + 1;
  return successor;
}

export class TierScan {
  readonly #tier: HotTier;
  readonly #database: TierDatabase;

  constructor(tier: HotTier, database: TierDatabase) {
    this.#tier = tier;
    this.#database = database;
  }

  /** Visits up to `countMax` entries in key order; fewer only at the end of the range. Gives how many. */
  run(family: TierFamily, range: ScanRange, countMax: number, visit: VisitEntry): number {
    if (!this.#tier.writer.isDraining && this.#database.isWritable) this.#tier.writer.writeFamily(family);
    if (this.#tier.rows.dirty.oldest(family.index) === 0) return this.#scan(family, range, countMax, visit);
    return this.#scanOverlaid(family, range, countMax, visit);
  }

  #scan(family: TierFamily, range: ScanRange, countMax: number, visit: VisitEntry): number {
    const { bytes, layout } = this.#tier.rows;
    const { lower, upper } = range;
    bytes.set(lower, layout.lower);
    if (upper !== undefined) bytes.set(upper, layout.upper);
    const iterator = family.family.openIterator({
      lowerOffset: layout.lower, lowerLength: lower.length, ...(upper === undefined ? {} : { upperOffset: layout.upper, upperLength: upper.length }), isCacheFilled: countMax < ENTRIES_PER_CALL,
    });
    try {
      let visited = 0;
      while (visited < countMax) {
        const wanted = Math.min(countMax - visited, ENTRIES_PER_CALL);
        const count = visitNext(this.#tier, this.#database, iterator, wanted, visit);
        if (count === 0) break;
        visited += count;
      }
      return visited;
    } finally {
      iterator.close();
    }
  }

  #scanOverlaid(family: TierFamily, range: ScanRange, countMax: number, visit: VisitEntry): number {
    const entries = new Map<string, { readonly key: Uint8Array; readonly value: Uint8Array }>();
    const dirty = this.#dirtyRows(family, range);
    // As many more as rows could take away.
    this.#scan(family, range, countMax + dirty.length, (bytes, keyOffset, keyLength, valueOffset, valueLength) => {
      const key = bytes.slice(keyOffset, keyOffset + keyLength);
      entries.set(textOf(key), { key, value: bytes.slice(valueOffset, valueOffset + valueLength) });
    });
    for (const { key, value } of dirty) {
      if (value === undefined) entries.delete(textOf(key));
      else entries.set(textOf(key), { key, value });
    }
    let visited = 0;
    for (const { key, value } of [...entries.values()].sort((a, b) => Buffer.compare(a.key, b.key))) {
      if (visited === countMax) break;
      visit(Buffer.concat([key, value]), 0, key.length, key.length, value.length);
      visited++;
    }
    return visited;
  }

  /** Values undefined where there is none any more; those of lists are only what is added. */
  #dirtyRows(family: TierFamily, range: ScanRange): { readonly key: Uint8Array; readonly value: Uint8Array | undefined }[] {
    const { rows } = this.#tier;
    const { words, bytes } = rows;
    const found: { readonly key: Uint8Array; readonly value: Uint8Array | undefined }[] = [];
    for (let row = rows.dirty.oldest(family.index); row !== 0; row = rows.dirty.newerThan(row)) {
      const keyOffset = row * 4 + HEADER_BYTES;
      const key = bytes.slice(keyOffset, keyOffset + words[row + KEY_LENGTH]!);
      if (Buffer.compare(key, range.lower) < 0 || (range.upper !== undefined && Buffer.compare(key, range.upper) >= 0)) continue;
      const valueOffset = rows.valueOffset(row);
      found.push({ key, value: (words[row + FLAGS]! & ABSENT) !== 0 ? undefined : bytes.slice(valueOffset, valueOffset + words[row + VALUE_LENGTH]!) });
    }
    return found;
  }
}

/** Visits the next entries of a scan, up to `countMax`; gives how many, 0 at the end. */
export function visitNext(tier: HotTier, database: TierDatabase, iterator: BoundedIterator, countMax: number, visit: VisitEntry): number {
  const { bytes, layout } = tier.rows;
  const count = iterator.next(countMax, layout.out, layout.outBytes);
  if (count >= 0) return visitPacked(bytes, layout.out, count, visit);
  return database.withRoom(bytesNeeded(count), (room, offset, length) => visitPacked(room, offset, iterator.next(1, offset, length), visit));
}

function visitPacked(bytes: Uint8Array, offset: number, count: number, visit: VisitEntry): number {
  const entries = new PackedEntries(bytes);
  entries.rewind(offset);
  for (let i = 0; i < count; i++) {
    entries.advance();
    visit(bytes, entries.keyOffset, entries.keyLength, entries.valueOffset, entries.valueLength);
  }
  return count;
}

function textOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1');
}
