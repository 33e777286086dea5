// Tells whether a program that was run again built the same job: slots re-run programs and may only use functions of an
// equal graph. Job name and configuration do not count: they may hold the time of day and change nothing in the graph.
import { createHash } from 'node:crypto';
import { formatType } from '#core/types/type-information';
import { GraphError } from '#graph/errors';
import type { JobGraph, JobOperator, JobVertex } from '#graph/job-graph/job-graph';

/** SHA-256 (hex) over the structure: operators, ids, names, types, parallelisms, groups and edges. */
export function graphHash(graph: JobGraph): string {
  return createHash('sha256').update(canonicalText([graph.boundedness, graph.vertices])).digest('hex');
}

/** One sentence naming the first operator, in the order of the program, that differs; undefined when the graphs are equal. */
export function describeDifference(expected: JobGraph, actual: JobGraph): string | undefined {
  if (graphHash(expected) === graphHash(actual)) return undefined;
  const [before, after] = [operatorsInOrder(expected), operatorsInOrder(actual)];
  // Structural ids also change when something else changes further down, so they are looked at last.
  return firstDifference(before.map(visibleFacts), after.map(visibleFacts))
    ?? firstDifference(before.map(hiddenFacts), after.map(hiddenFacts))
    ?? `the job was ${expected.boundedness} and is now ${actual.boundedness}`;
}

/** Throws PROGRAM_NOT_DETERMINISTIC when the program that was run again built another graph than the one submitted. */
export function checkSameGraph(submitted: JobGraph, rebuilt: JobGraph): void {
  const difference = describeDifference(submitted, rebuilt);
  if (difference === undefined) return;
  throw new GraphError('PROGRAM_NOT_DETERMINISTIC', `the program built another graph when it was run again: ${difference}; build the same operators whatever the time, randomness or environment`);
}

type Facts = Readonly<Record<string, string>>;
type OperatorInVertex = { readonly operator: JobOperator; readonly vertex: JobVertex };

function firstDifference(before: readonly Facts[], after: readonly Facts[]): string | undefined {
  for (let i = 0; i < Math.max(before.length, after.length); i++) {
    const [a, b] = [before[i], after[i]];
    if (a === undefined) return `operator ${i + 1} "${b!['name']}" was not there before`;
    if (b === undefined) return `operator ${i + 1} "${a['name']}" is missing`;
    const fact = Object.keys(a).find((name) => a[name] !== b[name]);
    if (fact === 'name') return `operator ${i + 1} was "${a[fact]}" and is now "${b[fact]}"`;
    if (fact !== undefined) return `${fact} of operator ${i + 1} "${a['name']}" was ${a[fact]} and is now ${b[fact]}`;
  }
  return undefined;
}

function operatorsInOrder(graph: JobGraph): OperatorInVertex[] {
  return graph.vertices
    .flatMap((vertex) => vertex.operators.map((operator) => ({ operator, vertex })))
    .sort((a, b) => a.operator.streamNodeId - b.operator.streamNodeId);
}

/** What the program's author sees, named for messages. */
function visibleFacts({ operator, vertex }: OperatorInVertex): Facts {
  return {
    name: operator.name,
    'the uid': operator.uid ?? 'none',
    'the kind': operator.kind,
    'the parallelism': String(vertex.parallelism),
    'the max parallelism': String(vertex.maxParallelism),
    'the slot sharing group': vertex.slotSharingGroup,
    'the output type': operator.outputType === undefined ? 'inferred' : formatType(operator.outputType),
    'the input': inputsOf({ operator, vertex }),
  };
}

function inputsOf({ operator, vertex }: OperatorInVertex): string {
  const chained = vertex.chainEdges.filter((edge) => edge.target === operator.streamNodeId).map((edge) => `chained to node ${edge.source}${sideText(edge.tag)}`);
  const exchanged = operator.operatorId === vertex.id ? vertex.inputs.map((edge) => `${edge.shipStrategy} from node ${edge.sourceNodeId}${sideText(edge.tag)}`) : [];
  return [...chained, ...exchanged].join(', ') || 'none';
}

const sideText = (tag: string | undefined): string => (tag === undefined ? '' : ` (side output "${tag}")`);

function hiddenFacts({ operator, vertex }: OperatorInVertex): Facts {
  return { name: operator.name, 'the node id': String(operator.streamNodeId), 'the operator id': operator.operatorId, 'the chain': canonicalText(vertex) };
}

/** JSON with sorted keys, so that the order in which objects were made does not matter. */
function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
