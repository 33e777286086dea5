// Rows that the database does not hold yet, per family from the one that became dirty first: links inside the rows, 0 for
// none. hot path. Invariant: a row is in its family's list exactly while it is DIRTY. Thread: the slot's.
import { DIRTY, EPOCH, FAMILY_SHIFT, FLAGS, NEWER, OLDER } from '#state/rocksdb/tier/row-layout';

export class DirtyRows {
  /** All families together. */
  count = 0;
  /** EPOCH or 0: what rows that become dirty now carry. */
  epoch = 0;
  readonly #oldest: number[] = [];
  readonly #newest: number[] = [];
  #words: Int32Array;

  constructor(words: Int32Array) {
    this.#words = words;
  }

  addFamily(): void {
    this.#oldest.push(0);
    this.#newest.push(0);
  }

  get familyCount(): number {
    return this.#oldest.length;
  }

  oldest(family: number): number {
    return this.#oldest[family]!;
  }

  newerThan(row: number): number {
    return this.#words[row + NEWER]!;
  }

  add(row: number): void {
    const words = this.#words;
    const family = words[row + FLAGS]! >>> FAMILY_SHIFT;
    const newest = this.#newest[family]!;
    words[row + FLAGS] = (words[row + FLAGS]! & ~EPOCH) | DIRTY | this.epoch;
    words[row + OLDER] = newest;
    words[row + NEWER] = 0;
    if (newest !== 0) words[newest + NEWER] = row;
    else this.#oldest[family] = row;
    this.#newest[family] = row;
    this.count++;
  }

  remove(row: number): void {
    const words = this.#words;
    words[row + FLAGS] = words[row + FLAGS]! & ~DIRTY;
    this.#link(words[row + FLAGS]! >>> FAMILY_SHIFT, words[row + OLDER]!, words[row + NEWER]!);
    this.count--;
  }

  /** A dirty row has been copied to another place. */
  moved(row: number): void {
    const words = this.#words;
    const family = words[row + FLAGS]! >>> FAMILY_SHIFT;
    const older = words[row + OLDER]!;
    const newer = words[row + NEWER]!;
    if (older !== 0) words[older + NEWER] = row;
    else this.#oldest[family] = row;
    if (newer !== 0) words[newer + OLDER] = row;
    else this.#newest[family] = row;
  }

  /** All rows lie in other memory now and are added again by the caller. */
  restart(words: Int32Array): void {
    this.#words = words;
    this.count = 0;
    this.#oldest.fill(0);
    this.#newest.fill(0);
  }

  #link(family: number, older: number, newer: number): void {
    if (older !== 0) this.#words[older + NEWER] = newer;
    else this.#oldest[family] = newer;
    if (newer !== 0) this.#words[newer + OLDER] = older;
    else this.#newest[family] = older;
  }
}
