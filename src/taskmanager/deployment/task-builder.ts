// Puts together what each task of a slot needs: the job graph says which operators and edges, the re-run program brings
// their functions, the channels and the restored state come from the deployment. Thread: the slot's, once.
import { assert } from '#core/assert';
import type { Configuration } from '#core/config/configuration';
import { checkpointingOptions } from '#core/config/options/checkpointing-options';
import { executionOptions } from '#core/config/options/execution-options';
import { FieldTree } from '#core/codegen/field-tree';
import { accessOf } from '#core/codegen/function-access';
import type { SubtaskId } from '#cluster/ids/ids';
import type { SlotDeployment, TaskDeployment } from '#cluster/messages/slot-messages';
import { outputsOf, type JobEdge, type JobOperator, type JobVertex } from '#graph/job-graph/job-graph';
import type { StreamGraph } from '#graph/stream-graph/stream-graph';
import type { Clock } from '#platform/clock/clock';
import type { Files } from '#platform/files/files';
import type { Doorbell } from '#shuffle/channel/channel';
import type { BellDoor } from '#shuffle/ring/slot-doorbell';
import type { CheckpointStorage } from '#state/checkpoint-storage/checkpoint-storage';
import type { SharedFile } from '#state/checkpoint-storage/shared-files';
import type { StateBackend } from '#state/state-backend';
import type { MemoryManager } from '#state/tables/memory-manager';
import { inFlightOperatorId } from '#streaming/task/in-flight-state';
import { readsOfHead } from '#streaming/task/chain-access';
import type { ChainedOperator, TaskDescription, TaskInput, TaskOutput, TaskReporter } from '#streaming/task/task-description';
import { SlotChannels } from '#taskmanager/deployment/slot-channels';
import type { RestoredFiles } from '#taskmanager/deployment/restored-files';
import { loadFromAnyCopy } from '#taskmanager/deployment/restored-state';

export interface SlotResources {
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly files: Files;
  readonly temporaryDirectory: string;
  readonly memory: MemoryManager;
  readonly stateBackend: StateBackend;
  readonly random: () => number;
  /** All doorbells of the deployment. */
  readonly cells: Int32Array;
  readonly ownBell: Doorbell;
  /** See SlotRuntimeOptions. */
  readonly bellDoor: BellDoor | undefined;
  readonly storage: CheckpointStorage;
  /** @param storage that they come from. */
  readonly restoredFiles: (task: TaskDeployment, directory: string, storage: CheckpointStorage) => RestoredFiles;
  /** @param sharedFiles of backends, as they lie in storage, by shared id. */
  readonly createReporter: (task: TaskDeployment, sharedFiles: ReadonlyMap<string, SharedFile>) => TaskReporter;
}

export interface BuiltTask {
  readonly subtaskId: SubtaskId;
  readonly description: TaskDescription;
}

/**
 * Descriptions in the order of the deployment: sources first.
 * Throws SNAPSHOT_READ_FAILED when state to be restored cannot be read.
 */
export async function buildTasks(deployment: SlotDeployment, streamGraph: StreamGraph, resources: SlotResources): Promise<readonly BuiltTask[]> {
  const channels = new SlotChannels(deployment, resources);
  const built: BuiltTask[] = [];
  for (const task of deployment.tasks) {
    const vertex = vertexOf(deployment, task.vertexId);
    built.push({ subtaskId: task.subtaskId, description: await buildTask(deployment, task, vertex, streamGraph, channels, resources) });
  }
  return built;
}

async function buildTask(deployment: SlotDeployment, task: TaskDeployment, vertex: JobVertex, streamGraph: StreamGraph, channels: SlotChannels, resources: SlotResources): Promise<TaskDescription> {
  const { configuration, clock, files, temporaryDirectory, memory, stateBackend, random, storage } = resources;
  const { restore } = deployment;
  const maxParallelism = maxParallelismIn(deployment, vertex.id);
  const place = { operatorIds: [...vertex.operators.map((operator) => operator.operatorId), inFlightOperatorId(vertex.id)], subtaskIndex: task.subtaskIndex, parallelism: vertex.parallelism, maxParallelism };
  const restored = restore === undefined ? undefined : await loadFromAnyCopy(storage, restore, place, (from) => resources.restoredFiles(task, restore.directory, from));
  return {
    jobId: deployment.jobId,
    vertexId: vertex.id,
    taskName: vertex.name,
    subtaskIndex: task.subtaskIndex,
    parallelism: vertex.parallelism,
    maxParallelism,
    attemptNumber: deployment.attemptNumber,
    configuration, clock, files, temporaryDirectory, memory, stateBackend, random,
    operators: vertex.operators.map((operator) => chainedOperator(operator, vertex, streamGraph)),
    inputs: vertex.inputs.map((edge): TaskInput => ({ input: edge.typeNumber, consumers: channels.consumers(edge.edgeId, task.subtaskIndex), edge: inputEdge(deployment, vertex, edge, streamGraph) })),
    outputs: taskOutputs(deployment, task, vertex, streamGraph, channels, configuration),
    restored: restored?.state,
    reporter: resources.createReporter(task, restored?.sharedFiles ?? new Map()),
  };
}

