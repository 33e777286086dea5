// Runs one job: asks for slots, deploys, follows its tasks, restarts or ends it. The pure folders decide, this one acts.
// Invariants: the status moves along JOB_STATUS; reports of an attempt that is over are dropped; when the outcome is
// known, every slot of the job has been given back. Thread: main; messages queue there, so nothing here is re-entered.
import { assert } from '#core/assert';
import type { Configuration } from '#core/config/configuration';
import { checkpointingOptions } from '#core/config/options/checkpointing-options';
import { stateRecoveryOptions } from '#core/config/options/state-recovery-options';
import { deserializeError, serializeError, type EngineError, type SerializedError } from '#core/errors/engine-error';
import { ClusterError } from '#cluster/errors';
import type { JobMasterGateway, JobOutcome, SavepointRequest, ResourceManagerGateway, TaskExecutorGateway } from '#cluster/gateways/gateways';
import type { JobId } from '#cluster/ids/ids';
import type { JobDetails } from '#cluster/messages/job-messages';
import type { ProgramReference } from '#cluster/messages/program-reference';
import type { SlotMetrics, SlotReport } from '#cluster/messages/slot-messages';
import { JOB_STATUS, type JobStatus } from '#cluster/status/job-status';
import { canTransition, isTerminal, transition } from '#cluster/status/transition-table';
import { readCheckpointSettings, type CheckpointSettings } from '#jobmanager/checkpoint/checkpoint-settings';
import type { Execution } from '#jobmanager/execution-graph/execution';
import { ExecutionGraph } from '#jobmanager/execution-graph/execution-graph';
import { isFinalError } from '#jobmanager/failover/final-errors';
import { createRestartStrategy, type RestartStrategy } from '#jobmanager/failover/restart-strategy';
import { CheckpointDriver } from '#jobmanager/job-master/checkpoint-driver';
import { JobManagerError } from '#jobmanager/errors';
import { loadCheckpoint, type LoadedCheckpoint } from '#jobmanager/job-master/checkpoint-store';
import type { JobPlan, JobPlanVertex } from '#jobmanager/job-master/job-plan';
import { fitToRestore } from '#jobmanager/job-master/restore-check';
import { WatermarkAlignment } from '#jobmanager/job-master/watermark-alignment';
import { SourceCoordinator } from '#jobmanager/job-master/source-coordinator';
import { chooseSavepointDirectory } from '#jobmanager/job-master/savepoint-files';
import { requestFailed, type CompletedSnapshot, type SnapshotRequest } from '#jobmanager/job-master/snapshot-requests';
import { assignSlots } from '#jobmanager/scheduler/slot-assignment';
import type { Clock } from '#platform/clock/clock';
import type { Files } from '#platform/files/files';
import type { Log } from '#platform/log/log';

/** How long tasks may take to end by themselves once canceled; then their workers are ended. */
const CANCELLATION_GRACE_MS = 2000;

export interface JobMasterOptions {
  readonly jobId: JobId;
  readonly plan: JobPlan;
  readonly program: ProgramReference;
  readonly configuration: Configuration;
  readonly taskExecutor: TaskExecutorGateway;
  readonly resourceManager: ResourceManagerGateway;
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Log;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Takes rows of collecting sinks; `taken` returns room to the sink. */
  readonly onRows?: (operatorId: string, rows: readonly unknown[], taken: () => void) => void;
  readonly onStatus?: (status: JobStatus) => void;
}

export class JobMaster implements JobMasterGateway {
  readonly outcome: Promise<JobOutcome>;
  readonly #options: JobMasterOptions;
  readonly #settings: CheckpointSettings;
  readonly #restartStrategy: RestartStrategy;
  #resolveOutcome: (outcome: JobOutcome) => void = () => undefined;
  #status: JobStatus = 'INITIALIZING';
  /** With the max parallelisms in effect. */
  #vertices: readonly JobPlanVertex[];
  #checkpoints: CheckpointDriver | undefined;
  #graph: ExecutionGraph | undefined;
  #sources: readonly SourceCoordinator[] = [];
  #alignment = new WatermarkAlignment();
  #slots: (SlotMetrics | undefined)[] = [];
  #attemptNumber = 0;
  #restore: LoadedCheckpoint | undefined;
  #error: EngineError | undefined;
  readonly #startedMs: number;
  #endedMs: number | undefined;
  /** Set while an attempt is being wound down; the first cause wins. */
  #onAllTerminal: (() => void) | undefined;
  /** Those who wait for the job to stop. */
  readonly #onRestart: (() => void)[] = [];

