import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { csvLine } from '#cli/output/state-values';
import { jsonValue } from '#core/serialization/json-value';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const FIXTURE = 'test/fixtures/savepoints/format-1';
const cache = mkdtempSync(join(tmpdir(), 'millrace-cli-state-'));

interface Ended {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly stderr: string;
}

function millrace(...words: readonly string[]): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'bin', 'millrace.mjs'), ...words], {
    cwd: root, encoding: 'utf8', env: { ...process.env, MILLRACE_ENGINE: 'modules', MILLRACE_CACHE_DIR: cache },
  });
  return { code: status, lines: stdout.split('\n').slice(0, -1), stderr };
}

describe('millrace state', () => {
  after(() => rmSync(cache, { recursive: true }));

  test('ls, read and diff print tables, NDJSON and CSV', () => {
    const listed = millrace('state', 'ls', FIXTURE, '--json');
    assert.equal(listed.code, 0, listed.stderr);
    assert.equal(listed.lines.length, 11);
    assert.equal((JSON.parse(listed.lines[0]!) as { readonly state: string }).state, 'visits');
    const read = millrace('state', 'read', FIXTURE, '--uid', 'all-states', '--state', 'total', '--key', 'k1', '--format', 'ndjson');
    assert.deepEqual(read.lines.map((line) => JSON.parse(line) as unknown), [{ operator: '92bb50eedd2624157895debdcfc1b131', state: 'total', kind: 'reducing', key: 'k1', value: 342 }]);
    const csv = millrace('state', 'read', FIXTURE, '--uid', 'limits', '--format', 'csv');
    assert.deepEqual(csv.lines, ['mapKey,value', 'low,3', 'high,1000']);
    assert.match(millrace('state', 'read', FIXTURE, '--uid', 'limits').lines.join('\n'), /broadcast limits \(mapKey STRING, value INT\)\nmapKey +value/);
    assert.deepEqual(millrace('state', 'diff', FIXTURE, FIXTURE, '--json').lines, []);
  });

  test('wrong use and what is not there end with one line', () => {
    for (const [words, code, line] of [
      [['state', 'ls'], 2, /USAGE_ARGUMENT_MISSING/], [['state', 'look', FIXTURE], 2, /USAGE_VALUE_INVALID/], [['state', 'diff', '/nowhere'], 2, /USAGE_ARGUMENT_MISSING/], [['state', 'look', '/nowhere'], 2, /USAGE_VALUE_INVALID/],
      [['state', 'read', FIXTURE, '--format', 'csv'], 2, /USAGE_VALUE_INVALID.*11/], [['state', 'read', FIXTURE, '--state', 'none'], 1, /SNAPSHOT_STATE_UNKNOWN/], [['state', 'ls', '/nowhere'], 1, /CHECKPOINT_NOT_FOUND/],
    ] as const) {
      const ended = millrace(...words);
      assert.deepEqual([ended.code, ended.lines, ended.stderr.split('\n').length], [code, [], 2], words.join(' '));
      assert.match(ended.stderr, line);
    }
  });

  test('savepoint check says what would become of each state, and whether the job would start', () => {
    const job = 'dist/test/recovery/schema-job.js';
    const options = (more: object): string => JSON.stringify({ outputDirectory: '/nowhere', gateFile: '/nowhere', ...more });
    const fits = millrace('savepoint', 'check', FIXTURE, job, '--', options({ schema: 'second' }));
    assert.equal(fits.code, 0, fits.stderr);
    assert.match(fits.lines.join('\n'), /all-states +total +reducing +migrated +it was LONG, is BIGINT\n/);
    const refused = millrace('savepoint', 'check', '--json', FIXTURE, job, '--', options({ schema: 'first', isWithoutSessions: true }));
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /^\[SAVEPOINT_REFUSED\] [^\n]+\n$/);
    assert.equal((JSON.parse(refused.lines[0]!) as { readonly isRestorable: boolean }).isRestorable, false);
    assert.equal(millrace('savepoint', 'check', '-n', FIXTURE, job, '--', options({ schema: 'first', isWithoutSessions: true })).code, 0);
    assert.equal(millrace('savepoint', 'check', FIXTURE).code, 2);
  });

  test('values without a JSON form are told in one that has', () => {
    assert.deepEqual(jsonValue([2n, 2n ** 60n, Number.NaN, Uint8Array.of(1, 255), new Map([['a', 1n]]), new Map([[1, undefined]]), new Set([1]), new Date(0)]),
      [2, '1152921504606846976', 'NaN', '01ff', { a: 1 }, [[1, null]], [1], '1970-01-01T00:00:00.000Z']);
    assert.equal(csvLine(['a', 'b,c', 'd"e', 'f\ng']), 'a,"b,c","d""e","f\ng"\n');
  });
});
