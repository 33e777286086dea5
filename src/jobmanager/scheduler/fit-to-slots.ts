// The adaptive scheduler's one decision: at which parallelisms a job runs with the slots there are. Each slot sharing group
// gets one slot, then one more in turn while it can use it; a vertex is as wide as it wants to be and its group's slots
// allow. Pure; the JobMaster acts on it.
import type { JobPlan } from '#jobmanager/job-master/job-plan';

/** Slots that a job cannot run without: one per slot sharing group. */
export function leastSlots({ vertices }: JobPlan): number {
  return new Set(vertices.map((vertex) => vertex.slotSharingGroup)).size;
}

/**
 * Parallelisms by vertex id.
 * @param wanted the plan with the parallelisms that the job would have if slots were without end. @param slots at least leastSlots.
 */
export function fitToSlots(wanted: JobPlan, slots: number): Readonly<Record<string, number>> {
  const widths = new Map<string, number>();
  for (const { slotSharingGroup, parallelism } of wanted.vertices) widths.set(slotSharingGroup, Math.max(widths.get(slotSharingGroup) ?? 0, parallelism));
  const given = new Map([...widths.keys()].map((group) => [group, 1]));
  let free = slots - given.size;
  for (let isShort = true; isShort && free > 0;) {
    isShort = false;
    for (const [group, width] of widths) {
      const count = given.get(group)!;
      if (count === width || free === 0) continue;
      given.set(group, count + 1);
      free--;
      isShort = true;
    }
  }
  const parallelisms = new Map(wanted.vertices.map((vertex) => [vertex.id, Math.min(vertex.parallelism, given.get(vertex.slotSharingGroup)!)]));
  narrowForwards(wanted, parallelisms);
  return Object.fromEntries(parallelisms);
}

/** Both ends of a forward edge are as wide as the narrower one. */
function narrowForwards({ jobGraph }: JobPlan, parallelisms: Map<string, number>): void {
  for (let hasChanged = true; hasChanged;) {
    hasChanged = false;
    for (const vertex of jobGraph.vertices) {
      for (const { sourceVertexId, shipStrategy } of vertex.inputs) {
        const [source, target] = [parallelisms.get(sourceVertexId)!, parallelisms.get(vertex.id)!];
        if (shipStrategy !== 'FORWARD' || source === target) continue;
        parallelisms.set(source > target ? sourceVertexId : vertex.id, Math.min(source, target));
        hasChanged = true;
      }
    }
  }
}