  /** Throws on settings that cannot hold: nothing has been started then. */
  constructor(options: JobMasterOptions) {
    this.#options = options;
    this.#vertices = options.plan.vertices;
    this.#settings = readCheckpointSettings(options.configuration);
    this.#restartStrategy = createRestartStrategy(options.configuration, this.#settings.intervalMs !== undefined, options.random);
    this.#startedMs = options.clock.now();
    this.outcome = new Promise((resolve) => {
      this.#resolveOutcome = resolve;
    });
  }

  /** Resolves when the first attempt is deployed or the job has failed; the outcome tells which. */
  async start(): Promise<void> {
    const { plan, configuration, resourceManager, jobId, files, clock, log } = this.#options;
    try {
      const path = configuration.get(stateRecoveryOptions.path);
      if (path !== undefined) this.#restore = await this.#loadRestore(path);
      this.#checkpoints = new CheckpointDriver({
        jobId, jobName: plan.jobName, vertices: this.#vertices, settings: this.#settings, files, clock, log,
        firstCheckpointId: (this.#restore?.metadata.checkpointId ?? 0) + 1,
        sendMail: (subtaskId, mail) => this.#options.taskExecutor.sendMail(jobId, subtaskId, mail),
        onTooManyFailures: (error) => this.#fail(error),
      });
      this.#moveTo('CREATED');
      await resourceManager.allocateSlots(jobId, assignSlots(plan.vertices).slotCount);
      if (this.#status === 'CREATED') await this.#deploy();
    } catch (thrown) {
      await this.#failBeforeRun(thrown);
    }
  }

  get status(): JobStatus {
    return this.#status;
  }

  details(): JobDetails {
    return {
      jobId: this.#options.jobId,
      jobName: this.#options.plan.jobName,
      status: this.#status,
      startedMs: this.#startedMs,
      endedMs: this.#endedMs,
      executions: this.#graph?.executions.map((execution) => execution.details()) ?? [],
      checkpoints: this.#checkpoints?.counts ?? { triggered: 0, completed: 0, failed: 0, latestPath: undefined, latestBytes: 0, latestDurationMs: 0 },
      slots: this.#slots,
      restarts: this.#attemptNumber,
      error: this.#error === undefined ? undefined : serializeError(this.#error),
    };
  }

