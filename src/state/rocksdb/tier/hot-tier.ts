// The write-back tier in front of one RocksDB: packed bytes of the rows used last, found without a native call. hot path.
// Reads that miss are remembered, also that there is nothing; writes stay here until the clock's hand, a scan or a snapshot
// wants them in the database, and go there in batches. Values are copied in and out as bytes, so nothing is shared.
// Invariant: what a read gives equals what the database would give had every write gone to it. Thread: the slot's.
import type { DataOutput } from '#core/serialization/data-output';
import { failValueTooLarge } from '#state/errors';
import { bytesNeeded, NOT_FOUND, type ColumnFamily } from '#state/rocksdb/native/rocksdb-addon';
import type { TierDatabase } from '#state/rocksdb/tier/tier-database';
import { ABSENT, APPENDED, BASE_LENGTH, copyBytes, DIRTY, EPOCH, FLAGS, FRESH, hashKey, rowWordsOf, VALUE_LENGTH } from '#state/rocksdb/tier/row-layout';
import { RowStore } from '#state/rocksdb/tier/row-store';
import { RowWriter } from '#state/rocksdb/tier/row-writer';

export interface HotTierOptions {
  readonly database: TierDatabase;
  readonly rowsMax: number;
  /** Bytes of one value at most; RocksDB and every buffer of the engine end at 2^31 - 1. */
  readonly valueBytesMax: number;
  /** The database takes no writes for now: no record should come until `writer.tryAgain` says so. */
  readonly onRefused: () => void;
}

export interface TierFamily {
  readonly name: string;
  /** Number in the tier, also mixed into hashes. */
  readonly index: number;
  readonly salt: number;
  readonly family: ColumnFamily;
  /** The database was without entries of it: all that it holds has come from the tier. */
  readonly isNew: boolean;
  /** No list of the family is longer than this: while it is small, additions need not ask how long theirs is. */
  listBytesMax: number;
  /** Of the value put last, or a part of it: a key that was looked up in vain will mostly get one of the same size. */
  roomBytes: number;
  /** Reads that had to ask the database. */
  misses: number;
}

const ALIGN_64 = ~63;
/** Room that is kept for the value of a key that has none yet. */
const ROOM_BYTES_MAX = 256;
const NOTHING = new Uint8Array(0);

export class HotTier {
  /** Where the value found last lies; valid until the next call. */
  valueBytes: Uint8Array;
  valueOffset = 0;
  valueLength = 0;
  hits = 0;
  misses = 0;
  /** Keys that were asked for before their records. */
  aheadReads = 0;
  readonly rows: RowStore;
  readonly writer: RowWriter;
  readonly #database: TierDatabase;
  readonly #valueBytesMax: number;
  readonly #families: TierFamily[] = [];

