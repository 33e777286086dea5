import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { difference } from './recovery-run.js';
import { expectedLines, goOn, takeSchemaSavepoint } from './schema-savepoint.js';

const FIXTURES = fileURLToPath(new URL('../../../test/fixtures/savepoints/', import.meta.url));

describe('a job whose state types have changed', () => {
  let folder: string;
  let savepoint: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-schema-'));
    savepoint = await takeSchemaSavepoint(folder, 2);
  });

  after(() => rmSync(folder, { recursive: true }));

  for (const [schema, parallelism] of [['first', 2], ['first', 3], ['second', 1], ['second', 4]] as const) {
    test(`goes on from its savepoint with the ${schema} types at parallelism ${parallelism}, and every value is there`, async () => {
      assert.deepEqual(difference(await goOn(folder, savepoint, { schema }, parallelism), expectedLines({ schema })), []);
    });
  }

  test('a removed operator must be allowed to lose its state', async () => {
    const less = { schema: 'second', isWithoutSessions: true } as const;
    await assert.rejects(goOn(folder, savepoint, less, 2), { code: 'RESTORE_OPERATOR_MISSING' });
    assert.deepEqual(difference(await goOn(folder, savepoint, less, 2, { 'execution.state-recovery.ignore-unclaimed-state': true }), expectedLines(less)), []);
  });
});

describe('savepoints of every released format', () => {
  const formats = readdirSync(FIXTURES);
  assert.ok(formats.length > 0, 'there are savepoints to read');

  for (const format of formats) {
    test(`${format} restores with the types it was written with, and with newer ones`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'millrace-format-'));
      try {
        for (const schema of ['first', 'second'] as const) {
          assert.deepEqual(difference(await goOn(folder, join(FIXTURES, format), { schema }, schema === 'first' ? 2 : 1), expectedLines({ schema })), []);
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});
