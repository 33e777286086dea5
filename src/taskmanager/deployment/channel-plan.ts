// Where every channel of a job lies in network memory, and between which slots. All channels of a job have the same size.
// Pure; main thread, once per attempt; the slots build their ends from its plain data.
import type { SubtaskId } from '#cluster/ids/ids';
import { subtaskIdOf } from '#cluster/ids/ids';
import type { ChannelDescriptor, TaskDeployment } from '#cluster/messages/slot-messages';
import { assert } from '#core/assert';
import { ringBytes } from '#core/memory/slot-memory';
import { channelSources } from '#graph/job-graph/channel-assignment';
import type { JobGraph } from '#graph/job-graph/job-graph';
import { ringDataBytes } from '#shuffle/ring/ring-layout';

export interface ChannelPlan {
  /** By edge, then by consumer, then by producer. */
  readonly channels: readonly PlannedChannel[];
  readonly networkBytes: number;
}

/** With its consumer, whose pipelined region it belongs to. */
export interface PlannedChannel extends ChannelDescriptor {
  readonly consumerId: SubtaskId;
}

interface ChannelEnds {
  readonly consumerId: SubtaskId;
  readonly edgeId: number;
  readonly producerSubtask: number;
  readonly consumerSubtask: number;
  readonly producerSlot: number;
  readonly consumerSlot: number;
}

/** Throws NETWORK_BUFFERS_INSUFFICIENT when the channels do not fit. O(channels). */
export function planChannels(jobGraph: JobGraph, tasks: readonly TaskDeployment[], networkBytesTotal: number): ChannelPlan {
  const ends = channelEnds(jobGraph, new Map(tasks.map((task) => [task.subtaskId, task.slotIndex])));
  if (ends.length === 0) return { channels: [], networkBytes: 0 };
  const bytes = ringBytes(networkBytesTotal, ends.length);
  const dataBytes = ringDataBytes(bytes);
  return { channels: ends.map((channel, index) => ({ ...channel, offset: index * bytes, dataBytes })), networkBytes: ends.length * bytes };
}

function channelEnds(jobGraph: JobGraph, slots: ReadonlyMap<SubtaskId, number>): readonly ChannelEnds[] {
  const ends: ChannelEnds[] = [];
  const slotOf = (vertexId: string, subtaskIndex: number): number => {
    const slot = slots.get(subtaskIdOf(vertexId, subtaskIndex));
    assert(slot !== undefined, `subtask ${subtaskIndex} of ${vertexId} has a slot`);
    return slot;
  };
  const parallelisms = new Map(jobGraph.vertices.map((vertex) => [vertex.id, vertex.parallelism]));
  for (const vertex of jobGraph.vertices) {
    for (const edge of vertex.inputs) {
      const producers = parallelisms.get(edge.sourceVertexId);
      assert(producers !== undefined, `edge ${edge.edgeId} starts at a vertex of the job`);
      for (let consumerSubtask = 0; consumerSubtask < vertex.parallelism; consumerSubtask++) {
        const range = channelSources(edge.pattern, producers, vertex.parallelism, consumerSubtask);
        for (let producerSubtask = range.start; producerSubtask <= range.end; producerSubtask++) {
          ends.push({
            consumerId: subtaskIdOf(vertex.id, consumerSubtask), edgeId: edge.edgeId, producerSubtask, consumerSubtask,
            producerSlot: slotOf(edge.sourceVertexId, producerSubtask), consumerSlot: slotOf(vertex.id, consumerSubtask),
          });
        }
      }
    }
  }
  return ends;
}
