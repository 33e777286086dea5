// A checkpoint's whole way to the disk: the cut, slices between turns of the event loop, checksums, appends, fsync, rename,
// as a slot does it, with a turn of the event loop every 10 ms, against writing and syncing the same bytes at once. Idle:
// nothing else runs in the slot. Busy: a batch of updates per round, and slices get their share. Wall time.
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Types } from '#core/types/type-information';
import { NodeClock } from '#platform/clock/node-clock';
import { NodeFiles } from '#platform/files/node-files';
import { SeededRandom } from '#platform/random/seeded-random';
import { DirectoryStorage } from '#state/checkpoint-storage/directory-storage';
import { SharedFiles } from '#state/checkpoint-storage/shared-files';
import { SubtaskStateWriter } from '#state/checkpoint-storage/subtask-state-writer';
import { createHeapKeyedStateBackend } from '#state/heap/heap-keyed-state-backend';
import type { ValueState } from '#state/keyed/keyed-state';
import { MemoryManager } from '#state/tables/memory-manager';
import { DeferredWork } from '#taskmanager/slots/deferred-work';
import { SubtaskSnapshotWork } from '#taskmanager/slots/subtask-snapshot-work';
import type { BenchRow } from './bench-row.js';

const KEYS = 6_250_000;
const BATCH = 1024;
const TURN_MS = 10;
const FLINK = "Flink's heap backend, 118 MB end to end";

export async function checkpointRows({ quick }: { readonly quick: boolean }): Promise<BenchRow[]> {
  const keyCount = quick ? KEYS / 10 : KEYS;
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  try {
    const memory = MemoryManager.unshared(2 ** 30);
    const backend = createHeapKeyedStateBackend({ keyType: Types.INT, keyGroupRange: { start: 0, end: 127 }, maxParallelism: 128, memory, clock: new NodeClock(), isObjectReuse: false });
    const state = backend.getState({ kind: 'value', name: 'count', type: Types.LONG }) as ValueState<number>;
    const batch = (from: number): void => {
      for (let i = 0; i < BATCH; i++) {
        backend.setCurrentKey((from + i * 7919) % keyCount);
        state.update((state.value() ?? 0) + 1);
      }
    };
    for (let key = 0; key < keyCount; key++) {
      backend.setCurrentKey(key);
      state.update(key);
    }
    const checkpoint = (checkpointId: number, work?: (round: number) => void) => takeCheckpoint(folder, checkpointId, () => backend.snapshot({ checkpointId, timestamp: 0, isSavepoint: false, isIncremental: false }), work);
    await checkpoint(1);
    const idle = await checkpoint(2);
    const busy = await checkpoint(3, batch);
    const writeMs = writeAtOnce(join(folder, 'plain'), idle.bytes);
    const label = `checkpoint of ${Math.round(idle.bytes / 1e6)} MB to disk`;
    return [
      { name: `${label}: cut`, figure: idle.cutMs, unit: 'ms', anchor: undefined, anchorName: '', ratio: undefined, target: '<= 20 ms', isPass: idle.cutMs <= 20, higherIsBetter: false },
      { name: `${label}: whole, idle slot`, figure: idle.wholeMs, unit: 'ms', anchor: writeMs, anchorName: 'write + fsync of the same bytes', ratio: idle.wholeMs / writeMs, target: '<= 1 s and <= 2 x', isPass: idle.wholeMs <= 1000 && idle.wholeMs <= 2 * writeMs, higherIsBetter: false },
      { name: `${label}: whole, records going on`, figure: busy.wholeMs, unit: 'ms', anchor: 3800, anchorName: FLINK, ratio: busy.wholeMs / 3800, target: '', isPass: undefined, higherIsBetter: false },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function takeCheckpoint(folder: string, checkpointId: number, cut: () => ReturnType<ReturnType<typeof createHeapKeyedStateBackend>['snapshot']>, work?: (round: number) => void): Promise<{ readonly cutMs: number; readonly wholeMs: number; readonly bytes: number }> {
  const files = new NodeFiles(new SeededRandom(checkpointId));
  const deferred = new DeferredWork(new NodeClock());
  const start = performance.now();
  const snapshot = cut();
  const cutMs = performance.now() - start;
  const writer = new SubtaskStateWriter({ storage: new DirectoryStorage(files), files, checkpointId, directory: Promise.resolve(folder), file: `${checkpointId}.state`, sharedDirectory: undefined, sharedFiles: new SharedFiles(), inlineBytesMax: 0 });
  const part = new SubtaskSnapshotWork(new Map([['operator', snapshot]]), writer);
  deferred.add(part);
  let turnMs = performance.now();
  for (let round = 0; !deferred.isEmpty; round++) {
    work?.(round);
    const hasWorked = deferred.run(work !== undefined);
    if ((work !== undefined || hasWorked) && performance.now() - turnMs < TURN_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    turnMs = performance.now();
  }
  await part.finished;
  const { bytes } = await writer.finish();
  return { cutMs, wholeMs: performance.now() - start, bytes };
}

function writeAtOnce(path: string, bytes: number): number {
  const content = new Uint8Array(bytes).fill(7);
  const start = performance.now();
  const file = openSync(path, 'w');
  for (let at = 0; at < bytes;) at += writeSync(file, content, at);
  fsyncSync(file);
  closeSync(file);
  return performance.now() - start;
}
