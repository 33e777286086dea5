// What chunked copy-on-write costs the record thread: without a snapshot, in the batches that copy, and after them; and
// what copying the whole column at the barrier costs instead. Uniform keys touch every chunk at once: the worst case.
import type { BenchRow } from './bench-row.js';
import { CHUNK_BYTES, CopyOnWriteColumn } from './copy-on-write.js';
import { bestNanoseconds, randomKeys } from './state-bench-input.js';

const BATCH = 1024;

interface Measured {
  readonly plainNs: number;
  /** The check alone, all chunks copied. */
  readonly checkedNs: number;
  /** Mean over a snapshot of the whole column with a writer that saves a chunk per batch. */
  readonly snapshotNs: number;
  /** Longest batch of a snapshot, ms. */
  readonly longestBatchMs: number;
  readonly wholeCopyMs: number;
  readonly copyMicrosecondsPerChunk: number;
}

export function copyOnWriteRows({ quick }: { readonly quick: boolean }): BenchRow[] {
  const rows: BenchRow[] = [];
  for (const [label, rowCount, skew] of [['5 MB, uniform keys', 650_000, 1], ['100 MB, uniform keys', 13_000_000, 1], ['100 MB, 1 % of rows hot', 13_000_000, 0.01]] as const) {
    const measured = measure(rowCount, skew, quick);
    rows.push(
      cost(`copy on write, ${label}: update while a snapshot runs`, measured.snapshotNs, measured.plainNs, 'no snapshot', 'ns'),
      cost(`copy on write, ${label}: check alone`, measured.checkedNs, measured.plainNs, 'no snapshot', 'ns'),
      cost(`copy on write, ${label}: longest batch`, measured.longestBatchMs, measured.wholeCopyMs, 'copy of the whole column', 'ms'),
      cost(`copy on write, ${label}: copy of a chunk`, measured.copyMicrosecondsPerChunk, undefined, '', 'us'),
    );
  }
  return rows;
}

function measure(rowCount: number, hotShare: number, quick: boolean): Measured {
  const batches = quick ? 1000 : 3000;
  const events = batches * BATCH;
  const keys = randomKeys(events, Math.floor(rowCount * hotShare));
  const column = new CopyOnWriteColumn(new Float64Array(new SharedArrayBuffer(rowCount * 8)).fill(1));
  const saved = new Float64Array(CHUNK_BYTES / 8);
  const rows = new Int32Array(BATCH);
  const take = (batch: number): void => {
    const start = batch * BATCH;
    for (let i = 0; i < BATCH; i++) rows[i] = keys[start + i]! - 1;
  };
  let longestBatchMs = Number.POSITIVE_INFINITY;
  const [plainNs, checkedNs, snapshotNs] = bestNanoseconds(events, quick ? 2 : 4, [
    () => {
      for (let batch = 0; batch < batches; batch++) {
        take(batch);
        column.updatePlain(rows, BATCH);
      }
    },
    () => {
      for (let batch = 0; batch < batches; batch++) {
        take(batch);
        column.updateChecked(rows, BATCH);
      }
    },
    () => {
      let longest = 0;
      column.begin();
      for (let batch = 0; batch < batches; batch++) {
        take(batch);
        const before = performance.now();
        column.updateChecked(rows, BATCH);
        longest = Math.max(longest, performance.now() - before);
        column.saveNext(saved);
      }
      longestBatchMs = Math.min(longestBatchMs, longest);
      // The checked round that follows must find every chunk settled.
      while (column.saveNext(saved));
    },
  ]);
  return { plainNs: plainNs!, checkedNs: checkedNs!, snapshotNs: snapshotNs!, longestBatchMs, ...measureCopies(rowCount) };
}

function measureCopies(rowCount: number): { readonly wholeCopyMs: number; readonly copyMicrosecondsPerChunk: number } {
  const source = new Float64Array(rowCount).fill(1);
  const target = new Float64Array(rowCount).fill(1);
  const [perCopy] = bestNanoseconds(1, 4, [() => target.set(source)]);
  const chunks = rowCount / (CHUNK_BYTES / 8);
  return { wholeCopyMs: perCopy! / 1e6, copyMicrosecondsPerChunk: perCopy! / 1000 / chunks };
}

function cost(name: string, figure: number, anchor: number | undefined, anchorName: string, unit: string): BenchRow {
  return { name, figure, unit, anchor, anchorName, ratio: anchor === undefined ? undefined : figure / anchor, target: '', isPass: undefined, higherIsBetter: false };
}
