// Whether two operators run in one task: Flink's rules. Pure.
import type { StreamEdge, StreamNode } from '#graph/stream-graph/stream-graph';

/** The edge needs no exchange: its target is fused into the chain of its source. */
export function isChainable(edge: StreamEdge, source: StreamNode, target: StreamNode, chainingEnabled: boolean): boolean {
  return (
    chainingEnabled
    // A second edge into the target, from a union or a second input, can only come through a channel.
    && target.inputs.length === 1
    && edge.partitioner.kind === 'forward'
    && source.slotSharingGroup === target.slotSharingGroup
    && source.parallelism === target.parallelism
    && source.chaining !== 'never'
    && target.chaining === 'always'
  );
}
