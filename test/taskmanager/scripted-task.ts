// A task that does what its script says, one entry per step: a full RunnableTask for tests of the slot loop.
import { StepResult, type RunnableTask, type TaskCounters, type TaskDescription, type TaskMail, type TaskStatus } from '#streaming/task/task-description';

export class ScriptedTask implements RunnableTask {
  readonly description = { taskName: 'scripted' } as TaskDescription;
  readonly log: string[];
  readonly mails: TaskMail[] = [];
  wakeAtMs = Infinity;
  isClosed = false;
  #status: TaskStatus = 'INITIALIZING';
  readonly #name: string;
  readonly #script: StepResult[];

  /** After its script the task is idle until it is canceled. @param log gets one word per call, shared by several tasks. */
  constructor(name: string, script: readonly StepResult[], log: string[]) {
    this.#name = name;
    this.#script = [...script];
    this.log = log;
  }

  get status(): TaskStatus {
    return this.#status;
  }

  open(): void {
    this.#status = 'RUNNING';
  }

  step(): StepResult {
    if (this.#status === 'CANCELED') return StepResult.DONE;
    const result = this.#script.shift() ?? StepResult.IDLE;
    this.log.push(this.#name);
    if (result === StepResult.DONE) this.#status = 'FINISHED';
    return result;
  }

  deliver(mail: TaskMail): void {
    this.mails.push(mail);
    this.log.push(`${this.#name}:${mail.kind}`);
    if (mail.kind === 'cancel') this.#status = 'CANCELED';
  }

  counters(): TaskCounters {
    return { recordsIn: 0, recordsOut: 0, bytesIn: 0, bytesOut: 0, watermark: 0, busyMs: 0, backPressuredMs: 0, idleMs: 0, progress: Number.NaN, byName: new Map() };
  }

  close(): void {
    this.isClosed = true;
  }
}
