// The JobMaster's end of one source: runs its enumerator and carries splits to the readers.
// Invariant (exactly once): the enumerator is snapshotted when a checkpoint is triggered, and what it assigns from then on
// is held back until every reader has acknowledged or the checkpoint is over. So each split is, in a checkpoint, either
// with the enumerator or with exactly one reader. A checkpoint starts only when nothing is held back. Thread: main; one object per attempt of the job.
import { serializeError } from '#core/errors/engine-error';
import { packAny, unpackAny } from '#core/serialization/any-codec';
import type { Clock } from '#platform/clock/clock';
import type { Files } from '#platform/files/files';
import type { Source, SplitEnumerator, SplitEnumeratorContext } from '#streaming/source/source';
import type { TaskMail } from '#streaming/task/task-description';
import { JobManagerError } from '#jobmanager/errors';

export interface SourceCoordinatorOptions {
  readonly operatorId: string;
  readonly vertexId: string;
  readonly source: Source;
  readonly parallelism: number;
  readonly files: Files;
  readonly clock: Clock;
  /** base64 of a former snapshot, undefined on a fresh start. */
  readonly restored: string | undefined;
  /** The checkpoint that it is from, 0 on a fresh start. */
  readonly restoredCheckpointId: number;
  readonly sendMail: (subtaskIndex: number, mail: TaskMail) => void;
  readonly onFailure: (error: JobManagerError) => void;
  /** `isProcessingBacklog` has changed. */
  readonly onBacklogChanged: () => void;
}

/** A split that was handed out after this checkpoint, counted from the moment it began. */
interface Assignment {
  readonly subtaskIndex: number;
  readonly split: unknown;
  readonly checkpointId: number;
}

type ReaderMail = Extract<TaskMail, { readonly kind: 'add-splits' | 'no-more-splits' }>;

export class SourceCoordinator {
  readonly operatorId: string;
  readonly vertexId: string;
  readonly #options: SourceCoordinatorOptions;
  readonly #enumerator: SplitEnumerator<unknown, unknown>;
  readonly #registered = new Set<number>();
  /** What waits for a checkpoint to be over or for its reader to register, in order of assignment. */
  #held: { readonly subtaskIndex: number; readonly mail: ReaderMail }[] = [];
  /** By checkpoint under way: readers that have not acknowledged it. */
  readonly #missingAcknowledgements = new Map<number, Set<number>>();
  /** What a reader that starts again does not find in its snapshot. */
  #assignments: Assignment[] = [];
  #lastCheckpointId: number;
  /** The enumerator is being called: what it assigns to a reader goes in one mail, so that its watermarks know of all. */
  #isRunning = false;
  #isClosed = false;
  #isProcessingBacklog = false;

