// Hands out files, one per request, in the order of the paths; a directory stands for its files sorted by name.
// Invariant: every split is either queued here or with a reader. Thread: the JobMaster's.
import type { FileSplit } from '#connectors/files/split';
import { FILE_START } from '#connectors/files/line-reader';
import { PlatformError } from '#platform/errors';
import type { Cancellable } from '#platform/clock/clock';
import type { Files } from '#platform/files/files';
import type { SplitEnumerator, SplitEnumeratorContext } from '#streaming/source/source';

export interface QueuedFiles {
  readonly queue: readonly FileSplit[];
  /** Of a source that looks for new files: all that were ever handed out or queued. */
  readonly seen?: readonly string[];
}

export interface FileDiscovery {
  readonly isRecursive: boolean;
  /** Undefined: the files that are there at the start are all. */
  readonly monitorIntervalMs: number | undefined;
}

export class FileSplitEnumerator implements SplitEnumerator<FileSplit, QueuedFiles> {
  readonly #context: SplitEnumeratorContext<FileSplit>;
  readonly #paths: readonly string[];
  readonly #discovery: FileDiscovery;
  readonly #seen: Set<string>;
  /** Readers that asked while there was nothing; a file that comes goes to the first. */
  #waiting: number[] = [];
  #queue: FileSplit[] | undefined;
  #timer: Cancellable | undefined;

  constructor(context: SplitEnumeratorContext<FileSplit>, checkpoint: QueuedFiles | undefined, paths: readonly string[], discovery: FileDiscovery = { isRecursive: false, monitorIntervalMs: undefined }) {
    this.#context = context;
    this.#paths = paths;
    this.#discovery = discovery;
    this.#seen = new Set(checkpoint?.seen);
    if (checkpoint !== undefined) this.#queue = [...checkpoint.queue];
  }

  /** Throws PlatformError FILE_NOT_FOUND for a path that does not exist, unless it may still come. */
  start(): void {
    const { monitorIntervalMs } = this.#discovery;
    if (this.#queue === undefined || monitorIntervalMs !== undefined) this.#discover();
    if (monitorIntervalMs === undefined) return;
    this.#context.setIsProcessingBacklog(this.#queue !== undefined && this.#queue.length > 0);
    this.#timer = this.#context.clock.scheduleRepeating(monitorIntervalMs, () => this.#discover());
  }

  addReader(): void {}

  handleSplitRequest(subtask: number): void {
    const split = this.#queue?.shift();
    if (split !== undefined) this.#context.assignSplit(split, subtask);
    else if (this.#discovery.monitorIntervalMs === undefined) this.#context.signalNoMoreSplits(subtask);
    else this.#wait(subtask);
  }

  /** Files that were there at the start are a backlog until a reader has come to their end. */
  #wait(subtask: number): void {
    this.#waiting.push(subtask);
    this.#context.setIsProcessingBacklog(false);
  }

  addSplitsBack(splits: readonly FileSplit[], subtask: number): void {
    (this.#queue ??= []).unshift(...splits);
    this.#waiting = this.#waiting.filter((waiting) => waiting !== subtask);
  }

  snapshot(): QueuedFiles {
    const queue = [...(this.#queue ?? [])];
    return this.#discovery.monitorIntervalMs === undefined ? { queue } : { queue, seen: [...this.#seen] };
  }

  close(): void {
    this.#timer?.cancel();
  }

  #discover(): void {
    const { isRecursive, monitorIntervalMs } = this.#discovery;
    const { files } = this.#context;
    const paths = this.#paths.flatMap((path) => (monitorIntervalMs !== undefined && !files.existsSync(path) ? [] : filesAt(files, path, isRecursive)));
    const queue = (this.#queue ??= []);
    for (const [index, path] of paths.entries()) {
      if (monitorIntervalMs !== undefined && this.#seen.has(path)) continue;
      this.#seen.add(path);
      queue.push({ id: monitorIntervalMs === undefined ? `${index}:${path}` : path, path, position: FILE_START });
    }
    while (queue.length > 0 && this.#waiting.length > 0) this.#context.assignSplit(queue.shift()!, this.#waiting.shift()!);
  }
}

/** Hidden files (name starts with `.` or `_`) of a directory are left out: they are not finished. */
export function filesAt(files: Files, path: string, isRecursive: boolean): readonly string[] {
  const entry = files.statSync(path);
  if (entry === undefined) throw new PlatformError('FILE_NOT_FOUND', `cannot read ${path}: it does not exist: check the path`, { context: { path } });
  if (!entry.isDirectory) return [path];
  const children = files.listSync(path).filter(({ name }) => !/^[._]/.test(name));
  return children.flatMap((child) => (!child.isDirectory ? [child.path] : isRecursive ? filesAt(files, child.path, true) : []));
}
