// CSV as csv-parse reads it, in bounded memory: lines are joined while a quoted field is open, and each record is parsed
// by itself, so that the reader's position always lies between two records.
import { parse } from 'csv-parse/sync';
import { ConnectorError } from '#connectors/errors';
import type { LineReader } from '#connectors/files/line-reader';
import type { MalformedRecords } from '#connectors/files/malformed-records';
import { END_OF_FILE, type RecordDecoder, type RecordFormat } from '#connectors/files/record-format';
import type { RowField, TypeInformation } from '#core/types/type-information';

export interface CsvOptions {
  /** Default `,`. */
  readonly delimiter?: string;
  /** The first record names the columns. Default true. Without it and without a type a record is an array of texts. */
  readonly hasHeader?: boolean;
}

/** A quoted field may not go on for more lines than this; else one stray quote swallows the file. */
const RECORD_LINES_MAX = 10_000;

/** @param type row type whose fields are taken in the order of the columns, or by name where there is a header. */
export function csvFormat<T>(options: CsvOptions, type: TypeInformation<T> | undefined): RecordFormat<T> {
  const fields = type?.kind === 'row' ? type.fields : undefined;
  return { name: 'csv', createDecoder: (lines, malformed) => new CsvDecoder<T>(lines, malformed, options, fields) };
}

class CsvDecoder<T> implements RecordDecoder<T> {
  readonly #lines: LineReader;
  readonly #malformed: MalformedRecords;
  readonly #delimiter: string;
  readonly #hasHeader: boolean;
  readonly #fields: readonly RowField[] | undefined;
  #columns: readonly string[] | undefined;

  constructor(lines: LineReader, malformed: MalformedRecords, options: CsvOptions, fields: readonly RowField[] | undefined) {
    this.#lines = lines;
    this.#malformed = malformed;
    this.#delimiter = options.delimiter ?? ',';
    this.#hasHeader = options.hasHeader ?? true;
    this.#fields = fields;
    this.#columns = this.#hasHeader ? undefined : fields?.map((field) => field.name);
  }

  readHeader(): void {
    if (!this.#hasHeader) return;
    const record = this.#readRecord();
    if (record !== undefined) this.#columns = this.#parse(record);
  }

  next(): T | typeof END_OF_FILE {
    for (;;) {
      const line = this.#lines.lineNumber + 1;
      const text = this.#readRecord();
      if (text === undefined) return END_OF_FILE;
      if (text.trim() === '') continue;
      try {
        return this.#toRecord(this.#parse(text));
      } catch (error) {
        this.#malformed.report(this.#lines.path, line, text, error instanceof Error ? error.message.replaceAll('\n', ' ') : 'the record is not CSV', error);
      }
    }
  }

  /** A line, with the following ones while the quotes seen so far are odd in number. */
  #readRecord(): string | undefined {
    let text = this.#lines.next();
    if (text === undefined) return undefined;
    let quotes = countQuotes(text);
    for (let joined = 1; quotes % 2 === 1 && joined < RECORD_LINES_MAX; joined++) {
      const line = this.#lines.next();
      if (line === undefined) break;
      text += `\n${line}`;
      quotes += countQuotes(line);
    }
    return text;
  }

  #parse(text: string): string[] {
    return parse(text, { delimiter: this.#delimiter, relax_column_count: true })[0] ?? [];
  }

  #toRecord(values: readonly string[]): T {
    const columns = this.#columns;
    if (columns === undefined) return values as T;
    if (values.length !== columns.length) throw new ConnectorError('FILE_RECORD_MALFORMED', `the record has ${values.length} columns, not ${columns.length}`);
    if (this.#fields === undefined) return Object.fromEntries(columns.map((name, index) => [name, values[index]])) as T;
    return Object.fromEntries(this.#fields.map((field) => {
      const index = columns.indexOf(field.name);
      if (index < 0) throw new ConnectorError('FILE_RECORD_MALFORMED', `there is no column ${field.name}`);
      return [field.name, convert(values[index]!, field.type, field.name)];
    })) as T;
  }
}

function countQuotes(text: string): number {
  let count = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) count++;
  return count;
}

/** Text of a column as a value of the field's type; an empty column of a NULLABLE field is null. */
function convert(text: string, type: TypeInformation, name: string): unknown {
  const fail = (): never => {
    throw new ConnectorError('FILE_RECORD_MALFORMED', `column ${name} is ${JSON.stringify(text)}, which is not ${type.kind.toUpperCase()}`);
  };
  switch (type.kind) {
    case 'nullable': return text === '' ? null : convert(text, type.inner, name);
    case 'boolean': return text === 'true' || (text === 'false' ? false : fail());
    case 'bigint': return /^[+-]?\d+$/.test(text) ? BigInt(text) : fail();
    case 'int': case 'long': return /^[+-]?\d+$/.test(text) ? Number(text) : fail();
    case 'double': return text.trim() !== '' && !Number.isNaN(Number(text)) ? Number(text) : fail();
    default: return text;
  }
}
