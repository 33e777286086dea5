import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StreamExecutionEnvironment } from 'millrace';
import { TableEnvironment } from '#table/api/table-environment';
import type { UserAggregateFunction, UserScalarFunction, UserTableFunction } from '#table/functions/user-function';
import { changesOf, inlineTables } from './table-jobs.js';

const shout: UserScalarFunction = { kind: 'scalar', arguments: ['STRING', 'INT'], result: 'STRING', eval: (text: string | null, times: number) => (text === null ? 'nobody' : text.toUpperCase() + '!'.repeat(times)) };
const words: UserTableFunction = { kind: 'table', arguments: ['STRING'], result: 'ROW<word STRING, size INT>', *eval(text: string) { for (const word of text.split(' ')) yield { word, size: word.length }; } };
const product: UserAggregateFunction<{ value: number }> = {
  kind: 'aggregate', arguments: ['INT'], result: 'INT', accumulator: 'ROW<`value` INT NOT NULL>', create: () => ({ value: 1 }),
  accumulate: (accumulator, factor: number) => { accumulator.value *= factor; }, getValue: (accumulator) => accumulator.value,
};
const broken = { kind: 'scalar', arguments: ['INT'], result: 'INT' };

async function tablesWith(...statements: readonly string[]): Promise<TableEnvironment> {
  const environment = StreamExecutionEnvironment.createLocalEnvironment({ inline: true, parallelism: 1 });
  const tables = new TableEnvironment({ environment, clock: { now: () => 0 }, random: { nextDouble: () => 0 }, loadModule: async () => ({ shout, words, product, broken }) });
  for (const statement of statements) await tables.executeSql(statement);
  return tables;
}

const create = (name: string): string => `CREATE FUNCTION ${name} AS 'functions.ts#${name}' LANGUAGE TYPESCRIPT`;

describe('functions of modules', () => {
  test('a scalar function sees NULLs, its arguments cast to its types', async () => {
    const tables = await tablesWith(create('shout'));
    assert.deepEqual(await changesOf(tables, "SELECT shout(a, CAST(2 AS SMALLINT)) FROM (VALUES ('x'), (CAST(NULL AS STRING))) AS t(a)"), ['+I["X!!"]', '+I["nobody"]']);
  });

  test('a table function gives rows', async () => {
    const tables = await tablesWith(create('words'));
    assert.deepEqual(await changesOf(tables, "SELECT a, word, size FROM (VALUES ('one three')) AS t(a), LATERAL TABLE(words(a))"), ['+I["one three","one",3]', '+I["one three","three",5]']);
  });

  test('an aggregate function keeps its accumulator per key', async () => {
    const tables = await tablesWith("SET 'execution.runtime-mode' = 'batch'", create('product'));
    assert.deepEqual((await changesOf(tables, "SELECT k, product(n) FROM (VALUES ('a', 2), ('b', 5), ('a', 3)) AS t(k, n) GROUP BY k")).sort(), ['+I["a",6]', '+I["b",5]']);
  });

  test('functions are shown and dropped, temporary ones apart', async () => {
    const tables = await tablesWith(create('shout'), "CREATE TEMPORARY SYSTEM FUNCTION loud AS 'functions.ts#shout' LANGUAGE TYPESCRIPT");
    const shown = async (): Promise<unknown[]> => {
      const names: unknown[] = [];
      for await (const { values } of (await tables.executeSql('SHOW USER FUNCTIONS')).collect()) names.push(values[0]);
      return names;
    };
    assert.deepEqual(await shown(), ['loud', 'shout']);
    await assert.rejects(tables.executeSql(create('shout')), { code: 'CATALOG_OBJECT_EXISTS' });
    await tables.executeSql('DROP FUNCTION shout');
    await tables.executeSql('DROP TEMPORARY SYSTEM FUNCTION loud');
    assert.deepEqual(await shown(), []);
    await assert.rejects(tables.executeSql('DROP FUNCTION shout'), { code: 'CATALOG_OBJECT_UNKNOWN' });
  });

  test('what is no function is refused', async () => {
    const tables = await tablesWith();
    await assert.rejects(tables.executeSql(create('broken')), { code: 'FUNCTION_INVALID', message: /has no method eval/ });
    await assert.rejects(tables.executeSql(create('missing')), { code: 'FUNCTION_INVALID', message: /is no export of that name/ });
    await assert.rejects(tables.executeSql("CREATE FUNCTION f AS 'org.example.F'"), /functions in JAVA are not supported/);
    await assert.rejects(inlineTables().executeSql(create('shout')), { code: 'FUNCTION_INVALID' });
  });

  test('arguments that do not fit are refused with the form there is', async () => {
    const tables = await tablesWith(create('shout'));
    await assert.rejects(async () => tables.executeSql("SELECT shout(1, 'a')"), /SHOUT\(VARCHAR\(2147483647\), INT\)/);
  });
});
