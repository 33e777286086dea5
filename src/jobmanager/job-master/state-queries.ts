// Questions to running tasks about the state of one key. Which subtask has the key depends on a type that only the program
// knows, so all subtasks of the operator are asked, and the one that has the key answers. Thread: main.
import type { StateQueryRequest } from '#cluster/gateways/gateways';
import type { SubtaskId } from '#cluster/ids/ids';
import { deserializeError } from '#core/errors/engine-error';
import type { JobGraph } from '#graph/job-graph/job-graph';
import { JobManagerError } from '#jobmanager/errors';
import type { Execution } from '#jobmanager/execution-graph/execution';
import type { Cancellable, Clock } from '#platform/clock/clock';
import type { KeyedSection } from '#state/snapshot/operator-snapshot';
import type { StateQueryAnswer, TaskMail } from '#streaming/task/task-description';

/** A task answers between two batches; one that cannot step for so long does not. */
const ANSWER_MS_MAX = 10_000;

interface Pending {
  readonly unanswered: Set<SubtaskId>;
  readonly resolve: (section: KeyedSection) => void;
  readonly reject: (error: Error) => void;
  readonly timer: Cancellable;
}

export class StateQueries {
  readonly #clock: Clock;
  readonly #pending = new Map<string, Pending>();
  #nextId = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Rejects with STATE_QUERY_FAILED, or with why a task cannot answer. @param executions of the running attempt; none when the job does not run. */
  query({ operator, state, key }: StateQueryRequest, jobGraph: JobGraph, executions: readonly Execution[], send: (subtaskId: SubtaskId, mail: TaskMail) => void): Promise<KeyedSection> {
    const found = jobGraph.vertices.flatMap(({ id, operators }) => operators.map(({ operatorId, uid }) => ({ vertexId: id, operatorId, uid })))
      .find(({ operatorId, uid }) => uid === operator || operatorId === operator);
    if (found === undefined) throw queryFailed(`the job has no operator with uid ${operator}`);
    const { vertexId, operatorId } = found;
    const running = executions.filter((execution) => execution.deployment.vertexId === vertexId && execution.state === 'RUNNING').map(({ deployment }) => deployment.subtaskId);
    if (running.length === 0) throw queryFailed('no task of the operator runs');
    return this.#ask(running, (subtaskId, requestId) => send(subtaskId, { kind: 'query-state', requestId, operatorId, state, key }));
  }

  onAnswer(subtaskId: SubtaskId, requestId: string, answer: StateQueryAnswer): void {
    const pending = this.#pending.get(requestId);
    if (pending === undefined) return;
    pending.unanswered.delete(subtaskId);
    switch (answer.kind) {
      case 'found':
        this.#end(requestId);
        return pending.resolve(answer.section);
      case 'failed': return this.#fail(requestId, deserializeError(answer.error));
      case 'other-subtask':
        if (pending.unanswered.size === 0) this.#fail(requestId, queryFailed('the subtask that has the key does not run'));
    }
  }

  /** The tasks end or start again. */
  failAll(reason: string): void {
    for (const requestId of [...this.#pending.keys()]) this.#fail(requestId, queryFailed(reason));
  }

  #ask(subtaskIds: readonly SubtaskId[], send: (subtaskId: SubtaskId, requestId: string) => void): Promise<KeyedSection> {
    const requestId = String(this.#nextId++);
    return new Promise((resolve, reject) => {
      const timer = this.#clock.schedule(ANSWER_MS_MAX, () => this.#fail(requestId, queryFailed(`no task has answered for ${ANSWER_MS_MAX} ms`)));
      this.#pending.set(requestId, { unanswered: new Set(subtaskIds), resolve, reject, timer });
      for (const subtaskId of subtaskIds) send(subtaskId, requestId);
    });
  }

  #fail(requestId: string, error: Error): void {
    const pending = this.#pending.get(requestId);
    this.#end(requestId);
    pending?.reject(error);
  }

  #end(requestId: string): void {
    this.#pending.get(requestId)?.timer.cancel();
    this.#pending.delete(requestId);
  }
}

function queryFailed(reason: string): JobManagerError {
  return new JobManagerError('STATE_QUERY_FAILED', `the state that was asked for was not read: ${reason}`);
}
