import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runProgramCase, type ProgramCase } from '../conformance/program-case.js';

/** An upsert table that deletes by key, into an upsert sink. */
async function changesOf(query: string, options: { readonly producesByKey: boolean; readonly acceptsByKey: boolean }): Promise<readonly string[]> {
  const program: ProgramCase = {
    id: 'test', portable: true, modes: ['streaming'], config: {},
    sources: [{
      name: 's', ddl: ['id INT PRIMARY KEY NOT ENFORCED', 'v INT NOT NULL'], options: { 'changelog-mode': 'I,UA,D', 'source.produces-delete-by-key': String(options.producesByKey) }, rowsAfter: [],
      rowsBefore: [['+I', 1, 10], ['+U', 1, 11], ['-D', 1, options.producesByKey ? null : 11]].map(([kind, ...values]) => ({ kind: String(kind), values })),
    }],
    sinks: [{ name: 't', ddl: ['id INT PRIMARY KEY NOT ENFORCED', 'v INT NOT NULL'], options: { 'sink.supports-delete-by-key': String(options.acceptsByKey) } }],
    run: [{ kind: 'sql', text: `INSERT INTO t ${query}` }],
  };
  return (await runProgramCase(program, 'streaming')).get('t')!.map(({ kind, values }) => `${kind}${JSON.stringify(values)}`);
}

describe('upserts that delete by key', () => {
  it('go through as they are where the sink deletes by key', async () => {
    assert.deepEqual(await changesOf('SELECT id, v + 1 FROM s', { producesByKey: true, acceptsByKey: true }), ['+I[1,11]', '+U[1,12]', '-D[1,null]']);
  });

  it('are made whole for a sink that needs whole rows', async () => {
    assert.deepEqual(await changesOf('SELECT id, v FROM s', { producesByKey: true, acceptsByKey: false }), ['+I[1,10]', '+U[1,11]', '-D[1,11]']);
  });

  it('are made whole below a condition on other columns than the key', async () => {
    assert.deepEqual(await changesOf('SELECT id, v FROM s WHERE v < 11', { producesByKey: true, acceptsByKey: true }), ['+I[1,10]', '-D[1,10]']);
  });

  it('that are whole already go through as they are', async () => {
    assert.deepEqual(await changesOf('SELECT id, v FROM s', { producesByKey: false, acceptsByKey: false }), ['+I[1,10]', '+U[1,11]', '-D[1,11]']);
  });
});
