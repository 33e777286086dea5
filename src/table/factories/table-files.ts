// Rows of files: lines or blocks by the table's format, with the columns that partitions and the file itself give.
import type { LineReader } from '#connectors/files/line-reader';
import type { MalformedRecords } from '#connectors/files/malformed-records';
import { END_OF_FILE, type BulkFormat, type BulkReader, type RecordDecoder as FileDecoder, type RecordFormat } from '#connectors/files/record-format';
import type { Files } from '#platform/files/files';
import { FunctionError } from '#table/errors';
import type { RecordDecoder } from '#table/formats/table-format';
import type { TableRow } from '#table/runtime/row-kind';

/** Lines that a quoted value may go over: else one stray quote swallows the file. */
const RECORD_LINES_MAX = 10_000;

export interface TableFileFormat {
  /** One per file. */
  readonly createDecoder: () => RecordDecoder;
  readonly multiLineQuote: string | undefined;
  /** Values of columns that are the same for every row of the file. */
  readonly constantsOf: ConstantsOf;
}

/** What is known of a file before it is read. */
export interface FileFacts {
  readonly path: string;
  readonly bytes: number;
  /** Epoch ms. */
  readonly modifiedMs: number;
}

export type ConstantsOf = (file: FileFacts) => TableRow;

export function bulkFileFormat(name: string, open: (files: Files, path: string) => BulkReader<TableRow>, constantsOf: ConstantsOf): BulkFormat<TableRow> {
  return {
    name,
    createReader(files, path) {
      const facts = files.statSync(path);
      const constants = constantsOf({ path, bytes: facts?.bytes ?? 0, modifiedMs: facts?.modifiedMs ?? 0 });
      const reader = open(files, path);
      return {
        next() {
          const row = reader.next();
          return row === END_OF_FILE ? row : Object.assign(row, constants);
        },
        skip: (count) => reader.skip(count),
        close: () => reader.close(),
      };
    },
  };
}

export const tableFileFormat = (format: TableFileFormat): RecordFormat<TableRow> => ({ name: 'table', createDecoder: (lines, malformed) => new TableFileDecoder(lines, malformed, format) });

class TableFileDecoder implements FileDecoder<TableRow> {
  readonly #lines: LineReader;
  readonly #malformed: MalformedRecords;
  readonly #decode: RecordDecoder;
  readonly #constants: TableRow;
  readonly #quote: string | undefined;
  #pending: readonly TableRow[] = [];
  #next = 0;

  constructor(lines: LineReader, malformed: MalformedRecords, format: TableFileFormat) {
    this.#lines = lines;
    this.#malformed = malformed;
    this.#decode = format.createDecoder();
    this.#quote = format.multiLineQuote;
    this.#constants = format.constantsOf({ path: lines.path, bytes: lines.fileBytes, modifiedMs: lines.modifiedMs });
  }

  get hasPending(): boolean {
    return this.#next < this.#pending.length;
  }

  next(): TableRow | typeof END_OF_FILE {
    while (!this.hasPending) {
      const line = this.#lines.lineNumber + 1;
      const text = this.#record();
      if (text === undefined) return END_OF_FILE;
      this.#next = 0;
      try {
        this.#pending = this.#decode(text);
      } catch (failure) {
        if (!(failure instanceof FunctionError)) throw failure;
        this.#pending = [];
        this.#malformed.report(this.#lines.path, line, text, failure.message, failure);
      }
    }
    return Object.assign(this.#pending[this.#next++]!, this.#constants);
  }

  #record(): string | undefined {
    let text = this.#lines.next();
    const quote = this.#quote;
    if (text === undefined || quote === undefined || !text.includes(quote)) return text;
    for (let joined = 1; count(text, quote) % 2 === 1 && joined < RECORD_LINES_MAX; joined++) {
      const line = this.#lines.next();
      if (line === undefined) break;
      text += `\n${line}`;
    }
    return text;
  }
}

function count(text: string, part: string): number {
  let found = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) found++;
  return found;
}
