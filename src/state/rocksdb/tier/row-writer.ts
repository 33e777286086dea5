// Takes rows of the hot tier to the database, in batches. hot path. At a cut (a snapshot's barrier) the epoch changes: rows
// dirty since before it are written first, beside the records that follow; when the last is in, the database's checkpoint
// starts, and until it reports nothing is written, so that nothing of after the cut gets into it. A write that makes room and is
// refused, by RocksDB or for a cut, leaves its rows dirty and is made again from the slot loop. Invariant: a row of after the cut is
// written only when no cut is under way; rows are clean only once their batch is in. Thread: the slot's.
import { assert } from '#core/assert';
import { ABSENT, APPENDED, DIRTY, EPOCH, FLAGS, FRESH, FAMILY_SHIFT, HASH, HEADER_BYTES, KEY_LENGTH, VALUE_LENGTH } from '#state/rocksdb/tier/row-layout';
import type { RowStore } from '#state/rocksdb/tier/row-store';
import type { TierDatabase } from '#state/rocksdb/tier/tier-database';
import { WriteBatchBuffer } from '#state/rocksdb/native/rocksdb-addon';
import type { TierFamily } from '#state/rocksdb/tier/hot-tier';

/** Dirty rows that are written together when one of them must make room, and how many rows are looked at for them. */
const NEAR_ROWS_MAX = 256;
const NEAR_ROWS_SEEN_MAX = 2048;
/** Rows of a cut that are written together while records wait for it. */
const CUT_ROWS_MAX = 256;

export class RowWriter {
  writtenRows = 0;
  readonly #rows: RowStore;
  readonly #database: TierDatabase;
  readonly #families: readonly TierFamily[];
  readonly #onRefused: () => void;
  #batch: WriteBatchBuffer;
  /** Rows in the batch: they stay dirty until it is in. */
  readonly #packed: number[] = [];
  /** Starts the checkpoint of the cut under way, once its rows are written. */
  #onDrained: (() => void) | undefined;

  /** @param onRefused is called when the database takes no writes for now: the task should bring no record until `tryAgain` succeeds. */
  constructor(rows: RowStore, database: TierDatabase, families: readonly TierFamily[], onRefused: () => void) {
    this.#onRefused = onRefused;
    this.#rows = rows;
    this.#database = database;
    this.#families = families;
    this.#batch = new WriteBatchBuffer(rows.bytes, rows.layout.batch, rows.layout.batchBytes);
  }

