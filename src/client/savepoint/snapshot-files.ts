// The files of one checkpoint or savepoint, opened to be read as data: every byte that is read has passed its checksum.
// Thread: any. Invariant: nothing is written.
import { operatorIdOfUid } from '#graph/stream-graph/operator-ids';
import { Configuration } from '#core/config/configuration';
import { ClientError } from '#client/errors';
import type { Platform } from '#client/platform';
import { withoutNativeFiles } from '#client/savepoint/native-state';
import type { OperatorStateHandles, RestoreDescriptor } from '#cluster/messages/slot-messages';
import type { CheckpointMetadata } from '#jobmanager/checkpoint/checkpoint-metadata';
import { loadCheckpoint, type LoadedCheckpoint } from '#jobmanager/job-master/checkpoint-store';
import type { CheckpointStorage } from '#state/checkpoint-storage/checkpoint-storage';
import { openStateFile } from '#state/checkpoint-storage/state-file';
import { createCheckpointStorage } from '#state/checkpoint-storage/storage-by-path';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { decodeSubtaskSnapshot } from '#state/snapshot/subtask-snapshot';

/** What reading a snapshot needs of the host: files of RocksDB are opened in a temporary directory. */
export interface SnapshotDoors extends Pick<Platform, 'files' | 'clock' | 'random' | 'process'> {
  /** Where the snapshot lies; left out, as the host's own settings reach it. */
  readonly storage?: CheckpointStorage;
}

export function storageOf({ storage, files }: SnapshotDoors): CheckpointStorage {
  return storage ?? createCheckpointStorage(files, Configuration.fromMap({}));
}

export class SnapshotFiles {
  readonly metadata: CheckpointMetadata;
  readonly descriptor: RestoreDescriptor;
  readonly #doors: SnapshotDoors;
  readonly #storage: CheckpointStorage;
  /** The file read last: operators of one vertex share theirs. */
  #last: { readonly file: string; readonly operators: ReadonlyMap<string, OperatorSnapshot> } | undefined;

  private constructor(doors: SnapshotDoors, storage: CheckpointStorage, { descriptor, metadata }: LoadedCheckpoint) {
    this.#doors = doors;
    this.#storage = storage;
    this.descriptor = descriptor;
    this.metadata = metadata;
  }

  /** @param path its directory or its `_metadata`. Throws CHECKPOINT_NOT_FOUND, CHECKPOINT_METADATA_DAMAGED, CHECKPOINT_VERSION_UNSUPPORTED. */
  static async open(doors: SnapshotDoors, path: string): Promise<SnapshotFiles> {
    const storage = storageOf(doors);
    return new SnapshotFiles(doors, storage, await loadCheckpoint(storage, path));
  }

  /** Absolute. */
  get directory(): string {
    return this.descriptor.directory;
  }

  /** @param operator its uid, or its id of 32 hex digits. Throws SNAPSHOT_OPERATOR_UNKNOWN. */
  operator(operator: string): OperatorStateHandles {
    const { operators } = this.metadata;
    const id = operatorIdOfUid(operator);
    const found = operators.find((candidate) => candidate.operatorId === id) ?? operators.find((candidate) => candidate.operatorId === operator);
    if (found !== undefined) return found;
    const known = operators.map(({ operatorId, uid }) => uid ?? operatorId).join(', ');
    throw new ClientError('SNAPSHOT_OPERATOR_UNKNOWN', `the snapshot ${this.directory} has no state of an operator with uid ${operator}: it has ${known === '' ? 'no state at all' : known}`);
  }

  /**
   * What the operator's old subtasks wrote, in their order, as sections; one file is in memory at a time.
   * Throws SNAPSHOT_CORRUPT, SNAPSHOT_VERSION_UNSUPPORTED, STATE_BACKEND_UNAVAILABLE where files of RocksDB cannot be opened.
   */
  async *subtasks({ operatorId, subtasks, maxParallelism }: OperatorStateHandles): AsyncIterableIterator<OperatorSnapshot> {
    for (const { file } of subtasks) {
      if (this.#last?.file !== file) {
        this.#last = { file, operators: await this.#read(file) };
      }
      const { files, clock, random, process } = this.#doors;
      const options = { storage: this.#storage, files, clock, random, process, directory: this.directory, maxParallelism };
      yield await withoutNativeFiles(this.#last.operators.get(operatorId) ?? { keyed: [], operator: [] }, options);
    }
  }

  async #read(file: string): Promise<ReadonlyMap<string, OperatorSnapshot>> {
    const opened = await openStateFile(this.#storage, this.directory, this.metadata, file);
    try {
      return decodeSubtaskSnapshot(await opened.read(0, opened.bytes), opened.name);
    } finally {
      await opened.close();
    }
  }
}
