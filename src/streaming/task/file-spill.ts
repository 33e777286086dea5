// Overdraft of one channel in a file of the slot's temporary directory. The file lives from the first frame that found no
// memory until the backlog is empty or the task closes; a file left behind by a slot that died is of no use to anybody.
// Thread: the slot's.
import type { Files, ReadHandle, WriteHandle } from '#platform/files/files';
import { assert } from '#core/assert';
import type { OverdraftSpill } from '#shuffle/result-partition/overdraft-spill';
import type { TaskDescription } from '#streaming/task/task-description';

export class FileSpill implements OverdraftSpill {
  readonly #files: Files;
  readonly #path: string;
  readonly #onSpill: (bytes: number) => void;
  readonly #write: WriteHandle;
  #read: ReadHandle | undefined;
  #isClosed = false;

  /** Makes the file. @param path a name that nobody else uses. @param onSpill told of the bytes of each frame. */
  constructor(files: Files, path: string, onSpill: (bytes: number) => void) {
    this.#onSpill = onSpill;
    this.#files = files;
    this.#path = path;
    this.#write = files.openWriteSync(path);
  }

  append(bytes: Uint8Array): number {
    const position = this.#write.bytesWritten;
    this.#write.appendSync(bytes);
    this.#onSpill(bytes.length);
    return position;
  }

  read(position: number, into: Uint8Array): void {
    this.#read ??= this.#files.openReadSync(this.#path);
    assert(this.#read.readRangeSync(position, into) === into.length, 'what was spilled is read back whole');
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#read?.closeSync();
    this.#write.closeSync();
    this.#files.deleteSync(this.#path);
  }
}

/** Makes spills for the channels of a task, each in a file of its own; undefined where the task has no temporary directory. */
export function createFileSpills(description: TaskDescription, onSpill: (bytes: number) => void): (() => OverdraftSpill) | undefined {
  const { files, temporaryDirectory, jobId, vertexId, subtaskIndex, attemptNumber } = description;
  if (temporaryDirectory === undefined) return undefined;
  let next = 0;
  return () => new FileSpill(files, `${temporaryDirectory}/millrace-overdraft-${jobId}-${vertexId}-${subtaskIndex}-${attemptNumber}-${next++}`, onSpill);
}
