// Rows of an undeclared edge that did not fit its columns, and so went whole to the side column: how many, and some of them,
// to widen the columns by. Thread: that of the writers.

/** Rows that are looked at to widen by. */
const SAMPLE_ROWS_MAX = 64;

export class Misfits {
  count = 0;
  /** The rows themselves, not copies: whoever emitted them may change them, so nothing but their types is asked of them. */
  readonly sample: unknown[] = [];

  add(row: unknown): void {
    this.count++;
    if (this.sample.length < SAMPLE_ROWS_MAX) this.sample.push(row);
  }

  clear(): void {
    this.count = 0;
    this.sample.length = 0;
  }
}
