// Hands out files, one per request, in the order of the paths; a directory stands for its files sorted by name.
// Invariant: every split is either queued here or with a reader. Thread: the JobMaster's.
import type { FileSplit } from '#connectors/files/split';
import { FILE_START } from '#connectors/files/line-reader';
import { PlatformError } from '#platform/errors';
import type { Files } from '#platform/files/files';
import type { SplitEnumerator, SplitEnumeratorContext } from '#streaming/source/source';

export interface QueuedFiles {
  readonly queue: readonly FileSplit[];
}

export class FileSplitEnumerator implements SplitEnumerator<FileSplit, QueuedFiles> {
  readonly #context: SplitEnumeratorContext<FileSplit>;
  readonly #paths: readonly string[];
  #queue: FileSplit[] | undefined;

  constructor(context: SplitEnumeratorContext<FileSplit>, checkpoint: QueuedFiles | undefined, paths: readonly string[]) {
    this.#context = context;
    this.#paths = paths;
    if (checkpoint !== undefined) this.#queue = [...checkpoint.queue];
  }

  /** Throws PlatformError FILE_NOT_FOUND for a path that does not exist. */
  start(): void {
    this.#queue ??= this.#paths.flatMap((path) => filesAt(this.#context.files, path)).map((path, index) => ({ id: `${index}:${path}`, path, position: FILE_START }));
  }

  addReader(): void {}

  handleSplitRequest(subtask: number): void {
    const split = this.#queue?.shift();
    if (split === undefined) this.#context.signalNoMoreSplits(subtask);
    else this.#context.assignSplit(split, subtask);
  }

  addSplitsBack(splits: readonly FileSplit[]): void {
    (this.#queue ??= []).unshift(...splits);
  }

  snapshot(): QueuedFiles {
    return { queue: [...(this.#queue ?? [])] };
  }

  close(): void {}
}

/** Hidden files (name starts with `.` or `_`) of a directory are left out: they are not finished. */
function filesAt(files: Files, path: string): readonly string[] {
  const entry = files.statSync(path);
  if (entry === undefined) throw new PlatformError('FILE_NOT_FOUND', `cannot read ${path}: it does not exist: check the path`, { context: { path } });
  if (!entry.isDirectory) return [path];
  return files.listSync(path).filter((child) => !child.isDirectory && !/^[._]/.test(child.name)).map((child) => child.path);
}
