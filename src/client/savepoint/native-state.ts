// State in the files of RocksDB as sections that can be read without it: the files are opened as a restore would open
// them, in a directory of their own, and written as sections in memory. Needs the native addon. Thread: the caller's.
import { Configuration } from '#core/config/configuration';
import { stateBackendOptions } from '#core/config/options/state-backend-options';
import { keyGroupRangeOf } from '#core/keys/key-groups';
import type { Clock } from '#platform/clock/clock';
import type { Files } from '#platform/files/files';
import type { Process } from '#platform/process/process';
import type { Random } from '#platform/random/random';
import type { CheckpointStorage } from '#state/checkpoint-storage/checkpoint-storage';
import { withoutArchives } from '#state/keyed/archived-sections';
import { STATE_SECTION_PREFIX } from '#state/keyed/state-section';
import type { KeyedSection, OperatorSnapshot, SnapshotRequest } from '#state/snapshot/operator-snapshot';
import { redistribute } from '#state/snapshot/redistribute';
import { SnapshotCollector } from '#state/snapshot/snapshot-collector';
import { openStateBackend } from '#state/state-backend';
import { MemoryManager } from '#state/tables/memory-manager';
import { RestoredFiles } from '#taskmanager/deployment/restored-files';

export interface NativeStateOptions {
  readonly storage: CheckpointStorage;
  readonly files: Files;
  readonly clock: Clock;
  readonly random: Random;
  readonly process: Pick<Process, 'openScratchDirectory'>;
  /** Of the snapshot. */
  readonly directory: string;
  readonly maxParallelism: number;
}

const MEMORY_BYTES = 256 << 20;
const WHOLE: SnapshotRequest = { checkpointId: 0, timestamp: 0, isSavepoint: true, isIncremental: false };
const hasTime = (): boolean => true;

/** The snapshot, without archives of rows, when it has no such files. Rejects with STATE_BACKEND_UNAVAILABLE, SNAPSHOT_CORRUPT, SNAPSHOT_READ_FAILED. */
export async function withoutNativeFiles(snapshot: OperatorSnapshot, options: NativeStateOptions): Promise<OperatorSnapshot> {
  if (snapshot.stored === undefined) return withoutArchives(snapshot);
  const { storage, files, process, directory, maxParallelism } = options;
  const scratch = process.openScratchDirectory();
  const brought = new RestoredFiles({ storage, files, directory, temporaryDirectory: `${scratch.path}/files`, sharedDirectory: undefined });
  try {
    const range = keyGroupRangeOf(maxParallelism, 1, 0);
    const whole = (await brought.bring(snapshot, range))!;
    const states = await sectionsOf(whole, options, scratch.path);
    return { keyed: [...states, ...snapshot.keyed.filter(({ name }) => !name.startsWith(STATE_SECTION_PREFIX))], operator: snapshot.operator };
  } finally {
    await scratch.close();
  }
}

/** All keyed states, those that lie in sections already included. */
async function sectionsOf(snapshot: OperatorSnapshot, { files, clock, random, maxParallelism }: NativeStateOptions, temporaryDirectory: string): Promise<readonly KeyedSection[]> {
  const configuration = Configuration.EMPTY.set(stateBackendOptions.type, 'rocksdb');
  const memory = MemoryManager.unshared(MEMORY_BYTES);
  const backend = openStateBackend({ configuration, memory, clock, files, temporaryDirectory, random: () => random.nextDouble() });
  try {
    const written = snapshot.fileSets?.[0]?.serializers['key']?.type;
    const keyType = written?.kind === 'any' ? undefined : written;
    const keyed = backend.createKeyedState({ keyType, keyGroupRange: keyGroupRangeOf(maxParallelism, 1, 0), maxParallelism, isObjectReuse: false });
    try {
      keyed.restore(redistribute({ old: [snapshot], newSubtask: 0, parallelism: 1, maxParallelism, checkpointId: 0 }));
      const cut = keyed.snapshot(WHOLE);
      const collector = new SnapshotCollector();
      for (const part of cut.deferred ?? []) {
        try {
          for (let step = part.step(collector, hasTime); step !== 'done'; step = part.step(collector, hasTime)) await step;
        } finally {
          part.release();
        }
      }
      return collector.addTo(cut).keyed;
    } finally {
      keyed.release();
    }
  } finally {
    backend.close();
  }
}
