// A job's plan at other parallelisms, and whether it can run at them. Pure; the JobMaster acts on it.
import { JobManagerError } from '#jobmanager/errors';
import type { JobPlan } from '#jobmanager/job-master/job-plan';
import { withParallelisms } from '#graph/job-graph/with-parallelisms';

/**
 * @param parallelisms by vertex id; vertices left out stay as they are.
 * Throws RESCALE_REFUSED: an unknown vertex, a parallelism below 1 or above the max parallelism in effect, or one end of a forward edge without the other.
 */
export function rescaledPlan(plan: JobPlan, parallelisms: Readonly<Record<string, number>>): JobPlan {
  const byId = new Map(plan.vertices.map((vertex) => [vertex.id, vertex]));
  for (const [id, parallelism] of Object.entries(parallelisms)) {
    const vertex = byId.get(id);
    if (vertex === undefined) throw refused(`there is no vertex ${id}: ask for the job's resource requirements to see which there are`);
    if (!Number.isInteger(parallelism) || parallelism < 1) throw refused(`"${vertex.name}" cannot have parallelism ${parallelism}: give a whole number from 1`);
    if (parallelism > vertex.maxParallelism) throw refused(`"${vertex.name}" cannot have parallelism ${parallelism}: its state has max parallelism ${vertex.maxParallelism}`);
  }
  const parallelismOf = (id: string): number => parallelisms[id] ?? byId.get(id)!.parallelism;
  for (const vertex of plan.jobGraph.vertices) {
    for (const { sourceVertexId, shipStrategy } of vertex.inputs) {
      if (shipStrategy !== 'FORWARD' || parallelismOf(sourceVertexId) === parallelismOf(vertex.id)) continue;
      throw refused(`"${byId.get(sourceVertexId)!.name}" forwards to "${vertex.name}", so both have the same parallelism: rescale both`);
    }
  }
  return {
    ...plan,
    jobGraph: withParallelisms(plan.jobGraph, parallelisms),
    vertices: plan.vertices.map((vertex) => ({ ...vertex, parallelism: parallelismOf(vertex.id) })),
    sources: plan.sources.map((source) => ({ ...source, parallelism: parallelismOf(source.vertexId) })),
  };
}

function refused(why: string): JobManagerError {
  return new JobManagerError('RESCALE_REFUSED', `the job is not rescaled: ${why}`);
}
