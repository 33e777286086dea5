// hot path (per row). Writer of one subtask's part files. Names of part c of subtask s: `.part-s-c….<job>.inprogress` while
// it is written, `.part-s-c….<job>.pending` once it is closed, `part-s-c…` once committed. A part that goes on over a
// checkpoint is in its state with the length it had: a restore cuts it there and hands it over. Invariant: nothing is
// visible before commit, and a counter that a completed checkpoint knows is never used again.
import { Buffer } from 'node:buffer';
import { dirname, join } from 'node:path';
import { checkBucket, type BucketAssigner } from '#connectors/files/bucket-assigner';
import type { FileCommittable, PartFile, PartitionCommit, Replacement } from '#connectors/files/file-committable';
import { PartitionProgress } from '#connectors/files/partition-progress';
import { removeLostParts } from '#connectors/files/lost-parts';
import type { RollingPolicy } from '#connectors/files/rolling-policy';
import type { Files, WriteHandle } from '#platform/files/files';
import type { SinkWriter, SinkWriterContext } from '#streaming/sink/sink';

/** A part that was being written at a checkpoint. */
export interface PartInProgress extends PartFile {
  /** What the checkpoint covers of it. */
  readonly bytes: number;
}

export interface PartFileState {
  readonly subtask: number;
  /** Counter of the next part. */
  readonly nextPart: number;
  /** Absent in state of an engine whose parts all ended at checkpoints. */
  readonly inProgress?: readonly PartInProgress[];
  /** Buckets that are not complete yet, and when their first records came; absent where nothing is told about them. */
  readonly partitions?: readonly (readonly [string, number])[];
}

/** Makes the bytes of one part of a format whose files have blocks, or an end of their own. */
export interface PartEncoder<T> {
  add(record: T): void;
  /** Of what was added and not taken yet, about. */
  readonly pendingBytes: number;
  /** Bytes that are complete; nothing while a block is gathered. */
  take(): Uint8Array;
  /** The rest, and the end of the file. */
  finish(): Uint8Array;
}

export interface PartFileOptions<T> {
  readonly directory: string;
  readonly prefix: string;
  readonly suffix: string;
  /** A record as a line, or an encoder of each part; those parts end with each checkpoint. */
  readonly toLine: ((record: T) => string) | undefined;
  readonly createEncoder?: () => PartEncoder<T>;
  readonly rolling: RollingPolicy;
  /** Undefined = everything goes into the directory itself. */
  readonly bucketOf: BucketAssigner<T> | undefined;
  readonly partitionCommit?: PartitionCommit | undefined;
  readonly replacement?: Replacement | undefined;
}

const BUFFER_CHARS_MAX = 256 * 1024;

interface OpenPart<T> {
  readonly encoder: PartEncoder<T> | undefined;
  readonly handle: WriteHandle;
  readonly directory: string;
  /** Under which it waits once it is closed, and under which it is seen. */
  readonly closed: PartFile;
  readonly begunMs: number;
  text: string;
  /** Something was written since the last checkpoint. */
  isTouched: boolean;
  touchedMs: number;
  /** A checkpoint may know of it: it is not thrown away with the attempt. */
  isSnapshotted: boolean;
}

export class PartFileWriter<T> implements SinkWriter<T, PartFileState, FileCommittable> {
  readonly stateMode = 'union';
  readonly #context: SinkWriterContext;
  readonly #files: Files;
  readonly #options: PartFileOptions<T>;
  readonly #toLine: ((record: T) => string) | undefined;
  /** Keeps hidden files of different jobs in one directory apart. */
  readonly #jobMark: string;
  /** By bucket. */
  readonly #open = new Map<string, OpenPart<T>>();
  /** The part of the last row. */
  #current: OpenPart<T> | undefined;
  #currentBucket = '';
  /** Closed since the last checkpoint, and those of them that an earlier one knows. */
  #closed: PartFile[] = [];
  readonly #known = new Set<PartFile>();
  #nextPart = 0;
  readonly #partitions: PartitionProgress | undefined;
  /** Undefined when the job starts afresh. */
  #restored: readonly PartFileState[] | undefined;
  #isClean = false;

