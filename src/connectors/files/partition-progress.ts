// Which buckets of a writer have records and are not complete yet. Thread: the slot's.
import type { PartitionCommit } from '#connectors/files/file-committable';

export class PartitionProgress {
  readonly #commit: PartitionCommit;
  /** When the first record of each came. */
  readonly #created = new Map<string, number>();
  #complete: string[] = [];
  #watermark = Number.NEGATIVE_INFINITY;

  constructor(commit: PartitionCommit) {
    this.#commit = commit;
  }

  onWatermark(watermark: number): void {
    if (watermark > this.#watermark) this.#watermark = watermark;
  }

  /** Late records make a bucket incomplete again: it is told about once more. */
  onRecord(bucket: string, nowMs: number): void {
    if (!this.#created.has(bucket)) this.#created.set(bucket, nowMs);
  }

  findComplete(nowMs: number, isEndOfInput: boolean): void {
    const buckets = [...this.#created].filter(([bucket, createdMs]) => isEndOfInput || this.#commit.isComplete(bucket, { watermark: this.#watermark, nowMs, createdMs }));
    this.#complete = buckets.map(([bucket]) => bucket);
  }

  isComplete(bucket: string): boolean {
    return this.#complete.includes(bucket);
  }

  takeComplete(): readonly string[] {
    const complete = this.#complete;
    this.#complete = [];
    for (const bucket of complete) this.#created.delete(bucket);
    return complete;
  }

  snapshot(): readonly (readonly [string, number])[] {
    return [...this.#created];
  }

  restore(partitions: readonly (readonly [string, number])[]): void {
    for (const [bucket, createdMs] of partitions) this.#created.set(bucket, Math.min(createdMs, this.#created.get(bucket) ?? createdMs));
  }
}
