// Keeps the sources of an alignment group together: none may run ahead of the slowest by more than the group's drift.
// Pure: reports in, limits out. Thread: main; one object per attempt of the job.
import type { SubtaskId } from '#cluster/ids/ids';

interface Member {
  readonly operatorId: string;
  watermark: number;
}

export interface AlignmentLimit {
  readonly subtaskId: SubtaskId;
  readonly operatorId: string;
  readonly maxWatermark: number;
}

export class WatermarkAlignment {
  readonly #groups = new Map<string, { readonly members: Map<SubtaskId, Member>; maxWatermark: number }>();

  /**
   * A source subtask stands at `watermark` (event time; Infinity when it is idle or has ended: it holds nobody back).
   * Returns the new limits of the group's members, or none when the limit has not changed.
   */
  onReport(group: string, maxDriftMs: number, subtaskId: SubtaskId, operatorId: string, watermark: number): readonly AlignmentLimit[] {
    let state = this.#groups.get(group);
    if (state === undefined) this.#groups.set(group, (state = { members: new Map(), maxWatermark: Number.NaN }));
    const isNew = !state.members.has(subtaskId);
    state.members.set(subtaskId, { operatorId, watermark });
    let slowest = Number.POSITIVE_INFINITY;
    for (const member of state.members.values()) slowest = Math.min(slowest, member.watermark);
    const maxWatermark = slowest + maxDriftMs;
    if (maxWatermark === state.maxWatermark && !isNew) return [];
    state.maxWatermark = maxWatermark;
    return [...state.members].map(([id, member]) => ({ subtaskId: id, operatorId: member.operatorId, maxWatermark }));
  }
}
