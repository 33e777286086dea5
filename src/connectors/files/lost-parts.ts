// What an attempt that was lost has left in the folder of a file sink: hidden parts that nobody will commit.
// Invariant: a file is removed only when it is of the same sink of the same job and no checkpoint can know of it.
// Thread: the slot's, once per writer.
import { basename } from 'node:path';
import type { PartFileState } from '#connectors/files/part-file-writer';
import type { FileEntry, Files } from '#platform/files/files';

export interface PartFolder {
  readonly directory: string;
  readonly prefix: string;
  /** In the names of hidden files of this sink of this job. */
  readonly jobMark: string;
  readonly subtaskIndex: number;
  readonly parallelism: number;
  readonly attemptNumber: number;
  /** State of the checkpoint that the attempt starts from, undefined when there is none. */
  readonly restored: readonly PartFileState[] | undefined;
}

/** Removes what is this subtask's (or that of one that is no more) to remove. Gives the first counter above all of its parts. O(files). */
export function removeLostParts(files: Files, folder: PartFolder): number {
  const pattern = new RegExp(`^\\.?${folder.prefix.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}-(\\d+)-(\\d+)(?!\\d)`);
  const known = new Set(folder.restored?.flatMap(({ inProgress = [] }) => inProgress.map((part) => part.temporary)));
  let nextPart = 0;
  for (const entry of filesBelow(files, folder.directory)) {
    const match = pattern.exec(basename(entry.path));
    if (match === null) continue;
    const [subtask, part] = [Number(match[1]), Number(match[2])];
    if (!known.has(entry.path) && isLost(folder, basename(entry.path), subtask, part)) files.deleteSync(entry.path);
    // Parts of earlier runs, or of a run at another parallelism, stay as they are, committed or not.
    else if (subtask === folder.subtaskIndex) nextPart = Math.max(nextPart, part + 1);
  }
  return nextPart;
}

function* filesBelow(files: Files, directory: string): Iterable<FileEntry> {
  for (const entry of files.listSync(directory)) {
    if (!entry.isDirectory) yield entry;
    else if (!/^[._]/.test(entry.name)) yield* filesBelow(files, entry.path);
  }
}

function isLost({ jobMark, subtaskIndex, parallelism, attemptNumber, restored }: PartFolder, name: string, subtask: number, part: number): boolean {
  if (subtask % parallelism !== subtaskIndex) return false;
  const isInProgress = name.endsWith(`.${jobMark}.inprogress`);
  if (!isInProgress && !name.endsWith(`.${jobMark}.pending`)) return false;
  // Without any checkpoint nothing that is hidden will ever be committed.
  if (restored === undefined) return isInProgress || attemptNumber > 0;
  const known = restored.find((state) => state.subtask === subtask);
  // A part below its counter waits for its commit, whoever has that to do.
  if (known !== undefined) return part >= known.nextPart || (isInProgress && known.inProgress === undefined);
  // State that was shared out may be another subtask's; where all have all, a subtask without any was not in the checkpoint.
  return isInProgress || (restored.length > 0 && restored.every((state) => state.inProgress !== undefined));
}
