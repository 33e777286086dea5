// The executor of a program that is run again in a worker: earlier jobs answer at once as they did in the client, one that ran
// on beside this job never ends, and the job that the worker belongs to hands over its graph and never resolves.
// Thread: the slot's.
import type { EarlierExecution, ProgramReference, RecordedExecution } from '#cluster/messages/program-reference';
import type { Configuration } from '#core/config/configuration';
import { deserializeError } from '#core/errors/engine-error';
import type { JobClient, JobExecutionResult, ProgramJobStatus } from '#datastream/environment/job-client';
import type { JobExecutor } from '#datastream/environment/job-executor';
import type { StreamGraph } from '#graph/stream-graph/stream-graph';

export class JobProgramExecutor implements JobExecutor {
  readonly configuration: Configuration;
  readonly isReplay = true;
  /** Resolves when the job's own execute() is called. */
  readonly streamGraph: Promise<StreamGraph>;
  readonly #program: Exclude<ProgramReference, { readonly kind: 'inline' }>;
  readonly #onResult: () => void;
  #resolve: (graph: StreamGraph) => void = () => undefined;
  executionCount = 0;

  constructor(program: Exclude<ProgramReference, { readonly kind: 'inline' }>, configuration: Configuration, options: { readonly onResult: () => void }) {
    this.#program = program;
    this.configuration = configuration;
    this.#onResult = options.onResult;
    this.streamGraph = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  execute(streamGraph: StreamGraph): Promise<JobClient> {
    const index = this.executionCount++;
    const earlier = this.#program.earlier[index];
    if (index < this.#program.executionIndex && earlier !== undefined) return this.#earlierClient(earlier);
    if (index === this.#program.executionIndex) this.#resolve(streamGraph);
    return NEVER;
  }

  async #earlierClient(earlier: EarlierExecution): Promise<JobClient> {
    switch (earlier.kind) {
      case 'finished': return this.#resuming(endedJobClient(earlier.execution));
      case 'running': return jobClient(earlier.jobId, 'RUNNING', () => NEVER);
      case 'failed': return this.#resuming(jobClient(earlier.jobId, 'FAILED', () => Promise.reject(deserializeError(earlier.error))));
      case 'refused': throw deserializeError(earlier.error);
    }
  }

  /** The program goes on behind a job's end as it did in the client. */
  #resuming(client: JobClient): JobClient {
    return {
      ...client,
      getJobExecutionResult: () => {
        this.#onResult();
        return client.getJobExecutionResult();
      },
    };
  }
}

const NEVER = new Promise<never>(() => undefined);

/** The client of a job that ended before. */
export function endedJobClient(recorded: RecordedExecution): JobClient {
  const result: JobExecutionResult = { ...recorded, accumulators: new Map() };
  return jobClient(recorded.jobId, 'FINISHED', () => Promise.resolve(result));
}

function jobClient(jobId: string, status: ProgramJobStatus, getJobExecutionResult: () => Promise<JobExecutionResult>): JobClient {
  return {
    jobId,
    getJobStatus: () => Promise.resolve(status),
    cancel: () => Promise.resolve(),
    getJobExecutionResult,
    async *collectedRows() {
      // Its rows were given to the program in the client; the graph may not depend on them.
    },
  };
}
