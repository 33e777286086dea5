// What the acknowledgements of a checkpoint come to in its metadata: where the state of each operator lies. Pure.
import type { OperatorStateHandles } from '#cluster/messages/slot-messages';
import type { SubtaskAcknowledgement } from '#jobmanager/checkpoint/checkpoint-coordinator';
import type { CheckpointMetadata } from '#jobmanager/checkpoint/checkpoint-metadata';
import type { ExecutionGraph } from '#jobmanager/execution-graph/execution-graph';
import type { JobPlanVertex } from '#jobmanager/job-master/job-plan';
import { inFlightOperatorId } from '#streaming/task/in-flight-state';

/** Of the operators that have state, by subtask. */
export function stateHandles(vertices: readonly JobPlanVertex[], graph: ExecutionGraph, acknowledgements: readonly SubtaskAcknowledgement[]): readonly OperatorStateHandles[] {
  const all = acknowledgements.map((acknowledgement) => ({ ...acknowledgement, deployment: graph.execution(acknowledgement.subtaskId).deployment }))
    .sort((a, b) => a.deployment.subtaskIndex - b.deployment.subtaskIndex);
  const own = vertices.flatMap((vertex) => vertex.operatorIds.map((operatorId) => ({
    operatorId, ...vertex.operatorNames?.[operatorId], parallelism: vertex.parallelism, maxParallelism: vertex.maxParallelism,
    subtasks: all.filter(({ deployment, operatorIds }) => deployment.vertexId === vertex.id && operatorIds.includes(operatorId))
      .map(({ deployment, file, bytes }) => ({ subtaskIndex: deployment.subtaskIndex, file, bytes })),
  })));
  // Both ends of a channel may have something of it: who reads it does not go by their subtasks.
  const inFlight = vertices.map((vertex) => {
    const operatorId = inFlightOperatorId(vertex.id);
    const subtasks = all.filter(({ operatorIds }) => operatorIds.includes(operatorId)).map(({ file, bytes }, subtaskIndex) => ({ subtaskIndex, file, bytes }));
    return { operatorId, parallelism: subtasks.length, maxParallelism: vertex.maxParallelism, subtasks };
  });
  return [...own, ...inFlight].filter(({ subtasks }) => subtasks.length > 0);
}

/** State files that are none of their own, and those that checkpoints share. */
export function filesOf(acknowledgements: readonly SubtaskAcknowledgement[]): Pick<CheckpointMetadata, 'inlined' | 'merged' | 'sharedFiles'> {
  const inlined = acknowledgements.flatMap(({ file, inline }) => (inline === undefined ? [] : [[file, Buffer.from(inline).toString('base64')] as const]));
  const merged = acknowledgements.flatMap(({ file, merged: part }) => (part === undefined ? [] : [[file, part] as const]));
  return { inlined: Object.fromEntries(inlined), ...(merged.length === 0 ? {} : { merged: Object.fromEntries(merged) }), sharedFiles: acknowledgements.flatMap(({ sharedFiles }) => sharedFiles.map(({ path, bytes }) => ({ path, bytes }))) };
}