  /** Resolves when the job has ended, however it did. */
  async cancel(): Promise<void> {
    if (canTransition(JOB_STATUS, this.#status, 'CANCELLING')) {
      this.#error ??= new ClusterError('JOB_CANCELED', `the job ${this.#options.plan.jobName} (${this.#options.jobId}) has been canceled`);
      this.#moveTo('CANCELLING');
      await this.#windDown();
      await this.#end('CANCELED');
    }
    await this.outcome;
  }

  /** Its id. Rejects with SNAPSHOT_REQUEST_FAILED, CHECKPOINT_DIRECTORY_MISSING. */
  async triggerCheckpoint(): Promise<number> {
    return (await this.#requestSnapshot({ kind: 'checkpoint' })).checkpointId;
  }

  /**
   * The absolute path of its directory; with `stop` when the job has ended as well.
   * Rejects with SNAPSHOT_REQUEST_FAILED, SAVEPOINT_DIRECTORY_MISSING, JOB_STOP_FAILED.
   */
  async triggerSavepoint({ targetDirectory, stop }: SavepointRequest): Promise<string> {
    const { files, jobId, configuration, random } = this.#options;
    const directory = await chooseSavepointDirectory(files, targetDirectory ?? configuration.get(checkpointingOptions.savepointDir), jobId, random);
    const { path } = await this.#requestSnapshot({ kind: 'savepoint', directory, stop });
    if (stop !== undefined) {
      const restarted = new Promise<'RESTARTED'>((resolve) => this.#onRestart.push(() => resolve('RESTARTED')));
      const end = await Promise.race([this.outcome.then(({ status }) => status), restarted]);
      if (end !== 'FINISHED') throw new JobManagerError('JOB_STOP_FAILED', `the savepoint ${path} is complete, but before the job had stopped it was ${end}: ${end === 'RESTARTED' ? 'it goes on from the savepoint, stop it again' : 'start it again from the savepoint'}`);
    }
    return path;
  }

  onSlotReport(slotIndex: number, report: SlotReport): void {
    const graph = this.#graph;
    if (graph === undefined || report.attemptNumber !== graph.attemptNumber || isTerminal(JOB_STATUS, this.#status)) return;
    switch (report.kind) {
      case 'task-status': {
        const before = graph.execution(report.subtaskId).state;
        graph.onTaskStatus(report.subtaskId, report.status);
        return this.#onTaskStatus(graph.execution(report.subtaskId), before !== graph.execution(report.subtaskId).state, report.error);
      }
      case 'checkpoint-acknowledged':
        return this.#checkpoints?.onAcknowledge(graph.execution(report.subtaskId), report.checkpointId, { subtaskId: report.subtaskId, file: report.file, bytes: report.bytes, operatorIds: report.operatorIds });
      case 'checkpoint-declined':
        return this.#checkpoints?.onDecline(report.checkpointId, deserializeError(report.reason));
      case 'checkpoint-awaited':
        return this.#checkpoints?.onAwaited(report.subtaskId);
      case 'reader-registered':
        return this.#sources.find((source) => source.operatorId === report.operatorId)?.onReaderRegistered(graph.execution(report.subtaskId).deployment.subtaskIndex);
      case 'split-requested':
        return this.#sources.find((source) => source.operatorId === report.operatorId)?.onSplitRequested(graph.execution(report.subtaskId).deployment.subtaskIndex);
      case 'source-watermark':
        for (const { subtaskId, operatorId, maxWatermark } of this.#alignment.onReport(report.group, report.maxDriftMs, report.subtaskId, report.operatorId, report.watermark)) {
          if (!graph.execution(subtaskId).isTerminal) this.#options.taskExecutor.sendMail(this.#options.jobId, subtaskId, { kind: 'align-watermark', operatorId, maxWatermark });
        }
        return;
      case 'rows-collected': {
        const taken = () => this.#options.taskExecutor.collectCredit(this.#options.jobId, report.subtaskId, report.rows.length);
        if (this.#options.onRows === undefined) return taken();
        return this.#options.onRows(report.operatorId, report.rows, taken);
      }
      case 'metrics':
        this.#slots[slotIndex] = report.metrics;
        return;
      case 'slot-failed':
        return this.onSlotLost(slotIndex, report.attemptNumber, report.error);
    }
  }

  onSlotLost(slotIndex: number, attemptNumber: number, error: SerializedError): void {
    const graph = this.#graph;
    if (graph === undefined || attemptNumber !== graph.attemptNumber) return;
    for (const execution of graph.inSlot(slotIndex)) graph.onTaskStatus(execution.deployment.subtaskId, 'FAILED');
    if (graph.areAllTerminal) this.#onAllTerminal?.();
    if (this.#status === 'RUNNING') this.#fail(deserializeError(error));
  }

  /** Ends a running job without an outcome of its own: the cluster closes. */
  async suspend(): Promise<void> {
    if (!canTransition(JOB_STATUS, this.#status, 'SUSPENDED')) return;
    this.#error ??= new ClusterError('JOB_SUSPENDED', `the cluster was closed while the job ${this.#options.plan.jobName} (${this.#options.jobId}) was running`);
    await this.#end('SUSPENDED');
  }

  async #requestSnapshot(request: SnapshotRequest): Promise<CompletedSnapshot> {
    if (this.#checkpoints === undefined || this.#status !== 'RUNNING') throw requestFailed(`the job is ${this.#status}`);
    return this.#checkpoints.request(request);
  }

  #moveTo(status: JobStatus): void {
    this.#status = transition(JOB_STATUS, this.#status, status);
    this.#options.log.debug('job status', { jobId: this.#options.jobId, status });
    this.#options.onStatus?.(status);
  }

  async #loadRestore(path: string): Promise<LoadedCheckpoint> {
    const { files, plan, configuration } = this.#options;
    const loaded = await loadCheckpoint(files, path);
    this.#vertices = fitToRestore(loaded.descriptor, plan.vertices, { isUnclaimedStateIgnored: configuration.get(stateRecoveryOptions.isUnclaimedStateIgnored) });
    return loaded;
  }

  async #deploy(): Promise<void> {
    const { plan, jobId, configuration, program, taskExecutor } = this.#options;
    const assignment = assignSlots(plan.vertices);
    const graph = new ExecutionGraph(jobId, plan.vertices, assignment.tasks, this.#attemptNumber);
    this.#graph = graph;
    this.#alignment = new WatermarkAlignment();
    this.#slots = Array.from({ length: assignment.slotCount });
    graph.moveAll('SCHEDULED');
    this.#sources = this.#createSources(graph);
    graph.moveAll('DEPLOYING');
    this.#moveTo('RUNNING');
    await taskExecutor.deploy({
      jobId, attemptNumber: this.#attemptNumber, jobGraph: plan.jobGraph, program, configuration: configuration.toMap(), tasks: assignment.tasks,
      maxParallelisms: Object.fromEntries(this.#vertices.map((vertex) => [vertex.id, vertex.maxParallelism])),
      slotCount: assignment.slotCount, checkpointDirectory: this.#checkpoints?.jobDirectory, restore: this.#restore?.descriptor,
    }, this);
    if (this.#status !== 'RUNNING' || this.#graph !== graph) return;
    for (const source of this.#sources) source.start();
    this.#checkpoints?.start({ graph, sources: this.#sources });
  }

  #createSources(graph: ExecutionGraph): readonly SourceCoordinator[] {
    const { plan, files, clock, taskExecutor, jobId } = this.#options;
    const enumerators = new Map(this.#restore?.metadata.enumerators.map(({ operatorId, state }) => [operatorId, state]));
    return plan.sources.map(({ operatorId, vertexId, source, parallelism }) => new SourceCoordinator({
      operatorId, vertexId, source, parallelism, files, clock,
      restored: enumerators.get(operatorId),
      sendMail: (subtaskIndex, mail) => {
        const target = graph.executions.find(({ deployment }) => deployment.vertexId === vertexId && deployment.subtaskIndex === subtaskIndex);
        assert(target !== undefined, `subtask ${subtaskIndex} of ${source.name} exists`);
        if (!target.isTerminal) taskExecutor.sendMail(jobId, target.deployment.subtaskId, mail);
      },
      onFailure: (error) => this.#fail(error),
    }));
  }

  #onTaskStatus(execution: Execution, hasChanged: boolean, error: SerializedError | undefined): void {
    const graph = this.#graph;
    assert(graph !== undefined, 'tasks report while there is a graph');
    if (hasChanged && execution.isTerminal) this.#checkpoints?.onTaskEnded(execution);
    if (graph.areAllTerminal) this.#onAllTerminal?.();
    if (this.#status !== 'RUNNING') return;
    if (execution.state === 'FAILED') {
      this.#fail(deserializeError(error ?? serializeError(new Error(`${execution.taskName} failed without a cause`))));
    } else if (graph.areAllFinished) {
      void this.#end('FINISHED');
    }
  }

  /** First failure of an attempt; later ones follow from it and are dropped. */
  #fail(error: EngineError): void {
    if (this.#status !== 'RUNNING') return;
    const decision = isFinalError(error) ? { kind: 'fail' as const } : this.#restartStrategy.onFailure(this.#options.clock.now());
    this.#options.log.debug('job attempt failed', { jobId: this.#options.jobId, attempt: this.#attemptNumber, decision: decision.kind, error });
    if (decision.kind === 'restart') {
      this.#moveTo('RESTARTING');
      void this.#restart(error, decision.delayMs);
    } else {
      this.#error = error;
      this.#moveTo('FAILING');
      void this.#windDown().then(() => this.#end('FAILED'));
    }
  }

  async #restart(cause: EngineError, delayMs: number): Promise<void> {
    const { jobId, taskExecutor, clock, files, log } = this.#options;
    log.warn('job restarts', { jobId, attempt: this.#attemptNumber, delayMs: Math.round(delayMs), cause });
    await this.#windDown();
    for (const tell of this.#onRestart.splice(0)) tell();
    await taskExecutor.releaseSlots(jobId);
    await clock.sleep(delayMs);
    if (this.#status !== 'RESTARTING') return;
    try {
      const latest = this.#checkpoints?.latestCompletedPath;
      if (latest !== undefined) this.#restore = await loadCheckpoint(files, latest);
      this.#attemptNumber++;
      this.#moveTo('CREATED');
      await this.#deploy();
    } catch (thrown) {
      await this.#failBeforeRun(thrown);
    }
  }

  async #failBeforeRun(thrown: unknown): Promise<void> {
    if (!canTransition(JOB_STATUS, this.#status, 'FAILING') && !canTransition(JOB_STATUS, this.#status, 'FAILED')) return;
    this.#error = deserializeError(serializeError(thrown));
    if (canTransition(JOB_STATUS, this.#status, 'FAILING')) this.#moveTo('FAILING');
    this.#graph?.moveAll('FAILED');
    await this.#windDown();
    await this.#end('FAILED');
  }

  /** Cancels what still runs and waits until it has ended, at most the grace time. */
  async #windDown(): Promise<void> {
    for (const source of this.#sources) source.close();
    await this.#checkpoints?.stop();
    const graph = this.#graph;
    if (graph === undefined || graph.areAllTerminal) return;
    graph.moveAll('CANCELING');
    const { clock, taskExecutor, jobId } = this.#options;
    await new Promise<void>((resolve) => {
      const timer = clock.schedule(CANCELLATION_GRACE_MS, resolve);
      this.#onAllTerminal = () => {
        timer.cancel();
        resolve();
      };
      taskExecutor.cancelTasks(jobId);
    });
    this.#onAllTerminal = undefined;
    graph.moveAll('CANCELED');
  }

  async #end(status: 'FINISHED' | 'FAILED' | 'CANCELED' | 'SUSPENDED'): Promise<void> {
    if (isTerminal(JOB_STATUS, this.#status)) return;
    const { taskExecutor, resourceManager, jobId, clock, log } = this.#options;
    for (const source of this.#sources) source.close();
    this.#moveTo(status);
    this.#endedMs = clock.now();
    await taskExecutor.releaseSlots(jobId);
    resourceManager.freeSlots(jobId);
    try {
      await this.#checkpoints?.close({ isRetained: areCheckpointsRetained(status, this.#settings) });
    } catch (error) {
      log.warn('checkpoints of an ended job cannot be removed', { jobId, error });
    }
    const details = this.details();
    if (status === 'FINISHED') return this.#resolveOutcome({ status, details });
    assert(this.#error !== undefined, 'a job that did not finish says why');
    this.#resolveOutcome({ status, details, error: serializeError(this.#error) });
  }
}

function areCheckpointsRetained(status: 'FINISHED' | 'FAILED' | 'CANCELED' | 'SUSPENDED', settings: CheckpointSettings): boolean {
  switch (status) {
    case 'FINISHED': return false;
    case 'FAILED': return settings.isRetainedOnFailure;
    case 'CANCELED': return settings.isRetainedOnCancellation;
    case 'SUSPENDED': return true;
  }
}
