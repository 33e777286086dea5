// Reads files one after the other, record by record. A split's position is the line behind the last record handed out
// (and its byte, for plain files, so that going on there costs nothing; gzip files are passed over again).
// Thread: the slot's.
import { LineReader } from '#connectors/files/line-reader';
import type { MalformedRecords } from '#connectors/files/malformed-records';
import { END_OF_FILE, type RecordDecoder, type RecordFormat } from '#connectors/files/record-format';
import type { FileSplit } from '#connectors/files/split';
import { ReadStatus, type ReaderOutput, type RowSourceReader, type SourceReaderContext } from '#streaming/source/source';

/** Lines passed over in one poll after a restore, so that the slot's loop keeps turning. */
const SKIPPED_LINES_PER_POLL = 50_000;

interface OpenFile<T> {
  readonly split: FileSplit;
  readonly lines: LineReader;
  readonly decoder: RecordDecoder<T>;
  linesToSkip: number;
}

export class FileSourceReader<T> implements RowSourceReader<T, FileSplit> {
  readonly kind = 'rows';
  readonly nextPollMs = Number.POSITIVE_INFINITY;
  readonly #context: SourceReaderContext;
  readonly #format: RecordFormat<T>;
  readonly #malformed: MalformedRecords;
  #queue: FileSplit[] = [];
  #open: OpenFile<T> | undefined;
  #finished: string[] = [];
  #hasAsked = false;
  #isLastSplitKnown = false;

  constructor(context: SourceReaderContext, format: RecordFormat<T>, malformed: MalformedRecords) {
    this.#context = context;
    this.#format = format;
    this.#malformed = malformed;
  }

  start(): void {}

  addSplits(splits: readonly FileSplit[]): void {
    this.#queue.push(...splits);
    this.#hasAsked = false;
  }

  notifyNoMoreSplits(): void {
    this.#isLastSplitKnown = true;
  }

  splitIdOf(split: FileSplit): string {
    return split.id;
  }

  takeFinishedSplits(): readonly string[] {
    const finished = this.#finished;
    this.#finished = [];
    return finished;
  }

  poll(output: ReaderOutput<T>): ReadStatus {
    const file = this.#open ?? this.#openNext();
    if (file === undefined) return this.#whenIdle();
    if (file.linesToSkip > 0) {
      const wanted = Math.min(file.linesToSkip, SKIPPED_LINES_PER_POLL);
      file.linesToSkip = file.lines.skip(wanted) < wanted ? 0 : file.linesToSkip - wanted;
      return ReadStatus.MORE;
    }
    for (let room = output.room; room > 0 || file.decoder.hasPending === true; room--) {
      const record = file.decoder.next();
      if (record === END_OF_FILE) {
        this.#finished.push(file.split.id);
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
    // While lines are still passed over, the reader stands where it was restored.
    const position = open.linesToSkip > 0 ? open.split.position : open.lines.position;
    return [{ ...open.split, position }, ...this.#queue];
  }

  close(): void {
    this.#closeOpen();
  }

  #whenIdle(): ReadStatus {
    if (this.#isLastSplitKnown) return ReadStatus.END;
    if (!this.#hasAsked) {
      this.#hasAsked = true;
      this.#context.requestSplit();
      // The answer may have come within the call.
      if (this.#queue.length > 0) return ReadStatus.MORE;
      if (this.#isLastSplitKnown) return ReadStatus.END;
    }
    return ReadStatus.NOTHING;
  }

  #openNext(): OpenFile<T> | undefined {
    const split = this.#queue[0];
    if (split === undefined) return undefined;
    const lines = new LineReader(this.#context.files, split.path);
    const decoder = this.#format.createDecoder(lines, this.#malformed);
    this.#queue.shift();
    this.#open = { split, lines, decoder, linesToSkip: 0 };
    decoder.readHeader?.();
    const linesToSkip = split.position.line - lines.lineNumber;
    if (linesToSkip > 0 && lines.isGzip) this.#open.linesToSkip = linesToSkip;
    else if (linesToSkip > 0) lines.seek(split.position);
    return this.#open;
  }

  #closeOpen(): void {
    this.#open?.lines.close();
    this.#open = undefined;
  }
}
