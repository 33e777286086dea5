// One subtask's parts of checkpoints and savepoints, from the cut to the acknowledgement. Invariant: an acknowledgement is
// sent after its part is durable; a part that is not acknowledged leaves nothing in storage. Thread: the slot's.
import { assert } from '#core/assert';
import { serializeError, type SerializedError } from '#core/errors/engine-error';
import type { SubtaskId } from '#cluster/ids/ids';
import type { SlotReport } from '#cluster/messages/slot-messages';
import type { Clock } from '#platform/clock/clock';
import type { Files } from '#platform/files/files';
import type { CheckpointStorage } from '#state/checkpoint-storage/checkpoint-storage';
import type { MergedFiles } from '#state/checkpoint-storage/merged-files';
import type { SharedFiles } from '#state/checkpoint-storage/shared-files';
import { SubtaskStateWriter } from '#state/checkpoint-storage/subtask-state-writer';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { BarrierFlag, hasFlag } from '#streaming/task/barrier-flags';
import type { CheckpointTimings } from '#streaming/task/task-description';
import { TaskManagerError } from '#taskmanager/errors';
import type { DeferredWork } from '#taskmanager/slots/deferred-work';
import { SubtaskSnapshotWork } from '#taskmanager/slots/subtask-snapshot-work';

/** Promises of a slot that have not settled. */
export interface SlotPending {
  count: number;
}

export interface SubtaskCheckpointsOptions {
  readonly subtaskId: SubtaskId;
  readonly attemptNumber: number;
  /** Of the job: `chk-N` and `shared` lie in it; undefined when only savepoints are taken. */
  readonly checkpointDirectory: string | undefined;
  readonly storage: CheckpointStorage;
  readonly sharedFiles: SharedFiles;
  /** Of the slot; undefined where parts are not merged. */
  readonly mergedFiles?: MergedFiles | undefined;
  readonly inlineBytesMax: number;
  /** Default: not. */
  readonly isCompressed?: boolean;
  readonly report: (report: SlotReport) => void;
  readonly clock: Clock;
  readonly files: Files;
  readonly pending: SlotPending;
  readonly deferred: DeferredWork;
}

interface SavepointPlace {
  readonly directory: Promise<string>;
  readonly resolve: (directory: string) => void;
}

interface Cut {
  readonly checkpointId: number;
  readonly operatorIds: readonly string[];
  readonly timings: CheckpointTimings;
  readonly isSavepoint: boolean;
  readonly startMs: number;
}

export class SubtaskCheckpoints {
  readonly #options: SubtaskCheckpointsOptions;
  /** Parts that are not acknowledged or declined yet. */
  readonly #parts = new Set<Promise<void>>();
  /** Those of them whose bytes are still being made, by checkpoint. */
  readonly #works = new Map<number, SubtaskSnapshotWork>();
  readonly #savepoints = new Map<number, SavepointPlace>();
  readonly #aborted = new Set<number>();

  constructor(options: SubtaskCheckpointsOptions) {
    this.#options = options;
  }

  get isSnapshotting(): boolean {
    return this.#works.size > 0;
  }

  /** Undefined when every part has been acknowledged or declined. */
  get settled(): Promise<void> | undefined {
    return this.#parts.size === 0 ? undefined : Promise.all(this.#parts).then(() => undefined);
  }

  /** The JobMaster tells of it before it triggers the savepoint; a barrier may still be faster than this slot's mail. */
  onSavepointDirectory(checkpointId: number, directory: string): void {
    this.#savepoint(checkpointId).resolve(directory);
  }

  onComplete(checkpointId: number): void {
    this.#options.sharedFiles.onComplete(checkpointId);
  }

