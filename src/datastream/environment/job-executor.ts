// Who runs the jobs of the programs in this process. The client installs itself once; a worker that re-runs a program
// only to get its graph puts an executor of its own over it for the time of that run.
// Invariant: at most one program runs under an override at a time in one thread.
import { Configuration } from '#core/config/configuration';
import { ProgramError } from '#datastream/errors';
import type { JobClient } from '#datastream/environment/job-client';
import type { StreamGraph } from '#graph/stream-graph/stream-graph';

export interface JobSubmission {
  readonly jobName: string;
  /** Of the environment, over that of the executor. */
  readonly configuration: Configuration;
  /** The job runs in the calling thread, with the program's own function objects. */
  readonly isInline: boolean;
}

export interface JobExecutor {
  /** What environments start from: `-D`, `-p` and the configuration file of whoever runs the program. */
  readonly configuration?: Configuration;
  /** The program runs again, in a worker: what it does to the world was done already. */
  readonly isReplay?: boolean;
  /** Starts the job; rejects when it cannot be started. */
  execute(streamGraph: StreamGraph, options: JobSubmission): Promise<JobClient>;
}

let installed: JobExecutor | undefined;
let override: JobExecutor | undefined;

/** Installs the executor of this process (or thread); undefined takes it away. */
export function setJobExecutor(executor: JobExecutor | undefined): void {
  installed = executor;
}

/** Runs `program` with `executor` in place of the installed one, until the promise it returns has settled. */
export async function withJobExecutor<R>(executor: JobExecutor, program: () => Promise<R> | R): Promise<R> {
  const outer = override;
  override = executor;
  try {
    return await program();
  } finally {
    override = outer;
  }
}

/** Throws PROGRAM_NO_EXECUTOR. */
export function currentJobExecutor(): JobExecutor {
  const executor = override ?? installed;
  if (executor !== undefined) return executor;
  throw new ProgramError('PROGRAM_NO_EXECUTOR', 'execute() was called but this process has no cluster to run jobs on: start the program with `millrace run`, or import it from `millrace`');
}

/** Whether the program is run again only to get at its graph. */
export function isProgramReplayed(): boolean {
  return override?.isReplay === true;
}

/** The configuration that environments start from. */
export function ambientConfiguration(): Configuration {
  return (override ?? installed)?.configuration ?? Configuration.EMPTY;
}
