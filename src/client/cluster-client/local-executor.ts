// Runs the jobs of programs on mini clusters of this process: one with worker threads, one inline, each made when the
// first job needs it. Knows which program is running, so that workers can load it again. Thread: main.
import { endedJobClient } from '#client/submission/replay-executor';
import type { RecoveredProgram, RecoveryJournal } from '#client/submission/recovery-journal';
import { LocalJobClient } from '#client/cluster-client/local-job-client';
import { MiniCluster } from '#client/mini-cluster/mini-cluster';
import { ClientError } from '#client/errors';
import type { Platform } from '#client/platform';
import type { DispatcherGateway } from '#cluster/gateways/gateways';
import type { EarlierExecution, ProgramReference } from '#cluster/messages/program-reference';
import type { JobStatus } from '#cluster/status/job-status';
import type { Configuration } from '#core/config/configuration';
import { serializeError } from '#core/errors/engine-error';
import type { JobClient } from '#datastream/environment/job-client';
import type { JobExecutor, JobSubmission } from '#datastream/environment/job-executor';
import { buildJobGraph } from '#graph/job-graph/build-job-graph';
import type { StreamGraph } from '#graph/stream-graph/stream-graph';
import type { SpareSlot } from '#taskmanager/task-executor/worker-slot';

/** The program that calls execute(): what its reference is, given what became of the jobs it started before. */
export type ProgramSource = (executionIndex: number, earlier: readonly EarlierExecution[]) => ProgramReference;

export interface LocalExecutorOptions {
  readonly platform: Platform;
  readonly configuration: Configuration;
  /** Workers that were started ahead, see prestartSlots. */
  readonly spares?: readonly SpareSlot[];
  /** Undefined in a host process: only inline jobs can run then. */
  readonly program?: ProgramSource;
  readonly onJob?: (client: LocalJobClient) => void;
  readonly onStatus?: (status: JobStatus) => void;
  /** The program's process has died before: its jobs end as they did, or go on. */
  readonly recovered?: RecoveredProgram | undefined;
  /** Left out where nobody would start the process again. */
  readonly journal?: RecoveryJournal;
}

export class LocalExecutor implements JobExecutor {
  readonly configuration: Configuration;
  readonly #options: LocalExecutorOptions;
  /** By execution index. */
  readonly #earlier: EarlierExecution[] = [];
  readonly #clients: LocalJobClient[] = [];
  #executionCount = 0;
  #workerCluster: MiniCluster | undefined;
  #inlineCluster: MiniCluster | undefined;

  constructor(options: LocalExecutorOptions) {
    this.#options = options;
    this.configuration = options.configuration;
  }

  /** Jobs that were begun, those that had ended in a process that has died included. */
  get executionCount(): number {
    return this.#executionCount;
  }

  get jobs(): readonly LocalJobClient[] {
    return this.#clients;
  }

  /** Of the jobs on worker threads. */
  get dispatcher(): DispatcherGateway {
    return this.#workers().dispatcher;
  }

  prestart(slotCount: number): void {
    this.#workers().prestart(slotCount);
  }

  /** Throws PROGRAM_NOT_LOADABLE, graph errors and configuration errors; the rest is the job's outcome. */
  async execute(streamGraph: StreamGraph, submission: JobSubmission): Promise<JobClient> {
    const executionIndex = this.#executionCount++;
    const { recovered, journal } = this.#options;
    const ended = recovered?.ended(executionIndex);
    if (ended !== undefined) {
      this.#earlier[executionIndex] = { kind: 'finished', execution: ended };
      journal?.onEnd(executionIndex, ended);
      return endedJobClient(ended);
    }
    try {
      const client = this.#start(executionIndex, streamGraph, submission);
      this.#earlier[executionIndex] = { kind: 'running', jobId: client.jobId };
      void this.#record(client, executionIndex);
      return client;
    } catch (error) {
      this.#earlier[executionIndex] = { kind: 'refused', error: serializeError(error) };
      throw error;
    }
  }

  /** Cancels what still runs; resolves when it has ended. */
  async cancelAll(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.cancel()));
  }

  async close(): Promise<void> {
    await Promise.all([this.#workerCluster?.close(), this.#inlineCluster?.close()]);
  }

  #start(executionIndex: number, streamGraph: StreamGraph, submission: JobSubmission): LocalJobClient {
    const { onStatus, onJob, recovered, journal } = this.#options;
    const program: ProgramReference = submission.isInline ? { kind: 'inline' } : this.#programReference(executionIndex);
    const cluster = submission.isInline ? this.#inline() : this.#workers();
    const jobGraph = buildJobGraph(streamGraph);
    const client = new LocalJobClient(cluster.dispatcher, jobGraph);
    client.attach(cluster.submit({
      streamGraph, jobGraph, program, configuration: submission.configuration,
      onRows: (operatorId, rows, taken) => client.onRows(operatorId, rows, taken),
      ...(onStatus === undefined ? {} : { onStatus }),
      recovered: recovered?.running(executionIndex),
      ...(journal === undefined ? {} : { onRecoveryPoint: (point) => journal.onPoint(executionIndex, point) }),
    }));
    this.#clients.push(client);
    onJob?.(client);
    return client;
  }

  #programReference(executionIndex: number): ProgramReference {
    const { program } = this.#options;
    if (program !== undefined) return program(executionIndex, [...this.#earlier]);
    throw new ClientError('PROGRAM_NOT_LOADABLE', 'the job was started from functions of this process, which its worker threads cannot load: use createLocalEnvironment({ inline: true }), or put the job into a module and start it with runJob(url, args) or `millrace run`');
  }

  async #record(client: LocalJobClient, executionIndex: number): Promise<void> {
    try {
      const { jobId, jobName, netRuntimeMs } = await client.getJobExecutionResult();
      const execution = { jobId, jobName, netRuntimeMs };
      this.#earlier[executionIndex] = { kind: 'finished', execution };
      this.#options.journal?.onEnd(executionIndex, execution);
    } catch (error) {
      // The program hears of it from its own promise.
      this.#earlier[executionIndex] = { kind: 'failed', jobId: client.jobId, error: serializeError(error) };
      this.#options.journal?.onEnd(executionIndex, undefined);
    }
  }

  #workers(): MiniCluster {
    const { platform, configuration, spares = [] } = this.#options;
    this.#workerCluster ??= new MiniCluster({ platform, configuration, isInline: false, spares });
    return this.#workerCluster;
  }

  #inline(): MiniCluster {
    const { platform, configuration } = this.#options;
    this.#inlineCluster ??= new MiniCluster({ platform, configuration, isInline: true });
    return this.#inlineCluster;
  }
}
