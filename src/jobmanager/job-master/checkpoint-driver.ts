// Carries out what the CheckpointCoordinator decides for one job: triggers tasks, holds sources, has files written and removed.
// Thread: main; owned by the JobMaster.
import { assert } from '#core/assert';
import type { EngineError } from '#core/errors/engine-error';
import type { JobId, SubtaskId } from '#cluster/ids/ids';
import type { CheckpointCounts } from '#cluster/messages/job-messages';
import { CheckpointCoordinator, type AbortReason, type CheckpointDecision, type SubtaskAcknowledgement } from '#jobmanager/checkpoint/checkpoint-coordinator';
import { CheckpointHistory } from '#jobmanager/checkpoint/checkpoint-history';
import type { EnumeratorState } from '#jobmanager/checkpoint/checkpoint-metadata';
import type { CheckpointSettings } from '#jobmanager/checkpoint/checkpoint-settings';
import type { Execution } from '#jobmanager/execution-graph/execution';
import type { ExecutionGraph } from '#jobmanager/execution-graph/execution-graph';
import { JobManagerError } from '#jobmanager/errors';
import { CheckpointFileWork } from '#jobmanager/job-master/checkpoint-file-work';
import { filesOf, stateHandles } from '#jobmanager/job-master/checkpoint-handles';
import { CheckpointStore, jobDirectoryOf, loadWholeCheckpoint, type LoadedCheckpoint } from '#jobmanager/job-master/checkpoint-store';
import type { JobPlanVertex } from '#jobmanager/job-master/job-plan';
import { barrierFlags, requestFailed, SnapshotRequests, type CompletedSnapshot, type SnapshotRequest } from '#jobmanager/job-master/snapshot-requests';
import type { SourceCoordinator } from '#jobmanager/job-master/source-coordinator';
import type { Cancellable, Clock } from '#platform/clock/clock';
import type { Files } from '#platform/files/files';
import type { Log } from '#platform/log/log';
import type { CheckpointStorage } from '#state/checkpoint-storage/checkpoint-storage';
import { BarrierFlag, hasFlag } from '#streaming/task/barrier-flags';
import type { TaskMail } from '#streaming/task/task-description';

/** A snapshot that is asked for while tasks start or splits are under way is tried again after this. */
const REQUEST_RETRY_MS = 10;

const ABORT_REASONS: Readonly<Record<AbortReason, string>> = {
  expired: 'it was not complete within execution.checkpointing.timeout',
  declined: 'a task could not take or write its part',
  'task-ended': 'a task ended before it had taken its part',
  'metadata-failed': 'its metadata could not be written',
  stopped: 'the job has ended or restarts',
  subsumed: 'a newer checkpoint was complete before it',
};

export interface CheckpointDriverOptions {
  readonly jobId: JobId;
  readonly jobName: string;
  /** Those in effect: a job may be rescaled. */
  readonly vertices: () => readonly JobPlanVertex[];
  readonly settings: CheckpointSettings;
  readonly firstCheckpointId: number;
  /** Checkpoints that the job completed in a process that has died, oldest first. */
  readonly adopted?: readonly LoadedCheckpoint[];
  /** The snapshot that the job was started from and owns since: it goes as the job's own checkpoints do. Older than all of them. */
  readonly claimed?: CompletedSnapshot | undefined;
  /** The savepoint that the job was to stop with in a process that has died. */
  readonly stoppedWith?: CompletedSnapshot | undefined;
  readonly files: Files;
  readonly storage: CheckpointStorage;
  /** Checkpoints whose statistics are kept. */
  readonly historyMax: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly sendMail: (subtaskId: SubtaskId, mail: TaskMail) => void;
  readonly onTooManyFailures: (error: JobManagerError) => void;
  /** A restart would go on from another snapshot now; sinks have not heard of it yet. */
  readonly onCompleted?: () => void;
}

