// Writer of one subtask's part files. Names of part c of subtask s: `.part-s-c….<job>.inprogress` while it is written,
// `.part-s-c….<job>.pending` from the barrier on, `part-s-c…` once committed. Invariant: nothing is visible before commit,
// and a counter that a completed checkpoint knows is never used again. What a failed attempt left hidden is removed.
import { Buffer } from 'node:buffer';
import { basename, join } from 'node:path';
import type { Files, WriteHandle } from '#platform/files/files';
import type { SinkWriter, SinkWriterContext } from '#streaming/sink/sink';

/** Committable: a closed and synced part that waits to be made visible. */
export interface PartFile {
  readonly temporary: string;
  readonly final: string;
}

export interface PartFileState {
  readonly subtask: number;
  /** Counter of the next part. */
  readonly nextPart: number;
}

const BUFFER_CHARS_MAX = 256 * 1024;
const PART_NAME = /^\.?part-(\d+)-(\d+)\D/;

interface OpenPart {
  readonly handle: WriteHandle;
  readonly file: PartFile;
}

export class PartFileWriter<T> implements SinkWriter<T, PartFileState, PartFile> {
  readonly #context: SinkWriterContext;
  readonly #files: Files;
  readonly #directory: string;
  readonly #suffix: string;
  readonly #toLine: (record: T) => string;
  /** Keeps hidden files of different jobs in one directory apart. */
  readonly #jobMark: string;
  #open: OpenPart | undefined;
  #text = '';
  #nextPart = 0;
  /** Undefined when the job starts afresh. */
  #restored: readonly PartFileState[] | undefined;
  #isClean = false;

  constructor(context: SinkWriterContext, directory: string, suffix: string, toLine: (record: T) => string) {
    this.#context = context;
    this.#files = context.files;
    this.#directory = directory;
    this.#suffix = suffix;
    this.#toLine = toLine;
    this.#jobMark = `${context.jobId}-${context.operatorId}`.replaceAll(/[^\w-]/g, '_');
  }

  write(element: T): void {
    this.#open ??= this.#openPart();
    this.#text += `${this.#toLine(element)}\n`;
    if (this.#text.length >= BUFFER_CHARS_MAX) this.#append(this.#open);
  }

  flush(): void {
    this.#prepareDirectory();
    if (this.#open === undefined) return;
    this.#append(this.#open);
    this.#open.handle.fsyncSync();
  }

  /** Closes the part in progress and hands it over. */
  prepareCommit(): readonly PartFile[] {
    const open = this.#open;
    if (open === undefined) return [];
    this.#open = undefined;
    open.handle.closeSync();
    this.#files.renameSync(open.handle.path, open.file.temporary);
    this.#files.syncDirectorySync(this.#directory);
    return [open.file];
  }

  snapshot(): readonly PartFileState[] {
    return [{ subtask: this.#context.subtaskIndex, nextPart: this.#nextPart }];
  }

  /** Parts that the restored checkpoint does not know are those of an attempt that was lost. */
  restore(states: readonly PartFileState[]): void {
    this.#restored = states;
    this.#nextPart = Math.max(0, ...states.filter((state) => state.subtask === this.#context.subtaskIndex).map((state) => state.nextPart));
  }

  /** What was not handed over by prepareCommit is thrown away. */
  close(): void {
    this.#text = '';
    this.#open?.handle.closeSync();
    if (this.#open !== undefined) this.#files.deleteSync(this.#open.handle.path);
    this.#open = undefined;
  }

  #openPart(): OpenPart {
    this.#prepareDirectory();
    const hidden = (part: number, state: string) => join(this.#directory, `.part-${this.#context.subtaskIndex}-${part}${this.#suffix}.${this.#jobMark}.${state}`);
    const visible = (part: number) => join(this.#directory, `part-${this.#context.subtaskIndex}-${part}${this.#suffix}`);
    const part = this.#nextPart++;
    const handle = this.#files.openWriteSync(hidden(part, 'inprogress'));
    return { handle, file: { temporary: hidden(part, 'pending'), final: visible(part) } };
  }

  #append(open: OpenPart): void {
    if (this.#text === '') return;
    open.handle.appendSync(Buffer.from(this.#text, 'utf8'));
    this.#text = '';
  }

  /** Once, before the first part: by then the state is restored. */
  #prepareDirectory(): void {
    if (this.#isClean) return;
    this.#isClean = true;
    this.#files.mkdirsSync(this.#directory);
    for (const entry of this.#files.listSync(this.#directory)) {
      const name = basename(entry.path);
      const match = PART_NAME.exec(name);
      if (match === null || entry.isDirectory) continue;
      const [subtask, part] = [Number(match[1]), Number(match[2])];
      if (this.#isLost(name, subtask, part)) this.#files.deleteSync(entry.path);
      // Parts of earlier runs, or of a run at another parallelism, stay as they are, committed or not.
      else if (subtask === this.#context.subtaskIndex) this.#nextPart = Math.max(this.#nextPart, part + 1);
    }
  }

  /** Of this job and this subtask (or one that is no more), and not to be committed by anybody. */
  #isLost(name: string, subtask: number, part: number): boolean {
    const { subtaskIndex, parallelism, attemptNumber } = this.#context;
    if (subtask % parallelism !== subtaskIndex) return false;
    if (name.endsWith(`.${this.#jobMark}.inprogress`)) return true;
    if (!name.endsWith(`.${this.#jobMark}.pending`)) return false;
    // Without any checkpoint nothing that is pending will ever be committed.
    if (this.#restored === undefined) return attemptNumber > 0;
    const known = this.#restored.find((state) => state.subtask === subtask);
    return known !== undefined && part >= known.nextPart;
  }
}
