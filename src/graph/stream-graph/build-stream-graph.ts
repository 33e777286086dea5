// Transformations to stream graph: folds union, partition and side-output nodes into edges, fills in defaults, checks.
// Pure; runs once per execute() in every process that runs the program.
import { assert } from '#core/assert';
import { MAX_PARALLELISM_LIMIT } from '#core/keys/key-groups';
import type { TypeInformation } from '#core/types/type-information';
import { GraphError } from '#graph/errors';
import { assignOperatorIds } from '#graph/stream-graph/operator-ids';
import type { PhysicalTransformation, StreamEdge, StreamGraph, StreamGraphOptions, StreamNode } from '#graph/stream-graph/stream-graph';
import type { Transformation } from '#graph/transformation/transformation';
import type { Partitioner } from '#shuffle/partitioner/partitioner';

const DEFAULT_SLOT_SHARING_GROUP = 'default';

/** The node while it is built. */
type NodeDraft = { -readonly [K in keyof StreamNode]: StreamNode[K] } & { inputs: StreamEdge[]; outputs: StreamEdge[] };

/** A physical producer with what the virtual nodes between it and its consumer say of the edge. */
interface ResolvedInput {
  readonly producer: PhysicalTransformation;
  readonly partitioner: Partitioner | undefined;
  readonly tag: string | undefined;
  readonly tagType: TypeInformation | undefined;
}

/**
 * @param transformations all that the program created, or only its ends; what they read is found from them. Sources
 * that nothing reads are left out, as Flink leaves them out.
 * Throws GraphError with one of the codes of graph/errors.ts.
 */
export function buildStreamGraph(transformations: readonly Transformation[], options: StreamGraphOptions): StreamGraph {
  assertParallelism(options.defaultParallelism, 'the default parallelism');
  const nodes = new Map<number, NodeDraft>();
  const edges: StreamEdge[] = [];
  for (const transformation of physicalInOrder(transformations)) addNode(transformation, nodes, edges, options);
  if (![...nodes.values()].some((node) => node.kind !== 'source')) {
    throw new GraphError('PROGRAM_NO_OPERATORS', 'No operators defined in streaming topology. Cannot execute: add an operator or a sink before execute()');
  }
  for (const [id, operatorId] of assignOperatorIds([...nodes.values()], options.chainingEnabled)) nodes.get(id)!.operatorId = operatorId;
  return {
    nodes: [...nodes.values()],
    edges,
    options,
    node: (id) => {
      const node = nodes.get(id);
      assert(node !== undefined, `node ${id} is in the stream graph`);
      return node;
    },
  };
}

/** What has an operator or is read by one, by id: ids follow creation, so inputs come before their consumers. */
function physicalInOrder(transformations: readonly Transformation[]): PhysicalTransformation[] {
  const reached = new Map<number, Transformation>();
  const pending: Transformation[] = transformations.filter((transformation) => transformation.kind !== 'source');
  while (pending.length > 0) {
    const transformation = pending.pop()!;
    if (reached.has(transformation.id)) continue;
    reached.set(transformation.id, transformation);
    pending.push(...transformation.inputs);
  }
  return [...reached.values()].filter(isPhysical).sort((a, b) => a.id - b.id);
}

function isPhysical(transformation: Transformation): transformation is PhysicalTransformation {
  return transformation.kind !== 'union' && transformation.kind !== 'partition' && transformation.kind !== 'side-output';
}

function addNode(transformation: PhysicalTransformation, nodes: Map<number, NodeDraft>, edges: StreamEdge[], options: StreamGraphOptions): void {
  const inputs = transformation.inputs.map((input) => resolve(input, undefined, undefined, undefined));
  const producers = inputs.flat().map((input) => nodes.get(input.producer.id));
  assert(!producers.includes(undefined), `transformation ${transformation.id} was created after what it reads`);
  const node = createNode(transformation, producers as NodeDraft[], options);
  nodes.set(node.id, node);
  inputs.forEach((resolved, typeNumber) => {
    for (const input of resolved) addEdge(input, node, typeNumber as 0 | 1, nodes, edges);
  });
}

/** The virtual node nearest to the consumer decides about partitioning and tag. */
function resolve(input: Transformation, partitioner: Partitioner | undefined, tag: string | undefined, tagType: TypeInformation | undefined): ResolvedInput[] {
  switch (input.kind) {
    case 'union': return input.inputs.flatMap((one) => resolve(one, partitioner, tag, tagType));
    case 'partition': return resolve(input.inputs[0], partitioner ?? input.partitioner, tag, tagType);
    case 'side-output': return resolve(input.inputs[0], partitioner, tag ?? input.tag, tag === undefined ? input.outputType : tagType);
    default: return [{ producer: input, partitioner, tag, tagType }];
  }
}