function taskOutputs(deployment: SlotDeployment, task: TaskDeployment, vertex: JobVertex, streamGraph: StreamGraph, channels: SlotChannels, configuration: Configuration): readonly TaskOutput[] {
  const jobBufferTimeoutMs = configuration.get(executionOptions.isBufferTimeoutEnabled) ? configuration.get(executionOptions.bufferTimeoutInterval).toMillis() : -1;
  return outputsOf(deployment.jobGraph, vertex.id).map(({ edge, target }) => {
    const streamEdge = streamGraph.edges[edge.edgeId];
    assert(streamEdge?.id === edge.edgeId, `edge ${edge.edgeId} is in the stream graph`);
    return {
      operatorIndex: operatorIndexOf(vertex, edge.sourceNodeId),
      tag: edge.tag,
      partitioner: streamEdge.partitioner,
      producers: channels.producers(edge.edgeId, task.subtaskIndex),
      consumerMaxParallelism: maxParallelismIn(deployment, target.id),
      type: edge.type,
      reads: edgeReads(deployment, target, edge, streamGraph, configuration),
      bufferTimeoutMs: edge.bufferTimeoutMs ?? jobBufferTimeoutMs,
      edge: { key: edgeKey(deployment, target, edge), consumerOperatorId: target.id },
    };
  });
}

function edgeReads(deployment: SlotDeployment, target: JobVertex, edge: JobEdge, streamGraph: StreamGraph, configuration: Configuration): FieldTree {
  const reads = consumerReads(deployment, target, edge.typeNumber, streamGraph);
  const { key } = streamGraph.edges[edge.edgeId]!.partitioner;
  // Rows that were under way are dealt out again by their keys when the parallelism has changed.
  if (key !== undefined && configuration.get(checkpointingOptions.isUnalignedEnabled)) reads.merge([], accessOf(key.selector).reads);
  return reads;
}

function inputEdge(deployment: SlotDeployment, vertex: JobVertex, edge: JobEdge, streamGraph: StreamGraph): NonNullable<TaskInput['edge']> {
  const source = vertexOf(deployment, edge.sourceVertexId);
  return { key: edgeKey(deployment, vertex, edge), partitioner: streamGraph.edges[edge.edgeId]!.partitioner, producerParallelism: source.parallelism };
}

/** Ids of operators stay the same when a program is changed, those of edges need not. */
function edgeKey(deployment: SlotDeployment, vertex: JobVertex, edge: JobEdge): string {
  const producer = vertexOf(deployment, edge.sourceVertexId).operators.find((operator) => operator.streamNodeId === edge.sourceNodeId);
  return `${producer!.operatorId}/${vertex.inputs.indexOf(edge)}`;
}

function vertexOf(deployment: SlotDeployment, vertexId: string): JobVertex {
  const vertex = deployment.jobGraph.vertices.find((candidate) => candidate.id === vertexId);
  assert(vertex !== undefined, `vertex ${vertexId} is in the job graph`);
  return vertex;
}

/** What the chain at the other end of an edge may read. Its own edges count as reading the rows that reach them whole. */
function consumerReads(deployment: SlotDeployment, target: JobVertex, input: number, streamGraph: StreamGraph): FieldTree {
  const operators = target.operators.map((operator) => chainedOperator(operator, target, streamGraph));
  const edges = outputsOf(deployment.jobGraph, target.id).map(({ edge }) => ({ edge, operatorIndex: operatorIndexOf(target, edge.sourceNodeId) }));
  const edgesOf = (index: number, tag: string | undefined): readonly number[] => edges.flatMap(({ edge, operatorIndex }, at) => (operatorIndex === index && edge.tag === tag ? [at] : []));
  const reads = edges.map(({ edge }) => ({ partitioner: streamGraph.edges[edge.edgeId]!.partitioner, type: edge.type, reads: FieldTree.all() }));
  return readsOfHead({ operators, edgesOf }, reads, [], input);
}

function chainedOperator(operator: JobOperator, vertex: JobVertex, streamGraph: StreamGraph): ChainedOperator {
  const next = vertex.chainEdges.filter((edge) => edge.source === operator.streamNodeId)
    .map((edge) => ({ operatorIndex: operatorIndexOf(vertex, edge.target), tag: edge.tag }));
  return { operatorId: operator.operatorId, name: operator.name, node: chainedNode(operator, streamGraph), next };
}

function chainedNode(operator: JobOperator, streamGraph: StreamGraph): ChainedOperator['node'] {
  const node = streamGraph.node(operator.streamNodeId);
  const { transformation } = node;
  switch (transformation.kind) {
    case 'source': return { kind: 'source', source: transformation.source, watermarks: transformation.watermarks };
    case 'sink': return { kind: 'sink', sink: transformation.sink, inputType: node.inputs[0]?.type };
    case 'one-input': case 'two-input': return { kind: 'operator', factory: transformation.operator };
  }
}

function operatorIndexOf(vertex: JobVertex, streamNodeId: number): number {
  const index = vertex.operators.findIndex((operator) => operator.streamNodeId === streamNodeId);
  assert(index !== -1, `node ${streamNodeId} is chained into ${vertex.name}`);
  return index;
}

function maxParallelismIn(deployment: SlotDeployment, vertexId: string): number {
  const maxParallelism = deployment.maxParallelisms[vertexId];
  assert(maxParallelism !== undefined, `the max parallelism of ${vertexId} is known`);
  return maxParallelism;
}
