// What a subtask gets back from a checkpoint: the state of all old subtasks of its vertex, cut to its key groups and its
// share of the operator state, whatever the parallelism was. Files of file sets are brought here and verified.
// Thread: the slot's, once per task before it opens.
import { Buffer } from 'node:buffer';
import { assert } from '#core/assert';
import { EngineError } from '#core/errors/engine-error';
import { keyGroupRangeOf } from '#core/keys/key-groups';
import type { RestoreDescriptor } from '#cluster/messages/slot-messages';
import { resolveStoragePath, type CheckpointStorage, type StorageReader } from '#state/checkpoint-storage/checkpoint-storage';
import { primaryOf } from '#state/checkpoint-storage/local-backup-storage';
import type { SharedFile } from '#state/checkpoint-storage/shared-files';
import type { KeyGroupRange } from '#state/keyed/keyed-state';
import type { OperatorSnapshot, RestoredOperatorState } from '#state/snapshot/operator-snapshot';
import { redistribute } from '#state/snapshot/redistribute';
import { readSubtaskSnapshot } from '#state/snapshot/subtask-snapshot';
import type { RestoredFiles } from '#taskmanager/deployment/restored-files';
import { TaskManagerError } from '#taskmanager/errors';

export interface RestorePlace {
  readonly operatorIds: readonly string[];
  readonly subtaskIndex: number;
  readonly parallelism: number;
  readonly maxParallelism: number;
}

export interface RestoredSubtask {
  state(operatorId: string): RestoredOperatorState;
  /** By shared id: what the restored files of backends are in storage. */
  readonly sharedFiles: ReadonlyMap<string, SharedFile>;
}

/** As loadRestoredState, from second copies where there are some, and from the first ones when those are damaged. */
export async function loadFromAnyCopy(storage: CheckpointStorage, restore: RestoreDescriptor, place: RestorePlace, createFiles: (storage: CheckpointStorage) => RestoredFiles): Promise<RestoredSubtask> {
  const primary = primaryOf(storage);
  try {
    return await loadRestoredState(storage, restore, place, createFiles(storage));
  } catch (error) {
    if (primary === undefined || !(error instanceof EngineError)) throw error;
    return loadRestoredState(primary, restore, place, createFiles(primary));
  }
}

/** Throws SNAPSHOT_READ_FAILED, SNAPSHOT_CORRUPT, SNAPSHOT_VERSION_UNSUPPORTED. */
export async function loadRestoredState(storage: CheckpointStorage, restore: RestoreDescriptor, place: RestorePlace, restoredFiles: RestoredFiles): Promise<RestoredSubtask> {
  const { subtaskIndex, parallelism, maxParallelism } = place;
  const range = keyGroupRangeOf(maxParallelism, parallelism, subtaskIndex);
  const decoded = new Map<string, ReadonlyMap<string, OperatorSnapshot>>();
  const states = new Map<string, RestoredOperatorState>();
  for (const operatorId of place.operatorIds) {
    const handles = restore.operators.find((operator) => operator.operatorId === operatorId);
    const old: (OperatorSnapshot | undefined)[] = Array.from({ length: handles?.parallelism ?? 0 });
    for (const { file, subtaskIndex: oldSubtask } of handles?.subtasks ?? []) {
      const state = decoded.get(file) ?? await readStateFile(storage, restore, file, range);
      decoded.set(file, state);
      old[oldSubtask] = await restoredFiles.bring(state.get(operatorId), range);
    }
    states.set(operatorId, redistribute({ old, newSubtask: subtaskIndex, parallelism, maxParallelism, checkpointId: restore.checkpointId }));
  }
  const state = (operatorId: string): RestoredOperatorState => {
    const found = states.get(operatorId);
    assert(found !== undefined, `operator ${operatorId} belongs to the task that restores`);
    return found;
  };
  return { state, sharedFiles: restoredFiles.shared };
}

async function readStateFile(storage: CheckpointStorage, restore: RestoreDescriptor, file: string, range: KeyGroupRange): Promise<ReadonlyMap<string, OperatorSnapshot>> {
  const inlined = restore.inlined[file];
  const path = resolveStoragePath(restore.directory, file);
  if (inlined !== undefined) {
    const bytes = Buffer.from(inlined, 'base64');
    return readSubtaskSnapshot({ name: `${file} in ${resolveStoragePath(restore.directory, '_metadata')}`, bytes: bytes.length, read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)) }, range);
  }
  let reader: StorageReader | undefined;
  try {
    reader = await readable(path, () => storage.open(path));
    const { bytes } = reader;
    const read = reader.read.bind(reader);
    return await readSubtaskSnapshot({ name: path, bytes, read: (offset, length) => readable(path, () => read(offset, length)) }, range);
  } finally {
    await reader?.close();
  }
}

async function readable<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (thrown) {
    throw new TaskManagerError('SNAPSHOT_READ_FAILED', `the state file ${path} cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`, { cause: thrown });
  }
}
