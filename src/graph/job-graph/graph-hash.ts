// Tells whether a program that was run again built the same job: slots re-run programs and may only use functions of an
// equal graph. Job name and configuration do not count: they may hold the time of day and change nothing in the graph.
import { createHash } from 'node:crypto';
import { GraphError } from '#graph/errors';
import type { JobGraph, JobVertex } from '#graph/job-graph/job-graph';

/** SHA-256 (hex) over the structure: operators, ids, names, types, parallelisms, groups and edges. */
export function graphHash(graph: JobGraph): string {
  return createHash('sha256').update(canonicalText([graph.boundedness, graph.vertices])).digest('hex');
}

/** One sentence naming the first operator that differs; undefined when the graphs are equal. */
export function describeDifference(expected: JobGraph, actual: JobGraph): string | undefined {
  if (graphHash(expected) === graphHash(actual)) return undefined;
  const [before, after] = [operatorFacts(expected), operatorFacts(actual)];
  for (let i = 0; i < Math.max(before.length, after.length); i++) {
    const [a, b] = [before[i], after[i]];
    if (a === undefined) return `operator ${i + 1} "${b!['name']}" was not there before`;
    if (b === undefined) return `operator ${i + 1} "${a['name']}" is missing`;
    for (const fact of Object.keys(a)) {
      if (a[fact] === b[fact]) continue;
      return fact === 'name' ? `operator ${i + 1} was "${a[fact]}" and is now "${b[fact]}"` : `${fact} of operator ${i + 1} "${a['name']}" was ${a[fact]} and is now ${b[fact]}`;
    }
  }
  return `the job was ${expected.boundedness} and is now ${actual.boundedness}`;
}

/** Throws PROGRAM_NOT_DETERMINISTIC when the program that was run again built another graph than the one submitted. */
export function checkSameGraph(submitted: JobGraph, rebuilt: JobGraph): void {
  const difference = describeDifference(submitted, rebuilt);
  if (difference === undefined) return;
  throw new GraphError('PROGRAM_NOT_DETERMINISTIC', `the program built another graph when it was run again: ${difference}; build the same operators whatever the time, randomness or environment`);
}

/** All that graphHash sees, per operator and named for messages, in the order of the chains. */
function operatorFacts(graph: JobGraph): Readonly<Record<string, string>>[] {
  return graph.vertices.flatMap((vertex) =>
    vertex.operators.map((operator, position) => ({
      name: operator.name,
      'the uid': operator.uid ?? 'none',
      'the kind': operator.kind,
      'the parallelism': String(vertex.parallelism),
      'the max parallelism': String(vertex.maxParallelism),
      'the slot sharing group': vertex.slotSharingGroup,
      'the output type': canonicalText(operator.outputType ?? null),
      'the inputs': describeInputs(vertex, operator.streamNodeId, position),
      'the operator id': operator.operatorId,
      'the node id': String(operator.streamNodeId),
    })),
  );
}

function describeInputs(vertex: JobVertex, nodeId: number, position: number): string {
  return canonicalText(position === 0 ? vertex.inputs : vertex.chainEdges.filter((edge) => edge.target === nodeId));
}

/** JSON with sorted keys, so that the order in which objects were made does not matter. */
function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
