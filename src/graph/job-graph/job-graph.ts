// What a job is, as plain JSON data: it travels to the dispatcher, the slots and the history. Functions are found by
// re-running the program and looking up `streamNodeId` and `edgeId` in its stream graph.
// Invariant: vertices are in topological order; only `inputs` connect them.
import { defaultMaxParallelism } from '#core/keys/key-groups';
import type { TypeInformation } from '#core/types/type-information';
import type { PhysicalKind } from '#graph/stream-graph/stream-graph';

export type ShipStrategy = 'FORWARD' | 'REBALANCE' | 'RESCALE' | 'SHUFFLE' | 'BROADCAST' | 'GLOBAL' | 'HASH' | 'CUSTOM';
export type DistributionPattern = 'POINTWISE' | 'ALL_TO_ALL';

export interface JobOperator {
  readonly operatorId: string;
  readonly name: string;
  readonly uid?: string;
  readonly streamNodeId: number;
  readonly kind: PhysicalKind;
  /** Declared type of what it produces; absent = inferred at run time. */
  readonly outputType?: TypeInformation;
}

/** Edge inside a vertex: rows go from one operator to the next by call. */
export interface ChainEdge {
  readonly edgeId: number;
  readonly source: number;
  readonly target: number;
  /** Side output; absent = main output. */
  readonly tag?: string;
}

/** Input of a vertex, always of its head operator. */
export interface JobEdge {
  /** Id of the edge in the stream graph; unique in the job. */
  readonly edgeId: number;
  readonly sourceVertexId: string;
  /** Operator of the source vertex's chain that produces the rows. */
  readonly sourceNodeId: number;
  readonly shipStrategy: ShipStrategy;
  readonly pattern: DistributionPattern;
  readonly resultType: 'PIPELINED_BOUNDED';
  /** Input of the head operator. */
  readonly typeNumber: 0 | 1;
  readonly tag?: string;
  /** Declared type of the rows; absent = inferred at run time. */
  readonly type?: TypeInformation;
  /** -1 = flush only full frames; absent = the job's setting. */
  readonly bufferTimeoutMs?: number;
}

export interface JobVertex {
  /** Operator id of the head. */
  readonly id: string;
  readonly name: string;
  readonly parallelism: number;
  /** -1 = derived from the parallelism, or taken from the snapshot that is restored. */
  readonly maxParallelism: number;
  readonly slotSharingGroup: string;
  /** Head first, each after the one it reads. */
  readonly operators: readonly JobOperator[];
  readonly chainEdges: readonly ChainEdge[];
  /** By input number, then in the order of the union. */
  readonly inputs: readonly JobEdge[];
}

export interface JobGraph {
  readonly name: string;
  readonly boundedness: 'bounded' | 'continuous-unbounded';
  readonly config: Readonly<Record<string, string>>;
  /** Topological order: inputs before their consumers. */
  readonly vertices: readonly JobVertex[];
}

/** Max parallelism that a fresh start uses. A restore uses that of the snapshot where the program sets none. */
export function maxParallelismOf(vertex: JobVertex): number {
  return vertex.maxParallelism === -1 ? defaultMaxParallelism(vertex.parallelism) : vertex.maxParallelism;
}

/** Slots the job needs: each slot sharing group takes as many as its widest vertex. */
export function requiredSlots(graph: JobGraph): number {
  return [...slotsByGroup(graph).values()].reduce((sum, count) => sum + count, 0);
}

/** Slots per slot sharing group. */
export function slotsByGroup(graph: JobGraph): Map<string, number> {
  const widest = new Map<string, number>();
  for (const vertex of graph.vertices) {
    widest.set(vertex.slotSharingGroup, Math.max(widest.get(vertex.slotSharingGroup) ?? 0, vertex.parallelism));
  }
  return widest;
}

/** Edges that leave each vertex with the vertex that reads them, in vertex order. */
export function outputsOf(graph: JobGraph, vertexId: string): { readonly edge: JobEdge; readonly target: JobVertex }[] {
  return graph.vertices.flatMap((target) => target.inputs.filter((edge) => edge.sourceVertexId === vertexId).map((edge) => ({ edge, target })));
}