function createNode(transformation: PhysicalTransformation, producers: readonly NodeDraft[], options: StreamGraphOptions): NodeDraft {
  const name = nodeName(transformation);
  const parallelism = transformation.parallelism ?? options.defaultParallelism;
  const maxParallelism = transformation.maxParallelism ?? options.defaultMaxParallelism ?? -1;
  checkParallelism(name, parallelism, maxParallelism);
  return {
    id: transformation.id,
    operatorId: '',
    name,
    description: transformation.description ?? name,
    uid: transformation.uid,
    kind: transformation.kind,
    parallelism,
    maxParallelism,
    slotSharingGroup: transformation.slotSharingGroup ?? inheritedGroup(producers),
    chaining: transformation.chaining,
    bufferTimeoutMs: transformation.bufferTimeoutMs,
    outputType: transformation.outputType,
    transformation,
    inputs: [],
    outputs: [],
  };
}

function nodeName(transformation: PhysicalTransformation): string {
  if (transformation.kind === 'source') return `Source: ${transformation.name}`;
  return transformation.kind === 'sink' ? `${transformation.name}: Writer` : transformation.name;
}

/** An operator without a group of its own joins that of its inputs if they agree. */
function inheritedGroup(producers: readonly NodeDraft[]): string {
  const first = producers[0]?.slotSharingGroup ?? DEFAULT_SLOT_SHARING_GROUP;
  return producers.every((producer) => producer.slotSharingGroup === first) ? first : DEFAULT_SLOT_SHARING_GROUP;
}

function assertParallelism(value: number, what: string): void {
  if (!Number.isInteger(value) || value <= 0) throw new GraphError('PARALLELISM_INVALID', `${what} is ${value}: it must be a positive integer`);
}

function checkParallelism(name: string, parallelism: number, maxParallelism: number): void {
  assertParallelism(parallelism, `the parallelism of "${name}"`);
  if (maxParallelism === -1) {
    if (parallelism > MAX_PARALLELISM_LIMIT) {
      throw new GraphError('PARALLELISM_ABOVE_MAX', `parallelism ${parallelism} above max parallelism ${MAX_PARALLELISM_LIMIT} at "${name}": lower the parallelism`);
    }
    return;
  }
  assertParallelism(maxParallelism, `the max parallelism of "${name}"`);
  if (maxParallelism > MAX_PARALLELISM_LIMIT) {
    throw new GraphError('PARALLELISM_INVALID', `the max parallelism of "${name}" is ${maxParallelism}: it must be at most ${MAX_PARALLELISM_LIMIT}`);
  }
  if (parallelism > maxParallelism) {
    throw new GraphError('PARALLELISM_ABOVE_MAX', `parallelism ${parallelism} above max parallelism ${maxParallelism} at "${name}": lower the parallelism or raise the max parallelism`);
  }
}

function addEdge(input: ResolvedInput, target: NodeDraft, typeNumber: 0 | 1, nodes: ReadonlyMap<number, NodeDraft>, edges: StreamEdge[]): void {
  const source = nodes.get(input.producer.id)!;
  const partitioner: Partitioner = input.partitioner ?? (source.parallelism === target.parallelism ? { kind: 'forward' } : { kind: 'rebalance', isImplied: true });
  if (partitioner.kind === 'forward' && source.parallelism !== target.parallelism) {
    throw new GraphError(
      'FORWARD_PARALLELISM_MISMATCH',
      `forward() from "${source.name}" with parallelism ${source.parallelism} to "${target.name}" with parallelism ${target.parallelism}: use the same parallelism, rebalance() or rescale()`,
    );
  }
  checkKeyed(source, target, typeNumber, partitioner);
  const edge: StreamEdge = {
    id: edges.length,
    source: source.id,
    target: target.id,
    typeNumber,
    partitioner,
    tag: input.tag,
    exchangeMode: 'pipelined',
    type: input.tag === undefined ? source.outputType : input.tagType,
    bufferTimeoutMs: source.bufferTimeoutMs,
  };
  edges.push(edge);
  source.outputs.push(edge);
  target.inputs.push(edge);
}

/** State is addressed by key groups, so each record of a keyed input must reach the subtask that owns its group. */
function checkKeyed(source: NodeDraft, target: NodeDraft, typeNumber: number, partitioner: Partitioner): void {
  const { transformation } = target;
  if (transformation.kind !== 'one-input' && transformation.kind !== 'two-input') return;
  const { operator } = transformation;
  if (operator.kind !== 'stream' || operator.keys?.[typeNumber] === undefined || partitioner.kind === 'hash') return;
  // One subtask owns every group, and is never joined by others.
  if (partitioner.kind === 'global' && target.maxParallelism === 1) return;
  // Rows that a forward edge with a key hands on are in the subtask of that key already.
  if (partitioner.kind === 'forward' && partitioner.key !== undefined) return;
  throw new GraphError('KEYED_INPUT_NOT_PARTITIONED', `"${target.name}" is keyed but its input from "${source.name}" is partitioned by ${partitioner.kind}: apply keyBy last before it`);
}
