// How a file becomes records: by its lines, or in bulk where records have no lines of their own. A format is plain data in the
// program; a decoder or reader is made per open file.
import type { LineReader } from '#connectors/files/line-reader';
import type { MalformedRecords } from '#connectors/files/malformed-records';
import type { Files } from '#platform/files/files';

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

/** Files of blocks of records: Avro, Parquet. */
export interface BulkFormat<T> {
  readonly name: string;
  /** Throws ConnectorError FILE_RECORD_MALFORMED where the file is none of the format. */
  createReader(files: Files, path: string): BulkReader<T>;
}

export interface BulkReader<T> {
  next(): T | typeof END_OF_FILE;
  /** Passes over records; blocks of them as a whole where that can be. */
  skip(count: number): void;
  /** Idempotent. */
  close(): void;
}

export type FileFormat<T> = RecordFormat<T> | BulkFormat<T>;

export const END_OF_FILE: unique symbol = Symbol('end of file');
