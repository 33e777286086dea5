// Takes rows of the hot tier to the database, in batches. hot path. At a cut (a snapshot's barrier) the epoch changes: rows
// dirty since before it are written first, beside the records that follow; when the last is in, the database's checkpoint
// starts, and until it reports nothing is written, so that nothing of after the cut gets into it.
// Invariant: a row of after the cut is written only when no cut is under way. Thread: the slot's.
import { assert } from '#core/assert';
import { ABSENT, APPENDED, DIRTY, EPOCH, FLAGS, FRESH, FAMILY_SHIFT, HEADER_BYTES, KEY_LENGTH, VALUE_LENGTH } from '#state/rocksdb/tier/row-layout';
import type { RowStore } from '#state/rocksdb/tier/row-store';
import type { TierDatabase } from '#state/rocksdb/tier/tier-database';
import { WriteBatchBuffer } from '#state/rocksdb/native/rocksdb-addon';
import type { TierFamily } from '#state/rocksdb/tier/hot-tier';

/** Dirty rows that are written together when one of them must make room, and how many rows are looked at for them. */
const NEAR_ROWS_MAX = 256;
const NEAR_ROWS_SEEN_MAX = 2048;

export class RowWriter {
  writtenRows = 0;
  readonly #rows: RowStore;
  readonly #database: TierDatabase;
  readonly #families: readonly TierFamily[];
  #batch: WriteBatchBuffer;
  /** Starts the checkpoint of the cut under way, once its rows are written. */
  #onDrained: (() => void) | undefined;

  constructor(rows: RowStore, database: TierDatabase, families: readonly TierFamily[]) {
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

  /** Writes this dirty row, and more dirty rows that will soon have to make room. */
  writeNear(row: number): void {
    if (this.isDraining && this.#isOld(row)) {
      this.writeOne(row);
      return;
    }
    this.makeWritable();
    let seen = 0;
    let added = 0;
    this.#rows.forEachFromTail((near) => {
      if ((this.#rows.words[near + FLAGS]! & DIRTY) !== 0) {
        this.#add(near);
        added++;
      }
      return added < NEAR_ROWS_MAX && ++seen < NEAR_ROWS_SEEN_MAX;
    });
    this.#flush();
  }

  /** Writes a dirty row; false when that leaves no row: a list's additions are only kept until then. */
  writeOne(row: number): boolean {
    if (!(this.isDraining && this.#isOld(row))) this.makeWritable();
    // Waiting for a checkpoint may have written it.
    if ((this.#rows.words[row + FLAGS]! & DIRTY) === 0) return true;
    const isKept = (this.#rows.words[row + FLAGS]! & APPENDED) === 0;
    this.#add(row);
    this.#flush();
    return isKept;
  }

  /** Ends a cut under way: waits until its checkpoint is made. */
  makeWritable(): void {
    if (this.isDraining) this.drain(Number.POSITIVE_INFINITY);
    this.#database.awaitWritable();
  }

  writeAll(): void {
    this.makeWritable();
    for (const family of this.#families) this.#addFamily(family);
    this.#flush();
  }

  writeFamily(family: TierFamily): void {
    if (this.#rows.dirty.oldest(family.index) === 0) return;
    this.makeWritable();
    this.#addFamily(family);
    this.#flush();
  }

  /** What is dirty now belongs to the cut. @param onDrained is called once the database holds it all, maybe at once. */
  cut(onDrained: () => void): void {
    this.makeWritable();
    this.#rows.dirty.epoch ^= EPOCH;
    this.#onDrained = onDrained;
  }

  /** Writes up to `rowsMax` rows of the cut. True when none is left. */
  drain(rowsMax: number): boolean {
    const onDrained = this.#onDrained;
    if (onDrained === undefined) return true;
    const { dirty } = this.#rows;
    let left = rowsMax;
    for (const { index } of this.#families) {
      for (let row = dirty.oldest(index); row !== 0 && this.#isOld(row); row = dirty.oldest(index)) {
        if (left-- <= 0) {
          this.#flush();
          return false;
        }
        this.#add(row);
      }
    }
    this.#flush();
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

  #addFamily(family: TierFamily): void {
    const { dirty } = this.#rows;
    for (let row = dirty.oldest(family.index); row !== 0; row = dirty.oldest(family.index)) this.#add(row);
  }

  /** Into the batch, and clean from now on. */
  #add(row: number): void {
    const { words } = this.#rows;
    const flags = words[row + FLAGS]!;
    const family = this.#families[flags >>> FAMILY_SHIFT]!.family.index;
    const keyOffset = row * 4 + HEADER_BYTES;
    const keyLength = words[row + KEY_LENGTH]!;
    const valueOffset = this.#rows.valueOffset(row);
    const valueLength = words[row + VALUE_LENGTH]!;
    while (!this.#tryAdd(flags, family, keyOffset, keyLength, valueOffset, valueLength)) this.#flush();
    this.writtenRows++;
    this.#rows.dirty.remove(row);
    if ((flags & APPENDED) !== 0) this.#rows.drop(row);
    else words[row + FLAGS] = (words[row + FLAGS]! & ~FRESH) | ((flags & ABSENT) !== 0 ? FRESH : 0);
  }

  #tryAdd(flags: number, family: number, keyOffset: number, keyLength: number, valueOffset: number, valueLength: number): boolean {
    if ((flags & ABSENT) !== 0) return this.#batch.delete(family, keyOffset, keyLength);
    if ((flags & APPENDED) !== 0) return this.#batch.merge(family, keyOffset, keyLength, valueOffset, valueLength);
    return this.#batch.put(family, keyOffset, keyLength, valueOffset, valueLength);
  }

  /** Nothing may read the database between adding and this. */
  #flush(): void {
    if (this.#batch.count === 0) return;
    this.#database.write(this.#batch.offset, this.#batch.length);
    this.#batch.clear();
  }
}
