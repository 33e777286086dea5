// What a program holds of a job it has started: the cluster's side implements it (client), the DataStream API hands it out.

/** Flink's names; FINISHED, CANCELED and FAILED are final. */
export type ProgramJobStatus =
  | 'INITIALIZING' | 'CREATED' | 'RUNNING' | 'FAILING' | 'FAILED' | 'CANCELLING' | 'CANCELED' | 'FINISHED' | 'RESTARTING' | 'SUSPENDED';

export interface JobExecutionResult {
  readonly jobId: string;
  readonly jobName: string;
  /** From the start of the job to its end, in ms. */
  readonly netRuntimeMs: number;
  /** Counters by name, summed over operators and subtasks. */
  readonly accumulators: ReadonlyMap<string, number>;
}

export interface JobClient {
  readonly jobId: string;
  getJobStatus(): Promise<ProgramJobStatus>;
  /** Resolves when the job has ended. */
  cancel(): Promise<void>;
  /** Rejects with the cause when the job failed, also when it was canceled. */
  getJobExecutionResult(): Promise<JobExecutionResult>;
  /**
   * Rows of the collecting sink with this uid, as they arrive; ends with the job, rejects when it fails. Rows wait in a
   * bounded buffer: a job whose rows nobody takes stands still. May be called once per uid.
   */
  collectedRows(sinkUid: string): AsyncIterableIterator<unknown>;
}
