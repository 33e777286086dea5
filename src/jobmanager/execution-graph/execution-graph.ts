// All executions of one attempt of a job, and what their statuses mean for the job.
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
  readonly attemptNumber: number;
  readonly executions: readonly Execution[];
  readonly #bySubtask = new Map<SubtaskId, Execution>();

  constructor(jobId: JobId, vertices: readonly ExecutionVertexFacts[], tasks: readonly TaskDeployment[], attemptNumber: number) {
    this.attemptNumber = attemptNumber;
    const byId = new Map(vertices.map((vertex) => [vertex.id, vertex]));
    this.executions = tasks.map((task) => {
      const vertex = byId.get(task.vertexId);
      assert(vertex !== undefined, `task of a known vertex ${task.vertexId}`);
      const execution = new Execution(jobId, task, `${vertex.name} (${task.subtaskIndex + 1}/${vertex.parallelism})`, attemptNumber);
      this.#bySubtask.set(task.subtaskId, execution);
      return execution;
    });
  }

  execution(subtaskId: SubtaskId): Execution {
    const execution = this.#bySubtask.get(subtaskId);
    assert(execution !== undefined, `subtask ${subtaskId} belongs to the job`);
    return execution;
  }

  inSlot(slotIndex: number): readonly Execution[] {
    return this.executions.filter((execution) => execution.deployment.slotIndex === slotIndex);
  }

  /** Moves every execution that may make the step; the others stay. */
  moveAll(state: ExecutionState): void {
    for (const execution of this.executions) {
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
