// Where a savepoint lies, and how it goes: it is its user's, so the engine chooses a new name for each and removes one
// only when told to, and then only the files that its metadata names. Thread: main.
import { basename } from 'node:path';
import { CHECKPOINT_METADATA_FILE } from '#jobmanager/checkpoint/checkpoint-metadata';
import { absolutePath, loadCheckpoint, type LoadedCheckpoint } from '#jobmanager/job-master/checkpoint-store';
import { resolveStoragePath, type CheckpointStorage } from '#state/checkpoint-storage/checkpoint-storage';
import { JobManagerError } from '#jobmanager/errors';

/**
 * `<target>/savepoint-<6 digits of the job id>-<12 digits>`, free at this time; @param random uniform in [0, 1).
 * Throws SAVEPOINT_DIRECTORY_MISSING.
 */
export async function chooseSavepointDirectory(storage: CheckpointStorage, target: string | undefined, jobId: string, random: () => number): Promise<string> {
  if (target === undefined) {
    throw new JobManagerError('SAVEPOINT_DIRECTORY_MISSING', 'the savepoint has no place to go: name a directory, or set execution.checkpointing.savepoint-dir');
  }
  const half = (): string => Math.floor(random() * 0x1000000).toString(16).padStart(6, '0');
  for (;;) {
    const path = `${absolutePath(target)}/savepoint-${jobId.slice(0, 6)}-${half()}${half()}`;
    if ((await storage.stat(path)) === undefined) return path;
  }
}

/**
 * Removes a savepoint given as its directory or its `_metadata` file; files that are not its own stay, with the directory.
 * Throws CHECKPOINT_NOT_FOUND, CHECKPOINT_METADATA_DAMAGED, CHECKPOINT_VERSION_UNSUPPORTED.
 */
export async function disposeSavepoint(storage: CheckpointStorage, path: string): Promise<void> {
  const snapshot = await loadCheckpoint(storage, path);
  const foreign = namedFiles(snapshot).find((file) => !liesInside(file));
  if (foreign !== undefined) {
    throw new JobManagerError('CHECKPOINT_METADATA_DAMAGED', `the savepoint ${path} names the file ${foreign}, which does not lie in its directory: remove it by hand`);
  }
  await removeFiles(storage, snapshot);
}

/**
 * A snapshot that its job owns and needs no more; fine when it is gone already. Files that it shares with checkpoints of
 * the job that took it go with the last of these.
 */
export async function removeClaimed(storage: CheckpointStorage, directory: string): Promise<void> {
  if (!(await isWhole(storage, directory))) return;
  const snapshot = await loadCheckpoint(storage, directory);
  await removeFiles(storage, snapshot);
  const shared = namedFiles(snapshot).filter((file) => !liesInside(file)).map((file) => resolveStoragePath(directory, file));
  if (shared.length === 0) return;
  const parent = resolveStoragePath(directory, '..');
  for (const { name, isDirectory } of await storage.list(parent)) {
    if (isDirectory && name !== basename(directory) && (await isWhole(storage, `${parent}/${name}`))) return;
  }
  for (const path of shared) await storage.delete(path);
}

async function isWhole(storage: CheckpointStorage, directory: string): Promise<boolean> {
  return (await storage.stat(`${directory}/${CHECKPOINT_METADATA_FILE}`)) !== undefined;
}

async function removeFiles(storage: CheckpointStorage, snapshot: LoadedCheckpoint): Promise<void> {
  const { directory } = snapshot.descriptor;
  const named = new Set(namedFiles(snapshot).filter(liesInside));
  // Without its metadata it is no savepoint any more: a half removed one cannot be mistaken for a whole one.
  await storage.delete(`${directory}/${CHECKPOINT_METADATA_FILE}`);
  // A subtask without state has a file that the metadata does not name.
  for (const { name, isDirectory } of await storage.list(directory)) {
    if (named.has(name) || (!isDirectory && name.endsWith('.state'))) await storage.delete(`${directory}/${name}`);
  }
  if ((await storage.list(directory)).length === 0) await storage.delete(directory);
}

function namedFiles({ descriptor, metadata }: LoadedCheckpoint): readonly string[] {
  return [...descriptor.operators.flatMap((operator) => operator.subtasks.map(({ file }) => file)), ...metadata.sharedFiles.map(({ path }) => path)];
}

function liesInside(file: string): boolean {
  return basename(file) === file && file !== '..';
}
