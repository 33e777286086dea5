// Writes records as lines into part files of a directory, exactly once with checkpoints: a part is written under a hidden
// name and made visible when a checkpoint that covers all of it is complete (or the input has ended). Each subtask writes
// its own parts: part-<subtask>-<counter>, below a folder per bucket where records are partitioned. Thread: the slot's.
import type { BucketAssigner } from '#connectors/files/bucket-assigner';
import { formatRecord } from '#connectors/print/record-text';
import { PartFileCommitter } from '#connectors/files/part-file-committer';
import type { FileCommittable, PartitionCommit, Replacement } from '#connectors/files/file-committable';
import { PartFileWriter, type PartEncoder, type PartFileOptions, type PartFileState } from '#connectors/files/part-file-writer';
import { RollingPolicy } from '#connectors/files/rolling-policy';
import { requireOption } from '#connectors/errors';
import type { Committer, Sink, SinkWriterContext } from '#streaming/sink/sink';

export interface FileSinkOptions<T> {
  /** When a part ends and the next one begins. Default: with every checkpoint. */
  readonly rolling?: RollingPolicy;
  /** The folder a record goes to. Default: the sink's own. */
  readonly bucket?: BucketAssigner<T>;
  /** Of the names of parts, default `part`. */
  readonly prefix?: string;
  /** Of the names of parts, default `.txt` or `.ndjson`. */
  readonly suffix?: string;
  /** Folders of buckets are marked when they are complete. One subtask must write all of them: see parallelism. */
  readonly partitionCommit?: PartitionCommit | undefined;
  /** Files take the place of those that are there: bounded jobs only, one subtask. */
  readonly replacement?: Replacement | undefined;
}

export class FileSink<T = unknown> implements Sink<T, PartFileState, FileCommittable> {
  readonly name = 'File Sink';
  readonly #options: PartFileOptions<T>;

  private constructor(directory: string, { rolling = RollingPolicy.onCheckpoint(), bucket, prefix = 'part', suffix, partitionCommit, replacement }: FileSinkOptions<T> & { readonly suffix: string }, encoding: Pick<PartFileOptions<T>, 'toLine' | 'createEncoder'>) {
    requireOption(/^[^._/\0][^/\0]*$/.test(prefix), this.name, 'prefix', prefix, 'a file name that does not begin with . or _');
    requireOption(/^([^/\0\d][^/\0]*)?$/.test(suffix), this.name, 'suffix', suffix, 'the end of a file name, which does not begin with a digit');
    this.#options = { directory, prefix, suffix, ...encoding, rolling, bucketOf: bucket, partitionCommit, replacement };
  }

  /** Strings as they are, other records as the print sink shows them. The directory is made when it does not exist. Throws CONNECTOR_OPTION_INVALID. */
  static forText<T = unknown>(directory: string, options: FileSinkOptions<T> = {}): FileSink<T> {
    return new FileSink<T>(directory, { suffix: '.txt', ...options }, { toLine: formatRecord });
  }

  /** Each record as one JSON text. Throws CONNECTOR_OPTION_INVALID. */
  static forNdjson<T = unknown>(directory: string, options: FileSinkOptions<T> = {}): FileSink<T> {
    return new FileSink<T>(directory, { suffix: '.ndjson', ...options }, { toLine: (record) => (typeof record === 'object' && record !== null ? formatRecord(record) : JSON.stringify(record) ?? 'null') });
  }

  /** Each record as the line that `toLine` makes of it. Throws CONNECTOR_OPTION_INVALID. */
  static forFormat<T>(directory: string, toLine: (record: T) => string, options: FileSinkOptions<T> = {}): FileSink<T> {
    return new FileSink<T>(directory, { suffix: '', ...options }, { toLine });
  }

  /** Files of blocks: an encoder makes each part, which ends with every checkpoint. Throws CONNECTOR_OPTION_INVALID. */
  static forBulk<T>(directory: string, createEncoder: () => PartEncoder<T>, options: FileSinkOptions<T> = {}): FileSink<T> {
    requireOption(options.rolling === undefined || options.rolling.isRolledOnCheckpoint, 'File Sink', 'rolling', 'by size and time', 'RollingPolicy.onCheckpoint: blocks are not continued behind a checkpoint');
    return new FileSink<T>(directory, { suffix: '', ...options }, { toLine: undefined, createEncoder });
  }

  createWriter(context: SinkWriterContext): PartFileWriter<T> {
    return new PartFileWriter(context, this.#options);
  }

  createCommitter(context: SinkWriterContext): Committer<FileCommittable> {
    return new PartFileCommitter(context.files);
  }
}
