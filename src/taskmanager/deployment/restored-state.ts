// What a subtask gets back from a checkpoint: the files of all old subtasks of its vertex, cut to its key groups and its
// share of the operator state, whatever the parallelism was. Thread: the slot's, once per task before it opens.
import { assert } from '#core/assert';
import type { RestoreDescriptor } from '#cluster/messages/slot-messages';
import type { Files } from '#platform/files/files';
import type { OperatorSnapshot, RestoredOperatorState } from '#state/snapshot/operator-snapshot';
import { redistribute } from '#state/snapshot/redistribute';
import { decodeSubtaskSnapshot } from '#state/snapshot/subtask-snapshot';
import { TaskManagerError } from '#taskmanager/errors';

export interface RestorePlace {
  readonly operatorIds: readonly string[];
  readonly subtaskIndex: number;
  readonly parallelism: number;
  readonly maxParallelism: number;
}

/** Gives the state by operator id. Throws SNAPSHOT_READ_FAILED, SNAPSHOT_CORRUPT, SNAPSHOT_VERSION_UNSUPPORTED. */
export async function loadRestoredState(files: Files, restore: RestoreDescriptor, place: RestorePlace): Promise<(operatorId: string) => RestoredOperatorState> {
  const { subtaskIndex, parallelism, maxParallelism } = place;
  const decoded = new Map<string, ReadonlyMap<string, OperatorSnapshot>>();
  const states = new Map<string, RestoredOperatorState>();
  for (const operatorId of place.operatorIds) {
    const handles = restore.operators.find((operator) => operator.operatorId === operatorId);
    const old: (OperatorSnapshot | undefined)[] = Array.from({ length: handles?.parallelism ?? 0 });
    for (const { file, subtaskIndex: oldSubtask } of handles?.subtasks ?? []) {
      const state = decoded.get(file) ?? await readStateFile(files, `${restore.directory}/${file}`);
      decoded.set(file, state);
      old[oldSubtask] = state.get(operatorId);
    }
    states.set(operatorId, redistribute({ old, newSubtask: subtaskIndex, parallelism, maxParallelism, checkpointId: restore.checkpointId }));
  }
  return (operatorId) => {
    const state = states.get(operatorId);
    assert(state !== undefined, `operator ${operatorId} belongs to the task that restores`);
    return state;
  };
}

async function readStateFile(files: Files, path: string): Promise<ReadonlyMap<string, OperatorSnapshot>> {
  let bytes: Uint8Array;
  try {
    bytes = await files.read(path);
  } catch (thrown) {
    throw new TaskManagerError('SNAPSHOT_READ_FAILED', `the state file ${path} cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`, { cause: thrown });
  }
  return decodeSubtaskSnapshot(bytes, path);
}
