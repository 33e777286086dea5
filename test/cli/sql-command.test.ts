// `millrace sql` as a process: statements from the command line, a file and standard input, in each form of output.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'millrace-sql-'));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function sql(words: readonly string[], input = ''): Promise<Ended> {
  const child = spawn(process.execPath, [join(root, 'bin', 'millrace.mjs'), 'sql', ...words], { cwd: folder, stdio: 'pipe' });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.end(input);
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}

const QUERY = "SELECT b, SUM(a) AS total FROM (VALUES (1, 'x'), (2, 'x'), (5, 'y, z')) AS t(a, b) GROUP BY b";

describe('millrace sql', () => {
  test('ndjson and csv hold the rows that are left at the end', async () => {
    const ndjson = await sql(['--format', 'ndjson', '-e', QUERY]);
    assert.deepEqual([ndjson.code, ndjson.stdout.trim().split('\n').sort()], [0, ['{"op":"+I","row":{"b":"x","total":3}}', '{"op":"+I","row":{"b":"y, z","total":5}}']], ndjson.stderr);
    const csv = await sql(['--format', 'csv', '-e', QUERY]);
    assert.deepEqual([csv.code, csv.stdout.trim().split('\n').sort()], [0, ['"y, z",5', 'b,total', 'x,3']], csv.stderr);
  });

  test('changelog holds every change, table a frame', async () => {
    const changelog = await sql(['--format', 'changelog', '-e', QUERY]);
    assert.equal(changelog.code, 0, changelog.stderr);
    assert.deepEqual(changelog.stdout.match(/[+-][IUD] \|/g), ['+I |', '-U |', '+U |', '+I |']);
    const table = await sql(['-e', 'SELECT 1 AS a']);
    assert.match(table.stdout, /\| +a \|\n[+-]+\n\| +1 \|\n[+-]+\n1 row in set\n$/);
  });

  test('a file of statements, after those of an init file, with a function that workers load too', async () => {
    writeFileSync(join(folder, 'functions.ts'), "export const twice = { kind: 'scalar', arguments: ['INT'], result: 'INT', eval: (n: number) => n * 2 };\n");
    writeFileSync(join(folder, 'init.sql'), "CREATE FUNCTION twice AS 'functions.ts#twice' LANGUAGE TYPESCRIPT;\nCREATE TABLE target (a INT) WITH ('connector' = 'filesystem', 'path' = 'written', 'format' = 'json');\n");
    writeFileSync(join(folder, 'run.sql'), "-- the statements\nINSERT INTO target SELECT twice(a) FROM (VALUES (1), (4)) AS t(a);\nSELECT COUNT(*) AS n FROM target");
    const ended = await sql(['-i', 'init.sql', '-f', 'run.sql', '--format', 'ndjson']);
    assert.deepEqual([ended.code, ended.stdout], [0, '{"op":"+I","row":{"n":2}}\n'], ended.stderr);
    const texts = readdirSync(join(folder, 'written')).map((name) => readFileSync(join(folder, 'written', name), 'utf8'));
    assert.deepEqual(texts, ['{"a":2}\n{"a":8}\n']);
  });

  test('statements come from standard input where there are no others; the first mistake ends it', async () => {
    const ended = await sql(['--format', 'csv'], 'SELECT 1 AS a;\nSELECT\n 2 AS b');
    assert.deepEqual([ended.code, ended.stdout], [0, 'a\n1\nb\n2\n'], ended.stderr);
    const mistaken = await sql([], 'SELECT nothing FROM nowhere;\nSELECT 1;\n');
    assert.equal(mistaken.code, 1);
    assert.match(mistaken.stderr, /\[SQL_VALIDATION\] Object 'nowhere' not found/);
  });

  test('a row without a time in a table with a watermark ends the job, and the line names the row, the table and what to do', async () => {
    const ended = await sql(['-D', 'parallelism.default=1'], `
      CREATE TABLE untimed (id INT, ts AS CASE WHEN id < 3 THEN TIMESTAMP '2024-01-01 00:00:00' ELSE CAST(NULL AS TIMESTAMP(3)) END, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
        WITH ('connector' = 'datagen', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '5');
      SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE untimed, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end;
    `);
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /\[TABLE_ROWTIME_NULL\] .*record 3: a row of untimed has no time: RowTime field should not be null.*computed column/);
  });
});
