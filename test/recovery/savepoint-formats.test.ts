import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createNodePlatform } from '#client/platform';
import { checkSavepoint } from '#client/savepoint/savepoint-check';
import { SavepointReader } from '#client/savepoint/savepoint-reader';
import { graphOfSchemaJob } from '../client/savepoint/fixture-savepoint.js';
import { withAddon } from '../state/rocksdb/rocksdb-fixture.js';
import { difference } from './recovery-run.js';
import { expectedLines, goOn, takeSchemaSavepoint } from './schema-savepoint.js';

const HASHMAP = { 'state.backend.type': 'hashmap' };
const ROCKSDB = { 'state.backend.type': 'rocksdb' };
/** What becomes of each state of the job with newer types. */
const STATES = [
  'all-states events: migrated', 'all-states mean: migrated', 'all-states recent: migrated', 'all-states seconds: migrated', 'all-states timers/event: restored', 'all-states timers/processing: restored',
  'all-states total: migrated', 'all-states visits: migrated', 'limits limits: migrated',
];
const WINDOWS_IN_TABLES = ['means window/tables: migrated', 'sessions window/sessions: migrated'];
/** Tables hold what was due. */
const WINDOWS_IN_STATE = [
  'means window/tables: migrated',
  'means window-contents: migrated', 'means window-timers/event: restored', 'means window-timers/processing: restored',
  'sessions window-contents: migrated', 'sessions window-sessions: restored', 'sessions window-timers/event: restored', 'sessions window-timers/processing: restored',
];

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
          assert.equal(readdirSync(savepoint).some((name) => /sst|MANIFEST/.test(name)), format === 'NATIVE', readdirSync(savepoint).join());
          const reader = await SavepointReader.read(savepoint);
          const total = new Map<unknown, unknown>();
          for await (const { key, value } of reader.rows('all-states', 'total')) total.set(key, value);
          assert.deepEqual([...total.keys()].toSorted(), ['k0', 'k1', 'k2', 'k3', 'k4']);
          const checked = await checkSavepoint({ platform: createNodePlatform(), savepoint, streamGraph: await graphOfSchemaJob({ schema: 'second' }, to), isUnclaimedStateIgnored: false });
          const states = checked.operators.flatMap((operator) => operator.states.filter(({ kind }) => kind !== 'internal').map(({ name, outcome }) => `${operator.uid} ${name}: ${outcome}`));
          assert.deepEqual(states.toSorted(), [...STATES, ...(from === HASHMAP ? WINDOWS_IN_TABLES : WINDOWS_IN_STATE)].toSorted());
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
