// Writes records as lines into part files of a directory, exactly once with checkpoints: a part is written under a hidden
// name, closed at the barrier and made visible when the checkpoint is complete (or the input has ended). Each subtask
// writes its own parts: part-<subtask>-<counter>. Writers and committer: the slot's thread.
import { formatRecord } from '#connectors/print/record-text';
import { PartFileCommitter } from '#connectors/files/part-file-committer';
import { PartFileWriter, type PartFile, type PartFileState } from '#connectors/files/part-file-writer';
import type { Committer, Sink, SinkWriterContext } from '#streaming/sink/sink';

export class FileSink<T = unknown> implements Sink<T, PartFileState, PartFile> {
  readonly name = 'File Sink';
  readonly #directory: string;
  readonly #suffix: string;
  readonly #toLine: (record: T) => string;

  private constructor(directory: string, suffix: string, toLine: (record: T) => string) {
    this.#directory = directory;
    this.#suffix = suffix;
    this.#toLine = toLine;
  }

  /** Strings as they are, other records as the print sink shows them. The directory is made when it does not exist. */
  static forText<T = unknown>(directory: string): FileSink<T> {
    return new FileSink<T>(directory, '.txt', formatRecord);
  }

  /** Each record as one JSON text. */
  static forNdjson<T = unknown>(directory: string): FileSink<T> {
    return new FileSink<T>(directory, '.ndjson', (record) => (typeof record === 'object' && record !== null ? formatRecord(record) : JSON.stringify(record) ?? 'null'));
  }

  createWriter(context: SinkWriterContext): PartFileWriter<T> {
    return new PartFileWriter(context, this.#directory, this.#suffix, this.#toLine);
  }

  createCommitter(context: SinkWriterContext): Committer<PartFile> {
    return new PartFileCommitter(context.files);
  }
}
