// Stream graph to job graph: one vertex per chain, in topological order. Pure; the last step of translating a program.
import { assert } from '#core/assert';
import { buildChains, type Chain } from '#graph/chaining/chains';
import type { ChainEdge, JobEdge, JobGraph, JobOperator, JobVertex, ShipStrategy } from '#graph/job-graph/job-graph';
import type { StreamEdge, StreamGraph, StreamNode } from '#graph/stream-graph/stream-graph';
import type { PartitionerKind } from '#shuffle/partitioner/partitioner';

export const SHIP_STRATEGIES: Readonly<Record<PartitionerKind, ShipStrategy>> = {
  forward: 'FORWARD',
  rebalance: 'REBALANCE',
  rescale: 'RESCALE',
  shuffle: 'SHUFFLE',
  broadcast: 'BROADCAST',
  global: 'GLOBAL',
  hash: 'HASH',
  custom: 'CUSTOM',
};

export function buildJobGraph(graph: StreamGraph): JobGraph {
  const chains = buildChains(graph);
  const vertexOf = new Map(chains.flatMap((chain) => chain.nodes.map((node) => [node.id, chain.head.operatorId] as const)));
  const isBounded = graph.nodes.every(({ transformation }) => transformation.kind !== 'source' || transformation.source.boundedness === 'bounded');
  return {
    name: graph.options.jobName,
    boundedness: isBounded ? 'bounded' : 'continuous-unbounded',
    config: graph.options.config,
    vertices: topologicalOrder(chains.map((chain) => createVertex(chain, vertexOf))),
  };
}

function createVertex(chain: Chain, vertexOf: ReadonlyMap<number, string>): JobVertex {
  const { head } = chain;
  return {
    id: head.operatorId,
    name: chain.name,
    parallelism: head.parallelism,
    maxParallelism: head.maxParallelism,
    slotSharingGroup: head.slotSharingGroup,
    operators: chain.nodes.map(createOperator),
    chainEdges: chain.chainEdges.map(createChainEdge),
    inputs: head.inputs.map((edge) => createInput(edge, vertexOf)),
  };
}

// Absent instead of undefined: what is sent as JSON must compare equal to what was built.
function createOperator(node: StreamNode): JobOperator {
  return {
    operatorId: node.operatorId,
    name: node.name,
    ...(node.uid === undefined ? {} : { uid: node.uid }),
    streamNodeId: node.id,
    kind: node.kind,
    ...(node.outputType === undefined ? {} : { outputType: node.outputType }),
  };
}

function createChainEdge(edge: StreamEdge): ChainEdge {
  return { edgeId: edge.id, source: edge.source, target: edge.target, ...(edge.tag === undefined ? {} : { tag: edge.tag }) };
}

function createInput(edge: StreamEdge, vertexOf: ReadonlyMap<number, string>): JobEdge {
  const { kind } = edge.partitioner;
  return {
    edgeId: edge.id,
    sourceVertexId: vertexOf.get(edge.source)!,
    sourceNodeId: edge.source,
    shipStrategy: SHIP_STRATEGIES[kind],
    pattern: kind === 'forward' || kind === 'rescale' ? 'POINTWISE' : 'ALL_TO_ALL',
    resultType: 'PIPELINED_BOUNDED',
    typeNumber: edge.typeNumber,
    ...(edge.tag === undefined ? {} : { tag: edge.tag }),
    ...(edge.type === undefined ? {} : { type: edge.type }),
    ...(edge.bufferTimeoutMs === undefined ? {} : { bufferTimeoutMs: edge.bufferTimeoutMs }),
  };
}

/** Sources first, then each vertex as soon as all its inputs are placed, as Flink sorts. */
export function topologicalOrder(vertices: readonly JobVertex[]): JobVertex[] {
  const sorted = vertices.filter((vertex) => vertex.inputs.length === 0);
  const placed = new Set(sorted.map((vertex) => vertex.id));
  for (let at = 0; at < sorted.length; at++) {
    const source = sorted[at]!;
    for (const vertex of vertices) {
      if (placed.has(vertex.id) || !vertex.inputs.some((input) => input.sourceVertexId === source.id)) continue;
      if (!vertex.inputs.every((input) => placed.has(input.sourceVertexId))) continue;
      placed.add(vertex.id);
      sorted.push(vertex);
    }
  }
  assert(sorted.length === vertices.length, `a job graph has no cycle: ${sorted.length} of ${vertices.length} vertices placed`);
  return sorted;
}
