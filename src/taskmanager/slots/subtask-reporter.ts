// How one task talks to the world: statuses and requests become reports; snapshots become files, then reports.
// Invariant: who hears of a task's end knows that no acknowledgement is under way. Thread: the slot's.
import { assert } from '#core/assert';
import type { SerializedError } from '#core/errors/engine-error';
import type { SubtaskId } from '#cluster/ids/ids';
import type { SlotReport } from '#cluster/messages/slot-messages';
import type { Process } from '#platform/process/process';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import type { CheckpointTimings, StateQueryAnswer, TaskReporter, TaskStatus } from '#streaming/task/task-description';
import type { SubtaskCheckpoints } from '#taskmanager/slots/subtask-checkpoints';

/** Rows under way to the client, per subtask. */
const COLLECT_ROWS_MAX = 65_536;

export interface SubtaskReporterOptions {
  readonly subtaskId: SubtaskId;
  readonly attemptNumber: number;
  readonly report: (report: SlotReport) => void;
  readonly process: Process;
  readonly checkpoints: SubtaskCheckpoints;
}

export class SubtaskReporter implements TaskReporter {
  readonly checkpoints: SubtaskCheckpoints;
  readonly #options: SubtaskReporterOptions;
  #rowsUnderWay = 0;

  constructor(options: SubtaskReporterOptions) {
    this.#options = options;
    this.checkpoints = options.checkpoints;
  }

  statusChanged(status: TaskStatus, error: SerializedError | undefined): void {
    const { report, attemptNumber, subtaskId } = this.#options;
    const tell = (): void => report({ kind: 'task-status', attemptNumber, subtaskId, status, error });
    const { settled } = this.checkpoints;
    if (status === 'FINISHED' && settled !== undefined) void settled.then(tell);
    else tell();
  }

  acknowledgeCheckpoint(checkpointId: number, snapshots: ReadonlyMap<string, OperatorSnapshot>, timings: CheckpointTimings, flags = 0): void {
    this.checkpoints.begin(checkpointId, snapshots, timings, flags);
  }

  get isSnapshotting(): boolean {
    return this.checkpoints.isSnapshotting;
  }

  cancelSnapshots(): void {
    this.checkpoints.cancel();
  }

  declineCheckpoint(checkpointId: number, reason: SerializedError): void {
    const { report, attemptNumber, subtaskId } = this.#options;
    report({ kind: 'checkpoint-declined', attemptNumber, subtaskId, checkpointId, reason });
  }

  awaitCheckpoint(): void {
    const { report, attemptNumber, subtaskId } = this.#options;
    report({ kind: 'checkpoint-awaited', attemptNumber, subtaskId });
  }

  answerQuery(requestId: string, answer: StateQueryAnswer): void {
    const { report, attemptNumber, subtaskId } = this.#options;
    report({ kind: 'state-queried', attemptNumber, subtaskId, requestId, answer });
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
}
