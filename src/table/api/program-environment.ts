// What the Table API needs of the environment that runs its jobs: StreamExecutionEnvironment is one.
import type { Configuration } from '#core/config/configuration';
import type { TransformationList } from '#graph/transformation/transformation-list';

export interface StartedJob {
  readonly jobId: string;
  getJobExecutionResult(): Promise<unknown>;
  cancel(): Promise<void>;
  collectedRows(sinkUid: string): AsyncIterableIterator<unknown>;
}

export interface ProgramEnvironment {
  readonly transformations: TransformationList;
  /** How many transformations belong to earlier jobs. */
  readonly firstOfJob: number;
  readonly explicitParallelism: number | undefined;
  getParallelism(): number;
  getConfig(): Configuration;
  /** @param settings of this job only, over those of the environment. */
  executeAsync(jobName?: string, settings?: Readonly<Record<string, unknown>>): Promise<StartedJob>;
}
