// Where a savepoint lies, and how it goes: it is its user's, so the engine chooses a new name for each and removes one
// only when told to, and then only the files that its metadata names. Thread: main.
import { basename, join, resolve } from 'node:path';
import { CHECKPOINT_METADATA_FILE } from '#jobmanager/checkpoint/checkpoint-metadata';
import { localPath } from '#jobmanager/checkpoint/checkpoint-settings';
import { loadCheckpoint } from '#jobmanager/job-master/checkpoint-store';
import { DirectoryStorage } from '#state/checkpoint-storage/directory-storage';
import { JobManagerError } from '#jobmanager/errors';
import type { Files } from '#platform/files/files';

/**
 * `<target>/savepoint-<6 digits of the job id>-<12 digits>`, free at this time; @param random uniform in [0, 1).
 * Throws SAVEPOINT_DIRECTORY_MISSING.
 */
export async function chooseSavepointDirectory(files: Files, target: string | undefined, jobId: string, random: () => number): Promise<string> {
  if (target === undefined) {
    throw new JobManagerError('SAVEPOINT_DIRECTORY_MISSING', 'the savepoint has no place to go: name a directory, or set execution.checkpointing.savepoint-dir');
  }
  const half = (): string => Math.floor(random() * 0x1000000).toString(16).padStart(6, '0');
  for (;;) {
    const path = join(resolve(localPath(target)), `savepoint-${jobId.slice(0, 6)}-${half()}${half()}`);
    if (!(await files.exists(path))) return path;
  }
}

/**
 * Removes a savepoint given as its directory or its `_metadata` file; files that are not its own stay, with the directory.
 * Throws CHECKPOINT_NOT_FOUND, CHECKPOINT_METADATA_DAMAGED, CHECKPOINT_VERSION_UNSUPPORTED.
 */
export async function disposeSavepoint(files: Files, path: string): Promise<void> {
  const { descriptor: { directory, operators }, metadata: { sharedFiles } } = await loadCheckpoint(new DirectoryStorage(files), path);
  const named = new Set([...operators.flatMap((operator) => operator.subtasks.map(({ file }) => file)), ...sharedFiles.map((file) => file.path)]);
  const foreign = [...named].find((file) => basename(file) !== file || file === '..');
  if (foreign !== undefined) {
    throw new JobManagerError('CHECKPOINT_METADATA_DAMAGED', `the savepoint ${path} names the file ${foreign}, which does not lie in its directory: remove it by hand`);
  }
  // Without its metadata it is no savepoint any more: a half removed one cannot be mistaken for a whole one.
  await files.delete(join(directory, CHECKPOINT_METADATA_FILE));
  // A subtask without state has a file that the metadata does not name.
  for (const { name, isDirectory } of await files.list(directory)) {
    if (named.has(name) || (!isDirectory && name.endsWith('.state'))) await files.delete(join(directory, name));
  }
  if ((await files.list(directory)).length === 0) await files.delete(directory);
}
