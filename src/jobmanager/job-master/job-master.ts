// Runs one job: asks for slots, deploys, follows its tasks, restarts or ends it. The pure folders decide, this one acts.
// Invariants: the status moves along JOB_STATUS; reports of an attempt that is over are dropped; when the outcome is
// known, every slot of the job has been given back. Thread: main; messages queue there, so nothing here is re-entered.
import { assert } from '#core/assert';
import type { Configuration } from '#core/config/configuration';
import { checkpointingOptions } from '#core/config/options/checkpointing-options';
import { jobManagerOptions } from '#core/config/options/job-manager-options';
import { restOptions } from '#core/config/options/rest-options';
import { stateRecoveryOptions } from '#core/config/options/state-recovery-options';
import { ConfigError } from '#core/errors/config-errors';
import { deserializeError, serializeError, type EngineError, type SerializedError } from '#core/errors/engine-error';
import { ClusterError } from '#cluster/errors';
import type { JobMasterGateway, JobOutcome, SavepointRequest, StateQueryRequest, ResourceManagerGateway, TaskExecutorGateway } from '#cluster/gateways/gateways';
import type { JobId, SubtaskId } from '#cluster/ids/ids';
import type { JobDetails, RecoveredJob, RecoveryPoint } from '#cluster/messages/job-messages';
import type { ProgramReference } from '#cluster/messages/program-reference';
import type { SlotReport } from '#cluster/messages/slot-messages';
import { JOB_STATUS, type JobStatus } from '#cluster/status/job-status';
import { canTransition, isTerminal, transition } from '#cluster/status/transition-table';
import { readCheckpointSettings, type CheckpointSettings } from '#jobmanager/checkpoint/checkpoint-settings';
import type { Execution } from '#jobmanager/execution-graph/execution';
import { isFinalError } from '#jobmanager/failover/final-errors';
import { JobFailures } from '#jobmanager/failover/job-failures';
import { createRestartStrategy, type RestartDecision } from '#jobmanager/failover/restart-strategy';
import { CheckpointDriver } from '#jobmanager/job-master/checkpoint-driver';
import { JobManagerError } from '#jobmanager/errors';
import { jobDirectoryOf, type LoadedCheckpoint } from '#jobmanager/job-master/checkpoint-store';
import { JobDeployment } from '#jobmanager/job-master/job-deployment';
import { JobParallelism, type Parallelisms } from '#jobmanager/job-master/job-parallelism';
import type { JobPlan } from '#jobmanager/job-master/job-plan';
import { findJobStart } from '#jobmanager/job-master/job-start';
import { fitToRestore } from '#jobmanager/job-master/restore-check';
import { SlotWatch } from '#jobmanager/job-master/slot-watch';
import { chooseSavepointDirectory } from '#jobmanager/job-master/savepoint-files';
import { requestFailed, type CompletedSnapshot, type SnapshotRequest } from '#jobmanager/job-master/snapshot-requests';
import { StateQueries } from '#jobmanager/job-master/state-queries';
import { TaskRestart } from '#jobmanager/job-master/task-restart';
import { leastSlots } from '#jobmanager/scheduler/fit-to-slots';
import type { CheckpointStorage } from '#state/checkpoint-storage/checkpoint-storage';
import { clearLocalBackup, withLocalBackup } from '#state/checkpoint-storage/local-backup-storage';
import { createCheckpointStorage } from '#state/checkpoint-storage/storage-by-path';
import type { Clock } from '#platform/clock/clock';
import type { Files } from '#platform/files/files';
import type { Log } from '#platform/log/log';
import type { KeyedSection } from '#state/snapshot/operator-snapshot';

export interface JobMasterOptions {
  readonly jobId: JobId;
  readonly plan: JobPlan;
  readonly program: ProgramReference;
  readonly configuration: Configuration;
  readonly taskExecutor: TaskExecutorGateway;
  readonly resourceManager: ResourceManagerGateway;
  readonly files: Files;
  /** Of the process: where second copies of state lie. */
  readonly temporaryDirectory: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Takes rows of collecting sinks; `taken` returns room to the sink. */
  readonly onRows?: (operatorId: string, rows: readonly unknown[], taken: () => void) => void;
  readonly onStatus?: (status: JobStatus) => void;
  /** The process that ran the job has died: it goes on, if its restart strategy lets it. */
  readonly recovered?: RecoveredJob | undefined;
  /** Told whenever it changes, before anything depends on it; undefined when the death of the process would be the job's. */
  readonly onRecoveryPoint?: (point: RecoveryPoint | undefined) => void;
}

