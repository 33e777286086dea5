// Reads files one after the other, record by record. A split's position is the line behind the last record handed out
// (and its byte, for plain files, so that going on there costs nothing; gzip files are passed over again).
// Thread: the slot's.
import { openFileRecords, type FileRecords } from '#connectors/files/file-records';
import type { MalformedRecords } from '#connectors/files/malformed-records';
import { END_OF_FILE, type FileFormat } from '#connectors/files/record-format';
import type { FileSplit } from '#connectors/files/split';
import { SplitReader } from '#connectors/splits/split-reader';
import { ReadStatus, type ReaderOutput, type RowSourceReader, type SourceReaderContext } from '#streaming/source/source';

interface OpenFile<T> {
  readonly split: FileSplit;
  readonly records: FileRecords<T>;
  /** It stands where the split says, or behind that. */
  isAtPosition: boolean;
}

export class FileSourceReader<T> extends SplitReader<FileSplit> implements RowSourceReader<T, FileSplit> {
  readonly kind = 'rows';
  readonly nextPollMs = Number.POSITIVE_INFINITY;
  readonly #context: SourceReaderContext;
  readonly #format: FileFormat<T>;
  readonly #malformed: MalformedRecords;
  #queue: FileSplit[] = [];
  #open: OpenFile<T> | undefined;
  #hasAsked = false;

  constructor(context: SourceReaderContext, format: FileFormat<T>, malformed: MalformedRecords) {
    super();
    this.#context = context;
    this.#format = format;
    this.#malformed = malformed;
  }

  addSplits(splits: readonly FileSplit[]): void {
    this.#queue.push(...splits);
    this.#hasAsked = false;
  }

  poll(output: ReaderOutput<T>): ReadStatus {
    const file = this.#open ?? this.#openNext();
    if (file === undefined) return this.#whenIdle();
    if (!file.isAtPosition) {
      file.isAtPosition = file.records.seek(file.split.position);
      return ReadStatus.MORE;
    }
    const { records } = file;
    for (let room = output.room; room > 0 || records.hasPending; room--) {
      const record = records.next();
      if (record === END_OF_FILE) {
        this.markFinished(file.split);
        this.#closeOpen();
        break;
      }
      output.collect(record, Number.NaN, file.split.id);
    }
    return ReadStatus.MORE;
  }

  snapshot(): readonly FileSplit[] {
    const open = this.#open;
    if (open === undefined) return [...this.#queue];
    // While records are still passed over, the reader stands where it was restored.
    const position = open.isAtPosition ? open.records.position : open.split.position;
    return [{ ...open.split, position }, ...this.#queue];
  }

  close(): void {
    this.#closeOpen();
  }

  #whenIdle(): ReadStatus {
    if (this.isLastSplitKnown) return ReadStatus.END;
    if (!this.#hasAsked) {
      this.#hasAsked = true;
      this.#context.requestSplit();
      // The answer may have come within the call.
      if (this.#queue.length > 0) return ReadStatus.MORE;
      if (this.isLastSplitKnown) return ReadStatus.END;
    }
    return ReadStatus.NOTHING;
  }

  #openNext(): OpenFile<T> | undefined {
    const split = this.#queue[0];
    if (split === undefined) return undefined;
    const records = openFileRecords(this.#format, this.#context.files, split.path, this.#malformed);
    this.#queue.shift();
    this.#open = { split, records, isAtPosition: split.position.line === 0 };
    return this.#open;
  }

  #closeOpen(): void {
    this.#open?.records.close();
    this.#open = undefined;
  }
}
