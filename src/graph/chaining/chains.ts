// Cuts a stream graph into chains: each becomes one job vertex, run by one task per subtask. Pure.
// Invariant: every node is in exactly one chain, and only the head of a chain has inputs from other chains.
import { assert } from '#core/assert';
import { isChainable } from '#graph/chaining/chaining-rules';
import type { StreamEdge, StreamGraph, StreamNode } from '#graph/stream-graph/stream-graph';

export interface Chain {
  readonly head: StreamNode;
  /** Depth first from the head: each node after the one it reads. */
  readonly nodes: readonly StreamNode[];
  /** Edges inside the chain. */
  readonly chainEdges: readonly StreamEdge[];
  /** Edges that leave it, in the order of their nodes. */
  readonly outputs: readonly StreamEdge[];
  /** `A -> B`, with several outputs `A -> (B, C)`. */
  readonly name: string;
}

/** Chains in the order of their heads in the graph. */
export function buildChains(graph: StreamGraph): Chain[] {
  const isChained = (edge: StreamEdge) => isChainable(edge, graph.node(edge.source), graph.node(edge.target), graph.options.chainingEnabled);
  const chains = graph.nodes.filter((node) => !node.inputs.some(isChained)).map((head) => collectChain(head, graph, isChained));
  const count = chains.reduce((sum, chain) => sum + chain.nodes.length, 0);
  assert(count === graph.nodes.length, `chains hold every node once: ${count} of ${graph.nodes.length}`);
  return chains;
}

function collectChain(head: StreamNode, graph: StreamGraph, isChained: (edge: StreamEdge) => boolean): Chain {
  const nodes: StreamNode[] = [];
  const chainEdges: StreamEdge[] = [];
  const outputs: StreamEdge[] = [];
  const visit = (node: StreamNode): string => {
    nodes.push(node);
    const names: string[] = [];
    for (const edge of node.outputs) {
      if (isChained(edge)) {
        chainEdges.push(edge);
        names.push(visit(graph.node(edge.target)));
      } else {
        outputs.push(edge);
      }
    }
    return chainName(node.name, names);
  };
  const name = visit(head);
  return { head, nodes, chainEdges, outputs, name };
}

function chainName(name: string, chained: readonly string[]): string {
  if (chained.length === 0) return name;
  return chained.length === 1 ? `${name} -> ${chained[0]}` : `${name} -> (${chained.join(', ')})`;
}
