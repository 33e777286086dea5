// Flink's sink shape (Sink V2): a writer per subtask; with a committer, writers hand over committables at each
// checkpoint and the committer commits them once the checkpoint is complete, again after recovery.
import type { TypeInformation } from '#core/types/type-information';
import type { Clock } from '#platform/clock/clock';
import type { Files } from '#platform/files/files';

export interface Sink<T = unknown, WriterStateT = unknown, CommittableT = unknown> {
  readonly name: string;
  createWriter(context: SinkWriterContext): SinkWriter<T, WriterStateT, CommittableT>;
  /** Its writers take a text of a row as the TextSlice that lies where it was read; they must not keep it. Default false. */
  readonly takesTextSlices?: boolean;
  /** Present on two-phase-commit sinks. Commit must be idempotent: it is retried after recovery. */
  createCommitter?(context: SinkWriterContext): Committer<CommittableT>;
}

export interface SinkWriterContext {
  readonly subtaskIndex: number;
  readonly parallelism: number;
  readonly attemptNumber: number;
  readonly jobId: string;
  readonly operatorId: string;
  /** Declared type of the stream, if any. */
  readonly inputType: TypeInformation | undefined;
  readonly files: Files;
  readonly clock: Clock;
  /** Synchronous text to the process's stdout (default) or stderr, for print. */
  print(text: string, stream?: 'stdout' | 'stderr'): void;
  /** Sends rows to the client that collects the job's result; false when its buffer is full (try again next step). */
  sendToClient(rows: readonly unknown[]): boolean;
  count(metric: string, by: number): void;
}

export interface SinkWriter<T, WriterStateT, CommittableT> {
  write(element: T, timestamp: number, watermark: number): void;
  writeWatermark?(watermark: number): void;
  /** Everything written so far must be durable or in prepareCommit's answer; called before each barrier and at the end. */
  flush(isEndOfInput: boolean): void;
  /** Two-phase commit, first half: what this checkpoint covers. Called right after flush. */
  prepareCommit?(checkpointId: number): readonly CommittableT[];
  /** How writer state is divided when the job is restored: shared out (the default), or all of it to every subtask. */
  readonly stateMode?: 'split' | 'union';
  /** Writer state as plain data (msgpackr). */
  snapshot?(checkpointId: number): readonly WriterStateT[];
  /** Called once when the job starts from a checkpoint, before the first write; with no states when none is for this subtask. */
  restore?(states: readonly WriterStateT[]): void;
  /** A writer that must wait (client buffer full) returns false until it may go on. */
  readonly isReady?: boolean;
  close(): void;
}

export interface Committer<CommittableT> {
  commit(committables: readonly CommittableT[]): void;
  close(): void;
}
