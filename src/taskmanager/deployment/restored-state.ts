// What a subtask gets back from a checkpoint: the files of all old subtasks of its vertex, cut to its key groups and its
// share of the operator state, whatever the parallelism was. Thread: the slot's, once per task before it opens.
import { assert } from '#core/assert';
import { keyGroupRangeOf } from '#core/keys/key-groups';
import type { RestoreDescriptor } from '#cluster/messages/slot-messages';
import type { Files } from '#platform/files/files';
import type { OperatorSnapshot, RestoredOperatorState } from '#state/snapshot/operator-snapshot';
import { decodeSubtaskState } from '#taskmanager/deployment/subtask-state';
import { TaskManagerError } from '#taskmanager/errors';

export interface RestorePlace {
  readonly operatorIds: readonly string[];
  readonly subtaskIndex: number;
  readonly parallelism: number;
  readonly maxParallelism: number;
}

/** Gives the state by operator id. Throws SNAPSHOT_READ_FAILED. */
export async function loadRestoredState(files: Files, restore: RestoreDescriptor, place: RestorePlace): Promise<(operatorId: string) => RestoredOperatorState> {
  const decoded = new Map<string, ReadonlyMap<string, OperatorSnapshot>>();
  const states = new Map<string, RestoredOperatorState>();
  for (const operatorId of place.operatorIds) {
    const handles = restore.operators.find((operator) => operator.operatorId === operatorId)?.subtasks ?? [];
    const snapshots: OperatorSnapshot[] = [];
    for (const { file } of handles) {
      const state = decoded.get(file) ?? await readStateFile(files, `${restore.directory}/${file}`);
      decoded.set(file, state);
      const snapshot = state.get(operatorId);
      if (snapshot !== undefined) snapshots.push(snapshot);
    }
    states.set(operatorId, cutState(snapshots, place, restore.checkpointId));
  }
  return (operatorId) => {
    const state = states.get(operatorId);
    assert(state !== undefined, `operator ${operatorId} belongs to the task that restores`);
    return state;
  };
}

/** @param snapshots of the old subtasks, in order of their index. */
export function cutState(snapshots: readonly OperatorSnapshot[], place: RestorePlace, checkpointId: number): RestoredOperatorState {
  const { subtaskIndex, parallelism, maxParallelism } = place;
  const range = keyGroupRangeOf(maxParallelism, parallelism, subtaskIndex);
  return {
    checkpointId,
    keyGroupRange: range,
    keyedNames: [...new Set(snapshots.flatMap((snapshot) => snapshot.keyed.map((section) => section.name)))],
    operatorNames: [...new Set(snapshots.flatMap((snapshot) => snapshot.operator.map((section) => section.name)))],
    *keyed(name) {
      for (const section of snapshots.flatMap((snapshot) => snapshot.keyed)) {
        if (section.name !== name) continue;
        for (const { keyGroup, bytes } of section.groups) {
          if (keyGroup >= range.start && keyGroup <= range.end) yield { keyGroup, bytes, version: section.version, serializers: section.serializers };
        }
      }
    },
    operator(name) {
      const sections = snapshots.flatMap((snapshot) => snapshot.operator).filter((section) => section.name === name);
      const mode = sections[0]?.mode;
      if (mode === 'broadcast') return itemsOf([sections[subtaskIndex % sections.length]!]);
      const items = itemsOf(sections);
      return mode === 'split' ? items.filter((_, index) => index % parallelism === subtaskIndex) : items;
    },
  };
}

function itemsOf(sections: OperatorSnapshot['operator']): ReturnType<RestoredOperatorState['operator']> {
  return sections.flatMap(({ items, version, serializers }) => items.map((bytes) => (serializers === undefined ? { bytes, version } : { bytes, version, serializers })));
}

async function readStateFile(files: Files, path: string): Promise<ReadonlyMap<string, OperatorSnapshot>> {
  let bytes: Uint8Array;
  try {
    bytes = await files.read(path);
  } catch (thrown) {
    throw new TaskManagerError('SNAPSHOT_READ_FAILED', `the state file ${path} cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`, { cause: thrown });
  }
  return decodeSubtaskState(bytes, path);
}
