import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { clearValues, registerValues, writtenValues } from '#table/factories/values-registry';
import { changesOf, inlineTables } from '../api/table-jobs.js';

afterEach(clearValues);

async function read(columns: string, options: string, query = 'SELECT * FROM t'): Promise<string[]> {
  const tables = inlineTables();
  await tables.executeSql(`CREATE TABLE t (${columns}) WITH ('connector' = 'values', ${options})`);
  return changesOf(tables, query);
}

describe('tables of rows that the program holds', () => {
  test('values are those of the program, or texts of them', async () => {
    const id = registerValues([[1, 'a', '1.50', new Date(5), '2020-01-02', ['x'], { k: 1 }, 2n ** 60n], [2, null, null, null, null, null, null, null]]);
    assert.deepEqual(await read('id INT, name STRING, price DECIMAL(5, 2), at_time TIMESTAMP_LTZ(3), d DATE, tags ARRAY<STRING>, r ROW<k INT>, big BIGINT', `'data-id' = '${id}'`), ['+I[1,"a",150,5,18263,["x"],{"k":1},"1152921504606846976n"]', '+I[2,null,null,null,null,null,null,null]']);
  });

  test('changes are read where the table says which there are', async () => {
    const id = registerValues([{ values: ['a', 1] }, { kind: '-U', values: ['a', 1] }, { kind: '+U', values: ['a', 2] }, { kind: '-D', values: ['a', 2] }]);
    assert.deepEqual(await read('k STRING, n INT', `'data-id' = '${id}', 'changelog-mode' = 'I,UB,UA,D'`), ['+I["a",1]', '-U["a",1]', '+U["a",2]', '-D["a",2]']);
    const upserts = registerValues([{ values: ['a', 1] }, { kind: '+U', values: ['a', 2] }, { kind: '-D', values: ['a', 2] }]);
    assert.deepEqual(await read('k STRING, n INT, PRIMARY KEY (k) NOT ENFORCED', `'data-id' = '${upserts}', 'changelog-mode' = 'I,UA,D'`), ['+I["a",1]', '-U["a",1]', '+U["a",2]', '-D["a",2]']);
  });

  test('what is written can be looked at', async () => {
    const tables = inlineTables();
    await tables.executeSql("CREATE TABLE counts (k STRING, n BIGINT) WITH ('connector' = 'values')");
    await (await tables.executeSql("INSERT INTO counts SELECT k, COUNT(*) FROM (VALUES ('a'), ('a')) AS v(k) GROUP BY k")).await();
    assert.deepEqual(writtenValues('counts'), [{ kind: '+I', values: ['a', 1] }, { kind: '-U', values: ['a', 1] }, { kind: '+U', values: ['a', 2] }]);
  });

  test('options and rows that do not fit are refused', async () => {
    const code = 'TABLE_OPTION_INVALID';
    await assert.rejects(read('a INT', "'data-id' = 'nothing'"), { code, message: /no rows are registered under the 'data-id' 'nothing'/ });
    await assert.rejects(read('a INT, b INT', `'data-id' = '${registerValues([[1]])}'`), { code, message: /a registered row has 1 values, the table 2 columns/ });
    await assert.rejects(read('a INT', `'data-id' = '${registerValues([{ kind: '-D', values: [1] }])}'`), { code, message: /a registered row is -D, the table brings inserts only/ });
    await assert.rejects(read('a INT', `'data-id' = '${registerValues([[1]])}', 'changelog-mode' = 'I,X'`), { code, message: /'changelog-mode' has 'X'/ });
    await assert.rejects(read('a INT', `'data-id' = '${registerValues([['x']])}'`), /the value is "x" for the column a of type INT/);
  });
});
