// The scheduler's one decision: which subtask runs in which slot. Vertices of a slot sharing group share slots, subtask i
// of each in the group's slot i; groups take slots one behind the other, in the order in which they first appear.
// Pure; the JobMaster acts on it.
import { assert } from '#core/assert';
import { subtaskIdOf } from '#cluster/ids/ids';
import type { TaskDeployment } from '#cluster/messages/slot-messages';

export interface SchedulableVertex {
  readonly id: string;
  readonly parallelism: number;
  readonly slotSharingGroup: string;
}

export interface SlotAssignment {
  readonly slotCount: number;
  /** In the order of the vertices, then of the subtasks. */
  readonly tasks: readonly TaskDeployment[];
}

/** O(subtasks). */
export function assignSlots(vertices: readonly SchedulableVertex[]): SlotAssignment {
  const widths = new Map<string, number>();
  for (const { slotSharingGroup, parallelism } of vertices) {
    assert(parallelism >= 1, `a vertex has at least one subtask, got ${parallelism}`);
    widths.set(slotSharingGroup, Math.max(widths.get(slotSharingGroup) ?? 0, parallelism));
  }
  const firstSlots = new Map<string, number>();
  let slotCount = 0;
  for (const [group, width] of widths) {
    firstSlots.set(group, slotCount);
    slotCount += width;
  }
  const tasks = vertices.flatMap((vertex) => {
    const first = firstSlots.get(vertex.slotSharingGroup);
    assert(first !== undefined, 'every group has slots');
    return Array.from({ length: vertex.parallelism }, (_, subtaskIndex) => ({
      subtaskId: subtaskIdOf(vertex.id, subtaskIndex), vertexId: vertex.id, subtaskIndex, slotIndex: first + subtaskIndex,
    }));
  });
  return { slotCount, tasks };
}
