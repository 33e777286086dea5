// SQL text files: records with an empty line between them, `#` begins a comment. Of a record the first line says what it is:
//   table NAME [CHANGELOG-MODE] (COLUMNS)   rows behind ----, as `["a",1]` or `-D["a",1]`
//   statement                               is executed
//   rows                                    a query: its final rows, in any order, of a stream and of a batch
//   stream rows                             of a stream only
//   changes                                 a query: the changes of a stream, in their order
//   error CODE                              the statement is refused with the message behind ----
import { readFileSync } from 'node:fs';

export type SqlRecordKind = 'table' | 'statement' | 'rows' | 'stream rows' | 'changes' | 'error';

export interface SqlRecord {
  readonly kind: SqlRecordKind;
  /** Behind the kind: of the first line, and for tables the lines of the columns. */
  readonly words: string;
  readonly sql: string;
  /** Behind `----`. */
  readonly expected: readonly string[];
  /** Of its first line, from 1. */
  readonly line: number;
  /** As it stands in the file, without what is behind `----`. */
  readonly head: string;
}

const KINDS: readonly SqlRecordKind[] = ['table', 'statement', 'rows', 'stream rows', 'changes', 'error'];
const SEPARATOR = '----';

/** Throws where a record is none. */
export function readSqlFile(path: string): readonly SqlRecord[] {
  const records: SqlRecord[] = [];
  let line = 1;
  for (const block of readFileSync(path, 'utf8').split(/\n\n+/)) {
    const at = line;
    line += block.split('\n').length + 1;
    const lines = block.split('\n').filter((text) => text !== '' && !text.startsWith('#'));
    if (lines.length > 0) records.push(recordOf(lines, at, block, path));
  }
  return records;
}

function recordOf(lines: readonly string[], line: number, block: string, path: string): SqlRecord {
  const kind = KINDS.find((name) => lines[0] === name || lines[0]!.startsWith(`${name} `));
  if (kind === undefined) throw new Error(`${path}:${line}: '${lines[0]!}' begins no record: give ${KINDS.join(', ')}`);
  const end = lines.indexOf(SEPARATOR);
  const head = end < 0 ? lines : lines.slice(0, end);
  const words = lines[0]!.slice(kind.length).trim();
  const marker = block.indexOf(`\n${SEPARATOR}`);
  return { kind, words: kind === 'table' ? [words, ...head.slice(1)].join('\n') : words, sql: head.slice(1).join('\n'), expected: end < 0 ? [] : lines.slice(end + 1), line, head: marker < 0 ? block : block.slice(0, marker) };
}

export const writtenRecord = ({ kind, head }: SqlRecord, results: readonly string[] | undefined): string =>
  (kind === 'statement' || results === undefined ? head.trimEnd() : [head.trimEnd(), SEPARATOR, ...results].join('\n'));
