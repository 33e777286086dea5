// A task whose operators could not even be made: it reports FAILED when it is opened, as any task that fails. Called by the
// slot as a RunnableTask; holds nothing. Thread: the slot's.
import { serializeError } from '#core/errors/engine-error';
import { MIN_WATERMARK } from '#core/time/watermarks';
import { type RunnableTask, StepResult, type TaskCounters, type TaskDescription, type TaskStatus } from '#streaming/task/task-description';

export class StillbornTask implements RunnableTask {
  readonly description: TaskDescription;
  readonly wakeAtMs = Number.POSITIVE_INFINITY;
  readonly #failure: Error;
  #status: TaskStatus = 'INITIALIZING';

  constructor(description: TaskDescription, failure: Error) {
    this.description = description;
    this.#failure = failure;
  }

  get status(): TaskStatus {
    return this.#status;
  }

  open(): void {
    this.#status = 'FAILED';
    this.description.reporter.statusChanged('FAILED', serializeError(this.#failure));
  }

  step(): StepResult {
    return StepResult.DONE;
  }

  deliver(): void {}

  counters(): TaskCounters {
    return {
      recordsIn: 0, recordsOut: 0, bytesIn: 0, bytesOut: 0, watermark: MIN_WATERMARK,
      busyMs: 0, backPressuredMs: 0, idleMs: 0, progress: Number.NaN, byName: new Map(),
    };
  }

  close(): void {}
}
