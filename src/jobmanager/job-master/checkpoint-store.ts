// The files of a job's checkpoints: `<root>/<job id>/chk-N/`, and of its savepoints, each in a directory of its own: one
// file per subtask, written by the slots, and `_metadata`, written here last. Invariant: a directory with a whole `_metadata` is a whole checkpoint. Thread: main.
import { join, resolve } from 'node:path';
import { assert } from '#core/assert';
import type { RestoreDescriptor } from '#cluster/messages/slot-messages';
import { localPath } from '#jobmanager/checkpoint/checkpoint-settings';
import { CHECKPOINT_METADATA_FILE, decodeCheckpointMetadata, encodeCheckpointMetadata, type CheckpointMetadata } from '#jobmanager/checkpoint/checkpoint-metadata';
import { JobManagerError } from '#jobmanager/errors';
import type { Files } from '#platform/files/files';

export interface LoadedCheckpoint {
  readonly metadata: CheckpointMetadata;
  readonly descriptor: RestoreDescriptor;
}

export class CheckpointStore {
  /** Absolute path of the job's folder; undefined where only savepoints can be taken. */
  readonly jobDirectory: string | undefined;
  /** Directories of savepoints, which their users chose. */
  readonly #placed = new Map<number, string>();
  readonly #files: Files;

  constructor(files: Files, root: string | undefined, jobId: string) {
    this.#files = files;
    this.jobDirectory = root === undefined ? undefined : join(resolve(root), jobId);
  }

  directoryOf(checkpointId: number): string {
    const placed = this.#placed.get(checkpointId);
    if (placed !== undefined) return placed;
    assert(this.jobDirectory !== undefined, 'checkpoints are taken only where there is a directory for them');
    return join(this.jobDirectory, `chk-${checkpointId}`);
  }

  /** This snapshot goes elsewhere: it is a savepoint. */
  place(checkpointId: number, directory: string): void {
    this.#placed.set(checkpointId, directory);
  }

  async prepare(checkpointId: number): Promise<void> {
    await this.#files.mkdirs(this.directoryOf(checkpointId));
  }

  async writeMetadata(metadata: CheckpointMetadata): Promise<void> {
    await this.#files.atomicWrite(join(this.directoryOf(metadata.checkpointId), CHECKPOINT_METADATA_FILE), encodeCheckpointMetadata(metadata));
  }

  async discard(checkpointId: number): Promise<void> {
    await this.#files.delete(this.directoryOf(checkpointId));
  }

  /** Removes the job's folder when no checkpoint is left in it. */
  async removeWhenEmpty(): Promise<void> {
    if (this.jobDirectory !== undefined && (await this.#files.exists(this.jobDirectory)) && (await this.#files.list(this.jobDirectory)).length === 0) await this.#files.delete(this.jobDirectory);
  }
}

/**
 * Reads a checkpoint given as its directory or its `_metadata` file.
 * Throws CHECKPOINT_NOT_FOUND, CHECKPOINT_METADATA_DAMAGED, CHECKPOINT_VERSION_UNSUPPORTED.
 */
export async function loadCheckpoint(files: Files, path: string): Promise<LoadedCheckpoint> {
  const given = resolve(localPath(path));
  const entry = await files.stat(given);
  const directory = entry?.isDirectory === false ? join(given, '..') : given;
  const metadataPath = entry?.isDirectory === false ? given : join(given, CHECKPOINT_METADATA_FILE);
  if (!(await files.exists(metadataPath))) {
    throw new JobManagerError('CHECKPOINT_NOT_FOUND', `there is no checkpoint at ${path}: give the directory of a checkpoint or savepoint that holds a ${CHECKPOINT_METADATA_FILE} file`, { context: { path } });
  }
  const metadata = decodeCheckpointMetadata(await files.read(metadataPath), metadataPath);
  return { metadata, descriptor: { checkpointId: metadata.checkpointId, directory, operators: metadata.operators } };
}