  /** Throws SOURCE_ENUMERATOR_FAILED. */
  constructor(options: SourceCoordinatorOptions) {
    this.operatorId = options.operatorId;
    this.vertexId = options.vertexId;
    this.#options = options;
    this.#lastCheckpointId = options.restoredCheckpointId;
    const context: SplitEnumeratorContext<unknown> = {
      parallelism: options.parallelism,
      files: options.files,
      clock: options.clock,
      assignSplit: (split, subtaskIndex) => {
        this.#assignments.push({ subtaskIndex, split, checkpointId: this.#lastCheckpointId });
        this.#send(subtaskIndex, { kind: 'add-splits', operatorId: options.operatorId, splits: [split] });
      },
      setIsProcessingBacklog: (isProcessingBacklog) => {
        if (isProcessingBacklog === this.#isProcessingBacklog) return;
        this.#isProcessingBacklog = isProcessingBacklog;
        options.onBacklogChanged();
      },
      signalNoMoreSplits: (subtask) => this.#send(subtask, { kind: 'no-more-splits', operatorId: options.operatorId }),
    };
    try {
      this.#enumerator = options.source.createEnumerator(context, options.restored === undefined ? undefined : unpackAny(Buffer.from(options.restored, 'base64')));
    } catch (thrown) {
      throw this.#failure(thrown);
    }
  }

  start(): void {
    this.#run(() => this.#enumerator.start());
  }

  onReaderRegistered(subtaskIndex: number): void {
    this.#registered.add(subtaskIndex);
    this.#flush();
    this.#run(() => this.#enumerator.addReader(subtaskIndex));
  }

  onSplitRequested(subtaskIndex: number): void {
    this.#run(() => this.#enumerator.handleSplitRequest(subtaskIndex));
  }

  /** The reader's task has ended and starts again from a checkpoint (0 = none): what it does not know of is handed out anew. */
  onReaderReset(subtaskIndex: number, checkpointId: number): void {
    this.#registered.delete(subtaskIndex);
    this.#held = this.#held.filter((held) => held.subtaskIndex !== subtaskIndex);
    const isLost = (assignment: Assignment): boolean => assignment.subtaskIndex === subtaskIndex && assignment.checkpointId >= checkpointId;
    const lost = this.#assignments.filter(isLost).map(({ split }) => split);
    this.#assignments = this.#assignments.filter((assignment) => assignment.subtaskIndex !== subtaskIndex);
    if (lost.length > 0) this.#run(() => this.#enumerator.addSplitsBack(lost, subtaskIndex));
  }

  /** What was handed out before it is in the readers' snapshots. */
  onCheckpointComplete(checkpointId: number): void {
    this.#assignments = this.#assignments.filter((assignment) => assignment.checkpointId >= checkpointId);
  }

  /** What the enumerator says of the records that are read now. */
  get isProcessingBacklog(): boolean {
    return this.#isProcessingBacklog;
  }

  /** True when every split assigned so far has been sent: only then may a checkpoint start. */
  get isSettled(): boolean {
    return this.#held.length === 0;
  }

  /** The enumerator's snapshot in base64; assignments are held from here on. Throws SOURCE_ENUMERATOR_FAILED. */
  beginCheckpoint(checkpointId: number, acknowledgingSubtasks: Iterable<number>): string {
    const missing = new Set(acknowledgingSubtasks);
    if (missing.size > 0) this.#missingAcknowledgements.set(checkpointId, missing);
    this.#lastCheckpointId = checkpointId;
    try {
      return Buffer.from(packAny(this.#enumerator.snapshot(checkpointId))).toString('base64');
    } catch (thrown) {
      throw this.#failure(thrown);
    }
  }

  onReaderAcknowledged(subtaskIndex: number, checkpointId: number): void {
    const missing = this.#missingAcknowledgements.get(checkpointId);
    if (missing?.delete(subtaskIndex) === true && missing.size === 0) this.endCheckpoint(checkpointId);
  }

  /** It acknowledges none of the checkpoints under way any more. */
  onReaderEnded(subtaskIndex: number): void {
    for (const checkpointId of [...this.#missingAcknowledgements.keys()]) this.onReaderAcknowledged(subtaskIndex, checkpointId);
  }

  /** Idempotent. */
  endCheckpoint(checkpointId: number): void {
    this.#missingAcknowledgements.delete(checkpointId);
    this.#flush();
  }

  /** Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#held = [];
    try {
      this.#enumerator.close();
    } catch {
      // The attempt is over: its outcome is decided, and nothing of the enumerator is used any more.
    }
  }

  #send(subtaskIndex: number, mail: ReaderMail): void {
    const last = this.#held.at(-1);
    if (mail.kind === 'add-splits' && last?.subtaskIndex === subtaskIndex && last.mail.kind === 'add-splits') {
      this.#held[this.#held.length - 1] = { subtaskIndex, mail: { ...mail, splits: [...last.mail.splits, ...mail.splits] } };
    } else {
      this.#held.push({ subtaskIndex, mail });
    }
    if (!this.#isRunning) this.#flush();
  }

  #flush(): void {
    if (this.#missingAcknowledgements.size > 0) return;
    const ready = this.#held.filter(({ subtaskIndex }) => this.#registered.has(subtaskIndex));
    this.#held = this.#held.filter(({ subtaskIndex }) => !this.#registered.has(subtaskIndex));
    for (const { subtaskIndex, mail } of ready) this.#options.sendMail(subtaskIndex, mail);
  }

  #run(action: () => void): void {
    if (this.#isClosed) return;
    this.#isRunning = true;
    try {
      action();
    } catch (thrown) {
      this.#options.onFailure(this.#failure(thrown));
    } finally {
      this.#isRunning = false;
    }
    this.#flush();
  }

  #failure(thrown: unknown): JobManagerError {
    const { code, message } = serializeError(thrown);
    const said = code === 'UNCODED' ? message : `[${code}] ${message}`;
    return new JobManagerError('SOURCE_ENUMERATOR_FAILED', `the source ${this.#options.source.name} cannot hand out its splits: ${said}`, { cause: thrown });
  }
}
