import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { withAddon } from '../state/rocksdb/rocksdb-fixture.js';
import { difference } from './recovery-run.js';
import { expectedLines, goOn, takeSchemaSavepoint } from './schema-savepoint.js';

const HASHMAP = { 'state.backend.type': 'hashmap' };
const ROCKSDB = { 'state.backend.type': 'rocksdb' };

withAddon(() => {
  describe('savepoints between state backends', () => {
    for (const [what, format, from, to] of [
      ['canonical from hashmap to rocksdb', 'CANONICAL', HASHMAP, ROCKSDB],
      ['canonical from rocksdb to hashmap', 'CANONICAL', ROCKSDB, HASHMAP],
      ['native from rocksdb to rocksdb', 'NATIVE', ROCKSDB, ROCKSDB],
    ] as const) {
      test(`${what}: every value is there, with the same types and with newer ones`, async () => {
        const folder = mkdtempSync(join(tmpdir(), 'millrace-formats-'));
        try {
          const savepoint = await takeSchemaSavepoint(folder, 2, from, format);
          for (const [schema, parallelism] of [['first', 3], ['second', 1]] as const) {
            assert.deepEqual(difference(await goOn(folder, savepoint, { schema }, parallelism, to), expectedLines({ schema })), []);
          }
        } finally {
          rmSync(folder, { recursive: true });
        }
      });
    }
  });
});
