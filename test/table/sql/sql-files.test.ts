// Every SQL text file, as a stream and as a batch. `node dist/test/table/sql/write-sql-files.js` writes what is expected anew; the
// difference is read before it is kept.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readSqlFile } from './sql-file.js';
import { sqlFiles } from './sql-files-folder.js';
import { SqlSession, type SqlMode } from './run-sql-file.js';

const STREAM_ONLY = new Set(['changes', 'stream rows']);

describe('SQL text files', () => {
  for (const { name, path } of sqlFiles()) {
    const records = readSqlFile(path);
    for (const mode of ['streaming', 'batch'] as const satisfies readonly SqlMode[]) {
      test(`${name}, ${mode}`, async () => {
        const session = new SqlSession(mode);
        for (const record of records) {
          if (mode === 'batch' && STREAM_ONLY.has(record.kind)) continue;
          const outcome = await session.run(record);
          const place = `${name}:${record.line}, ${mode}`;
          if (record.kind === 'error') {
            assert.ok(outcome.kind === 'error', `${place}: the statement is not refused`);
            assert.equal(outcome.code, record.words, place);
            assert.ok(outcome.message.startsWith(record.expected.join('\n')), `${place}: ${outcome.message}`);
          } else {
            assert.ok(outcome.kind === 'lines', `${place}: ${outcome.kind === 'error' ? outcome.message : ''}`);
            if (record.kind !== 'statement') assert.deepEqual(outcome.lines, record.expected, place);
          }
        }
      });
    }
  }

  test('there are files of every family of operators', () => {
    assert.deepEqual(sqlFiles().map(({ name }) => name), [
      'aggregates', 'changelogs', 'deduplication', 'errors', 'expressions', 'joins', 'match-recognize', 'over-windows', 'set-operations', 'sub-queries', 'time-joins', 'top-n', 'types', 'unnest', 'views', 'windows',
    ]);
  });
});
