// Takes jobs and keeps one JobMaster for each, also after its end, so that its details can be asked for.
// Invariant: at most `ENDED_JOBS_MAX` ended jobs are kept. Thread: main.
import { assert } from '#core/assert';
import { ClusterError } from '#cluster/errors';
import type { DispatcherGateway, JobOutcome, ResourceManagerGateway, SavepointRequest, StateQueryRequest, TaskExecutorGateway } from '#cluster/gateways/gateways';
import { createJobId, type JobId } from '#cluster/ids/ids';
import type { JobDetails, RecoveredJob, RecoveryPoint } from '#cluster/messages/job-messages';
import type { ProgramReference } from '#cluster/messages/program-reference';
import { isGloballyTerminal, type JobStatus } from '#cluster/status/job-status';
import { Configuration } from '#core/config/configuration';
import { JobMaster } from '#jobmanager/job-master/job-master';
import { disposeSavepoint } from '#jobmanager/job-master/savepoint-files';
import type { JobPlan } from '#jobmanager/job-master/job-plan';
import type { Clock } from '#platform/clock/clock';
import type { Files } from '#platform/files/files';
import type { Log } from '#platform/log/log';
import type { Random } from '#platform/random/random';
import { createCheckpointStorage } from '#state/checkpoint-storage/storage-by-path';
import type { KeyedSection } from '#state/snapshot/operator-snapshot';

const ENDED_JOBS_MAX = 100;

export interface DispatcherOptions {
  readonly taskExecutor: TaskExecutorGateway;
  readonly resourceManager: ResourceManagerGateway;
  /** Of the cluster: how storage is reached that belongs to no job. */
  readonly configuration?: Configuration;
  readonly files: Files;
  /** Of the process. */
  readonly temporaryDirectory: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
}

export interface JobSubmission {
  /** Left out: the dispatcher chooses one. */
  readonly jobId?: JobId;
  readonly plan: JobPlan;
  readonly program: ProgramReference;
  readonly configuration: Configuration;
  readonly onRows?: (operatorId: string, rows: readonly unknown[], taken: () => void) => void;
  readonly onStatus?: (status: JobStatus) => void;
  readonly recovered?: RecoveredJob | undefined;
  readonly onRecoveryPoint?: (point: RecoveryPoint | undefined) => void;
}

export class Dispatcher implements DispatcherGateway {
  readonly #options: DispatcherOptions;
  /** In order of submission. */
  readonly #jobs = new Map<JobId, JobMaster>();

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Starts the job and returns at once; `outcome` tells how it went. Throws on settings that cannot hold. */
  submit(submission: JobSubmission): JobId {
    const jobId = submission.jobId ?? createJobId(this.#options.random);
    assert(!this.#jobs.has(jobId), `job ${jobId} is submitted once`);
    const { random, configuration: _ofCluster, ...managers } = this.#options;
    const jobMaster = new JobMaster({ ...managers, ...submission, jobId, random: () => random.nextDouble() });
    this.#jobs.set(jobId, jobMaster);
    this.#dropOldest();
    void jobMaster.start();
    return jobId;
  }

  details(jobId: JobId): JobDetails {
    return this.#jobMaster(jobId).details();
  }

  list(): readonly JobDetails[] {
    return [...this.#jobs.values()].map((jobMaster) => jobMaster.details());
  }

  async cancel(jobId: JobId): Promise<void> {
    await this.#jobMaster(jobId).cancel();
  }

  async triggerCheckpoint(jobId: JobId): Promise<number> {
    return this.#jobMaster(jobId).triggerCheckpoint();
  }

  async triggerSavepoint(jobId: JobId, request: SavepointRequest): Promise<string> {
    return this.#jobMaster(jobId).triggerSavepoint(request);
  }

  async rescale(jobId: JobId, parallelisms: Readonly<Record<string, number>>): Promise<void> {
    return this.#jobMaster(jobId).rescale(parallelisms);
  }

  async queryState(jobId: JobId, query: StateQueryRequest): Promise<KeyedSection> {
    return this.#jobMaster(jobId).queryState(query);
  }

  async disposeSavepoint(path: string): Promise<void> {
    const { files, configuration = Configuration.fromMap({}) } = this.#options;
    await disposeSavepoint(createCheckpointStorage(files, configuration), path);
  }

  async outcome(jobId: JobId): Promise<JobOutcome> {
    return this.#jobMaster(jobId).outcome;
  }

  /** Ends every job that still runs; their outcome is SUSPENDED. */
  async close(): Promise<void> {
    await Promise.all([...this.#jobs.values()].map((jobMaster) => jobMaster.suspend()));
  }

  #jobMaster(jobId: JobId): JobMaster {
    const jobMaster = this.#jobs.get(jobId);
    if (jobMaster === undefined) throw new ClusterError('JOB_NOT_FOUND', `there is no job ${jobId} on this cluster: list its jobs`);
    return jobMaster;
  }

  #dropOldest(): void {
    const ended = [...this.#jobs].filter(([, jobMaster]) => isGloballyTerminal(jobMaster.status));
    for (const [jobId] of ended.slice(0, Math.max(0, ended.length - ENDED_JOBS_MAX))) this.#jobs.delete(jobId);
  }
}
