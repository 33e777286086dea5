// One attempt to run one subtask, and its status. Invariant: the status moves only along EXECUTION_STATE.
import { executionAttemptIdOf, type ExecutionAttemptId, type JobId } from '#cluster/ids/ids';
import type { ExecutionDetails } from '#cluster/messages/job-messages';
import type { TaskDeployment } from '#cluster/messages/slot-messages';
import { EXECUTION_STATE, type ExecutionState } from '#cluster/status/execution-state';
import { isTerminal, transition } from '#cluster/status/transition-table';

export class Execution {
  readonly deployment: TaskDeployment;
  readonly taskName: string;
  readonly attemptNumber: number;
  readonly attemptId: ExecutionAttemptId;
  #state: ExecutionState = 'CREATED';

  constructor(jobId: JobId, deployment: TaskDeployment, taskName: string, attemptNumber: number) {
    this.deployment = deployment;
    this.taskName = taskName;
    this.attemptNumber = attemptNumber;
    this.attemptId = executionAttemptIdOf(jobId, deployment.subtaskId, attemptNumber);
  }

  get state(): ExecutionState {
    return this.#state;
  }

  get isTerminal(): boolean {
    return isTerminal(EXECUTION_STATE, this.#state);
  }

  /** Throws AssertionError on a step that the table does not have. */
  moveTo(state: ExecutionState): void {
    this.#state = transition(EXECUTION_STATE, this.#state, state);
  }

  details(): ExecutionDetails {
    return {
      subtaskId: this.deployment.subtaskId, taskName: this.taskName, slotIndex: this.deployment.slotIndex, attemptNumber: this.attemptNumber, state: this.#state,
    };
  }
}