interface ProcessDeath {
  readonly error: ClusterError;
  /** Epoch ms. */
  readonly timestamp: number;
  readonly decision: RestartDecision;
}

export class JobMaster implements JobMasterGateway {
  readonly outcome: Promise<JobOutcome>;
  readonly #options: JobMasterOptions;
  readonly #settings: CheckpointSettings;
  readonly #storage: CheckpointStorage;
  readonly #failures: JobFailures;
  #resolveOutcome: (outcome: JobOutcome) => void = () => undefined;
  #status: JobStatus = 'INITIALIZING';
  readonly #parallelism: JobParallelism;
  /** Of a job of the adaptive scheduler. */
  readonly #slotWatch: SlotWatch | undefined;
  #checkpoints: CheckpointDriver | undefined;
  #deployment: JobDeployment | undefined;
  #attemptNumber = 0;
  #restore: LoadedCheckpoint | undefined;
  readonly #queries: StateQueries;
  #error: EngineError | undefined;
  readonly #startedMs: number;
  #endedMs: number | undefined;
  #restart: TaskRestart | undefined;
  readonly #isWholeJobRestarted: boolean;
  /** Those who wait for the job to stop. */
  readonly #onRestart: (() => void)[] = [];

  /** Throws on settings that cannot hold: nothing has been started then. */
  constructor(options: JobMasterOptions) {
    this.#options = options;
    const { configuration, resourceManager, clock, jobId, plan, recovered } = options;
    this.#slotWatch = configuration.get(jobManagerOptions.scheduler) === 'Adaptive' ? new SlotWatch({ configuration, clock, resourceManager }) : undefined;
    this.#parallelism = new JobParallelism({ jobId, plan, resourceManager, recovered: recovered?.point.parallelisms ?? {}, isAdaptive: this.#slotWatch !== undefined });
    this.#queries = new StateQueries(clock);
    this.#settings = readCheckpointSettings(configuration);
    const { files, temporaryDirectory } = options;
    this.#storage = withLocalBackup(createCheckpointStorage(files, configuration), files, configuration, { jobId, jobDirectory: jobDirectoryOf(this.#settings, jobId), temporaryDirectory });
    this.#failures = new JobFailures(createRestartStrategy(configuration, this.#settings.intervalMs !== undefined, options.random), configuration.get(restOptions.exceptionHistorySize));
    this.#isWholeJobRestarted = isFullFailover(configuration);
    this.#startedMs = options.clock.now();
    this.outcome = new Promise((resolve) => {
      this.#resolveOutcome = resolve;
    });
  }