  constructor(context: SinkWriterContext, options: PartFileOptions<T>) {
    this.#context = context;
    this.#files = context.files;
    this.#options = options;
    this.#toLine = options.toLine;
    this.#partitions = options.partitionCommit && new PartitionProgress(options.partitionCommit);
    this.#jobMark = `${context.jobId}-${context.operatorId}`.replaceAll(/[^\w-]/g, '_');
  }

  write(element: T, timestamp = Number.NaN, watermark = Number.NEGATIVE_INFINITY): void {
    const { bucketOf } = this.#options;
    let part = this.#current;
    if (bucketOf !== undefined) {
      const bucket = bucketOf(element, { timestamp, watermark, processingTime: this.#context.clock.now() });
      this.#partitions?.onWatermark(watermark);
      if (bucket !== this.#currentBucket) part = this.#useBucket(bucket);
    }
    part ??= this.#openPart();
    part.isTouched = true;
    if (part.encoder !== undefined) {
      this.#encode(part, part.encoder, element);
      return;
    }
    part.text += `${this.#toLine!(element)}\n`;
    if (part.text.length >= BUFFER_CHARS_MAX || part.handle.bytesWritten + part.text.length >= this.#options.rolling.maxPartBytes) this.#append(part);
  }

  writeWatermark(watermark: number): void {
    this.#partitions?.onWatermark(watermark);
  }

  flush(isEndOfInput = false): void {
    this.#prepareDirectory();
    const { rolling } = this.#options;
    const nowMs = this.#context.clock.now();
    this.#partitions?.findComplete(nowMs, isEndOfInput);
    for (const [bucket, part] of this.#open) {
      this.#append(part);
      if (!this.#open.has(bucket)) continue;
      if (part.isTouched) part.touchedMs = nowMs;
      part.isTouched = false;
      const isDue = nowMs - part.begunMs >= rolling.rolloverMs || nowMs - part.touchedMs >= rolling.inactivityMs;
      if (isEndOfInput || rolling.isRolledOnCheckpoint || isDue || this.#partitions?.isComplete(bucket) === true) this.#close(bucket, part);
      else part.handle.fsyncSync();
    }
  }

  /** Hands over what was closed since the last checkpoint. */
  prepareCommit(): readonly FileCommittable[] {
    const closed = this.#closed;
    this.#closed = [];
    this.#known.clear();
    const folderOf = (bucket: string): string => join(this.#options.directory, bucket);
    const replaced = this.#options.replacement === undefined ? [] : [...new Set([...this.#options.replacement.buckets.map(folderOf), ...closed.map(({ final }) => dirname(final))])];
    const { successFile } = this.#options.partitionCommit ?? { successFile: undefined };
    return [...replaced.map((folder) => ({ replaced: folder })), ...closed, ...(this.#partitions?.takeComplete() ?? []).map((bucket) => ({ partition: folderOf(bucket), successFile }))];
  }

  snapshot(): readonly PartFileState[] {
    const inProgress = [...this.#open.values()].map((part) => {
      part.isSnapshotted = true;
      return { temporary: part.handle.path, final: part.closed.final, bytes: part.handle.bytesWritten };
    });
    return [{ subtask: this.#context.subtaskIndex, nextPart: this.#nextPart, inProgress, ...(this.#partitions === undefined ? {} : { partitions: this.#partitions.snapshot() }) }];
  }

  /** @param states of all old subtasks. Parts that the restored checkpoint does not know are those of an attempt that was lost. */
  restore(states: readonly PartFileState[]): void {
    const { subtaskIndex, parallelism } = this.#context;
    this.#restored = states;
    this.#nextPart = Math.max(0, ...states.filter((state) => state.subtask === subtaskIndex).map((state) => state.nextPart));
    for (const { subtask, inProgress = [], partitions = [] } of states) {
      if (subtask % parallelism !== subtaskIndex) continue;
      this.#partitions?.restore(partitions);
      for (const part of inProgress) this.#takeOver(part);
    }
  }

  /** What no checkpoint knows of is thrown away. */
  close(): void {
    for (const part of this.#open.values()) {
      part.handle.closeSync();
      if (!part.isSnapshotted) this.#files.deleteSync(part.handle.path);
    }
    for (const part of this.#closed.splice(0)) if (!this.#known.has(part)) this.#files.deleteSync(part.temporary);
    this.#open.clear();
    this.#current = undefined;
  }

  #encode(part: OpenPart<T>, encoder: PartEncoder<T>, element: T): void {
    encoder.add(element);
    const bytes = encoder.take();
    if (bytes.length > 0) part.handle.appendSync(bytes);
    if (part.handle.bytesWritten + encoder.pendingBytes >= this.#options.rolling.maxPartBytes) this.#close(this.#currentBucket, part);
  }

  #useBucket(bucket: string): OpenPart<T> | undefined {
    const part = this.#open.get(bucket);
    if (part === undefined) checkBucket(bucket);
    this.#currentBucket = bucket;
    this.#current = part;
    return part;
  }

  #openPart(): OpenPart<T> {
    this.#prepareDirectory();
    const { prefix, suffix } = this.#options;
    const directory = join(this.#options.directory, this.#currentBucket);
    if (this.#currentBucket !== '') this.#files.mkdirsSync(directory);
    const name = `${prefix}-${this.#context.subtaskIndex}-${this.#nextPart++}${suffix}`;
    const hidden = (state: string): string => join(directory, `.${name}.${this.#jobMark}.${state}`);
    const nowMs = this.#context.clock.now();
    const part: OpenPart<T> = {
      encoder: this.#options.createEncoder?.(), handle: this.#files.openWriteSync(hidden('inprogress')), directory, closed: { temporary: hidden('pending'), final: join(directory, name) },
      begunMs: nowMs, text: '', isTouched: false, touchedMs: nowMs, isSnapshotted: false,
    };
    this.#partitions?.onRecord(this.#currentBucket, nowMs);
    this.#open.set(this.#currentBucket, part);
    this.#current = part;
    return part;
  }

  /** Writes what is buffered; a part that has its size is closed. */
  #append(part: OpenPart<T>): void {
    if (part.text !== '') part.handle.appendSync(Buffer.from(part.text, 'utf8'));
    part.text = '';
    if (part.handle.bytesWritten < this.#options.rolling.maxPartBytes) return;
    for (const [bucket, candidate] of this.#open) if (candidate === part) this.#close(bucket, part);
  }

  #close(bucket: string, part: OpenPart<T>): void {
    if (part.encoder !== undefined) part.handle.appendSync(part.encoder.finish());
    part.handle.fsyncSync();
    part.handle.closeSync();
    this.#open.delete(bucket);
    if (this.#current === part) this.#current = undefined;
    // One that a checkpoint knows keeps its name: a restore looks for it there.
    const temporary = part.isSnapshotted ? part.handle.path : part.closed.temporary;
    if (!part.isSnapshotted) this.#files.renameSync(part.handle.path, temporary);
    this.#files.syncDirectorySync(part.directory);
    this.#addClosed({ temporary, final: part.closed.final }, part.isSnapshotted);
  }

  /** What the checkpoint covers of the part goes to the next one as a closed part; cutting it twice changes nothing. */
  #takeOver({ temporary, final, bytes }: PartInProgress): void {
    if (this.#files.existsSync(temporary)) {
      const handle = this.#files.openWriteSync(temporary, { mode: 'append', keepBytes: bytes });
      handle.fsyncSync();
      handle.closeSync();
    }
    // One that is gone was committed by a later checkpoint, or is missed by the committer.
    this.#addClosed({ temporary, final }, true);
  }

  #addClosed(part: PartFile, isKnown: boolean): void {
    this.#closed.push(part);
    if (isKnown) this.#known.add(part);
  }

  /** Once, before the first part: by then the state is restored. */
  #prepareDirectory(): void {
    if (this.#isClean) return;
    this.#isClean = true;
    const { directory, prefix } = this.#options;
    const { subtaskIndex, parallelism, attemptNumber } = this.#context;
    this.#files.mkdirsSync(directory);
    const nextPart = removeLostParts(this.#files, { directory, prefix, jobMark: this.#jobMark, subtaskIndex, parallelism, attemptNumber, restored: this.#restored });
    this.#nextPart = Math.max(this.#nextPart, nextPart);
  }
}
