import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StreamExecutionEnvironment } from 'millrace';
import type { CatalogFiles } from '#table/catalog/file-catalog';
import { TableEnvironment } from '#table/api/table-environment';

class MemoryFiles implements CatalogFiles {
  readonly texts = new Map<string, string>();
  readSync(path: string): string | undefined { return this.texts.get(path); }
  writeSync(path: string, text: string): void { this.texts.set(path, text); }
}

const TWICE = { kind: 'scalar', arguments: ['INT'], result: 'INT', eval: (n: number) => n * 2 };

async function opened(files: CatalogFiles | undefined, isReplayed = false): Promise<TableEnvironment> {
  const environment = StreamExecutionEnvironment.createLocalEnvironment({ inline: true, parallelism: 1 });
  const tables = new TableEnvironment({ environment, clock: { now: () => 0 }, random: { nextDouble: () => 0.5 }, loadModule: async () => ({ twice: TWICE }), isReplayed, ...(files === undefined ? {} : { catalogFiles: files }) });
  await tables.executeSql("CREATE CATALOG kept WITH ('type' = 'file', 'path' = '/catalogs/kept/')");
  await tables.executeSql('USE CATALOG kept');
  return tables;
}

async function rowsOf(tables: TableEnvironment, sql: string): Promise<string[]> {
  const rows: string[] = [];
  for await (const { values } of (await tables.executeSql(sql)).collect()) rows.push(values.join('|'));
  return rows;
}

const STATEMENTS = [
  "CREATE DATABASE shop COMMENT 'what is sold' WITH ('owner' = 'ann')",
  'USE shop',
  "CREATE FUNCTION twice AS 'functions.ts#twice' LANGUAGE TYPESCRIPT",
  "CREATE TABLE goods (id INT NOT NULL, price DECIMAL(10, 2) COMMENT 'in euros', at_time TIMESTAMP(3), more AS twice(id) + 1, WATERMARK FOR at_time AS at_time - INTERVAL '5' SECOND, PRIMARY KEY (id) NOT ENFORCED) COMMENT 'goods' WITH ('connector' = 'datagen', 'number-of-rows' = '3')",
  'CREATE VIEW dear AS SELECT id, price FROM goods WHERE price > 100',
];

describe('a catalog in a file', () => {
  test('has in the next session what it had in the last', async () => {
    const files = new MemoryFiles();
    const first = await opened(files);
    for (const sql of STATEMENTS) await first.executeSql(sql);
    const looks = ['SHOW TABLES', 'SHOW CREATE TABLE goods', 'DESCRIBE goods', 'DESCRIBE dear', 'SHOW USER FUNCTIONS', 'DESCRIBE DATABASE EXTENDED shop'];
    const before = await Promise.all(looks.map((sql) => rowsOf(first, sql)));
    const second = await opened(files);
    await second.executeSql('USE shop');
    assert.deepEqual(await Promise.all(looks.map((sql) => rowsOf(second, sql))), before);
    assert.deepEqual(await rowsOf(second, 'SELECT COUNT(*), MIN(more - 2 * id) FROM goods'), (await rowsOf(first, 'SELECT COUNT(*), MIN(more - 2 * id) FROM goods')));
    assert.equal((await rowsOf(second, 'SELECT COUNT(*) FROM goods')).at(-1), '3');
  });

  test('changes and drops are kept too', async () => {
    const files = new MemoryFiles();
    const first = await opened(files);
    for (const sql of [...STATEMENTS, "ALTER TABLE goods SET ('number-of-rows' = '5')", 'ALTER TABLE goods RENAME TO things', 'DROP VIEW dear']) await first.executeSql(sql);
    const second = await opened(files);
    await second.executeSql('USE shop');
    assert.deepEqual(await rowsOf(second, 'SHOW TABLES'), ['things']);
    assert.match((await rowsOf(second, 'SHOW CREATE TABLE things'))[0]!, /'number-of-rows' = '5'/);
  });

  test('a refused statement changes nothing', async () => {
    const files = new MemoryFiles();
    const tables = await opened(files);
    for (const sql of STATEMENTS) await tables.executeSql(sql);
    const text = files.texts.get('/catalogs/kept/catalog.json');
    await assert.rejects(async () => tables.executeSql(STATEMENTS[3]!), { code: 'CATALOG_OBJECT_EXISTS' });
    assert.equal(files.texts.get('/catalogs/kept/catalog.json'), text);
  });

  test('a program that runs again in a worker finds its own changes there, and writes none', async () => {
    const files = new MemoryFiles();
    const first = await opened(files);
    for (const sql of STATEMENTS) await first.executeSql(sql);
    const text = files.texts.get('/catalogs/kept/catalog.json');
    const again = await opened(files, true);
    for (const sql of STATEMENTS) await again.executeSql(sql);
    assert.deepEqual(await rowsOf(again, 'SHOW TABLES'), ['dear', 'goods']);
    assert.equal(files.texts.get('/catalogs/kept/catalog.json'), text);
  });

  test('a file that is none is refused, and so is a catalog without a path', async () => {
    const files = new MemoryFiles();
    for (const text of ['{', '{"version": 9}']) {
      files.texts.set('/catalogs/kept/catalog.json', text);
      await assert.rejects(opened(files), { code: 'TABLE_OPTION_INVALID' });
    }
    const tables = await opened(new MemoryFiles());
    await assert.rejects(async () => tables.executeSql("CREATE CATALOG c WITH ('type' = 'file')"), { code: 'TABLE_OPTION_INVALID', message: /no option 'path'/ });
    await assert.rejects(async () => tables.executeSql("CREATE CATALOG c WITH ('type' = 'odd')"), { code: 'TABLE_OPTION_INVALID' });
    await assert.rejects(opened(undefined), { code: 'TABLE_OPTION_INVALID' });
  });
});
