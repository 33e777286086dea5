// What the JobMaster needs to know of a job: its graph and the sources whose enumerators it runs.
// The sources are live objects of the program that the client ran on this thread.
import { maxParallelismOf, type JobGraph } from '#graph/job-graph/job-graph';
import type { StreamGraph } from '#graph/stream-graph/stream-graph';
import type { Source } from '#streaming/source/source';

export interface JobPlanVertex {
  readonly id: string;
  readonly name: string;
  readonly parallelism: number;
  /** In effect; a restore may take that of the snapshot where the program sets none. */
  readonly maxParallelism: number;
  readonly isMaxParallelismDerived: boolean;
  /** The program says it for some operator of the vertex, or of one that it forwards to or from. */
  readonly isParallelismSet: boolean;
  readonly slotSharingGroup: string;
  /** Every operator chained into the vertex. */
  readonly operatorIds: readonly string[];
  /** By operator id, for those who read its snapshots. */
  readonly operatorNames?: Readonly<Record<string, { readonly uid?: string; readonly name: string }>>;
}

export interface JobPlanSource {
  readonly operatorId: string;
  readonly vertexId: string;
  readonly source: Source;
  readonly parallelism: number;
}

export interface JobPlan {
  readonly jobName: string;
  readonly jobGraph: JobGraph;
  /** In topological order. */
  readonly vertices: readonly JobPlanVertex[];
  readonly sources: readonly JobPlanSource[];
}

export function createJobPlan(jobGraph: JobGraph, streamGraph: StreamGraph): JobPlan {
  const set = verticesWithSetParallelism(jobGraph, streamGraph);
  return {
    jobName: jobGraph.name,
    jobGraph,
    vertices: jobGraph.vertices.map((vertex) => ({
      id: vertex.id, name: vertex.name, parallelism: vertex.parallelism, maxParallelism: maxParallelismOf(vertex),
      isMaxParallelismDerived: vertex.maxParallelism === -1, isParallelismSet: set.has(vertex.id), slotSharingGroup: vertex.slotSharingGroup,
      operatorIds: vertex.operators.map((operator) => operator.operatorId),
      operatorNames: Object.fromEntries(vertex.operators.map(({ operatorId, name, uid }) => [operatorId, { name, ...(uid === undefined ? {} : { uid }) }])),
    })),
    sources: jobGraph.vertices.flatMap((vertex) => vertex.operators.flatMap((operator) => {
      const { transformation } = streamGraph.node(operator.streamNodeId);
      return transformation.kind === 'source' ? [{ operatorId: operator.operatorId, vertexId: vertex.id, source: transformation.source, parallelism: vertex.parallelism }] : [];
    })),
  };
}

function verticesWithSetParallelism({ vertices }: JobGraph, streamGraph: StreamGraph): ReadonlySet<string> {
  const set = new Set(vertices.filter(({ operators }) => operators.some(({ streamNodeId }) => streamGraph.node(streamNodeId).transformation.parallelism !== undefined)).map(({ id }) => id));
  const forwards = vertices.flatMap(({ id, inputs }) => inputs.filter(({ shipStrategy }) => shipStrategy === 'FORWARD').map(({ sourceVertexId }) => [sourceVertexId, id] as const));
  for (let before = -1; before < set.size;) {
    before = set.size;
    for (const [source, target] of forwards) {
      if (set.has(source)) set.add(target);
      if (set.has(target)) set.add(source);
    }
  }
  return set;
}