  onAborted(checkpointId: number): void {
    this.#options.sharedFiles.onAborted(checkpointId);
    this.#options.mergedFiles?.onAborted(checkpointId);
    if (this.#parts.size > 0) this.#aborted.add(checkpointId);
    this.#works.get(checkpointId)?.cancel();
  }

  /** The task ends: what is deferred is given up and released. */
  cancel(): void {
    for (const work of this.#works.values()) work.cancel();
  }

  /** The cut has been made. */
  begin(checkpointId: number, snapshots: ReadonlyMap<string, OperatorSnapshot>, timings: CheckpointTimings, flags: number): void {
    const { pending, clock } = this.#options;
    pending.count++;
    const cut = { checkpointId, operatorIds: operatorsWithState(snapshots), timings, isSavepoint: hasFlag(flags, BarrierFlag.SAVEPOINT), startMs: clock.monotonicMs() };
    const writer = this.#createWriter(cut);
    const work = new SubtaskSnapshotWork(snapshots, writer);
    this.#works.set(checkpointId, work);
    if (work.advance(() => false) !== 'over') this.#options.deferred.add(work);
    const part = this.#finish(cut, work, writer).catch((thrown: unknown) => this.#decline(checkpointId, thrown)).finally(() => {
      pending.count--;
      this.#works.delete(checkpointId);
      this.#parts.delete(part);
      this.#savepoints.delete(checkpointId);
      if (this.#parts.size === 0) this.#aborted.clear();
    });
    this.#parts.add(part);
  }

  async #finish(cut: Cut, work: SubtaskSnapshotWork, writer: SubtaskStateWriter): Promise<void> {
    const { subtaskId, attemptNumber, report, clock } = this.#options;
    const { checkpointId, operatorIds, timings, startMs } = cut;
    try {
      const isWhole = await work.finished;
      this.#works.delete(checkpointId);
      if (!isWhole) return await writer.abort();
      const { bytes, fullBytes, inline, merged, sharedFiles } = await writer.finish();
      if (this.#aborted.has(checkpointId)) return await writer.abort();
      report({
        kind: 'checkpoint-acknowledged', attemptNumber, subtaskId, checkpointId, operatorIds, bytes, fullBytes, inline, sharedFiles,
        ...(merged === undefined ? {} : { merged }), file: this.#file, timings: { ...timings, asyncMs: clock.monotonicMs() - startMs },
      });
    } catch (error) {
      await writer.abort().catch(() => undefined); // the first failure is the one to report
      throw error;
    }
  }

  #decline(checkpointId: number, thrown: unknown): void {
    if (this.#aborted.has(checkpointId)) return;
    const { subtaskId, attemptNumber, report } = this.#options;
    const error = new TaskManagerError('SNAPSHOT_WRITE_FAILED', `${subtaskId} cannot write its part of checkpoint ${checkpointId}: ${thrown instanceof Error ? thrown.message : String(thrown)}`, { cause: thrown });
    const reason: SerializedError = serializeError(error);
    report({ kind: 'checkpoint-declined', attemptNumber, subtaskId, checkpointId, reason });
  }

  get #file(): string {
    return stateFileOf(this.#options.subtaskId);
  }

  #createWriter({ checkpointId, isSavepoint }: Cut): SubtaskStateWriter {
    const { storage, files, sharedFiles, inlineBytesMax, isCompressed = false, checkpointDirectory, mergedFiles } = this.#options;
    const common = { storage, files, checkpointId, file: this.#file, sharedFiles, isCompressed };
    if (isSavepoint) return new SubtaskStateWriter({ ...common, inlineBytesMax: 0, directory: this.#savepoint(checkpointId).directory, sharedDirectory: undefined });
    assert(checkpointDirectory !== undefined, 'checkpoints are triggered only where there is a directory for them');
    return new SubtaskStateWriter({ ...common, inlineBytesMax, mergedFiles, directory: Promise.resolve(`${checkpointDirectory}/chk-${checkpointId}`), sharedDirectory: `${checkpointDirectory}/shared` });
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
}

/** Name of a subtask's state file in the directory of a checkpoint. */
export function stateFileOf(subtaskId: SubtaskId): string {
  return `${subtaskId}.state`;
}

function operatorsWithState(snapshots: ReadonlyMap<string, OperatorSnapshot>): readonly string[] {
  const hasState = ({ keyed, operator, deferred = [] }: OperatorSnapshot): boolean =>
    deferred.length > 0 || keyed.some((section) => section.groups.length > 0) || operator.some((section) => section.items.length > 0);
  return [...snapshots].filter(([, snapshot]) => hasState(snapshot)).map(([operatorId]) => operatorId);
}
