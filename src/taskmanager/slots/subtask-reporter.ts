// How one task talks to the world: statuses and requests become reports; a snapshot becomes a file, then a report.
// Invariant: an acknowledgement is sent after its file is durable. Thread: the slot's; files are written beside its loop.
import { assert } from '#core/assert';
import { serializeError, type SerializedError } from '#core/errors/engine-error';
import type { SubtaskId } from '#cluster/ids/ids';
import type { SlotReport } from '#cluster/messages/slot-messages';
import type { Files } from '#platform/files/files';
import type { Process } from '#platform/process/process';
import { encodeSubtaskSnapshot } from '#state/snapshot/subtask-snapshot';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { BarrierFlag, hasFlag } from '#streaming/task/barrier-flags';
import type { CheckpointTimings, TaskReporter, TaskStatus } from '#streaming/task/task-description';
import { TaskManagerError } from '#taskmanager/errors';
import type { DeferredWork } from '#taskmanager/slots/deferred-work';
import { SubtaskSnapshotWork } from '#taskmanager/slots/subtask-snapshot-work';

/** Rows under way to the client, per subtask. */
const COLLECT_ROWS_MAX = 65_536;

/** Promises of a slot that have not settled. */
export interface SlotPending {
  count: number;
}

export interface SubtaskReporterOptions {
  readonly subtaskId: SubtaskId;
  readonly attemptNumber: number;
  readonly checkpointDirectory: string | undefined;
  readonly report: (report: SlotReport) => void;
  readonly files: Files;
  readonly process: Process;
  readonly pending: SlotPending;
  readonly deferred: DeferredWork;
}

interface SavepointPlace {
  readonly directory: Promise<string>;
  readonly resolve: (directory: string) => void;
}

export class SubtaskReporter implements TaskReporter {
  readonly #options: SubtaskReporterOptions;
  #rowsUnderWay = 0;
  /** Snapshots that are being written. */
  readonly #writes = new Set<Promise<void>>();
  /** Those of them whose bytes are still being made, by checkpoint. */
  readonly #works = new Map<number, SubtaskSnapshotWork>();
  readonly #savepoints = new Map<number, SavepointPlace>();

  constructor(options: SubtaskReporterOptions) {
    this.#options = options;
  }

