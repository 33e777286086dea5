// Stores the files of file sets for one checkpoint: a shared file that storage has already is referred to, a new one is
// stored once under a name of its own, any other goes into the state file. Thread: the slot's.
import { assert } from '#core/assert';
import type { Files } from '#platform/files/files';
import { resolveStoragePath, type CheckpointStorage } from '#state/checkpoint-storage/checkpoint-storage';
import type { SharedFile, SharedFiles } from '#state/checkpoint-storage/shared-files';
import { crc32 } from '#state/snapshot/crc32';
import type { FileSet, SnapshotFile } from '#state/snapshot/file-set';
import type { SnapshotEncoder, StoredFile } from '#state/snapshot/snapshot-encoder';

/** Files stored at a time. */
const CONCURRENCY = 4;
/** Checksummed at a time: 1 to 2 ms of the thread. */
const CHUNK_BYTES = 2 * 2 ** 20;

export interface FileSetStoreOptions {
  readonly storage: CheckpointStorage;
  /** Local files of backends. */
  readonly files: Files;
  readonly checkpointId: number;
  /** Of the checkpoint or savepoint; known later for a savepoint whose barrier was faster than its mail. */
  readonly directory: Promise<string>;
  /** Name of the subtask's state file in it. */
  readonly file: string;
  /** Where files go that checkpoints share; undefined for a savepoint, which has all of its files in its directory. */
  readonly sharedDirectory: string | undefined;
  readonly sharedFiles: SharedFiles;
}

/** A file that checkpoints may share. */
export interface StoredSharedFile {
  /** Relative to the checkpoint's directory, or absolute when it lies with another job. */
  readonly path: string;
  readonly bytes: number;
  /** Stored for this checkpoint. */
  readonly isNew: boolean;
}

interface StoredResult {
  readonly stored: StoredFile;
  readonly contents: Uint8Array;
}

export class FileSetStore {
  readonly stored: StoredSharedFile[] = [];
  /** By shared id. */
  readonly byId = new Map<string, SharedFile>();
  readonly #options: FileSetStoreOptions;
  readonly #written: string[] = [];
  #pending = 0;
  #work: Promise<void> = Promise.resolve();
  #isAborted = false;

  constructor(options: FileSetStoreOptions) {
    this.#options = options;
  }

  get isIdle(): boolean {
    return this.#pending === 0;
  }

  async settled(): Promise<void> {
    await this.#work;
  }

  add(operatorId: string, fileSet: FileSet, encoder: SnapshotEncoder): void {
    this.#pending++;
    const before = this.#work;
    this.#work = (async () => {
      await before;
      try {
        const results = await this.#storeAll(fileSet.files);
        const { name, version, serializers, keyGroupRange, properties } = fileSet;
        const header = { operatorId, name, version, mode: 'files' as const, serializers, keyGroupRange, files: results.map(({ stored }) => stored) };
        encoder.whole(header, [properties, ...results.map(({ contents }) => contents)]);
      } finally {
        this.#pending--;
      }
    })();
    this.#work.catch(() => undefined); // whoever waits for it hears of it
  }

  /** Removes what was stored; waits for what is under way. */
  async abort(): Promise<void> {
    this.#isAborted = true;
    await this.#work.catch(() => undefined); // reported to whoever waited
    for (const path of this.#written) await this.#options.storage.delete(path);
  }

  async #storeAll(files: readonly SnapshotFile[]): Promise<StoredResult[]> {
    const results: StoredResult[] = [];
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < files.length && !this.#isAborted) {
        const index = next++;
        results[index] = await this.#store(files[index]!);
      }
    };
    const ends = await Promise.allSettled(Array.from({ length: Math.min(CONCURRENCY, files.length) }, worker));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    assert(this.#isAborted || results.length === files.length, 'every file has a result');
    return results;
  }

  async #store(file: SnapshotFile): Promise<StoredResult> {
    const { name, bytes, sharedId } = file;
    if (sharedId === undefined) return { stored: { name, bytes }, contents: await this.#options.files.read(file.path) };
    const known = this.#options.sharedDirectory === undefined ? undefined : this.#options.sharedFiles.find(sharedId);
    const shared = known ?? await this.#storeShared(file, sharedId);
    const path = this.#relative(await this.#options.directory, shared.path);
    this.byId.set(sharedId, shared);
    this.stored.push({ path, bytes, isNew: known === undefined });
    return { stored: { name, bytes, sharedId, path, crc32: shared.crc32 }, contents: new Uint8Array(0) };
  }

  /**
   * The checkpoint's id in the name keeps a file apart from that of a checkpoint that was given up; the subtask's from the same file stored by
   * another subtask, where both were restored from it.
   */
  async #storeShared(file: SnapshotFile, sharedId: string): Promise<SharedFile> {
    const { storage, sharedDirectory, directory, checkpointId, file: stateFile } = this.#options;
    const path = sharedDirectory === undefined ? `${await directory}/${stateFile}-${sharedId}` : `${sharedDirectory}/${checkpointId}-${stateFile}-${sharedId}`;
    this.#written.push(path);
    const checksum = file.crc32 ?? await this.#checksum(file.path);
    await storage.storeFile(file.path, path);
    return { path, bytes: file.bytes, crc32: checksum };
  }

  async #checksum(path: string): Promise<number> {
    let checksum = 0;
    for await (const chunk of this.#options.files.readStream(path, { chunkBytes: CHUNK_BYTES })) checksum = crc32(chunk, 0, chunk.length, checksum);
    return checksum;
  }

  /** A checkpoint's directory and `shared` lie side by side, so that the job's folder can be moved. */
  #relative(directory: string, path: string): string {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const candidate = this.#options.sharedDirectory === undefined ? name : `../shared/${name}`;
    return resolveStoragePath(directory, candidate) === path ? candidate : path;
  }
}
