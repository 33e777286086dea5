// Brings the files of file sets to where a backend can link or copy them: those in storage that is no local directory, and
// those that lie inside of state files, are written below a directory of the attempt, which is removed once its tasks are
// open. Every file is read once and held against its checksum. Thread: the slot's.
import type { Files } from '#platform/files/files';
import { resolveStoragePath, type CheckpointStorage } from '#state/checkpoint-storage/checkpoint-storage';
import type { SharedFile } from '#state/checkpoint-storage/shared-files';
import { StateError } from '#state/errors';
import type { KeyGroupRange } from '#state/keyed/keyed-state';
import { crc32 } from '#state/snapshot/crc32';
import type { RestoredFileSet, SnapshotFile } from '#state/snapshot/file-set';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import type { StoredFileSet } from '#state/snapshot/section-assembly';
import { TaskManagerError } from '#taskmanager/errors';

const CHUNK_BYTES = 2 * 2 ** 20;

export interface RestoredFilesOptions {
  readonly storage: CheckpointStorage;
  readonly files: Files;
  /** Of the checkpoint. */
  readonly directory: string;
  /** Where files may be written that only this restore needs. */
  readonly temporaryDirectory: string;
  /** Only shared files in it are referred to by later checkpoints; undefined: none. */
  readonly sharedDirectory: string | undefined;
}

export class RestoredFiles {
  /** By shared id. */
  readonly shared = new Map<string, SharedFile>();
  readonly #options: RestoredFilesOptions;
  #written = 0;

  constructor(options: RestoredFilesOptions) {
    this.#options = options;
  }

  /** The snapshot with the file sets that overlap `range`. Throws SNAPSHOT_CORRUPT, SNAPSHOT_READ_FAILED. */
  async bring(snapshot: OperatorSnapshot | undefined, range: KeyGroupRange): Promise<OperatorSnapshot | undefined> {
    if (snapshot?.stored === undefined) return snapshot;
    const { stored, ...rest } = snapshot;
    const fileSets: RestoredFileSet[] = [];
    for (const set of stored) {
      if (set.keyGroupRange.start > range.end || set.keyGroupRange.end < range.start) continue;
      const files: SnapshotFile[] = [];
      for (const file of set.files) files.push(await this.#bringFile(file));
      fileSets.push({ ...set, files });
    }
    return { ...rest, fileSets };
  }

  /** The tasks are open: removes what was written for them. */
  async remove(): Promise<void> {
    if (this.#written > 0) await this.#options.files.delete(this.#options.temporaryDirectory);
  }

  async #bringFile({ name, bytes, sharedId, path, crc32: checksum, contents }: StoredFileSet['files'][number]): Promise<SnapshotFile> {
    if (path === undefined || sharedId === undefined || checksum === undefined) return { name, bytes, path: await this.#write(name, contents!) };
    const { storage, directory, sharedDirectory } = this.#options;
    const stored = resolveStoragePath(directory, path);
    const local = storage.localPathOf(stored) ?? await this.#write(name, await this.#readable(stored, () => storage.readWhole(stored)));
    await this.#readable(stored, () => this.#verify(local, stored, bytes, checksum));
    if (sharedDirectory !== undefined && stored.startsWith(`${sharedDirectory}/`)) this.shared.set(sharedId, { path: stored, bytes, crc32: checksum });
    return { name, bytes, path: local, sharedId, crc32: checksum };
  }

  async #write(name: string, contents: Uint8Array): Promise<string> {
    const { files, temporaryDirectory } = this.#options;
    const directory = `${temporaryDirectory}/${this.#written++}`;
    await files.mkdirs(directory);
    await files.atomicWrite(`${directory}/${name}`, contents);
    return `${directory}/${name}`;
  }

  async #verify(local: string, stored: string, bytes: number, checksum: number): Promise<void> {
    let sum = 0;
    let length = 0;
    for await (const chunk of this.#options.files.readStream(local, { chunkBytes: CHUNK_BYTES })) {
      sum = crc32(chunk, 0, chunk.length, sum);
      length += chunk.length;
    }
    if (length === bytes && sum === checksum) return;
    const why = length === bytes ? 'its checksum does not match its bytes' : `it has ${length} of ${bytes} bytes`;
    throw new StateError('SNAPSHOT_CORRUPT', `snapshot file ${stored} is damaged: ${why}; restore from another snapshot`, { context: { fileName: stored } });
  }

  async #readable<T>(path: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (thrown) {
      if (thrown instanceof StateError) throw thrown;
      throw new TaskManagerError('SNAPSHOT_READ_FAILED', `the state file ${path} cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`, { cause: thrown });
    }
  }
}
