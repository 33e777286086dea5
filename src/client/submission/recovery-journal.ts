// What the supervising parent keeps of a program, so that its jobs outlive the engine process: told anew with each change,
// given back in the environment when the parent starts the engine again. Invariant: it is kept only while every running
// job may be restarted by its strategy. Thread: main.
import type { ProcessDeath, RecoveredJob, RecoveryPoint } from '#cluster/messages/job-messages';
import type { RecordedExecution } from '#cluster/messages/program-reference';
import type { Process } from '#platform/process/process';

/** Where the parent puts what it was told last, with the death of the process. */
export const RECOVERY_VARIABLE = 'MILLRACE_RECOVERY';

/** The program as it was run, so that it builds the same graphs again. */
export interface ProgramStart {
  /** Of its built form. */
  readonly url: string;
  readonly seed: number;
  readonly times: readonly number[];
}

type JobRecord =
  | { readonly kind: 'ended'; readonly execution: RecordedExecution }
  | { readonly kind: 'running'; readonly point: RecoveryPoint }
  /** It failed, or a failure would be its end. */
  | { readonly kind: 'lost' };

interface Journal {
  readonly program: ProgramStart;
  /** By execution index. */
  readonly jobs: readonly (JobRecord | null)[];
}

/** A program that goes on after the death of its process. */
export class RecoveredProgram {
  readonly start: ProgramStart;
  readonly #jobs: Journal['jobs'];
  readonly #death: ProcessDeath;

  constructor({ program, jobs }: Journal, death: ProcessDeath) {
    this.start = program;
    this.#jobs = jobs;
    this.#death = death;
  }

  /** Undefined unless the job had ended. */
  ended(executionIndex: number): RecordedExecution | undefined {
    const job = this.#jobs[executionIndex];
    return job?.kind === 'ended' ? job.execution : undefined;
  }

  /** Undefined when the job had not begun. */
  running(executionIndex: number): RecoveredJob | undefined {
    const job = this.#jobs[executionIndex];
    return job?.kind === 'running' ? { point: job.point, death: this.#death } : undefined;
  }
}

/** Undefined in a process that does not go on for another one. */
export function readRecovery({ env }: Process): RecoveredProgram | undefined {
  const text = env[RECOVERY_VARIABLE];
  if (text === undefined || text === '') return undefined;
  const { journal, death } = JSON.parse(text) as { readonly journal: string; readonly death: ProcessDeath };
  return new RecoveredProgram(JSON.parse(journal) as Journal, death);
}

export class RecoveryJournal {
  readonly #process: Process;
  readonly #program: () => ProgramStart;
  readonly #jobs: JobRecord[] = [];

  constructor(process: Process, program: () => ProgramStart) {
    this.#process = process;
    this.#program = program;
  }

  onPoint(executionIndex: number, point: RecoveryPoint | undefined): void {
    if (this.#jobs[executionIndex]?.kind === 'ended') return;
    if (point?.finished !== undefined) return this.onEnd(executionIndex, { jobId: point.jobId, ...point.finished });
    this.#set(executionIndex, point === undefined ? { kind: 'lost' } : { kind: 'running', point });
  }

  /** @param execution undefined when the job did not finish. */
  onEnd(executionIndex: number, execution: RecordedExecution | undefined): void {
    this.#set(executionIndex, execution === undefined ? { kind: 'lost' } : { kind: 'ended', execution });
  }

  #set(executionIndex: number, record: JobRecord): void {
    this.#jobs[executionIndex] = record;
    const known = Array.from({ length: this.#jobs.length }, (_, index) => this.#jobs[index] ?? null);
    const isWorthIt = known.some((job) => job?.kind === 'running') && known.every((job) => job?.kind !== 'lost');
    const progress = known.reduce((sum, job) => sum + (job?.kind === 'running' ? job.point.completedCheckpoints : 1), 0);
    const journal: Journal = { program: this.#program(), jobs: known };
    this.#process.tellParent(JSON.stringify({ kind: 'recovery', progress, journal: isWorthIt ? JSON.stringify(journal) : null }));
  }
}
