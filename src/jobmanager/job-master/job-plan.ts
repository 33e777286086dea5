// What the JobMaster needs to know of a job: the shape of its graph and the sources whose enumerators it runs.
// The sources are live objects of the program that the client ran on this thread.
import type { Source } from '#streaming/source/source';
import type { JobGraph } from '#graph/job-graph/job-graph';

export interface JobPlanVertex {
  readonly id: string;
  readonly name: string;
  readonly parallelism: number;
  readonly maxParallelism: number;
  readonly slotSharingGroup: string;
  /** Every operator chained into the vertex. */
  readonly operatorIds: readonly string[];
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
  readonly vertices: readonly JobPlanVertex[];
  readonly edges: readonly { readonly sourceVertexId: string; readonly targetVertexId: string }[];
  readonly sources: readonly JobPlanSource[];
}