  /** The rows lie in another arena. */
  arenaChanged(): void {
    assert(this.#batch.count === 0, 'a write batch is written before the arena changes');
    this.#batch = new WriteBatchBuffer(this.#rows.bytes, this.#rows.layout.batch, this.#rows.layout.batchBytes);
  }

  get isDraining(): boolean {
    return this.#onDrained !== undefined;
  }

  /** Writes this dirty row, and more dirty rows that will soon have to make room. False, with the row as it was, when it would have to wait and must not. */
  writeNear(row: number, mayWait: boolean): boolean {
    if (mayWait) {
      if (this.isDraining && this.#isOld(row)) {
        this.writeOne(row);
        return true;
      }
      this.makeWritable();
      // Waiting for a cut may have written it.
      if ((this.#rows.words[row + FLAGS]! & DIRTY) === 0) return true;
    } else if (this.#rows.isHeld) {
      return false;
    } else if (this.isDraining || !this.#database.isWritable) {
      return this.#refuse();
    }
    return this.#tryWriteTail(mayWait);
  }

  /** After a refusal: true when the database takes writes again, and has taken those of the rows that must make room first. */
  tryAgain(): boolean {
    if (!this.#rows.isHeld) return true;
    if (this.isDraining) this.drain(CUT_ROWS_MAX);
    if (this.isDraining || !this.#database.isWritable || !this.#tryWriteTail(false)) return false;
    this.#rows.isHeld = false;
    return true;
  }

  #tryWriteTail(mayWait: boolean): boolean {
    let seen = 0;
    this.#rows.forEachFromTail((near) => {
      if ((this.#rows.words[near + FLAGS]! & DIRTY) !== 0 && !this.#pack(near)) return false;
      return this.#packed.length < NEAR_ROWS_MAX && ++seen < NEAR_ROWS_SEEN_MAX;
    });
    return this.#send(mayWait);
  }

  /** Writes a dirty row; false when that leaves no row: a list's additions are only kept until then. */
  writeOne(row: number): boolean {
    if (!(this.isDraining && this.#isOld(row))) this.makeWritable();
    // Waiting for a checkpoint may have written it.
    if ((this.#rows.words[row + FLAGS]! & DIRTY) === 0) return true;
    const isKept = (this.#rows.words[row + FLAGS]! & APPENDED) === 0;
    this.#pack(row);
    this.#send(true);
    return isKept;
  }

  /** Ends a cut under way: waits until its checkpoint is made. */
  makeWritable(): void {
    if (this.isDraining) this.drain(Number.POSITIVE_INFINITY);
    this.#database.awaitWritable();
  }

  writeAll(): void {
    this.makeWritable();
    for (const family of this.#families) this.#packFamily(family);
    this.#send(true);
  }

  writeFamily(family: TierFamily): void {
    if (this.#rows.dirty.oldest(family.index) === 0) return;
    this.makeWritable();
    this.#packFamily(family);
    this.#send(true);
  }

  /** What is dirty now belongs to the cut. @param onDrained is called once the database holds it all, maybe at once. */
  cut(onDrained: () => void): void {
    this.makeWritable();
    this.#rows.dirty.epoch ^= EPOCH;
    this.#onDrained = onDrained;
  }

  /** Writes up to `rowsMax` rows of the cut, fewer when the database takes no writes; waits for it when rowsMax is infinite. True when none is left. */
  drain(rowsMax: number): boolean {
    const onDrained = this.#onDrained;
    if (onDrained === undefined) return true;
    const mayWait = rowsMax === Number.POSITIVE_INFINITY;
    const { dirty } = this.#rows;
    let left = rowsMax;
    for (const { index } of this.#families) {
      for (let row = dirty.oldest(index); row !== 0 && this.#isOld(row); row = dirty.newerThan(row)) {
        if (left-- <= 0) {
          this.#send(mayWait);
          return false;
        }
        if (this.#pack(row)) continue;
        if (!this.#send(mayWait)) return false;
        this.#pack(row);
      }
    }
    if (!this.#send(mayWait)) return false;
    this.#onDrained = undefined;
    onDrained();
    return true;
  }

  /** Nobody wants the cut under way any more. */
  giveUpCut(): void {
    if (this.#onDrained === undefined) return;
    // Its rows would look like new ones after the next cut.
    this.#onDrained = () => {};
    this.drain(Number.POSITIVE_INFINITY);
  }

  #isOld(row: number): boolean {
    return (this.#rows.words[row + FLAGS]! & EPOCH) !== this.#rows.dirty.epoch;
  }

  #packFamily(family: TierFamily): void {
    const { dirty } = this.#rows;
    for (let row = dirty.oldest(family.index); row !== 0; row = dirty.newerThan(row)) {
      if (this.#pack(row)) continue;
      this.#send(true);
      this.#pack(row);
    }
  }

  /** Into the batch; false when that is full. Nothing may change rows until it is sent. */
  #pack(row: number): boolean {
    const { words } = this.#rows;
    const flags = words[row + FLAGS]!;
    const family = this.#families[flags >>> FAMILY_SHIFT]!.family.index;
    const keyOffset = row * 4 + HEADER_BYTES;
    const keyLength = words[row + KEY_LENGTH]!;
    const isIn = this.#tryAdd(flags, family, keyOffset, keyLength, this.#rows.valueOffset(row), words[row + VALUE_LENGTH]!);
    if (isIn) this.#packed.push(row);
    else assert(this.#packed.length > 0, 'a row fits an empty batch');
    return isIn;
  }

  #tryAdd(flags: number, family: number, keyOffset: number, keyLength: number, valueOffset: number, valueLength: number): boolean {
    if ((flags & ABSENT) !== 0) return this.#batch.delete(family, keyOffset, keyLength);
    if ((flags & APPENDED) !== 0) return this.#batch.merge(family, keyOffset, keyLength, valueOffset, valueLength);
    return this.#batch.put(family, keyOffset, keyLength, valueOffset, valueLength);
  }

  /** Writes the batch; false, with its rows as they were, when it would have to wait and must not. Nothing may read the database between packing and this. */
  #send(mayWait: boolean): boolean {
    const packed = this.#packed;
    if (packed.length === 0) return true;
    const isIn = this.#database.tryWrite(this.#batch.offset, this.#batch.length);
    if (!isIn) this.#refuse();
    if (!isIn && mayWait) this.#database.write(this.#batch.offset, this.#batch.length);
    this.#batch.clear();
    if (isIn || mayWait) for (let i = 0; i < packed.length; i++) this.#settle(packed[i]!);
    packed.length = 0;
    return isIn || mayWait;
  }

  /** The database holds the row. */
  #settle(row: number): void {
    const { words } = this.#rows;
    const flags = words[row + FLAGS]!;
    this.writtenRows++;
    this.#rows.dirty.remove(row);
    if ((flags & ABSENT) === 0) this.#rows.written.add(words[row + HASH]!);
    if ((flags & APPENDED) !== 0) this.#rows.drop(row);
    else words[row + FLAGS] = (words[row + FLAGS]! & ~FRESH) | ((flags & ABSENT) !== 0 ? FRESH : 0);
  }

  #refuse(): false {
    if (!this.#rows.isHeld) {
      this.#rows.isHeld = true;
      this.#onRefused();
    }
    return false;
  }
}
