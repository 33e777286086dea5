// Flink's pipelined regions: subtasks that exchange rows, directly or through others, fail and start again together;
// those of other regions go on. Every edge of a streaming job is pipelined. Pure; once per deployment of a job.
import { assert } from '#core/assert';
import { subtaskIdOf, type SubtaskId } from '#cluster/ids/ids';
import { channelSources } from '#graph/job-graph/channel-assignment';
import type { JobGraph } from '#graph/job-graph/job-graph';

export class PipelinedRegions {
  /** Members of each region, in the order of the vertices. */
  readonly regions: readonly (readonly SubtaskId[])[];
  readonly #regionOf = new Map<SubtaskId, readonly SubtaskId[]>();

  /** O(channels). */
  constructor(graph: JobGraph) {
    const sets = new DisjointSets();
    const parallelisms = new Map(graph.vertices.map((vertex) => [vertex.id, vertex.parallelism]));
    for (const vertex of graph.vertices) {
      for (let subtask = 0; subtask < vertex.parallelism; subtask++) sets.add(subtaskIdOf(vertex.id, subtask));
      for (const edge of vertex.inputs) {
        const producers = parallelisms.get(edge.sourceVertexId);
        assert(producers !== undefined, `edge ${edge.edgeId} starts at a vertex of the job`);
        for (let consumer = 0; consumer < vertex.parallelism; consumer++) {
          const range = channelSources(edge.pattern, producers, vertex.parallelism, consumer);
          for (let producer = range.start; producer <= range.end; producer++) sets.join(subtaskIdOf(edge.sourceVertexId, producer), subtaskIdOf(vertex.id, consumer));
        }
      }
    }
    this.regions = sets.members();
    for (const region of this.regions) for (const subtaskId of region) this.#regionOf.set(subtaskId, region);
  }

  /** All subtasks that start again when these do. */
  closure(subtaskIds: Iterable<SubtaskId>): ReadonlySet<SubtaskId> {
    const all = new Set<SubtaskId>();
    for (const subtaskId of subtaskIds) {
      const region = this.#regionOf.get(subtaskId);
      assert(region !== undefined, `subtask ${subtaskId} belongs to a region`);
      if (!all.has(subtaskId)) for (const member of region) all.add(member);
    }
    return all;
  }
}

class DisjointSets {
  readonly #parents = new Map<SubtaskId, SubtaskId>();

  add(id: SubtaskId): void {
    this.#parents.set(id, id);
  }

  join(a: SubtaskId, b: SubtaskId): void {
    this.#parents.set(this.#root(b), this.#root(a));
  }

  members(): readonly (readonly SubtaskId[])[] {
    const byRoot = new Map<SubtaskId, SubtaskId[]>();
    for (const id of this.#parents.keys()) {
      const root = this.#root(id);
      const members = byRoot.get(root);
      if (members === undefined) byRoot.set(root, [id]);
      else members.push(id);
    }
    return [...byRoot.values()];
  }

  #root(id: SubtaskId): SubtaskId {
    let root = id;
    for (let parent = this.#parents.get(root)!; parent !== root; parent = this.#parents.get(root)!) root = parent;
    // Halves the way for the next one who asks.
    this.#parents.set(id, root);
    return root;
  }
}