  statusChanged(status: TaskStatus, error: SerializedError | undefined): void {
    const { report, attemptNumber, subtaskId } = this.#options;
    const tell = (): void => report({ kind: 'task-status', attemptNumber, subtaskId, status, error });
    // Who hears of the end knows that no acknowledgement is under way.
    if (status === 'FINISHED' && this.#writes.size > 0) void Promise.all(this.#writes).then(tell);
    else tell();
  }

  /** The JobMaster tells of it before it triggers the savepoint; a barrier may still be faster than this slot's mail. */
  onSavepointDirectory(checkpointId: number, directory: string): void {
    this.#savepoint(checkpointId).resolve(directory);
  }

  acknowledgeCheckpoint(checkpointId: number, snapshots: ReadonlyMap<string, OperatorSnapshot>, timings: CheckpointTimings, flags = 0): void {
    const { pending, deferred } = this.#options;
    pending.count++;
    const work = new SubtaskSnapshotWork(snapshots);
    this.#works.set(checkpointId, work);
    const hasMore = work.advance(() => false) !== 'over';
    if (hasMore) deferred.add(work);
    const write = this.#finish(checkpointId, work, timings, flags).catch((thrown: unknown) => {
      const error = new TaskManagerError('SNAPSHOT_WRITE_FAILED', `${this.#options.subtaskId} cannot write its part of checkpoint ${checkpointId}: ${thrown instanceof Error ? thrown.message : String(thrown)}`, { cause: thrown });
      this.declineCheckpoint(checkpointId, serializeError(error));
    }).finally(() => {
      pending.count--;
      this.#works.delete(checkpointId);
      this.#writes.delete(write);
    });
    this.#writes.add(write);
  }

  get isSnapshotting(): boolean {
    return this.#works.size > 0;
  }

  onCheckpointAborted(checkpointId: number): void {
    this.#works.get(checkpointId)?.cancel();
  }

  cancelSnapshots(): void {
    for (const work of this.#works.values()) work.cancel();
  }

  declineCheckpoint(checkpointId: number, reason: SerializedError): void {
    const { report, attemptNumber, subtaskId } = this.#options;
    report({ kind: 'checkpoint-declined', attemptNumber, subtaskId, checkpointId, reason });
  }

  awaitCheckpoint(): void {
    const { report, attemptNumber, subtaskId } = this.#options;
    report({ kind: 'checkpoint-awaited', attemptNumber, subtaskId });
  }

  registerReader(operatorId: string): void {
    const { report, attemptNumber, subtaskId } = this.#options;
    report({ kind: 'reader-registered', attemptNumber, subtaskId, operatorId });
  }

  reportWatermark(operatorId: string, group: string, maxDriftMs: number, watermark: number): void {
    const { report, attemptNumber, subtaskId } = this.#options;
    report({ kind: 'source-watermark', attemptNumber, subtaskId, operatorId, group, maxDriftMs, watermark });
  }

  requestSplit(operatorId: string): void {
    const { report, attemptNumber, subtaskId } = this.#options;
    report({ kind: 'split-requested', attemptNumber, subtaskId, operatorId });
  }

  sendToClient(operatorId: string, rows: readonly unknown[]): boolean {
    if (this.#rowsUnderWay >= COLLECT_ROWS_MAX) return false;
    const { report, attemptNumber, subtaskId } = this.#options;
    this.#rowsUnderWay += rows.length;
    report({ kind: 'rows-collected', attemptNumber, subtaskId, operatorId, rows });
    return true;
  }

  onCredit(rows: number): void {
    this.#rowsUnderWay -= rows;
    assert(this.#rowsUnderWay >= 0, 'the client takes no more rows than it was sent');
  }

  print(text: string, stream: 'stdout' | 'stderr'): void {
    if (stream === 'stderr') this.#options.process.writeStderr(text);
    else this.#options.process.writeStdout(text);
  }

  #checkpointDirectory(checkpointId: number): string {
    const { checkpointDirectory } = this.#options;
    assert(checkpointDirectory !== undefined, 'checkpoints are triggered only where there is a directory for them');
    return `${checkpointDirectory}/chk-${checkpointId}`;
  }

  #savepoint(checkpointId: number): SavepointPlace {
    let place = this.#savepoints.get(checkpointId);
    if (place === undefined) {
      let resolve: (directory: string) => void = () => undefined;
      const directory = new Promise<string>((settle) => {
        resolve = settle;
      });
      this.#savepoints.set(checkpointId, (place = { directory, resolve }));
    }
    return place;
  }

  async #finish(checkpointId: number, work: SubtaskSnapshotWork, timings: CheckpointTimings, flags: number): Promise<void> {
    const snapshots = await work.finished;
    this.#works.delete(checkpointId);
    if (snapshots !== undefined) await this.#write(checkpointId, snapshots, timings, flags);
  }

  async #write(checkpointId: number, snapshots: ReadonlyMap<string, OperatorSnapshot>, timings: CheckpointTimings, flags: number): Promise<void> {
    const { subtaskId, files, report, attemptNumber } = this.#options;
    const { bytes } = encodeSubtaskSnapshot(snapshots);
    const file = `${subtaskId}.state`;
    const directory = hasFlag(flags, BarrierFlag.SAVEPOINT) ? await this.#savepoint(checkpointId).directory : this.#checkpointDirectory(checkpointId);
    await files.atomicWrite(`${directory}/${file}`, bytes);
    report({ kind: 'checkpoint-acknowledged', attemptNumber, subtaskId, checkpointId, file, bytes: bytes.length, timings, operatorIds: operatorsWithState(snapshots) });
  }
}

function operatorsWithState(snapshots: ReadonlyMap<string, OperatorSnapshot>): readonly string[] {
  const hasState = ({ keyed, operator }: OperatorSnapshot): boolean => keyed.some((section) => section.groups.length > 0) || operator.some((section) => section.items.length > 0);
  return [...snapshots].filter(([, snapshot]) => hasState(snapshot)).map(([operatorId]) => operatorId);
}
