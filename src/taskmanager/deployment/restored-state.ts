// What a subtask gets back from a checkpoint: the state of all old subtasks of its vertex, cut to its key groups and its
// share of the operator state, whatever the parallelism was. Files of file sets are brought here and verified.
// Thread: the slot's, once per task before it opens.
import { assert } from '#core/assert';
import { EngineError } from '#core/errors/engine-error';
import { keyGroupRangeOf } from '#core/keys/key-groups';
import type { RestoreDescriptor } from '#cluster/messages/slot-messages';
import { resolveStoragePath, type CheckpointStorage } from '#state/checkpoint-storage/checkpoint-storage';
import { primaryOf } from '#state/checkpoint-storage/local-backup-storage';
import { openStateFile } from '#state/checkpoint-storage/state-file';
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
  const opened = await readable(resolveStoragePath(restore.directory, file), () => openStateFile(storage, restore.directory, restore, file));
  try {
    const { name, bytes } = opened;
    return await readSubtaskSnapshot({ name, bytes, read: (offset, length) => readable(name, () => opened.read(offset, length)) }, range);
  } finally {
    await opened.close();
  }
}

async function readable<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (thrown) {
    throw new TaskManagerError('SNAPSHOT_READ_FAILED', `the state file ${path} cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`, { cause: thrown });
  }
}
