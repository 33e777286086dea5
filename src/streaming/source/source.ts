// Flink's source shape: an enumerator (one per source, on the JobMaster's thread) hands out splits, readers (one per
// subtask, in the slot) read them. Splits and enumerator checkpoints are plain data (msgpackr-serialisable).
// Exactly-once: a reader's snapshot is its splits with their positions; nothing else is remembered.
import type { FieldTree } from '#core/codegen/field-tree';
import type { Batch } from '#core/columns/frame';
import type { TypeInformation } from '#core/types/type-information';
import type { Clock } from '#platform/clock/clock';
import type { Files } from '#platform/files/files';

export type Boundedness = 'bounded' | 'continuous-unbounded';

export interface Source<T = unknown, SplitT = unknown, EnumeratorCheckpointT = unknown> {
  /** Connector's name as it appears in operator names, e.g. `Nexmark Source`. */
  readonly name: string;
  readonly boundedness: Boundedness;
  readonly producedType: TypeInformation<T> | undefined;
  createEnumerator(context: SplitEnumeratorContext<SplitT>, checkpoint: EnumeratorCheckpointT | undefined): SplitEnumerator<SplitT, EnumeratorCheckpointT>;
  createReader(context: SourceReaderContext): SourceReader<T, SplitT>;
  /** The same source with readers that make only what is read of its records; its splits are those of this one. */
  narrowedTo?(reads: FieldTree): Pick<Source<T, SplitT, EnumeratorCheckpointT>, 'producedType' | 'createReader'>;
}

export interface SplitEnumeratorContext<SplitT> {
  readonly parallelism: number;
  readonly files: Files;
  readonly clock: Clock;
  assignSplit(split: SplitT, subtask: number): void;
  /** No split will be assigned to the reader any more: it ends when it has read what it has. */
  signalNoMoreSplits(subtask: number): void;
  /** Whether old records are being caught up with: meanwhile checkpoints may be rarer (`execution.checkpointing.interval-during-backlog`). False at the start. */
  setIsProcessingBacklog(isProcessingBacklog: boolean): void;
}

export interface SplitEnumerator<SplitT, CheckpointT> {
  start(): void;
  /** A reader has registered; splits restored from its snapshot are with it already. */
  addReader(subtask: number): void;
  /** A reader has nothing left to read and asks for more. */
  handleSplitRequest(subtask: number): void;
  /** Splits of a failed reader that were assigned after the checkpoint restored. */
  addSplitsBack(splits: readonly SplitT[], subtask: number): void;
  snapshot(checkpointId: number): CheckpointT;
  close(): void;
}

export interface SourceReaderContext {
  readonly subtaskIndex: number;
  readonly parallelism: number;
  readonly files: Files;
  readonly clock: Clock;
  /** Asks the enumerator for a split; answered by addSplits or notifyNoMoreSplits. */
  requestSplit(): void;
  /** Wakes the reader's slot: something became available outside a poll (a promise settled, a socket got data). */
  wake(): void;
  count(metric: string, by: number): void;
}

export const ReadStatus = {
  /** Call again at once. */
  MORE: 1,
  /** Nothing now: call again after wake(), after `nextPollMs`, or when splits arrive. */
  NOTHING: 2,
  /** All splits are read and no more will come. */
  END: 3,
} as const;
export type ReadStatus = (typeof ReadStatus)[keyof typeof ReadStatus];

/** Common life cycle. Restored and assigned splits both come through addSplits. */
interface SplitReader<SplitT> {
  start(): void;
  addSplits(splits: readonly SplitT[]): void;
  notifyNoMoreSplits(): void;
  /** The splits that remain, with positions behind the last row handed out. */
  snapshot(checkpointId: number): readonly SplitT[];
  notifyCheckpointComplete?(checkpointId: number): void;
  /** After NOTHING: epoch ms at which to poll again; Infinity = only when woken. */
  readonly nextPollMs: number;
  /**
   * The id under which the split's rows come. With it the split's watermark counts from its assignment on, and takeFinishedSplits
   * must tell when it is read; without it, from its first row.
   */
  splitIdOf?(split: SplitT): string;
  /** Ids of splits read to their end since the last call: their watermarks hold nothing back any more. */
  takeFinishedSplits?(): readonly string[];
  /** Leaves the splits of `pause` unread until they are in `resume`: those that are too far ahead of their alignment group. */
  pauseOrResumeSplits?(pause: readonly string[], resume: readonly string[]): void;
  /** 0..1 of a bounded input, for the progress line; NaN when unknown. */
  readonly progress?: number;
  close(): void;
}

/** Reads row by row into a bounded output: stops after `output.room` rows. */
export interface RowSourceReader<T, SplitT> extends SplitReader<SplitT> {
  readonly kind: 'rows';
  poll(output: ReaderOutput<T>): ReadStatus;
}

/** Fills column batches of the produced type; the fastest form, used where rows are made or decoded in bulk. */
export interface ColumnSourceReader<SplitT> extends SplitReader<SplitT> {
  readonly kind: 'columns';
  /**
   * Fills up to `batch.layout.capacity` rows from row 0: event times (NaN = none), columns, heap; sets count, heapLength,
   * isAsciiHeap. All rows of one fill are of one split. May fill fewer rows when the heap is full. May instead point the batch at a
   * sealed frame of the same schema that the reader holds, unchanged, until the next fill.
   */
  fill(batch: Batch): ReadStatus;
  /** Id of the split of the last fill, for per-split watermarks. */
  readonly splitId: string;
}

export type SourceReader<T, SplitT> = RowSourceReader<T, SplitT> | ColumnSourceReader<SplitT>;

export interface ReaderOutput<T> {
  /** Rows that may still be collected in this poll. */
  readonly room: number;
  /** @param timestamp event time in ms that the source itself knows; NaN for none. @param splitId for per-split watermarks. */
  collect(record: T, timestamp: number, splitId: string): void;
}
