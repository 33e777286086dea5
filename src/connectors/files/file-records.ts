// The records of one open file, whatever its format, with a position to go on from. Thread: the slot's.
import { LineReader, type LinePosition } from '#connectors/files/line-reader';
import type { MalformedRecords } from '#connectors/files/malformed-records';
import { END_OF_FILE, type BulkFormat, type BulkReader, type FileFormat, type RecordDecoder, type RecordFormat } from '#connectors/files/record-format';
import type { Files } from '#platform/files/files';

/** Lines passed over in one go after a restore, so that the slot's loop keeps turning. */
const SKIPPED_LINES_AT_ONCE = 50_000;

export interface FileRecords<T> {
  next(): T | typeof END_OF_FILE;
  /** More records are decoded than were handed out, and no position stands between them. */
  readonly hasPending: boolean;
  /** Behind the last record handed out. */
  readonly position: LinePosition;
  /** Goes on behind a position. False: only a part of the way, call again. */
  seek(position: LinePosition): boolean;
  close(): void;
}

/** Throws PlatformError FILE_NOT_FOUND and its kin, FILE_RECORD_MALFORMED for a file of another format. */
export function openFileRecords<T>(format: FileFormat<T>, files: Files, path: string, malformed: MalformedRecords): FileRecords<T> {
  return 'createReader' in format ? new BulkRecords(format, files, path) : new LineRecords(format, files, path, malformed);
}

/** Positions count lines, and bytes where the file is plain. */
class LineRecords<T> implements FileRecords<T> {
  readonly #lines: LineReader;
  readonly #decoder: RecordDecoder<T>;

  constructor(format: RecordFormat<T>, files: Files, path: string, malformed: MalformedRecords) {
    this.#lines = new LineReader(files, path);
    this.#decoder = format.createDecoder(this.#lines, malformed);
    this.#decoder.readHeader?.();
  }

  get hasPending(): boolean {
    return this.#decoder.hasPending === true;
  }

  get position(): LinePosition {
    return this.#lines.position;
  }

  next(): T | typeof END_OF_FILE {
    return this.#decoder.next();
  }

  seek(position: LinePosition): boolean {
    const linesToSkip = position.line - this.#lines.lineNumber;
    if (linesToSkip <= 0) return true;
    if (!this.#lines.isGzip) {
      this.#lines.seek(position);
      return true;
    }
    const wanted = Math.min(linesToSkip, SKIPPED_LINES_AT_ONCE);
    return this.#lines.skip(wanted) < wanted || wanted === linesToSkip;
  }

  close(): void {
    this.#lines.close();
  }
}

/** Positions count records. */
class BulkRecords<T> implements FileRecords<T> {
  readonly hasPending = false;
  readonly #reader: BulkReader<T>;
  #read = 0;

  constructor(format: BulkFormat<T>, files: Files, path: string) {
    this.#reader = format.createReader(files, path);
  }

  get position(): LinePosition {
    return { line: this.#read, byteOffset: 0 };
  }

  next(): T | typeof END_OF_FILE {
    const record = this.#reader.next();
    if (record !== END_OF_FILE) this.#read++;
    return record;
  }

  seek({ line }: LinePosition): boolean {
    this.#reader.skip(line - this.#read);
    this.#read = line;
    return true;
  }

  close(): void {
    this.#reader.close();
  }
}
