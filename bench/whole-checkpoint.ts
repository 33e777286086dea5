// One checkpoint of one backend on its whole way to the disk: the cut, slices between turns of the event loop, checksums,
// appends, fsync, rename, as a slot does it, with a turn of the event loop every 10 ms. Wall time.
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { NodeClock } from '#platform/clock/node-clock';
import { NodeFiles } from '#platform/files/node-files';
import { SeededRandom } from '#platform/random/seeded-random';
import { DirectoryStorage } from '#state/checkpoint-storage/directory-storage';
import { SharedFiles } from '#state/checkpoint-storage/shared-files';
import { SubtaskStateWriter } from '#state/checkpoint-storage/subtask-state-writer';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import { DeferredWork } from '#taskmanager/slots/deferred-work';
import { SubtaskSnapshotWork } from '#taskmanager/slots/subtask-snapshot-work';

const TURN_MS = 10;

export interface WholeCheckpoint {
  readonly cutMs: number;
  readonly wholeMs: number;
  readonly bytes: number;
  /** While the cut was read: rounds, how long, and the longest. */
  readonly rounds: number;
  readonly readMs: number;
  readonly longestRoundMs: number;
}

/** @param work a round of records; slices then get their share of the thread. Default: the slot is idle. */
export async function takeCheckpoint(backend: KeyedStateBackend, folder: string, checkpointId: number, work?: (round: number) => void): Promise<WholeCheckpoint> {
  const files = new NodeFiles(new SeededRandom(checkpointId));
  const deferred = new DeferredWork(new NodeClock());
  const start = performance.now();
  const snapshot = backend.snapshot({ checkpointId, timestamp: 0, isSavepoint: false, isIncremental: false });
  const cutMs = performance.now() - start;
  const writer = new SubtaskStateWriter({ storage: new DirectoryStorage(files), files, checkpointId, directory: Promise.resolve(folder), file: `${checkpointId}.state`, sharedDirectory: undefined, sharedFiles: new SharedFiles(), inlineBytesMax: 0 });
  const part = new SubtaskSnapshotWork(new Map([['operator', snapshot]]), writer);
  deferred.add(part);
  let rounds = 0;
  let longestRoundMs = 0;
  let turnMs = performance.now();
  for (; !deferred.isEmpty; rounds++) {
    const roundMs = performance.now();
    work?.(rounds);
    const hasWorked = deferred.run(work !== undefined);
    const nowMs = performance.now();
    longestRoundMs = Math.max(longestRoundMs, nowMs - roundMs);
    if ((work !== undefined || hasWorked) && nowMs - turnMs < TURN_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    turnMs = performance.now();
  }
  const readMs = performance.now() - start - cutMs;
  await part.finished;
  const { bytes } = await writer.finish();
  return { cutMs, wholeMs: performance.now() - start, bytes, rounds, readMs, longestRoundMs };
}

/** Milliseconds for a file of so many bytes, synced. */
export function writeAtOnce(folder: string, bytes: number): number {
  const content = new Uint8Array(bytes).fill(7);
  const start = performance.now();
  const file = openSync(join(folder, 'plain'), 'w');
  for (let at = 0; at < bytes;) at += writeSync(file, content, at);
  fsyncSync(file);
  closeSync(file);
  return performance.now() - start;
}
