// Where a task's time goes, for Flink's busy / back-pressured / idle ratios. The time between two steps is counted to what
// the earlier one returned. Cost: one clock read per step.
import { StepResult } from '#streaming/task/task-description';

export class TaskTimes {
  readonly #monotonicMs: () => number;
  #lastMs: number;
  #busyMs = 0;
  #backPressuredMs = 0;
  #idleMs = 0;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
    this.#lastMs = monotonicMs();
  }

  /** monotonic ms of the last record. */
  get lastMs(): number {
    return this.#lastMs;
  }

  /** Time since the start in which the task had something to do. */
  get activeMs(): number {
    return this.#busyMs + this.#backPressuredMs;
  }

  record(result: StepResult): void {
    const nowMs = this.#monotonicMs();
    const spentMs = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    if (result === StepResult.IDLE) this.#idleMs += spentMs;
    else if (result === StepResult.BLOCKED) this.#backPressuredMs += spentMs;
    else this.#busyMs += spentMs;
  }

  read(): { readonly busyMs: number; readonly backPressuredMs: number; readonly idleMs: number } {
    return { busyMs: this.#busyMs, backPressuredMs: this.#backPressuredMs, idleMs: this.#idleMs };
  }
}
