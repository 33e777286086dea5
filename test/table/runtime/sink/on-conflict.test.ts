import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runStreamingCase } from '../../conformance/program-case.js';
import { at } from '../streaming-steps.js';

interface Insert {
  readonly query: string;
  readonly onConflict?: string;
  readonly rows: readonly (readonly unknown[])[];
  readonly ddl?: readonly string[];
  readonly sinkMode?: string;
}

async function inserted({ query, onConflict, rows, ddl = ['k STRING', 'v INT', 'ts TIMESTAMP(3)', 'WATERMARK FOR ts AS ts'], sinkMode = 'I,UA,D' }: Insert): Promise<readonly string[]> {
  const changes = await runStreamingCase({
    id: 'test', tables: [{ name: 'e', ddl }], steps: rows.map((values) => ({ table: 'e', kind: '+I', values })), endOrder: ['e'], query,
    sink: { ddl: sinkMode === 'I' ? ['k STRING', 'n BIGINT'] : ['k STRING', 'n BIGINT', 'PRIMARY KEY (k) NOT ENFORCED'], changelogMode: sinkMode, ...(onConflict === undefined ? {} : { onConflict }) },
  });
  return changes.map(({ kind, values }) => `${kind}${JSON.stringify(values)}`);
}

describe('an upsert sink whose key is not that of the query', () => {
  const counts = 'SELECT CAST(v AS STRING), COUNT(*) FROM e GROUP BY v, k';
  const plain = 'SELECT k, CAST(v AS BIGINT) FROM e';

  it('needs ON CONFLICT', async () => {
    await assert.rejects(inserted({ query: plain, rows: [] }), /upsert key that differs from the primary key/);
    await assert.rejects(inserted({ query: counts, rows: [] }), { code: 'TABLE_CHANGELOG_MISMATCH' });
  });

  it('needs none where the key of the query is only cast to a wider type', async () => {
    const changes = await runStreamingCase({
      id: 'test', tables: [{ name: 'e', ddl: ['v INT'] }], steps: [1, 1].map((value) => ({ table: 'e', kind: '+I', values: [value] })), endOrder: ['e'], query: 'SELECT v, COUNT(*) FROM e GROUP BY v',
      sink: { ddl: ['v BIGINT', 'n BIGINT', 'PRIMARY KEY (v) NOT ENFORCED'], changelogMode: 'I,UA,D' },
    });
    assert.deepEqual(changes.map(({ kind, values }) => [kind, ...values]), [['+I', 1, 1], ['+U', 1, 2]]);
  });

  it('holds the last row of a key with DO DEDUPLICATE', async () => {
    assert.deepEqual(await inserted({ query: counts, onConflict: 'DO DEDUPLICATE', rows: [['a', 1, at(1)], ['b', 1, at(2)], ['b', 1, at(3)]] }), ['+I["1",1]', '+U["1",1]', '+U["1",2]']);
  });

  it('keeps the first with DO NOTHING', async () => {
    assert.deepEqual(await inserted({ query: plain, onConflict: 'DO NOTHING', rows: [['a', 1, at(1)], ['a', 2, at(2)], ['b', 3, at(3)]] }), ['+I["a",1]', '+I["b",3]']);
  });

  it('fails with DO ERROR when a key has two rows', async () => {
    assert.deepEqual(await inserted({ query: plain, onConflict: 'DO ERROR', rows: [['a', 1, at(1)], ['b', 2, at(2)]] }), ['+I["a",1]', '+I["b",2]']);
    await assert.rejects(inserted({ query: plain, onConflict: 'DO ERROR', rows: [['a', 1, at(1)], ['a', 2, at(2)]] }), /Primary key constraint violation/);
  });

  it('settles conflicts by watermarks only, and only where there is a key', async () => {
    await assert.rejects(inserted({ query: plain, onConflict: 'DO NOTHING', rows: [], ddl: ['k STRING', 'v INT'] }), /requires all source tables to define watermarks/);
    await assert.rejects(inserted({ query: plain, onConflict: 'DO NOTHING', rows: [], sinkMode: 'I' }), /only allowed for upsert sinks/);
  });
});
