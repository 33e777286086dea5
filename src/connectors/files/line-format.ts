// One record a line: the text itself, or JSON. Empty lines of NDJSON are passed over.
import type { LineReader } from '#connectors/files/line-reader';
import type { MalformedRecords } from '#connectors/files/malformed-records';
import { END_OF_FILE, type RecordDecoder, type RecordFormat } from '#connectors/files/record-format';

export const TEXT_LINES: RecordFormat<string> = {
  name: 'lines',
  createDecoder: (lines) => ({ next: () => lines.next() ?? END_OF_FILE }),
};

export function ndjsonFormat<T>(): RecordFormat<T> {
  return { name: 'ndjson', createDecoder: (lines, malformed) => new NdjsonDecoder<T>(lines, malformed) };
}

class NdjsonDecoder<T> implements RecordDecoder<T> {
  readonly #lines: LineReader;
  readonly #malformed: MalformedRecords;

  constructor(lines: LineReader, malformed: MalformedRecords) {
    this.#lines = lines;
    this.#malformed = malformed;
  }

  next(): T | typeof END_OF_FILE {
    for (;;) {
      const line = this.#lines.next();
      if (line === undefined) return END_OF_FILE;
      if (line.trim() === '') continue;
      try {
        return JSON.parse(line) as T;
      } catch (error) {
        this.#malformed.report(this.#lines.path, this.#lines.lineNumber, line, 'the line is not JSON', error);
      }
    }
  }
}