  /** Resolves when the first attempt is deployed or the job has failed; the outcome tells which. */
  async start(): Promise<void> {
    const { jobId, configuration, files, clock, log, recovered } = this.#options;
    try {
      const death = recovered === undefined ? undefined : this.#onProcessDied(recovered);
      const { restore, ...owned } = await this.#onceItCan(async () => {
        await clearLocalBackup(this.#storage);
        return findJobStart(this.#storage, configuration, log, recovered?.point);
      });
      this.#restore = restore;
      if (restore !== undefined) this.#parallelism.useVertices(fitToRestore(restore.descriptor, this.#plan.vertices, { isUnclaimedStateIgnored: configuration.get(stateRecoveryOptions.isUnclaimedStateIgnored) }));
      const checkpoints = new CheckpointDriver({
        ...owned, jobId, jobName: this.#plan.jobName, vertices: () => this.#plan.vertices, settings: this.#settings, files, storage: this.#storage, clock, log, historyMax: configuration.get(restOptions.checkpointsHistory),
        sendMail: (subtaskId, mail) => this.#options.taskExecutor.sendMail(jobId, subtaskId, mail),
        onTooManyFailures: (error) => this.#fail(error),
        onCompleted: () => this.#tellRecoveryPoint(),
      });
      this.#checkpoints = checkpoints;
      await this.#onceItCan(() => checkpoints.layOut());
      this.#moveTo('CREATED');
      if (death !== undefined) await this.#outliveDeath(death);
      this.#tellRecoveryPoint();
      await this.#slotWatch?.waitForSlots(this.#parallelism.slotCount, leastSlots(this.#plan));
      if (this.#status !== 'CREATED') return;
      await this.#parallelism.allocate();
      await this.#deploy();
    } catch (thrown) {
      await this.#failBeforeRun(thrown);
    }
  }

  get #plan(): JobPlan {
    return this.#parallelism.plan;
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
      vertices: this.#plan.vertices.map(({ id, name, parallelism, maxParallelism, isParallelismSet }) => ({ id, name, parallelism, maxParallelism, isParallelismSet })),
      executions: this.#deployment?.graph.executions.map((execution) => execution.details()) ?? [],
      checkpoints: this.#checkpoints?.counts ?? { triggered: 0, completed: 0, failed: 0, latestPath: undefined, latestBytes: 0, latestDurationMs: 0, history: [] },
      slots: this.#deployment?.slots ?? [],
      restarts: this.#attemptNumber,
      exceptions: this.#failures.entries(),
      error: this.#error === undefined ? undefined : serializeError(this.#error),
    };
  }

  /** Resolves when the job has ended, however it did. */
  async cancel(): Promise<void> {
    if (canTransition(JOB_STATUS, this.#status, 'CANCELLING')) {
      this.#error ??= new ClusterError('JOB_CANCELED', `the job ${this.#options.plan.jobName} (${this.#options.jobId}) has been canceled`);
      this.#callOffRestart();
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
  async triggerSavepoint({ targetDirectory, stop, formatType }: SavepointRequest): Promise<string> {
    const { jobId, configuration, random } = this.#options;
    const directory = await chooseSavepointDirectory(this.#storage, targetDirectory ?? configuration.get(checkpointingOptions.savepointDir), jobId, random);
    const { path } = await this.#requestSnapshot({ kind: 'savepoint', directory, stop, formatType });
    if (stop !== undefined) {
      const restarted = new Promise<'RESTARTED'>((resolve) => this.#onRestart.push(() => resolve('RESTARTED')));
      const end = await Promise.race([this.outcome.then(({ status }) => status), restarted]);
      if (end !== 'FINISHED') throw new JobManagerError('JOB_STOP_FAILED', `the savepoint ${path} is complete, but before the job had stopped it was ${end}: ${end === 'RESTARTED' ? 'it goes on from the savepoint, stop it again' : 'start it again from the savepoint'}`);
    }
    return path;
  }

  /**
   * Takes a checkpoint and goes on from it at these parallelisms, by vertex id. Resolves when the job is deployed at them.
   * Rejects with RESCALE_REFUSED, NOT_ENOUGH_SLOTS, CHECKPOINT_DIRECTORY_MISSING, SNAPSHOT_REQUEST_FAILED.
   */
  async rescale(parallelisms: Parallelisms): Promise<void> {
    if (this.#status !== 'RUNNING') throw new JobManagerError('RESCALE_REFUSED', `the job is not rescaled: it is ${this.#status}`);
    const done = this.#parallelism.begin(parallelisms);
    if (done === undefined) return;
    try {
      await this.#requestSnapshot({ kind: 'checkpoint' });
      // A failure that came meanwhile restarts a part of the job or is its end: it is rescaled on its way back, or not at all.
      if (this.#deployment !== undefined && (this.#status === 'RUNNING' || this.#restart !== undefined)) this.#beginRestart(this.#subtasksToRestart(undefined), this.#options.clock.now());
      else throw new JobManagerError('RESCALE_REFUSED', `the job is not rescaled: it is ${this.#status}`);
    } catch (thrown) {
      if (!isTerminal(JOB_STATUS, this.#status)) this.#parallelism.giveUp(deserializeError(serializeError(thrown)));
    }
    await done;
  }

  /** Slots have become free that the job can use. */
  #widen(): void {
    if (this.#status !== 'RUNNING' || this.#parallelism.widening() === undefined) return;
    this.rescale({}).catch((error: unknown) => this.#options.log.warn('a job is not given more slots', { jobId: this.#options.jobId, error }));
  }

  /** Rejects with STATE_QUERY_FAILED, or with why the task cannot answer. */
  async queryState(query: StateQueryRequest): Promise<KeyedSection> {
    const { plan, jobId, taskExecutor } = this.#options;
    const executions = this.#status === 'RUNNING' ? this.#deployment?.graph.executions : undefined;
    return this.#queries.query(query, plan.jobGraph, executions ?? [], (subtaskId, mail) => taskExecutor.sendMail(jobId, subtaskId, mail));
  }

  onSlotReport(slotIndex: number, report: SlotReport): void {
    const deployment = this.#deployment;
    if (deployment === undefined || isTerminal(JOB_STATUS, this.#status)) return;
    if (report.kind === 'metrics') {
      deployment.slots[slotIndex] = report.metrics;
      return;
    }
    if (report.kind === 'slot-failed') return this.#onSlotFailed(slotIndex, report.error);
    const execution = deployment.graph.execution(report.subtaskId);
    if (report.attemptNumber === execution.attemptNumber) this.#onTaskReport(deployment, execution, report);
  }

  #onTaskReport({ graph, sources, alignment }: JobDeployment, execution: Execution, report: Exclude<SlotReport, { readonly kind: 'metrics' | 'slot-failed' }>): void {
    const { subtaskId, subtaskIndex } = execution.deployment;
    switch (report.kind) {
      case 'task-status': {
        const before = execution.state;
        graph.onTaskStatus(subtaskId, report.status);
        return this.#onTaskStatus(execution, before !== execution.state, report.error);
      }
      case 'checkpoint-acknowledged':
        return this.#checkpoints?.onAcknowledge(execution, report.checkpointId, report);
      case 'state-queried':
        return this.#queries.onAnswer(report.subtaskId, report.requestId, report.answer);
      case 'checkpoint-declined':
        return this.#checkpoints?.onDecline(report.checkpointId, deserializeError(report.reason));
      case 'checkpoint-awaited':
        return this.#checkpoints?.onAwaited(subtaskId);
      case 'reader-registered':
        return sources.find((source) => source.operatorId === report.operatorId)?.onReaderRegistered(subtaskIndex);
      case 'split-requested':
        return sources.find((source) => source.operatorId === report.operatorId)?.onSplitRequested(subtaskIndex);
      case 'source-watermark':
        for (const limit of alignment.onReport(report.group, report.maxDriftMs, subtaskId, report.operatorId, report.watermark)) {
          if (!graph.execution(limit.subtaskId).isTerminal) this.#options.taskExecutor.sendMail(this.#options.jobId, limit.subtaskId, { kind: 'align-watermark', operatorId: limit.operatorId, maxWatermark: limit.maxWatermark });
        }
        return;
      case 'rows-collected': {
        const taken = () => this.#options.taskExecutor.collectCredit(this.#options.jobId, subtaskId, report.rows.length);
        if (this.#options.onRows === undefined) return taken();
        return this.#options.onRows(report.operatorId, report.rows, taken);
      }
    }
  }

  onSlotLost(slotIndex: number, error: SerializedError): void {
    this.#onTasksLost(slotIndex, this.#deployment?.onSlotLost(slotIndex) ?? [], error);
  }

  /** The worker still runs, but what it does is worth nothing: it is ended before anything starts again in its slot. */
  #onSlotFailed(slotIndex: number, error: SerializedError): void {
    this.#onTasksLost(slotIndex, this.#deployment?.onSlotLost(slotIndex) ?? [], error);
    this.#restart?.addSlot(slotIndex);
  }

  #onTasksLost(slotIndex: number, lost: readonly SubtaskId[], error: SerializedError): void {
    const first = lost[0];
    if (first === undefined) return;
    this.#options.log.debug('slot lost', { jobId: this.#options.jobId, slotIndex, tasks: lost.length });
    for (const subtaskId of lost) this.#checkpoints?.onTaskEnded(this.#execution(subtaskId));
    this.#fail(deserializeError(error), lost);
  }

  #execution(subtaskId: SubtaskId): Execution {
    assert(this.#deployment !== undefined, 'tasks are known while there is a deployment');
    return this.#deployment.graph.execution(subtaskId);
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

  /** The death of the process is a failure as others are. */
  #onProcessDied({ point, death }: RecoveredJob): ProcessDeath {
    const { jobId, plan } = this.#options;
    this.#attemptNumber = point.attemptNumber + 1;
    const error = new ClusterError('ENGINE_PROCESS_DIED', `the engine process of the job ${plan.jobName} (${jobId}) was ended by ${death.cause}: look for objects of functions that are far too large, or start it again from its newest checkpoint`);
    return { error, timestamp: death.timestamp, decision: this.#failures.onProcessDied(point.failures, { timestamp: death.timestamp, error: serializeError(error), task: undefined }) };
  }

  /** Throws ENGINE_PROCESS_DIED when it is one too many. */
  async #outliveDeath({ error, timestamp, decision }: ProcessDeath): Promise<void> {
    const { clock, jobId, log } = this.#options;
    if (decision.kind === 'fail') throw error;
    const delayMs = Math.max(0, timestamp + decision.delayMs - clock.now());
    log.warn('job goes on after the death of its process', { jobId, delayMs: Math.round(delayMs), from: this.#restore?.descriptor.directory ?? 'its beginning' });
    await clock.sleep(delayMs);
  }

  /** What the start of a job needs of its storage. After the death of a process it is tried again as often as the restart strategy lets it; else the first failure refuses the job. */
  async #onceItCan<T>(action: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await action();
      } catch (thrown) {
        if (this.#options.recovered === undefined) throw thrown;
        const { clock } = this.#options;
        await clock.sleep(Math.max(0, this.#nextTryMs(thrown) - clock.now()));
        if (this.#status !== 'INITIALIZING') throw thrown;
      }
    }
  }

  /** Something that a restart begins with has failed: epoch ms of the next try. Throws what has been thrown when there is to be none. */
  #nextTryMs(thrown: unknown): number {
    const { jobId, clock, log } = this.#options;
    const timestamp = clock.now();
    const serialized = serializeError(thrown);
    const error = deserializeError(serialized);
    const decision = this.#failures.onRestartFailed({ timestamp, error: serialized, task: undefined }, { isFinal: isFinalError(error) });
    if (decision.kind === 'fail') throw thrown;
    log.warn('job cannot restart yet', { jobId, attempt: this.#attemptNumber, delayMs: Math.round(decision.delayMs), cause: error });
    return timestamp + decision.delayMs;
  }

  #tellRecoveryPoint(): void {
    const { onRecoveryPoint, jobId, plan } = this.#options;
    if (onRecoveryPoint === undefined) return;
    const checkpoints = this.#checkpoints;
    onRecoveryPoint(!this.#failures.canRestart || checkpoints === undefined ? undefined : {
      jobId, checkpointDirectory: checkpoints.jobDirectory, savepointPath: checkpoints.stoppingSavepointPath,
      attemptNumber: this.#attemptNumber, failures: this.#failures.times, completedCheckpoints: checkpoints.counts.completed, parallelisms: this.#parallelism.rescaled,
      ...(this.#status === 'FINISHED' ? { finished: { jobName: plan.jobName, netRuntimeMs: this.#endedMs! - this.#startedMs } } : {}),
    });
  }

  async #deploy(): Promise<void> {
    const { jobId, configuration, program, taskExecutor, files, clock } = this.#options;
    const deployment = new JobDeployment({
      jobId, plan: this.#plan, rescaled: this.#parallelism.rescaled, configuration, program, taskExecutor, files, clock, attemptNumber: this.#attemptNumber,
      checkpointDirectory: this.#checkpoints?.jobDirectory, restore: this.#restore,
      onSourceFailure: (error) => this.#fail(error),
      onBacklogChanged: () => this.#checkpoints?.onBacklogChanged(),
    });
    this.#deployment = deployment;
    this.#moveTo('RUNNING');
    await deployment.deploy(this);
    if (this.#status !== 'RUNNING' || this.#deployment !== deployment) return;
    for (const source of deployment.sources) source.start();
    this.#checkpoints?.start(deployment);
    this.#slotWatch?.start(() => this.#parallelism.isAllThatIsWanted(this.#parallelism.widening() ?? {}), () => this.#widen());
  }

  #onTaskStatus(execution: Execution, hasChanged: boolean, error: SerializedError | undefined): void {
    const deployment = this.#deployment;
    assert(deployment !== undefined, 'tasks report while there is a deployment');
    if (hasChanged && execution.isTerminal) {
      this.#checkpoints?.onTaskEnded(execution);
      deployment.onExecutionEnded();
    }
    if (execution.state === 'FAILED') {
      if (hasChanged) this.#fail(deserializeError(error ?? serializeError(new Error(`${execution.taskName} failed without a cause`))), [execution.deployment.subtaskId]);
    } else if (this.#status === 'RUNNING' && deployment.graph.areAllFinished) {
      void this.#end('FINISHED');
    }
  }

  /**
   * Tasks have failed, or nobody in particular has. What fails in tasks that are ended anyway follows from the first failure.
   */
  #fail(error: EngineError, failed?: readonly SubtaskId[]): void {
    if (this.#status !== 'RUNNING' && this.#restart === undefined) return;
    const { jobId, log, clock } = this.#options;
    const nowMs = clock.now();
    const task = failed === undefined ? undefined : this.#execution(failed[0]!).details();
    const failure = { timestamp: nowMs, error: serializeError(error), task: task === undefined ? undefined : { subtaskId: task.subtaskId, taskName: task.taskName, slotIndex: task.slotIndex, attemptNumber: task.attemptNumber } };
    if (failed !== undefined && this.#restart?.covers(failed) === true) return this.#failures.addConcurrent(failure);
    const isPassedOver = isFinalError(error) && this.#passOverDamaged(error);
    const decision = this.#failures.onFailure(failure, { isFinal: isFinalError(error) && !isPassedOver });
    log.debug('job attempt failed', { jobId, attempt: this.#attemptNumber, decision: decision.kind, error });
    if (decision.kind === 'fail') {
      this.#callOffRestart();
      this.#error = error;
      this.#moveTo('FAILING');
      void this.#windDown().then(() => this.#end('FAILED'));
      return;
    }
    // An older checkpoint is behind what tasks that run on have seen.
    const subtaskIds = this.#subtasksToRestart(isPassedOver ? undefined : failed);
    log.warn('job restarts', { jobId, attempt: this.#attemptNumber, tasks: subtaskIds.size, delayMs: Math.round(decision.delayMs), cause: error });
    this.#beginRestart(subtaskIds, nowMs + decision.delayMs);
  }

  #subtasksToRestart(failed: readonly SubtaskId[] | undefined): ReadonlySet<SubtaskId> {
    const deployment = this.#deployment;
    assert(deployment !== undefined, 'a job that fails was deployed');
    // What has ended with a stop is committed already: all of the job goes on from its savepoint, or none of it.
    const isWhole = this.#isWholeJobRestarted || failed === undefined || this.#checkpoints?.isStopping === true;
    return isWhole ? new Set(deployment.graph.executions.map((execution) => execution.deployment.subtaskId)) : deployment.regions.closure(failed);
  }

  #beginRestart(subtaskIds: ReadonlySet<SubtaskId>, dueMs: number): void {
    if (this.#restart !== undefined) return this.#restart.add(subtaskIds, dueMs);
    const { jobId, taskExecutor, clock } = this.#options;
    const deployment = this.#deployment;
    assert(deployment !== undefined, 'what restarts was deployed');
    const restart = new TaskRestart({
      deployment, clock,
      closure: (failed) => this.#subtasksToRestart(failed),
      stopCheckpoints: () => this.#checkpoints?.stop(),
      onTasksEnded: () => this.#onRestart.splice(0).forEach((tell) => tell()),
      releaseSlots: () => taskExecutor.releaseSlots(jobId),
      loadRestore: async (isWhole) => await this.#checkpoints?.loadLatest({ canFallBack: isWhole }) ?? this.#restore,
    }, subtaskIds, dueMs);
    this.#restart = restart;
    this.#moveTo('RESTARTING');
    void this.#carryOut(restart, deployment);
  }

  #callOffRestart(): void {
    this.#restart?.callOff();
    this.#restart = undefined;
  }

  /** State that cannot be read makes its checkpoint useless: true when there is an older one to go on from. */
  #passOverDamaged({ code }: EngineError): boolean {
    const restored = this.#restore?.metadata.checkpointId;
    return (code === 'SNAPSHOT_CORRUPT' || code === 'SNAPSHOT_READ_FAILED') && restored !== undefined && this.#checkpoints?.passOver(restored) === true;
  }

  /** Starts tasks that have ended again from the newest checkpoint: all of the job in new slots, or regions in their places. */
  async #carryOut(restart: TaskRestart, deployment: JobDeployment): Promise<void> {
    try {
      const prepared = await this.#prepare(restart);
      if (prepared === 'called-off') return;
      this.#restart = undefined;
      this.#restore = prepared.restore;
      const attemptNumber = ++this.#attemptNumber;
      this.#tellRecoveryPoint();
      if (restart.isWhole) {
        this.#moveTo('CREATED');
        if (this.#parallelism.take()) this.#tellRecoveryPoint();
        await this.#deploy();
        return this.#parallelism.end(undefined);
      }
      this.#moveTo('RUNNING');
      await deployment.deployAgain(restart.subtaskIds, attemptNumber, prepared.restore);
      if (this.#status === 'RUNNING' && this.#attemptNumber === attemptNumber) this.#checkpoints?.start(deployment);
    } catch (thrown) {
      await this.#failBeforeRun(thrown);
    }
  }

  /** As TaskRestart.prepare, again and again while the checkpoint cannot be read and the restart strategy lets it. */
  async #prepare(restart: TaskRestart): ReturnType<TaskRestart['prepare']> {
    for (;;) {
      try {
        return await restart.prepare();
      } catch (thrown) {
        if (this.#restart !== restart) return 'called-off';
        restart.add(new Set(), this.#nextTryMs(thrown));
      }
    }
  }

  async #failBeforeRun(thrown: unknown): Promise<void> {
    if (this.#status === 'CANCELLING') return;
    if (!canTransition(JOB_STATUS, this.#status, 'FAILING') && !canTransition(JOB_STATUS, this.#status, 'FAILED')) return;
    this.#error = deserializeError(serializeError(thrown));
    this.#failures.addLast({ timestamp: this.#options.clock.now(), error: serializeError(thrown), task: undefined });
    if (canTransition(JOB_STATUS, this.#status, 'FAILING')) this.#moveTo('FAILING');
    this.#callOffRestart();
    this.#deployment?.graph.moveAll('FAILED');
    await this.#windDown();
    await this.#end('FAILED');
  }

  /** Cancels what still runs and waits until it has ended, at most the grace time. */
  async #windDown(): Promise<void> {
    this.#queries.failAll('the job ends');
    const deployment = this.#deployment;
    deployment?.closeSources();
    await this.#checkpoints?.stop();
    if (deployment === undefined) return;
    await deployment.cancel(new Set(deployment.graph.executions.map((execution) => execution.deployment.subtaskId)));
  }

  async #end(status: 'FINISHED' | 'FAILED' | 'CANCELED' | 'SUSPENDED'): Promise<void> {
    if (isTerminal(JOB_STATUS, this.#status)) return;
    const { taskExecutor, resourceManager, jobId, clock, log } = this.#options;
    this.#callOffRestart();
    this.#slotWatch?.stop();
    this.#parallelism.end(new JobManagerError('RESCALE_REFUSED', `the job is not rescaled: it is ${status}`));
    this.#deployment?.closeSources();
    this.#moveTo(status);
    this.#endedMs = clock.now();
    if (status === 'FINISHED') this.#tellRecoveryPoint();
    await taskExecutor.releaseSlots(jobId);
    resourceManager.releaseSlots(jobId);
    try {
      await this.#checkpoints?.close({ isRetained: areCheckpointsRetained(status, this.#settings) });
      await clearLocalBackup(this.#storage);
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

/** Throws CONFIG_VALUE_INVALID. */
function isFullFailover(configuration: Configuration): boolean {
  const { failoverStrategy } = jobManagerOptions;
  const strategy = configuration.get(failoverStrategy);
  if (strategy !== 'region' && strategy !== 'full') throw new ConfigError('CONFIG_VALUE_INVALID', `${failoverStrategy.key} cannot be '${strategy}': give region or full`, { context: { key: failoverStrategy.key, value: strategy } });
  return strategy === 'full';
}
