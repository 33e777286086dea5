// A job graph with other parallelisms: the same operators, chains and edges, so that a running job can be rescaled without
// its program being run for another graph. Pure.
import { assert } from '#core/assert';
import type { JobGraph } from '#graph/job-graph/job-graph';

/** @param parallelisms by vertex id; vertices left out stay as they are. */
export function withParallelisms(graph: JobGraph, parallelisms: Readonly<Record<string, number>>): JobGraph {
  for (const id of Object.keys(parallelisms)) assert(graph.vertices.some((vertex) => vertex.id === id), `vertex ${id} is in the job graph`);
  return { ...graph, vertices: graph.vertices.map((vertex) => ({ ...vertex, parallelism: parallelisms[vertex.id] ?? vertex.parallelism })) };
}