  constructor(options: HotTierOptions) {
    const { database } = options;
    this.#database = database;
    this.#valueBytesMax = options.valueBytesMax;
    this.rows = new RowStore({ arena: database.arena, keyBytes: database.keyBytes, rowsMax: options.rowsMax, write: (row, mayWait) => this.writer.writeNear(row, mayWait), grow: () => this.#grow() });
    this.writer = new RowWriter(this.rows, database, this.#families, options.onRefused);
    this.valueBytes = this.rows.bytes;
  }

  /** @param isNew the database holds nothing of it. */
  addFamily(name: string, family: ColumnFamily, isNew: boolean): TierFamily {
    const index = this.#families.length;
    const added = { name, index, salt: Math.imul(index + 1, 0x85ebca6b), family, isNew, listBytesMax: 0, roomBytes: 0, misses: 0 };
    this.#families.push(added);
    this.rows.dirty.addFamily();
    return added;
  }

  /** Makes room for a key of that many bytes at byte 0 of the arena, keeping the first bytes there. */
  reserveKey(keyLength: number): void {
    if (keyLength + 8 > this.rows.layout.keyBytes) this.#relocate(0, (keyLength * 2 + 63 + 64) & ALIGN_64);
  }

  /** Ends the key that lies at byte 0 and gives its hash. */
  sealKey(keyLength: number): number {
    const { bytes, words } = this.rows;
    for (let at = keyLength; (at & 3) !== 0; at++) bytes[at] = 0;
    return hashKey(words, keyLength);
  }

  /** The value under the key at byte 0, in `value…`; false when there is none. */
  read(family: TierFamily, keyLength: number, hash: number): boolean {
    let row = this.rows.find(family.index, keyLength, hash ^ family.salt);
    if (row === 0 && !this.mayBeWritten(family, hash)) {
      this.hits++;
      return false;
    }
    if (row !== 0) this.hits++;
    else if ((row = this.#load(family, keyLength, hash)) === 0) return this.#readLarge(family, keyLength, NOTHING) === 0;
    const flags = this.rows.words[row + FLAGS]!;
    if ((flags & (ABSENT | APPENDED)) !== 0) {
      if ((flags & ABSENT) !== 0) return false;
      row = this.#complete(family, keyLength, hash);
      if (row === 0) return true;
    }
    this.valueBytes = this.rows.bytes;
    this.valueOffset = this.rows.valueOffset(row);
    this.valueLength = this.rows.words[row + VALUE_LENGTH]!;
    return true;
  }

  /** False when the database holds nothing under the key, for certain. */
  mayBeWritten(family: TierFamily, hash: number): boolean {
    return !family.isNew || this.rows.written.mayHold(hash ^ family.salt);
  }

  put(family: TierFamily, keyLength: number, hash: number, value: DataOutput): void {
    const { length } = value;
    if (length > this.#valueBytesMax) failValueTooLarge(family.name, length, this.#valueBytesMax);
    family.listBytesMax += length;
    family.roomBytes = Math.min(length, ROOM_BYTES_MAX);
    let row = this.#rowToChange(family, keyLength, hash);
    if (rowWordsOf(keyLength, length) > this.rows.rowWordsMax) {
      this.#forget(row);
      this.rows.written.add(hash ^ family.salt);
      this.#database.putLarge(family.family, keyLength, value.view());
      return;
    }
    row = row === 0 ? this.rows.insert(family.index, keyLength, hash ^ family.salt, length, this.mayBeWritten(family, hash) ? 0 : FRESH) : this.rows.resize(row, length, 0);
    const { words } = this.rows;
    const flags = words[row + FLAGS]! & ~(ABSENT | APPENDED);
    words[row + FLAGS] = flags;
    if ((flags & DIRTY) === 0) this.rows.dirty.add(row);
    value.copyTo(this.rows.bytes, this.rows.valueOffset(row));
  }

  remove(family: TierFamily, keyLength: number, hash: number): void {
    const row = this.#rowToChange(family, keyLength, hash);
    if (row === 0) {
      if (this.mayBeWritten(family, hash)) this.rows.dirty.add(this.rows.insert(family.index, keyLength, hash ^ family.salt, 0, ABSENT));
      return;
    }
    const { words } = this.rows;
    const flags = words[row + FLAGS]!;
    if ((flags & ABSENT) !== 0) return;
    words[row + FLAGS] = (flags & ~APPENDED) | ABSENT;
    words[row + VALUE_LENGTH] = 0;
    if ((flags & FRESH) !== 0) {
      if ((flags & DIRTY) !== 0) this.rows.dirty.remove(row);
    } else if ((flags & DIRTY) === 0) {
      this.rows.dirty.add(row);
    }
  }

  /** Adds bytes to the list under the key without reading it. */
  append(family: TierFamily, keyLength: number, hash: number, added: DataOutput): void {
    const { length } = added;
    family.listBytesMax += length;
    let row = this.#rowToChange(family, keyLength, hash);
    const before = row === 0 ? 0 : this.rows.words[row + VALUE_LENGTH]!;
    let baseLength = row === 0 ? this.#baseLength(family, keyLength, hash) : this.rows.words[row + BASE_LENGTH]!;
    if (Math.max(baseLength, 0) + before + length > this.#valueBytesMax) failValueTooLarge(family.name, Math.max(baseLength, 0) + before + length, this.#valueBytesMax);
    if (row !== 0 && rowWordsOf(keyLength, before + length) > this.rows.rowWordsMax) {
      // The row goes to the database, to which what is added from now on is appended.
      this.#writeAndForget(row);
      row = 0;
      baseLength = this.#baseLength(family, keyLength, hash);
    }
    if (row === 0) {
      if (rowWordsOf(keyLength, length) > this.rows.rowWordsMax) {
        this.writer.makeWritable();
        this.rows.written.add(hash ^ family.salt);
        this.#database.appendLarge(family.family, keyLength, added.view());
        return;
      }
      row = this.rows.insert(family.index, keyLength, hash ^ family.salt, length, this.mayBeWritten(family, hash) ? APPENDED : FRESH);
      this.rows.words[row + BASE_LENGTH] = baseLength;
      this.rows.dirty.add(row);
      added.copyTo(this.rows.bytes, this.rows.valueOffset(row));
      return;
    }
    row = this.rows.resize(row, before + length, before);
    const { words } = this.rows;
    words[row + FLAGS] = words[row + FLAGS]! & ~ABSENT;
    if ((words[row + FLAGS]! & DIRTY) === 0) this.rows.dirty.add(row);
    added.copyTo(this.rows.bytes, this.rows.valueOffset(row) + before);
  }

  /** The arena became too small and the budget allows a larger one. */
  #grow(): boolean {
    const { largerArenaBytes } = this.#database;
    if (largerArenaBytes === 0) return false;
    this.#relocate(largerArenaBytes, this.rows.layout.keyBytes);
    return true;
  }

  #relocate(arenaBytes: number, keyBytes: number): void {
    const old = this.#database.replaceArena(Math.max(arenaBytes, this.rows.bytes.length + (keyBytes - this.rows.layout.keyBytes) * 3), keyBytes);
    this.rows.relocate(this.#database.arena, keyBytes);
    this.writer.arenaChanged();
    old();
  }

  /** Brings the value, or its absence, into a row; 0 when it is too large for one. */
  #load(family: TierFamily, keyLength: number, hash: number): number {
    this.misses++;
    family.misses++;
    const { out, outBytes } = this.rows.layout;
    return this.#insertRead(family, keyLength, hash, family.family.get(0, keyLength, out, outBytes), out);
  }

  /** Takes over what a multi-get found under the key at byte 0: a value at `offset` of the arena, or NOT_FOUND. */
  putRead(family: TierFamily, keyLength: number, hash: number, length: number, offset: number): void {
    // A key may come twice in a batch.
    if (this.rows.find(family.index, keyLength, hash ^ family.salt) === 0) this.#insertRead(family, keyLength, hash, length, offset);
  }

  #insertRead(family: TierFamily, keyLength: number, hash: number, length: number, offset: number): number {
    if (length === NOT_FOUND) return this.rows.insert(family.index, keyLength, hash ^ family.salt, 0, ABSENT | FRESH, family.roomBytes);
    if (length < 0 || rowWordsOf(keyLength, length) > this.rows.rowWordsMax) return 0;
    const row = this.rows.insert(family.index, keyLength, hash ^ family.salt, length, 0);
    copyBytes(this.rows.bytes, offset, this.rows.bytes, this.rows.valueOffset(row), length);
    return row;
  }

  /** Puts what the database holds in front of an appended row's bytes; 0 when the whole is too large for a row: it is in `value…` then. */
  #complete(family: TierFamily, keyLength: number, hash: number): number {
    const row = this.#rowToChange(family, keyLength, hash);
    // A row of before the cut has gone to the database.
    if (row === 0) return this.#load(family, keyLength, hash) || this.#readLarge(family, keyLength, NOTHING);
    this.misses++;
    const { out, outBytes } = this.rows.layout;
    const added = this.rows.words[row + VALUE_LENGTH]!;
    const offset = this.rows.valueOffset(row);
    const operand = this.rows.bytes.slice(offset, offset + added);
    const result = family.family.get(0, keyLength, out, outBytes);
    const base = result === NOT_FOUND ? 0 : result;
    if (base < 0 || rowWordsOf(keyLength, base + added) > this.rows.rowWordsMax) return this.#readLarge(family, keyLength, operand);
    const grown = this.rows.resize(row, base + added, 0);
    const at = this.rows.valueOffset(grown);
    copyBytes(this.rows.bytes, out, this.rows.bytes, at, base);
    copyBytes(operand, 0, this.rows.bytes, at + base, added);
    this.rows.words[grown + FLAGS] = this.rows.words[grown + FLAGS]! & ~APPENDED;
    return grown;
  }

  /** Reads a value that no row holds, with `operand` behind it, into `value…`. Gives 0. */
  #readLarge(family: TierFamily, keyLength: number, operand: Uint8Array): 0 {
    const base = this.#database.readLarge(family.family, keyLength);
    const length = base.length + operand.length;
    if (length > this.#valueBytesMax) failValueTooLarge(family.name, length, this.#valueBytesMax);
    this.valueBytes = base;
    if (operand.length > 0) {
      this.valueBytes = new Uint8Array(length);
      this.valueBytes.set(base);
      this.valueBytes.set(operand, base.length);
    }
    this.valueOffset = 0;
    this.valueLength = length;
    return 0;
  }

  /** The key's row, or 0. What it held at the last cut is in the database or on its way there. */
  #rowToChange(family: TierFamily, keyLength: number, hash: number): number {
    const row = this.rows.find(family.index, keyLength, hash ^ family.salt);
    if (row === 0) return 0;
    const flags = this.rows.words[row + FLAGS]!;
    if ((flags & DIRTY) === 0 || (flags & EPOCH) === this.rows.dirty.epoch) return row;
    return this.writer.writeOne(row) ? row : 0;
  }

  #forget(row: number): void {
    this.writer.makeWritable();
    if (row === 0) return;
    if ((this.rows.words[row + FLAGS]! & DIRTY) !== 0) this.rows.dirty.remove(row);
    this.rows.drop(row);
  }

  #writeAndForget(row: number): void {
    this.writer.makeWritable();
    if ((this.rows.words[row + FLAGS]! & DIRTY) === 0 || this.writer.writeOne(row)) this.rows.drop(row);
  }

  /** Bytes of the list in the database where that could matter, else -1. */
  #baseLength(family: TierFamily, keyLength: number, hash: number): number {
    if (family.listBytesMax <= this.#valueBytesMax || !this.mayBeWritten(family, hash)) return -1;
    const result = family.family.get(0, keyLength, 0, 0);
    return result === NOT_FOUND ? 0 : result < 0 ? bytesNeeded(result) : result;
  }
}
