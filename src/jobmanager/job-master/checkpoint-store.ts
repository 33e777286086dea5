// The files of a job's checkpoints: `<root>/<job id>/chk-N/`, `shared/` and `taskowned/`, and of its savepoints, each in a
// directory of its own: state files, written by the slots, and `_metadata`, written here last and removed first.
// Invariant: a directory with a whole `_metadata` is a whole checkpoint. Thread: main.
import { resolve } from 'node:path';
import { assert } from '#core/assert';
import type { RestoreDescriptor } from '#cluster/messages/slot-messages';
import { storagePath, type CheckpointSettings } from '#jobmanager/checkpoint/checkpoint-settings';
import { CHECKPOINT_METADATA_FILE, decodeCheckpointMetadata, encodeCheckpointMetadata, type CheckpointMetadata } from '#jobmanager/checkpoint/checkpoint-metadata';
import { checkpointIdOfSharedFile, SharedStateRegistry } from '#jobmanager/checkpoint/shared-state-registry';
import { JobManagerError } from '#jobmanager/errors';
import { isObjectPath, resolveStoragePath, type CheckpointStorage } from '#state/checkpoint-storage/checkpoint-storage';

export interface LoadedCheckpoint {
  readonly metadata: CheckpointMetadata;
  readonly descriptor: RestoreDescriptor;
}

export class CheckpointStore {
  /** Absolute path of the job's folder; undefined where only savepoints can be taken. */
  readonly jobDirectory: string | undefined;
  /** Directories of savepoints, which their users chose. */
  readonly #placed = new Map<number, string>();
  readonly #storage: CheckpointStorage;
  readonly #registry = new SharedStateRegistry();
  readonly #concurrentMax: number;
  /**
   * Released with the checkpoints discarded last, oldest first. A task may refer to them once more: barriers can be faster
   * than the news that a checkpoint is complete, by as many checkpoints as may be under way and no more.
   */
  #condemned: readonly (readonly string[])[] = [];
  #isLaidOut = false;

  /** @param jobDirectory absolute. @param concurrentMax checkpoints under way at once. */
  constructor(storage: CheckpointStorage, jobDirectory: string | undefined, concurrentMax: number) {
    this.#concurrentMax = concurrentMax;
    this.#storage = storage;
    this.jobDirectory = jobDirectory;
  }

  directoryOf(checkpointId: number): string {
    const placed = this.#placed.get(checkpointId);
    if (placed !== undefined) return placed;
    assert(this.jobDirectory !== undefined, 'checkpoints are taken only where there is a directory for them');
    return `${this.jobDirectory}/chk-${checkpointId}`;
  }

  /** This snapshot goes elsewhere: it is a savepoint. */
  place(checkpointId: number, directory: string): void {
    this.#placed.set(checkpointId, directory);
  }

  /** Before the job begins: a place that takes no directory now will take no checkpoint. Throws CHECKPOINT_DIRECTORY_UNUSABLE. */
  async layOut(): Promise<void> {
    try {
      await this.#makeFolders();
      await this.#storage.list(`${this.jobDirectory}/shared`); // an object store has no folders to be made
    } catch (cause) {
      throw new JobManagerError('CHECKPOINT_DIRECTORY_UNUSABLE', `checkpoints cannot be kept in ${this.jobDirectory}: ${cause instanceof Error ? cause.message : String(cause)}; set execution.checkpointing.dir to a place that can be written`, { cause });
    }
  }

