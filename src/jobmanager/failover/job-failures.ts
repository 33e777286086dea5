// What went wrong with a job so far, and whether it may go on: the restart strategy, the exception history and the times
// of failures, which outlive the process. Pure; owned by the JobMaster.
import type { ExceptionHistoryEntry } from '#cluster/messages/job-messages';
import { ExceptionHistory, type Failure } from '#jobmanager/failover/exception-history';
import type { RestartDecision, RestartStrategy } from '#jobmanager/failover/restart-strategy';

/** Failures whose times are handed on. */
const TIMES_MAX = 1000;

export class JobFailures {
  readonly #strategy: RestartStrategy;
  readonly #history: ExceptionHistory;
  #times: readonly number[] = [];

  /** @param historyMax entries of the exception history. */
  constructor(strategy: RestartStrategy, historyMax: number) {
    this.#strategy = strategy;
    this.#history = new ExceptionHistory(historyMax);
  }

  /** False when no failure is ever followed by a restart. */
  get canRestart(): boolean {
    return this.#strategy.canRestart;
  }

  /** Epoch ms, newest last. */
  get times(): readonly number[] {
    return this.#times;
  }

  /** Newest first. */
  entries(): readonly ExceptionHistoryEntry[] {
    return this.#history.entries();
  }

  /** The process before this one has died, after failures at `times`: that is one more. */
  onProcessDied(times: readonly number[], death: Failure): RestartDecision {
    for (const time of times) this.#strategy.onFailure(time);
    this.#times = [...times, death.timestamp];
    const decision = this.#strategy.onFailure(death.timestamp);
    if (decision.kind === 'restart') this.#history.addRoot(death);
    return decision;
  }

  /** @param isFinal nothing would be better after a restart. */
  onFailure(failure: Failure, { isFinal }: { readonly isFinal: boolean }): RestartDecision {
    this.#times = [...this.#times, failure.timestamp].slice(-TIMES_MAX);
    const decision: RestartDecision = isFinal ? { kind: 'fail' } : this.#strategy.onFailure(failure.timestamp);
    if (decision.kind === 'restart' && !decision.isNewAttempt) this.#history.addConcurrent(failure);
    else this.#history.addRoot(failure);
    return decision;
  }

  /** What a restart begins with has failed. One that ends the job is added as its last. */
  onRestartFailed(failure: Failure, options: { readonly isFinal: boolean }): RestartDecision {
    const decision: RestartDecision = options.isFinal ? { kind: 'fail' } : this.#strategy.onFailure(failure.timestamp);
    if (decision.kind === 'fail') return decision;
    this.#times = [...this.#times, failure.timestamp].slice(-TIMES_MAX);
    this.#history.addRoot(failure);
    return decision;
  }

  /** It ends the job: nobody is asked. */
  addLast(failure: Failure): void {
    this.#history.addRoot(failure);
  }

  /** It came while the job was on its way back from the newest one. */
  addConcurrent(failure: Failure): void {
    this.#history.addConcurrent(failure);
  }
}