/** What belongs to the attempt that is running. */
export interface CheckpointedAttempt {
  readonly graph: ExecutionGraph;
  readonly sources: readonly SourceCoordinator[];
}

/** What a pending checkpoint is made of beside its acknowledgements. */
interface UnderWay {
  /** What it was asked for; undefined when it is a periodic one. */
  readonly request: SnapshotRequest | undefined;
  readonly enumerators: readonly EnumeratorState[];
  /** Tasks at their end that commit with it. */
  readonly covered: readonly SubtaskId[];
  /** Why it will be given up, where there is an error that says so. */
  fault?: string;
}

export class CheckpointDriver {
  readonly #options: CheckpointDriverOptions;
  readonly #coordinator: CheckpointCoordinator;
  readonly #store: CheckpointStore;
  readonly #files: CheckpointFileWork;
  readonly #history: CheckpointHistory;
  /** Their state cannot be read. */
  readonly #damaged = new Set<number>();
  readonly #requests = new SnapshotRequests();
  /** The savepoint that the job stops with: what it goes on from, should it fail before it has stopped. */
  #stoppedWith: CompletedSnapshot | undefined;
  /** It is complete, and tasks are coming to their end. */
  #isStopping = false;
  #attempt: CheckpointedAttempt | undefined;
  #timer: Cancellable | undefined;
  /** Epoch ms before which no request is tried again. */
  #askAtMs = 0;
  readonly #underWay = new Map<number, UnderWay>();
  /** Of the checkpoint that was given up last. */
  #lastFailure = '';
  /** Tasks at their end that commit with the next checkpoint. */
  #awaiting = new Set<SubtaskId>();

  constructor(options: CheckpointDriverOptions) {
    this.#options = options;
    const { settings, storage, jobId, clock } = options;
    this.#coordinator = new CheckpointCoordinator(settings, options.firstCheckpointId, clock.now());
    this.#history = new CheckpointHistory(options.historyMax);
    this.#stoppedWith = options.stoppedWith;
    this.#store = new CheckpointStore(storage, jobDirectoryOf(settings, jobId), settings.concurrentMax);
    const { adopted = [], claimed, log } = options;
    this.#files = new CheckpointFileWork({ store: this.#store, storage, claimed, log });
    const adoptedIds = adopted.map(({ metadata }) => metadata.checkpointId);
    this.#coordinator.adopt(claimed === undefined ? adoptedIds : [claimed.checkpointId, ...adoptedIds]);
    for (const checkpoint of adopted) this.#store.adopt(checkpoint);
    if (claimed !== undefined) this.#store.place(claimed.checkpointId, claimed.path);
  }

  /** `<root>/<job id>`, undefined when no checkpoint can be taken. */
  get jobDirectory(): string | undefined {
    return this.#store.jobDirectory;
  }

