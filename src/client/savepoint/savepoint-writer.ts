// Writes a savepoint that no job took: from rows, or from another snapshot with operators added, replaced and removed. In
// the spirit of Flink's state processor. Invariant: `_metadata` is written last, so a directory with one is a whole savepoint.
import { ClientError } from '#client/errors';
import { createNodePlatform } from '#client/platform';
import { SnapshotFiles, storageOf, type SnapshotDoors } from '#client/savepoint/snapshot-files';
import type { BootstrapTransformation } from '#client/savepoint/state-bootstrap';
import type { OperatorStateHandles } from '#cluster/messages/slot-messages';
import { operatorIdOfUid } from '#graph/stream-graph/operator-ids';
import { CHECKPOINT_METADATA_FILE, encodeCheckpointMetadata, type CheckpointMetadata } from '#jobmanager/checkpoint/checkpoint-metadata';
import { absolutePath } from '#jobmanager/job-master/checkpoint-store';
import type { CheckpointStorage } from '#state/checkpoint-storage/checkpoint-storage';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { encodeSubtaskSnapshot } from '#state/snapshot/subtask-snapshot';

/** Of a savepoint that starts from nothing: a job with state in it must have the same max parallelism, or leave it to be derived. */
const MAX_PARALLELISM_UNLESS_GIVEN = 128;
const NO_JOB = '0'.repeat(32);

interface Target {
  readonly storage: CheckpointStorage;
  readonly directory: string;
  /** Of states, written so far. */
  readonly files: string[];
}

export class SavepointWriter {
  readonly #platform: SnapshotDoors;
  readonly #from: string | undefined;
  readonly #maxParallelism: number;
  readonly #operators = new Map<string, { readonly uid: string; readonly transformation: BootstrapTransformation }>();
  readonly #removed = new Set<string>();

  private constructor(platform: SnapshotDoors, from: string | undefined, maxParallelism: number) {
    this.#platform = platform;
    this.#from = from;
    this.#maxParallelism = maxParallelism;
  }

  static newSavepoint({ maxParallelism = MAX_PARALLELISM_UNLESS_GIVEN }: { readonly maxParallelism?: number } = {}, platform: SnapshotDoors = createNodePlatform()): SavepointWriter {
    return new SavepointWriter(platform, undefined, maxParallelism);
  }

  /** Starts from a checkpoint or savepoint, which stays as it is. @param maxParallelism of operators that are added. */
  static fromExistingSavepoint(path: string, { maxParallelism = MAX_PARALLELISM_UNLESS_GIVEN }: { readonly maxParallelism?: number } = {}, platform: SnapshotDoors = createNodePlatform()): SavepointWriter {
    return new SavepointWriter(platform, path, maxParallelism);
  }

  /** The operator's whole state; in place of what the existing savepoint has for it. */
  withOperator(uid: string, transformation: BootstrapTransformation): this {
    this.#operators.set(operatorIdOfUid(uid), { uid, transformation });
    return this;
  }

  removeOperator(uid: string): this {
    this.#removed.add(operatorIdOfUid(uid));
    return this;
  }

  /**
   * Writes everything into a directory that holds no savepoint yet, here or in an object store; its absolute path. Rejects with
   * SAVEPOINT_TARGET_TAKEN, CHECKPOINT_PATH_UNSUPPORTED, with what reading the existing savepoint rejects with, and with what a
   * bootstrap function throws: then nothing of it is left.
   */
  async write(path: string): Promise<string> {
    const storage = storageOf(this.#platform);
    const directory = absolutePath(path);
    const metadataPath = `${directory}/${CHECKPOINT_METADATA_FILE}`;
    if (await storage.stat(metadataPath) !== undefined) throw new ClientError('SAVEPOINT_TARGET_TAKEN', `there is a savepoint at ${path} already: give a directory of its own to each`);
    const existing = this.#from === undefined ? undefined : await SnapshotFiles.open(this.#platform, this.#from);
    const isNew = (await storage.stat(directory)) === undefined;
    const target: Target = { storage, directory, files: [] };
    try {
      await storage.mkdirs(directory);
      await storage.writeWhole(metadataPath, encodeCheckpointMetadata(await this.#writeOperators(target, existing)));
    } catch (error) {
      for (const file of target.files) await storage.delete(file).catch(() => undefined); // the first failure is the one to report
      if (isNew) await storage.delete(directory).catch(() => undefined);
      throw error;
    }
    return directory;
  }

  async #writeOperators(target: Target, existing: SnapshotFiles | undefined): Promise<CheckpointMetadata> {
    const { clock } = this.#platform;
    const operators: OperatorStateHandles[] = existing === undefined ? [] : await this.#copyKept(existing, target);
    for (const [operatorId, { uid, transformation }] of this.#operators) {
      const snapshot = await transformation.snapshot(this.#maxParallelism, clock);
      operators.push({ operatorId, uid, parallelism: 1, maxParallelism: this.#maxParallelism, subtasks: [await writeState(target, operatorId, 0, snapshot)] });
    }
    const kept = new Set(operators.map(({ operatorId }) => operatorId));
    return {
      checkpointId: existing?.metadata.checkpointId ?? 0,
      jobId: existing?.metadata.jobId ?? NO_JOB,
      jobName: existing?.metadata.jobName ?? 'bootstrap',
      timestamp: Math.trunc(clock.now()),
      operators, inlined: {}, sharedFiles: [],
      enumerators: existing?.metadata.enumerators.filter(({ operatorId }) => kept.has(operatorId)) ?? [],
    };
  }

  async #copyKept(existing: SnapshotFiles, target: Target): Promise<OperatorStateHandles[]> {
    const copied: OperatorStateHandles[] = [];
    for (const handles of existing.metadata.operators) {
      const { operatorId } = handles;
      if (this.#removed.has(operatorId) || this.#operators.has(operatorId)) continue;
      const subtasks: OperatorStateHandles['subtasks'][number][] = [];
      for await (const snapshot of existing.subtasks(handles)) {
        const { subtaskIndex } = handles.subtasks[subtasks.length]!;
        subtasks.push(await writeState(target, operatorId, subtaskIndex, snapshot));
      }
      copied.push({ ...handles, subtasks });
    }
    return copied;
  }
}

async function writeState({ storage, directory, files }: Target, operatorId: string, subtaskIndex: number, snapshot: OperatorSnapshot): Promise<OperatorStateHandles['subtasks'][number]> {
  const { bytes } = encodeSubtaskSnapshot(new Map([[operatorId, snapshot]]));
  const file = `${operatorId}_${subtaskIndex}.state`;
  files.push(`${directory}/${file}`);
  await storage.writeWhole(`${directory}/${file}`, bytes);
  return { subtaskIndex, file, bytes: bytes.length };
}
