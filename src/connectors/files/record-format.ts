// How the lines of a file become records. A format is plain data in the program; a decoder is made per open file.
import type { LineReader } from '#connectors/files/line-reader';
import type { MalformedRecords } from '#connectors/files/malformed-records';

export interface RecordFormat<T> {
  readonly name: string;
  createDecoder(lines: LineReader, malformed: MalformedRecords): RecordDecoder<T>;
}

export interface RecordDecoder<T> {
  /** First lines that are no records (a header); read before the position is sought. Called once, at the start of the file. */
  readHeader?(): void;
  /** The next record, END_OF_FILE behind the last. Malformed ones were reported and are passed over. */
  next(): T | typeof END_OF_FILE;
  /** The lines passed hold more records than were handed out: the position is no place to stop at. */
  readonly hasPending?: boolean;
}

export const END_OF_FILE: unique symbol = Symbol('end of file');
