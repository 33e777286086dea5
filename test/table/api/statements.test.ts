import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { changesOf, inlineTables } from './table-jobs.js';

const SOURCE = "CREATE TABLE src (a INT, b STRING) WITH ('connector' = 'nexmark')";

describe('statements', () => {
  test('a query over written rows gives its rows', async () => {
    assert.deepEqual(await changesOf(inlineTables(), "SELECT a + 1, b || 'z' FROM (VALUES (1, 'x'), (2, 'y')) AS t(a, b) WHERE a > 1"), ['+I[3,"yz"]']);
  });

  test('aggregates that make something of no rows are never NULL', async () => {
    const tables = inlineTables({ 'execution.runtime-mode': 'batch' });
    const result = await tables.executeSql("SELECT COUNT(a), COLLECT(a), JSON_ARRAYAGG(a), JSON_OBJECTAGG(KEY b VALUE a), SUM(a) FROM (VALUES (1, 'x')) AS t(a, b) WHERE a > 1");
    assert.deepEqual(result.rowType.fields.map(({ type }) => type.isNullable), [false, false, false, false, true]);
    const rows: unknown[] = [];
    for await (const { values } of result.collect()) rows.push(values);
    assert.deepEqual(rows, [[0, new Map(), '[]', '{}', null]]);
  });

  test('a row is spread into its fields by a star behind its name', async () => {
    const from = "FROM (SELECT CAST(ROW(1, 'q') AS ROW<x INT, y STRING>) AS r, 2 AS z) AS t";
    assert.deepEqual(await changesOf(inlineTables(), `SELECT r.*, z ${from}`), ['+I[1,"q",2]']);
    assert.deepEqual(await changesOf(inlineTables(), `SELECT t.r.* ${from}`), ['+I[1,"q"]']);
    await assert.rejects(async () => inlineTables().executeSql(`SELECT q.* ${from}`), { message: /Unknown identifier 'q'/ });
    await assert.rejects(async () => inlineTables().executeSql(`SELECT z.* ${from}`), { message: /a INT has no fields to expand/ });
  });

  test('an aggregate updates the row of its key', async () => {
    assert.deepEqual(await changesOf(inlineTables(), "SELECT b, SUM(a) FROM (VALUES (1, 'x'), (2, 'x'), (5, 'y')) AS t(a, b) GROUP BY b"), ['+I["x",1]', '-U["x",1]', '+U["x",3]', '+I["y",5]']);
  });

  test('in batch mode an aggregate gives one row per key', async () => {
    const rows = await changesOf(inlineTables({ 'execution.runtime-mode': 'batch' }), "SELECT b, SUM(a) FROM (VALUES (1, 'x'), (2, 'x'), (5, 'y')) AS t(a, b) GROUP BY b");
    assert.deepEqual(rows.sort(), ['+I["x",3]', '+I["y",5]']);
  });

  test('a view is what its query is, under its own column names', async () => {
    const tables = inlineTables();
    await tables.executeSql("CREATE VIEW v (n, s) AS SELECT * FROM (VALUES (1, 'x')) AS t(a, b)");
    assert.deepEqual(await changesOf(tables, 'SELECT s, n FROM v'), ['+I["x",1]']);
  });

  test('a sub-query that a row is compared with becomes a join', async () => {
    const rows = await changesOf(inlineTables({ 'execution.runtime-mode': 'batch' }), 'SELECT a FROM (VALUES (1), (2), (3)) AS t(a) WHERE a IN (SELECT b FROM (VALUES (2), (3), (4)) AS u(b) WHERE b > 2)');
    assert.deepEqual(rows, ['+I[3]']);
  });
});

