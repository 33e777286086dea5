import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { changesOf, inlineTables } from '../api/table-jobs.js';

describe('columns that nobody reads', () => {
  const folder = mkdtempSync(join(tmpdir(), 'prune-columns-'));
  writeFileSync(join(folder, 'names.csv'), '1,one\n2,two\n');
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function tables(): Promise<ReturnType<typeof inlineTables>> {
    const environment = inlineTables();
    await environment.executeSql(`CREATE TABLE names (id INT, name STRING) WITH ('connector' = 'filesystem', 'path' = '${folder}', 'format' = 'csv')`);
    await environment.executeSql("CREATE VIEW facts AS SELECT unread, letters, id, PROCTIME() AS seen FROM (VALUES ('u', ARRAY['a', 'b'], 1), ('v', ARRAY['c'], 2)) AS t (unread, letters, id)");
    return environment;
  }

  const planOf = async (environment: ReturnType<typeof inlineTables>, query: string): Promise<string> => {
    const rows: string[] = [];
    for await (const { values } of (await environment.executeSql(`EXPLAIN ${query}`)).collect()) rows.push(String(values[0]));
    const text = rows.join('\n');
    return text.slice(text.indexOf('== Optimized'));
  };

  it('do not pass a lookup join', async () => {
    const environment = await tables();
    const query = 'SELECT f.id, n.name FROM facts AS f JOIN names FOR SYSTEM_TIME AS OF f.seen AS n ON f.id = n.id';
    assert.doesNotMatch(await planOf(environment, query), /unread|letters/);
    assert.deepEqual(await changesOf(environment, query), ['+I[1,"one"]', '+I[2,"two"]']);
  });

  it('do not pass a table function, whose arguments are read all the same', async () => {
    const environment = await tables();
    const query = 'SELECT f.id, t.letter FROM facts AS f CROSS JOIN UNNEST(f.letters) AS t (letter)';
    assert.doesNotMatch(await planOf(environment, query), /unread/);
    assert.deepEqual(await changesOf(environment, query), ['+I[1,"a"]', '+I[1,"b"]', '+I[2,"c"]']);
  });
});