  get latestCompletedPath(): string | undefined {
    const id = this.#coordinator.latestCompletedId;
    return this.stoppingSavepointPath ?? (id === undefined ? undefined : this.#store.directoryOf(id));
  }

  get counts(): CheckpointCounts {
    const { triggeredCount, completedCount, failedCount, latestBytes, latestDurationMs } = this.#coordinator;
    return { triggered: triggeredCount, completed: completedCount, failed: failedCount, latestPath: this.latestCompletedPath, latestBytes, latestDurationMs, history: this.#history.statistics };
  }

  /** The savepoint that the job stops with, when no checkpoint is newer. */
  get stoppingSavepointPath(): string | undefined {
    return this.#stoppedWith !== undefined && this.#stoppedWith.checkpointId > (this.#coordinator.latestCompletedId ?? 0) ? this.#stoppedWith.path : undefined;
  }

  /** A savepoint that the job stops with is complete: tasks have come to their end or are coming to it. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /**
   * What a restart goes on from: the newest complete checkpoint, or savepoint that the job stops with; undefined when there is
   * none. One of which a file is missing is passed over, if that may be. Rejects as loadWholeCheckpoint, when none is whole.
   */
  async loadLatest(options: { readonly canFallBack: boolean }): Promise<LoadedCheckpoint | undefined> {
    const stopping = this.stoppingSavepointPath;
    const ids = this.#coordinator.completedIds.filter((id) => !this.#damaged.has(id)).toReversed();
    const paths = [...(stopping === undefined ? [] : [stopping]), ...ids.map((id) => this.#store.directoryOf(id))];
    for (const [index, path] of paths.entries()) {
      try {
        return await loadWholeCheckpoint(this.#options.storage, path);
      } catch (error) {
        if (!options.canFallBack || index === paths.length - 1) throw error;
        this.#options.log.warn('a damaged checkpoint is passed over, the job goes on from an older one', { path, error });
      }
    }
    return undefined;
  }

  /** The state of a checkpoint cannot be read: true when there is an older one. */
  passOver(checkpointId: number): boolean {
    const older = this.#coordinator.completedIds.filter((id) => id < checkpointId && !this.#damaged.has(id));
    if (older.length === 0) return false;
    this.#damaged.add(checkpointId);
    this.#options.log.warn('a damaged checkpoint is passed over, the job goes on from an older one', { checkpointId, from: older.at(-1) });
    return true;
  }

  /** Takes a snapshot as soon as the running attempt can. Rejects with SNAPSHOT_REQUEST_FAILED, CHECKPOINT_DIRECTORY_MISSING. */
  async request(request: SnapshotRequest): Promise<CompletedSnapshot> {
    if (request.kind === 'checkpoint' && this.#store.jobDirectory === undefined) {
      throw new JobManagerError('CHECKPOINT_DIRECTORY_MISSING', 'the checkpoint that was asked for has no place to go: set execution.checkpointing.dir');
    }
    if (this.#isStopping) throw requestFailed('the job is stopping with a savepoint');
    const answer = this.#requests.add(request);
    this.#scheduleNext();
    return answer;
  }

  /** Makes sure that periodic checkpoints, if there are to be some, have a place. Rejects with CHECKPOINT_DIRECTORY_UNUSABLE. */
  async layOut(): Promise<void> {
    if (this.#options.settings.intervalMs !== undefined) await this.#store.layOut();
  }

  start(attempt: CheckpointedAttempt): void {
    assert(this.#attempt === undefined, 'one attempt at a time');
    this.#attempt = attempt;
    // Where only regions start again, others may be at their end already; a job that was rescaled has other tasks.
    this.#awaiting = new Set(attempt.graph.executions.flatMap(({ state, deployment: { subtaskId } }) => (state === 'RUNNING' && this.#awaiting.has(subtaskId) ? [subtaskId] : [])));
    this.#isStopping = false;
    this.#coordinator.restart(this.#options.clock.now());
    this.onBacklogChanged();
    // A slot that died may have left files of checkpoints that were given up.
    this.#files.enqueue((store) => store.removeOrphans((id) => !this.#coordinator.isPending(id)));
    this.#scheduleNext();
  }

  /** A source says otherwise of its backlog. */
  onBacklogChanged(): void {
    if (this.#attempt === undefined) return;
    this.#coordinator.onBacklog(this.#attempt.sources.some((source) => source.isProcessingBacklog), this.#options.clock.now());
    this.#scheduleNext();
  }

  /** Gives pending checkpoints up; resolves when no file work is under way. */
  async stop(): Promise<void> {
    // Metadata that is being written may be whole already, and somebody may have seen it: its checkpoint counts.
    if (this.#coordinator.isWritingMetadata) await this.#files.settled;
    this.#act(this.#coordinator.stop(this.#options.clock.now()));
    this.#attempt = undefined;
    this.#timer?.cancel();
    this.#requests.abortAll('the job has ended or restarts');
    await this.#files.settled;
  }

  /** The job is over: removes its checkpoints unless they are to be kept. */
  async close(options: { readonly isRetained: boolean }): Promise<void> {
    await this.stop();
    const { completedIds, latestCompletedId } = this.#coordinator;
    // A claimed snapshot that no checkpoint of the job has replaced stays, or a job that fails at once would take it along.
    const own = completedIds.filter((id) => id !== this.#options.claimed?.checkpointId || id !== latestCompletedId);
    await this.#files.close(options.isRetained ? [] : own);
  }

  onAcknowledge(execution: Execution, checkpointId: number, acknowledgement: SubtaskAcknowledgement): void {
    if (!this.#coordinator.isPending(checkpointId)) return;
    const nowMs = this.#options.clock.now();
    for (const source of this.#sourcesOf(execution)) source.onReaderAcknowledged(execution.deployment.subtaskIndex, checkpointId);
    const earlier = acknowledgement.sharedFiles.flatMap(({ path, isNew }) => (isNew ? [] : [path]));
    if (earlier.length > 0 && !this.#store.areKnown(checkpointId, earlier)) {
      this.#options.log.warn('checkpoint refers to files that were removed', { checkpointId, subtaskId: acknowledgement.subtaskId });
      return this.#act(this.#coordinator.onDecline(checkpointId, nowMs));
    }
    this.#history.onAcknowledged(checkpointId, acknowledgement, nowMs);
    this.#act(this.#coordinator.onAcknowledge(checkpointId, acknowledgement));
  }

  onDecline(checkpointId: number, reason: EngineError): void {
    if (!this.#coordinator.isPending(checkpointId)) return;
    this.#options.log.warn('checkpoint declined', { checkpointId, error: reason });
    this.#noteFault(checkpointId, reason);
    this.#act(this.#coordinator.onDecline(checkpointId, this.#options.clock.now()));
  }

  onTaskEnded(execution: Execution): void {
    const { subtaskId, subtaskIndex } = execution.deployment;
    for (const source of this.#sourcesOf(execution)) source.onReaderEnded(subtaskIndex);
    this.#act(this.#coordinator.onTaskEnded(subtaskId, execution.state === 'FINISHED', this.#options.clock.now()));
    this.#hurryAtEnd();
  }

  /** A task has nothing left to do but to commit. */
  onAwaited(subtaskId: SubtaskId): void {
    this.#awaiting.add(subtaskId);
    this.#hurryAtEnd();
  }

  /** When all that still run wait for a checkpoint, there is no reason to wait for its time. */
  #hurryAtEnd(): void {
    const running = this.#attempt?.graph.executions.filter((execution) => !execution.isTerminal) ?? [];
    if (this.#isStopping || running.length === 0 || !running.every((execution) => this.#awaiting.has(execution.deployment.subtaskId))) return;
    this.#coordinator.hurry(this.#options.clock.now());
    this.#scheduleNext();
  }

  #sourcesOf(execution: Execution): readonly SourceCoordinator[] {
    return (this.#attempt?.sources ?? []).filter((source) => source.vertexId === execution.deployment.vertexId);
  }

  #scheduleNext(): void {
    this.#timer?.cancel();
    const isAsked = this.#startable() !== undefined;
    const nowMs = this.#options.clock.now();
    const dueMs = isAsked ? Math.min(this.#askAtMs, this.#coordinator.nextTimeMs) : this.#coordinator.nextTimeMs;
    if (this.#attempt === undefined || !Number.isFinite(dueMs)) return;
    const delayMs = Math.max(0, dueMs - nowMs);
    this.#timer = this.#options.clock.schedule(delayMs, () => this.#onTime());
  }

  /** The request that is next, when it need not wait for a pending checkpoint: a savepoint waits for all, and the next checkpoint for it. */
  #startable(): SnapshotRequest | undefined {
    const request = this.#requests.next();
    const mayStart = request?.kind === 'savepoint' ? this.#coordinator.pendingIds.length === 0 : this.#coordinator.hasRoom;
    return mayStart ? request : undefined;
  }

  #onTime(): void {
    const attempt = this.#attempt;
    if (attempt === undefined) return;
    const areSettled = attempt.sources.every((source) => source.isSettled);
    const mayStart = areSettled && (this.#options.settings.isAfterTasksFinish || attempt.graph.executions.every((execution) => execution.state === 'RUNNING'));
    const participants = mayStart ? attempt.graph.checkpointParticipants() : undefined;
    const nowMs = this.#options.clock.now();
    const request = this.#startable();
    if (request !== undefined && participants !== undefined) {
      const decisions = this.#coordinator.trigger(nowMs, participants, { isSavepoint: request.kind === 'savepoint' });
      for (const decision of decisions) if (decision.kind === 'trigger') this.#requests.begin(decision.checkpointId);
      return this.#act(decisions);
    }
    if (request !== undefined) this.#askAtMs = nowMs + REQUEST_RETRY_MS;
    this.#act(this.#coordinator.onTime(nowMs, this.#requests.next()?.kind === 'savepoint' ? undefined : participants));
  }

  #act(decisions: readonly CheckpointDecision[]): void {
    for (const decision of decisions) this.#carryOut(decision);
    this.#scheduleNext();
  }

  #carryOut(decision: CheckpointDecision): void {
    switch (decision.kind) {
      case 'trigger': return this.#trigger(decision);
      case 'write-metadata': return this.#writeMetadata(decision.checkpointId, decision.timestamp, decision.acknowledgements);
      case 'notify-complete':
        return this.#complete(decision.checkpointId);
      case 'abort':
        this.#options.log.debug('checkpoint given up', { checkpointId: decision.checkpointId, reason: decision.reason });
        return this.#giveUp(decision.checkpointId, decision.reason);
      case 'discard': return this.#files.discard(decision.checkpointId);
      case 'fail-job': return this.#options.onTooManyFailures(new JobManagerError('CHECKPOINT_FAILURES_EXCEEDED', `checkpoints failed ${decision.failures} times in a row, ${this.#options.settings.tolerableFailures} are tolerated, the last one because ${this.#lastFailure}: mend that, or set execution.checkpointing.tolerable-failed-checkpoints`));
    }
  }

  /** Only what a restart would go on from is made known to sinks: a savepoint when the job stops with it. */
  #complete(checkpointId: number): void {
    const { request, covered } = this.#endUnderWay(checkpointId);
    const path = this.#store.directoryOf(checkpointId);
    this.#history.onCompleted(checkpointId, path, this.#options.clock.now());
    const isStop = request?.kind === 'savepoint' && request.stop !== undefined;
    if (isStop) {
      this.#stoppedWith = { checkpointId, path };
      this.#isStopping = true;
      this.#coordinator.stop(this.#options.clock.now());
    }
    if (isStop || request?.kind !== 'savepoint') {
      this.#options.onCompleted?.();
      for (const subtaskId of covered) this.#awaiting.delete(subtaskId);
      for (const source of this.#attempt?.sources ?? []) source.onCheckpointComplete(checkpointId);
      this.#toAll({ kind: 'checkpoint-complete', checkpointId });
    }
    this.#requests.complete(checkpointId, path);
  }

  #giveUp(checkpointId: number, reason: AbortReason): void {
    const { request, fault } = this.#endUnderWay(checkpointId);
    const why = fault === undefined ? ABORT_REASONS[reason] : `${ABORT_REASONS[reason]}: ${fault}`;
    this.#lastFailure = why;
    this.#history.onFailed(checkpointId, why, this.#options.clock.now());
    this.#requests.abort(checkpointId, why);
    this.#endHolds(checkpointId);
    this.#hurryAtEnd();
    this.#toAll({ kind: 'checkpoint-aborted', checkpointId });
    // Time cannot be taken back: after MAX_WATERMARK the job goes on from its last checkpoint.
    if (hasFlag(barrierFlags(request), BarrierFlag.DRAIN) && reason !== 'stopped') this.#options.onTooManyFailures(requestFailed(`${why}, after the end of time had been sent to drain the job`));
  }

  #trigger({ checkpointId, timestamp, participants }: CheckpointDecision & { readonly kind: 'trigger' }): void {
    const attempt = this.#attempt;
    assert(attempt !== undefined, 'checkpoints are triggered while an attempt runs');
    const request = this.#requests.of(checkpointId);
    this.#history.onTriggered(checkpointId, timestamp, { isSavepoint: request?.kind === 'savepoint', subtaskCount: participants.acknowledging.length });
    const executions = participants.acknowledging.map((subtaskId) => attempt.graph.execution(subtaskId));
    const enumerators = attempt.sources.map((source) => {
      const subtasks = executions.filter((execution) => execution.deployment.vertexId === source.vertexId).map((execution) => execution.deployment.subtaskIndex);
      return { operatorId: source.operatorId, state: source.beginCheckpoint(checkpointId, subtasks) };
    });
    this.#underWay.set(checkpointId, { request, enumerators, covered: [...this.#awaiting] });
    if (request?.kind === 'savepoint') this.#store.place(checkpointId, request.directory);
    this.#files.enqueue((store) => store.prepare(checkpointId).catch((error: unknown) => {
      this.#noteFault(checkpointId, error);
      throw error;
    }));
    void this.#files.settled.then(() => {
      if (!this.#coordinator.isPending(checkpointId)) return;
      if (request?.kind === 'savepoint') this.#toAll({ kind: 'savepoint-directory', checkpointId, directory: request.directory });
      for (const subtaskId of participants.triggered) this.#options.sendMail(subtaskId, { kind: 'trigger-checkpoint', checkpointId, timestamp, flags: barrierFlags(request) });
    });
  }

  #writeMetadata(checkpointId: number, timestamp: number, acknowledgements: readonly SubtaskAcknowledgement[]): void {
    this.#endHolds(checkpointId);
    const attempt = this.#attempt;
    assert(attempt !== undefined, 'acknowledgements come while an attempt runs');
    const { jobId, jobName, vertices, clock, log } = this.#options;
    const operators = stateHandles(vertices(), attempt.graph, acknowledgements);
    const { enumerators } = this.#underWay.get(checkpointId)!;
    this.#files.enqueue(async (store) => {
      if (!this.#coordinator.isPending(checkpointId)) return;
      try {
        await store.writeMetadata({ checkpointId, jobId, jobName, timestamp, operators, enumerators, ...filesOf(acknowledgements) });
      } catch (error) {
        log.warn('checkpoint metadata cannot be written', { checkpointId, error });
        this.#noteFault(checkpointId, error);
        return this.#act(this.#coordinator.onMetadataFailed(checkpointId, clock.now()));
      }
      this.#act(this.#coordinator.onMetadataWritten(checkpointId, clock.now()));
    });
  }

  #endUnderWay(checkpointId: number): UnderWay {
    const ended = this.#underWay.get(checkpointId);
    assert(ended !== undefined, `checkpoint ${checkpointId} is under way`);
    this.#underWay.delete(checkpointId);
    return ended;
  }

  /** The first one counts: others follow from it. */
  #noteFault(checkpointId: number, error: unknown): void {
    const underWay = this.#underWay.get(checkpointId);
    if (underWay !== undefined) underWay.fault ??= error instanceof Error ? error.message : String(error);
  }

  #endHolds(checkpointId: number): void {
    for (const source of this.#attempt?.sources ?? []) source.endCheckpoint(checkpointId);
  }

  #toAll(mail: TaskMail): void {
    for (const execution of this.#attempt?.graph.executions ?? []) {
      if (!execution.isTerminal) this.#options.sendMail(execution.deployment.subtaskId, mail);
    }
  }
}