describe('refusals', () => {
  const refuses = (statement: string, code: string, setUp: readonly string[] = []) => async () => {
    const tables = inlineTables();
    for (const sql of setUp) await tables.executeSql(sql);
    await assert.rejects(async () => tables.executeSql(statement), { code });
  };

  test('a table that is there is not made again', refuses(SOURCE, 'CATALOG_OBJECT_EXISTS', [SOURCE]));
  test('a table that is not there is not dropped', refuses('DROP TABLE nothing', 'CATALOG_OBJECT_UNKNOWN'));
  test('the current catalog is not dropped', refuses('DROP CATALOG default_catalog', 'CATALOG_OBJECT_IN_USE'));
  test('a connector that nobody knows is named with those there are', refuses('SELECT * FROM odd', 'TABLE_OPTION_INVALID', ["CREATE TABLE odd (a INT) WITH ('connector' = 'oddity')"]));
  test('a stream is not sorted without an end', refuses('SELECT * FROM (VALUES (1), (2)) AS t(a) ORDER BY a', 'TABLE_NOT_SUPPORTED'));
  test('an unknown column is refused at its place', refuses('SELECT c FROM (VALUES (1)) AS t(a)', 'SQL_VALIDATION'));

  test('a sink that only takes inserts refuses updates', async () => {
    const tables = inlineTables();
    const factory = { kind: 'sink' as const, changelogMode: () => 'insert-only' as const, createSink: () => { throw new Error('never made'); } };
    await assert.rejects(async () => tables.executeInto('SELECT a, COUNT(*) FROM (VALUES (1), (1)) AS t(a) GROUP BY a', 'inserts', { factory }), { code: 'TABLE_CHANGELOG_MISMATCH' });
  });

  test('NULL for a column of a sink that is NOT NULL fails the job', async () => {
    const tables = inlineTables();
    await tables.executeSql("CREATE TABLE strict_sink (a INT NOT NULL) WITH ('connector' = 'blackhole')");
    const result = await tables.executeSql('INSERT INTO strict_sink SELECT a FROM (VALUES (1), (CAST(NULL AS INT))) AS t(a)');
    await assert.rejects(result.await(), (error: { code?: string; cause?: { code?: string } }) => JSON.stringify([error.code, error.cause?.code, String(error)]).includes('TABLE_CONSTRAINT_VIOLATED') || error.cause !== undefined);
  });
});

describe('statement sets over several statements', () => {
  const opened = async () => {
    const tables = inlineTables();
    await tables.executeSql("CREATE TABLE nowhere (a INT) WITH ('connector' = 'blackhole')");
    await tables.executeSql('BEGIN STATEMENT SET');
    return tables;
  };

  test('only INSERTs may stand in one, and a refused one leaves it open', async () => {
    const tables = await opened();
    await assert.rejects(async () => tables.executeSql('SELECT 1'), { code: 'SQL_VALIDATION', message: /after 'BEGIN STATEMENT SET'/ });
    await assert.rejects(async () => tables.executeSql("INSERT INTO nowhere SELECT 'x'"), { code: 'SQL_VALIDATION' });
    await tables.executeSql('INSERT INTO nowhere SELECT 1');
    const ended = await tables.executeSql('END');
    assert.ok(ended.isModification);
    await ended.await();
  });

  test('one within another is refused, and so is an END without one', async () => {
    await assert.rejects(async () => (await opened()).executeSql('BEGIN STATEMENT SET'), { code: 'TABLE_STATEMENT_SET' });
    await assert.rejects(async () => inlineTables().executeSql('END'), { code: 'TABLE_STATEMENT_SET' });
  });

  test('an empty one does nothing', async () => {
    assert.equal((await (await opened()).executeSql('END')).getJobClient(), undefined);
  });
});

describe('statements that have nothing to act on', () => {
  for (const statement of ["ADD JAR 'x.jar'", "REMOVE JAR 'x.jar'", 'DELETE FROM t', 'UPDATE t SET a = 1', 'TRUNCATE TABLE t', 'ANALYZE TABLE t COMPUTE STATISTICS', 'CALL p()', 'QUIT', 'SHOW JOBS']) {
    test(`${statement} is refused by one line`, async () => {
      await assert.rejects(async () => inlineTables().executeSql(statement), (error: Error & { readonly code: string }) => {
        assert.equal(error.code, 'TABLE_NOT_SUPPORTED');
        return !error.message.includes('\n');
      });
    });
  }
});
