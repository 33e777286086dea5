// The executor of a program that is run again in a worker: earlier jobs answer at once with what they gave in the client,
// the job that the worker belongs to hands over its graph and never resolves. Thread: the slot's.
import type { ProgramReference, RecordedExecution } from '#cluster/messages/program-reference';
import type { Configuration } from '#core/config/configuration';
import type { JobClient, JobExecutionResult } from '#datastream/environment/job-client';
import type { JobExecutor } from '#datastream/environment/job-executor';
import type { StreamGraph } from '#graph/stream-graph/stream-graph';

export class JobProgramExecutor implements JobExecutor {
  readonly configuration: Configuration;
  readonly isReplay = true;
  /** Resolves when the job's own execute() is called. */
  readonly streamGraph: Promise<StreamGraph>;
  readonly #program: Exclude<ProgramReference, { readonly kind: 'inline' }>;
  readonly #onExecution: (index: number) => void;
  #resolve: (graph: StreamGraph) => void = () => undefined;
  executionCount = 0;

  constructor(program: Exclude<ProgramReference, { readonly kind: 'inline' }>, configuration: Configuration, options: { readonly onExecution: (index: number) => void }) {
    this.#program = program;
    this.configuration = configuration;
    this.#onExecution = options.onExecution;
    this.streamGraph = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  execute(streamGraph: StreamGraph): Promise<JobClient> {
    const index = this.executionCount++;
    const earlier = this.#program.earlier[index];
    if (index < this.#program.executionIndex && earlier !== undefined) {
      this.#onExecution(index + 1);
      return Promise.resolve(endedJobClient(earlier));
    }
    if (index === this.#program.executionIndex) this.#resolve(streamGraph);
    return new Promise(() => undefined);
  }
}

/** The client of a job that ended before. */
export function endedJobClient(recorded: RecordedExecution): JobClient {
  const result: JobExecutionResult = { ...recorded, accumulators: new Map() };
  return {
    jobId: recorded.jobId,
    getJobStatus: () => Promise.resolve('FINISHED'),
    cancel: () => Promise.resolve(),
    getJobExecutionResult: () => Promise.resolve(result),
    async *collectedRows() {
      // Its rows were given to the program in the client; the graph may not depend on them.
    },
  };
}
