// A checkpoint of numbers against writing and syncing the same bytes at once. Idle: nothing else runs in the slot. Busy: a
// batch of updates per round, and slices get their share. Wall time.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Types } from '#core/types/type-information';
import { NodeClock } from '#platform/clock/node-clock';
import { createHeapKeyedStateBackend } from '#state/heap/heap-keyed-state-backend';
import type { ValueState } from '#state/keyed/keyed-state';
import { MemoryManager } from '#state/tables/memory-manager';
import type { BenchRow } from './bench-row.js';
import { takeCheckpoint, writeAtOnce } from './whole-checkpoint.js';

const KEYS = 6_250_000;
const BATCH = 1024;
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
    await takeCheckpoint(backend, folder, 1);
    const idle = await takeCheckpoint(backend, folder, 2);
    const busy = await takeCheckpoint(backend, folder, 3, batch);
    const writeMs = writeAtOnce(folder, idle.bytes);
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
