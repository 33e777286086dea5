// The newest execution of every subtask of a job, and what their statuses mean for the job.
// Invariant: facts only; what to do about them is decided by the JobMaster. Thread: main.
import { assert } from '#core/assert';
import type { JobId, SubtaskId } from '#cluster/ids/ids';
import type { TaskDeployment } from '#cluster/messages/slot-messages';
import { EXECUTION_STATE, type ExecutionState } from '#cluster/status/execution-state';
import { canTransition } from '#cluster/status/transition-table';
import type { TaskStatus } from '#streaming/task/task-description';
import { Execution } from '#jobmanager/execution-graph/execution';

export interface ExecutionVertexFacts {
  readonly id: string;
  readonly name: string;
  readonly parallelism: number;
}

export class ExecutionGraph {
  readonly #jobId: JobId;
  /** In the order of the deployment. */
  readonly #bySubtask = new Map<SubtaskId, Execution>();

  constructor(jobId: JobId, vertices: readonly ExecutionVertexFacts[], tasks: readonly TaskDeployment[], attemptNumber: number) {
    this.#jobId = jobId;
    const byId = new Map(vertices.map((vertex) => [vertex.id, vertex]));
    for (const task of tasks) {
      const vertex = byId.get(task.vertexId);
      assert(vertex !== undefined, `task of a known vertex ${task.vertexId}`);
      this.#bySubtask.set(task.subtaskId, new Execution(jobId, task, `${vertex.name} (${task.subtaskIndex + 1}/${vertex.parallelism})`, attemptNumber));
    }
  }

  get executions(): readonly Execution[] {
    return [...this.#bySubtask.values()];
  }

  /** Executions of another attempt take the place of ended ones. */
  startAgain(subtaskIds: Iterable<SubtaskId>, attemptNumber: number): void {
    for (const subtaskId of subtaskIds) {
      const { isTerminal, deployment, taskName } = this.execution(subtaskId);
      assert(isTerminal, `${taskName} has ended before it starts again`);
      this.#bySubtask.set(subtaskId, new Execution(this.#jobId, deployment, taskName, attemptNumber));
    }
  }

  execution(subtaskId: SubtaskId): Execution {
    const execution = this.#bySubtask.get(subtaskId);
    assert(execution !== undefined, `subtask ${subtaskId} belongs to the job`);
    return execution;
  }

  inSlot(slotIndex: number): readonly Execution[] {
    return this.executions.filter((execution) => execution.deployment.slotIndex === slotIndex);
  }

  /** Moves every execution that may make the step, or those of some subtasks; the others stay. */
  moveAll(state: ExecutionState, subtaskIds: Iterable<SubtaskId> = this.#bySubtask.keys()): void {
    for (const subtaskId of subtaskIds) {
      const execution = this.execution(subtaskId);
      if (canTransition(EXECUTION_STATE, execution.state, state)) execution.moveTo(state);
    }
  }

  /** What a task reports; a report that comes after the end of its execution says nothing new. */
  onTaskStatus(subtaskId: SubtaskId, status: TaskStatus): void {
    const execution = this.execution(subtaskId);
    const isStale = execution.isTerminal || execution.state === status || (execution.state === 'CANCELING' && (status === 'INITIALIZING' || status === 'RUNNING'));
    if (isStale) return;
    for (const step of stepsTo(execution.state, status)) execution.moveTo(step);
  }

  get areAllFinished(): boolean {
    return this.executions.every((execution) => execution.state === 'FINISHED');
  }

  get areAllTerminal(): boolean {
    return this.executions.every((execution) => execution.isTerminal);
  }

  get areAllRunningOrFinished(): boolean {
    return this.executions.every((execution) => execution.state === 'RUNNING' || execution.state === 'FINISHED');
  }

  /**
   * Who takes part in a checkpoint started now, or undefined when it must wait because some task is not running yet.
   * Every task is told of it: one whose inputs end before a barrier comes takes its part then.
   */
  checkpointParticipants(): { readonly triggered: readonly SubtaskId[]; readonly acknowledging: readonly SubtaskId[] } | undefined {
    if (!this.areAllRunningOrFinished) return undefined;
    const running = this.executions.filter((execution) => execution.state === 'RUNNING');
    if (running.length === 0) return undefined;
    const subtaskIds = running.map((execution) => execution.deployment.subtaskId);
    return { triggered: subtaskIds, acknowledging: subtaskIds };
  }
}

/** A slot may report RUNNING before the main thread has seen INITIALIZING of a short task: the steps between are made up. */
function stepsTo(from: ExecutionState, to: TaskStatus): readonly ExecutionState[] {
  if (canTransition(EXECUTION_STATE, from, to)) return [to];
  if (to === 'RUNNING') return ['INITIALIZING', 'RUNNING'];
  if (to === 'FINISHED') return from === 'INITIALIZING' ? ['RUNNING', 'FINISHED'] : ['INITIALIZING', 'RUNNING', 'FINISHED'];
  return [to];
}
