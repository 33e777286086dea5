// The plan of a program as JSON text, in the shape of Flink's getExecutionPlan(), which plan viewers read. Beyond Flink's
// fields each node has `output_type`: "inferred" marks the edges that run without a declared schema.
import { formatType } from '#core/types/type-information';
import type { StreamGraph, StreamNode } from '#graph/stream-graph/stream-graph';

const PACTS = { source: 'Data Source', 'one-input': 'Operator', 'two-input': 'Operator', sink: 'Data Sink' } as const;

/** Nodes by id; indented by two blanks. */
export function executionPlanJson(graph: StreamGraph): string {
  const nodes = [...graph.nodes].sort((a, b) => a.id - b.id).map(planNode);
  return JSON.stringify({ nodes }, null, 2);
}

function planNode(node: StreamNode): object {
  const predecessors = node.inputs.map((edge) => ({ id: edge.source, ship_strategy: edge.partitioner.kind.toUpperCase(), side: 'second' }));
  return {
    id: node.id,
    type: node.name,
    pact: PACTS[node.kind],
    contents: node.description,
    parallelism: node.parallelism,
    ...(node.kind === 'sink' ? {} : { output_type: node.outputType === undefined ? 'inferred' : formatType(node.outputType) }),
    ...(predecessors.length === 0 ? {} : { predecessors }),
  };
}