  async prepare(checkpointId: number): Promise<void> {
    if (!this.#placed.has(checkpointId)) await this.#makeFolders();
    await this.#storage.mkdirs(this.directoryOf(checkpointId));
  }

  async #makeFolders(): Promise<void> {
    if (this.#isLaidOut) return;
    for (const name of ['shared', 'taskowned']) await this.#storage.mkdirs(`${this.jobDirectory}/${name}`);
    this.#isLaidOut = true;
  }

  async writeMetadata(metadata: CheckpointMetadata): Promise<void> {
    const directory = this.directoryOf(metadata.checkpointId);
    await this.#storage.writeWhole(`${directory}/${CHECKPOINT_METADATA_FILE}`, encodeCheckpointMetadata(metadata));
    if (!this.#placed.has(metadata.checkpointId)) this.#register(metadata.checkpointId, directory, metadata);
  }

  /** A complete checkpoint of the same job that another process has taken. */
  adopt({ metadata, descriptor }: LoadedCheckpoint): void {
    this.#register(metadata.checkpointId, descriptor.directory, metadata);
  }

  async discard(checkpointId: number): Promise<void> {
    const directory = this.directoryOf(checkpointId);
    // Without its metadata it is no checkpoint any more: a half removed one cannot be mistaken for a whole one.
    await this.#storage.delete(`${directory}/${CHECKPOINT_METADATA_FILE}`);
    await this.#storage.delete(directory);
    // One that was given up has released nothing.
    const condemned = this.#registry.has(checkpointId) ? [...this.#condemned, this.#registry.release(checkpointId)] : [...this.#condemned];
    const due = condemned.splice(0, Math.max(0, condemned.length - this.#concurrentMax));
    this.#condemned = condemned;
    for (const path of due.flat()) if (!this.#registry.isReferenced(path) && !this.#isCondemned(path)) await this.#storage.delete(path);
    if (!this.#placed.has(checkpointId)) await this.removeOrphans((id) => id === checkpointId);
  }

  /** True when every file is there that a checkpoint under way refers to. */
  areKnown(checkpointId: number, paths: readonly string[]): boolean {
    const directory = this.directoryOf(checkpointId);
    return paths.map((path) => resolveStoragePath(directory, path)).every((path) => this.#registry.isReferenced(path) || this.#isCondemned(path));
  }

  /** Shared files stored for checkpoints that `isOver` tells of, and that no retained checkpoint needs. */
  async removeOrphans(isOver: (checkpointId: number) => boolean): Promise<void> {
    if (this.jobDirectory === undefined) return;
    for (const { name } of await this.#storage.list(`${this.jobDirectory}/shared`)) {
      const path = `${this.jobDirectory}/shared/${name}`;
      const id = checkpointIdOfSharedFile(name);
      if (id !== undefined && isOver(id) && !this.#registry.isReferenced(path) && !this.#isCondemned(path)) await this.#storage.delete(path);
    }
  }

  /** The job is over: all that no retained checkpoint needs. */
  async removeUnreferenced(): Promise<void> {
    this.#condemned = [];
    await this.removeOrphans(() => true);
  }

  /** Removes the job's folder when no checkpoint is left in it. */
  async removeWhenEmpty(): Promise<void> {
    const { jobDirectory } = this;
    if (jobDirectory === undefined) return;
    for (const name of ['shared', 'taskowned']) {
      if ((await this.#storage.list(jobDirectory)).some((entry) => entry.name.startsWith('chk-'))) return;
      if ((await this.#storage.list(`${jobDirectory}/${name}`)).length === 0) await this.#storage.delete(`${jobDirectory}/${name}`);
    }
    if ((await this.#storage.stat(jobDirectory)) !== undefined && (await this.#storage.list(jobDirectory)).length === 0) await this.#storage.delete(jobDirectory);
  }

  #isCondemned(path: string): boolean {
    return this.#condemned.some((paths) => paths.includes(path));
  }

  #register(checkpointId: number, directory: string, { sharedFiles }: CheckpointMetadata): void {
    this.#registry.register(checkpointId, sharedFiles.map(({ path }) => resolveStoragePath(directory, path)));
  }
}

/**
 * Reads a checkpoint given as its directory or its `_metadata` file.
 * Throws CHECKPOINT_NOT_FOUND, CHECKPOINT_METADATA_DAMAGED, CHECKPOINT_VERSION_UNSUPPORTED.
 */
export async function loadCheckpoint(storage: CheckpointStorage, path: string): Promise<LoadedCheckpoint> {
  const given = absolutePath(path);
  const entry = await storage.stat(given);
  const directory = entry?.isDirectory === false ? resolveStoragePath(given, '..') : given;
  const metadataPath = entry?.isDirectory === false ? given : `${given}/${CHECKPOINT_METADATA_FILE}`;
  if ((await storage.stat(metadataPath)) === undefined) {
    throw new JobManagerError('CHECKPOINT_NOT_FOUND', `there is no checkpoint at ${path}: give the directory of a checkpoint or savepoint that holds a ${CHECKPOINT_METADATA_FILE} file`, { context: { path } });
  }
  const metadata = decodeCheckpointMetadata(await storage.readWhole(metadataPath), metadataPath);
  const { checkpointId, operators, inlined, merged } = metadata;
  return { metadata, descriptor: { checkpointId, directory, operators, inlined, ...(merged === undefined ? {} : { merged }) } };
}

/** As loadCheckpoint, when every file is there that the metadata names; else throws CHECKPOINT_FILE_MISSING. */
export async function loadWholeCheckpoint(storage: CheckpointStorage, path: string): Promise<LoadedCheckpoint> {
  const loaded = await loadCheckpoint(storage, path);
  const { directory, inlined, merged = {} } = loaded.descriptor;
  const stateFiles = new Set(loaded.metadata.operators.flatMap(({ subtasks }) => subtasks.map(({ file }) => file)).filter((file) => inlined[file] === undefined));
  const expected = [...mergedBytes([...stateFiles].map((file) => merged[file] ?? { file, offset: 0, bytes: undefined })), ...loaded.metadata.sharedFiles];
  for (const file of expected) {
    const found = await storage.stat(resolveStoragePath(directory, file.path));
    if (found !== undefined && (file.bytes === undefined || found.bytes === file.bytes)) continue;
    const why = found === undefined ? 'is missing' : `has ${found.bytes} bytes`;
    throw new JobManagerError('CHECKPOINT_FILE_MISSING', `the file ${file.path} of the checkpoint ${path} ${why}${file.bytes === undefined ? '' : `, ${file.bytes} were stored`}: restore from another checkpoint`, { context: { path, file: file.path } });
  }
  return loaded;
}

/** Each file once, with the bytes that its parts take. */
function mergedBytes(parts: readonly { readonly file: string; readonly offset: number; readonly bytes: number | undefined }[]): readonly { readonly path: string; readonly bytes: number | undefined }[] {
  const ends = new Map<string, number | undefined>();
  for (const { file, offset, bytes } of parts) ends.set(file, bytes === undefined ? undefined : Math.max(ends.get(file) ?? 0, offset + bytes));
  return [...ends].map(([path, bytes]) => ({ path, bytes }));
}

/** `<root>/<job id>`, absolute; undefined where no checkpoint can be taken. */
export function jobDirectoryOf({ directory }: CheckpointSettings, jobId: string): string | undefined {
  return directory === undefined ? undefined : `${absolutePath(directory)}/${jobId}`;
}

/** Of a local path relative to where the process runs; a path of an object store is absolute. Throws CHECKPOINT_PATH_UNSUPPORTED. */
export function absolutePath(path: string): string {
  const given = storagePath(path);
  return isObjectPath(given) ? given.replace(/\/+$/, '') : resolve(given);
}
