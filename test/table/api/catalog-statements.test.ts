import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StreamExecutionEnvironment } from 'millrace';
import { TableEnvironment } from '#table/api/table-environment';
import { inlineTables } from './table-jobs.js';

const ORDERS = `CREATE TABLE orders (
  id BIGINT NOT NULL, item STRING COMMENT 'what', amount INT, ts TIMESTAMP(3), offs BIGINT METADATA FROM 'offset' VIRTUAL, twice AS amount * 2,
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, PRIMARY KEY (id) NOT ENFORCED
) COMMENT 'sold' PARTITIONED BY (item) WITH ('format' = 'json', 'connector' = 'filesystem')`;

async function answer(tables: TableEnvironment, statement: string): Promise<{ readonly columns: string[]; readonly rows: unknown[][] }> {
  const result = await tables.executeSql(statement);
  const rows: unknown[][] = [];
  for await (const { values } of result.collect()) rows.push([...values]);
  return { columns: result.rowType.fields.map(({ name }) => name), rows };
}

const names = async (tables: TableEnvironment, statement: string): Promise<unknown[]> => (await answer(tables, statement)).rows.map(([name]) => name);

async function tablesWith(...statements: readonly string[]): Promise<TableEnvironment> {
  const tables = inlineTables();
  for (const statement of statements) await tables.executeSql(statement);
  return tables;
}

describe('SHOW', () => {
  test('names are listed in columns named as in Flink', async () => {
    const tables = await tablesWith(ORDERS, 'CREATE VIEW recent AS SELECT id FROM orders', 'CREATE DATABASE other');
    assert.deepEqual(await answer(tables, 'SHOW CATALOGS'), { columns: ['catalog name'], rows: [['default_catalog']] });
    assert.deepEqual(await answer(tables, 'SHOW CURRENT CATALOG'), { columns: ['current catalog name'], rows: [['default_catalog']] });
    assert.deepEqual(await answer(tables, 'SHOW DATABASES'), { columns: ['database name'], rows: [['default_database'], ['other']] });
    assert.deepEqual(await answer(tables, 'SHOW CURRENT DATABASE'), { columns: ['current database name'], rows: [['default_database']] });
    assert.deepEqual(await answer(tables, 'SHOW TABLES'), { columns: ['table name'], rows: [['orders'], ['recent']] });
    assert.deepEqual(await answer(tables, 'SHOW VIEWS'), { columns: ['view name'], rows: [['recent']] });
    assert.deepEqual(await answer(tables, 'SHOW FULL MODULES'), { columns: ['module name', 'used'], rows: [['core', true]] });
    assert.deepEqual(await answer(tables, 'SHOW USER FUNCTIONS'), { columns: ['function name'], rows: [] });
  });

  test('LIKE chooses, NOT turns it round, ILIKE takes no notice of case', async () => {
    const tables = await tablesWith(ORDERS, 'CREATE VIEW recent AS SELECT id FROM orders');
    assert.deepEqual(await names(tables, "SHOW TABLES LIKE 'o%'"), ['orders']);
    assert.deepEqual(await names(tables, "SHOW TABLES NOT LIKE 'o%'"), ['recent']);
    assert.deepEqual(await names(tables, "SHOW TABLES LIKE 'O%'"), []);
    assert.deepEqual(await names(tables, "SHOW TABLES ILIKE 'O%'"), ['orders']);
    assert.deepEqual(await names(tables, "SHOW COLUMNS FROM orders LIKE 't%'"), ['ts', 'twice']);
    assert.deepEqual(await names(tables, "SHOW FUNCTIONS LIKE 'char_l%'"), ['char_length']);
  });

  test('SHOW CREATE TABLE gives a statement that makes the same table', async () => {
    const tables = await tablesWith(ORDERS);
    const [statement] = await names(tables, 'SHOW CREATE TABLE orders') as [string];
    assert.equal(statement, `CREATE TABLE \`default_catalog\`.\`default_database\`.\`orders\` (
  \`id\` BIGINT NOT NULL,
  \`item\` VARCHAR(2147483647) COMMENT 'what',
  \`amount\` INT,
  \`ts\` TIMESTAMP(3),
  \`offs\` BIGINT METADATA FROM 'offset' VIRTUAL,
  \`twice\` AS \`amount\` * 2,
  WATERMARK FOR \`ts\` AS \`ts\` - INTERVAL '5' SECOND,
  CONSTRAINT \`PK_id\` PRIMARY KEY (\`id\`) NOT ENFORCED
)
COMMENT 'sold'
PARTITIONED BY (\`item\`)
WITH (
  'connector' = 'filesystem',
  'format' = 'json'
)
`);
    const again = await tablesWith(statement);
    assert.deepEqual(await names(again, 'SHOW CREATE TABLE orders'), [statement]);
  });

  test('a view means the same from another database, and keeps its columns when those of its table change', async () => {
    const tables = await tablesWith("CREATE TABLE orders (id BIGINT, item STRING) WITH ('connector' = 'datagen')", 'CREATE VIEW recent AS SELECT * FROM orders', 'CREATE VIEW ids AS SELECT id FROM orders', 'CREATE DATABASE other');
    await tables.executeSql('ALTER TABLE orders ADD more INT FIRST');
    await tables.executeSql('ALTER VIEW ids AS SELECT item FROM orders');
    await tables.executeSql('USE other');
    for (const name of ['recent', 'ids']) assert.match(tables.explainSql(`SELECT * FROM default_catalog.default_database.${name}`), /TableSourceScan\(table=\[\[default_catalog, default_database, orders/);
    assert.match(tables.explainSql('SELECT * FROM default_catalog.default_database.recent'), /LogicalProject\(id=\[id\], item=\[item\]\)/);
  });

  test('SHOW CREATE VIEW gives columns and query', async () => {
    const tables = await tablesWith(ORDERS, 'CREATE VIEW recent (n) AS SELECT id FROM orders');
    assert.deepEqual(await names(tables, 'SHOW CREATE VIEW recent'), ['CREATE VIEW `default_catalog`.`default_database`.`recent` (\n  `n`\n)\nAS SELECT id FROM `default_catalog`.`default_database`.`orders`\n']);
    await tables.executeSql("CREATE VIEW starred AS WITH c AS (SELECT * FROM recent), o AS (TABLE orders) SELECT c.*, orders.item FROM c JOIN orders ON n = id WHERE EXISTS (SELECT * FROM o) /* so */ LIMIT 3");
    assert.match(String((await names(tables, 'SHOW CREATE VIEW starred'))[0]), /AS WITH c AS \(SELECT `recent`\.`n` FROM `default_catalog`\.`default_database`\.`recent`\), o AS \(TABLE `default_catalog`\.`default_database`\.`orders`\) SELECT `c`\.`n`, orders\.item FROM c JOIN `default_catalog`\.`default_database`\.`orders` ON n = id WHERE EXISTS \(SELECT `o`\.`id`, .* FROM o\) \/\* so \*\/ LIMIT 3\n$/);
    await assert.rejects(async () => tables.executeSql('SHOW CREATE TABLE recent'), /is only supported for tables, but .* is a view/);
    await assert.rejects(async () => tables.executeSql('SHOW CREATE VIEW orders'), /is only supported for views, but .* is a table/);
  });
});

describe('DESCRIBE', () => {
  test('a table has a row per column', async () => {
    const tables = await tablesWith(ORDERS);
    assert.deepEqual(await answer(tables, 'DESCRIBE orders'), {
      columns: ['name', 'type', 'null', 'key', 'extras', 'watermark', 'comment'],
      rows: [
        ['id', 'BIGINT', false, 'PRI(id)', null, null, null],
        ['item', 'STRING', true, null, null, null, 'what'],
        ['amount', 'INT', true, null, null, null, null],
        ['ts', 'TIMESTAMP(3) *ROWTIME*', true, null, null, "`ts` - INTERVAL '5' SECOND", null],
        ['offs', 'BIGINT', true, null, "METADATA FROM 'offset' VIRTUAL", null, null],
        ['twice', 'INT', true, null, 'AS `amount` * 2', null, null],
      ],
    });
  });

  test('catalogs and functions have a row per fact', async () => {
    const tables = inlineTables();
    assert.deepEqual(await answer(tables, 'DESCRIBE CATALOG default_catalog'), { columns: ['info name', 'info value'], rows: [['name', 'default_catalog'], ['type', 'generic_in_memory'], ['comment', null]] });
    assert.deepEqual(await answer(tables, 'DESCRIBE FUNCTION ABS'), { columns: ['info name', 'info value'], rows: [['is system function', 'true'], ['is temporary', 'false']] });
    assert.deepEqual((await answer(tables, 'DESCRIBE FUNCTION EXTENDED `row_number`')).rows.slice(2), [['kind', 'AGGREGATE'], ['requirements', '[OVER_WINDOW_ONLY]'], ['is deterministic', 'true'], ['supports constant folding', 'true']]);
    assert.deepEqual((await answer(tables, 'DESCRIBE FUNCTION EXTENDED `now`')).rows.at(-1), ['supports constant folding', 'false']);
  });

  test('what is not there is refused', async () => {
    await assert.rejects(async () => inlineTables().executeSql('DESCRIBE nothing'), /Tables or views with the identifier 'default_catalog\.default_database\.nothing' doesn't exist\./);
  });
});

describe('ALTER', () => {
  const altered = async (...statements: readonly string[]): Promise<unknown[]> => names(await tablesWith(ORDERS, ...statements), 'DESCRIBE orders');
  const refused = (statement: string, message: RegExp) => async () => {
    const tables = await tablesWith(ORDERS);
    await assert.rejects(async () => tables.executeSql(statement), message);
  };

  test('columns are added, moved, renamed and dropped', async () => {
    assert.deepEqual(await altered('ALTER TABLE orders ADD (note STRING FIRST, half AS amount / 2 AFTER amount)'), ['note', 'id', 'item', 'amount', 'half', 'ts', 'offs', 'twice']);
    assert.deepEqual(await altered('ALTER TABLE orders MODIFY offs BIGINT METADATA FIRST'), ['offs', 'id', 'item', 'amount', 'ts', 'twice']);
    assert.deepEqual(await altered('ALTER TABLE orders RENAME id TO number'), ['number', 'item', 'amount', 'ts', 'offs', 'twice']);
    assert.deepEqual(await altered('ALTER TABLE orders DROP (amount, twice)'), ['id', 'item', 'ts', 'offs']);
  });

  test('watermark and primary key go and come', async () => {
    const tables = await tablesWith(ORDERS, 'ALTER TABLE orders DROP WATERMARK', 'ALTER TABLE orders DROP PRIMARY KEY', "ALTER TABLE orders ADD (WATERMARK FOR ts AS ts, PRIMARY KEY (id, amount) NOT ENFORCED)");
    const { rows } = await answer(tables, 'DESCRIBE orders');
    assert.deepEqual(rows.map(([name, , isNullable, key, , watermark]) => [name, isNullable, key, watermark]).slice(0, 4), [['id', false, 'PRI(id, amount)', null], ['item', true, null, null], ['amount', false, 'PRI(id, amount)', null], ['ts', true, null, '`ts`']]);
  });

  test('options are set and reset', async () => {
    const tables = await tablesWith(ORDERS, "ALTER TABLE orders SET ('path' = 'a', 'format' = 'csv')", "ALTER TABLE orders RESET ('path')");
    assert.match((await names(tables, 'SHOW CREATE TABLE orders'))[0] as string, /WITH \(\n {2}'connector' = 'filesystem',\n {2}'format' = 'csv'\n\)/);
  });

  test('tables and views are renamed; a view gets another query', async () => {
    const tables = await tablesWith(ORDERS, 'CREATE VIEW recent AS SELECT id FROM orders', 'ALTER VIEW recent RENAME TO latest', 'ALTER VIEW latest AS SELECT item, amount FROM orders');
    assert.deepEqual(await names(tables, 'DESCRIBE latest'), ['item', 'amount']);
    await tables.executeSql('ALTER TABLE orders RENAME TO sales');
    assert.deepEqual(await names(tables, 'SHOW TABLES'), ['latest', 'sales']);
  });

  test('a catalog has a comment and options that change', async () => {
    const tables = await tablesWith("CREATE CATALOG kept COMMENT 'first' WITH ('type' = 'generic_in_memory')", "CREATE DATABASE kept.shop", "ALTER CATALOG kept SET ('a' = 'b', 'c' = 'd')", "ALTER CATALOG kept RESET ('c')", "ALTER CATALOG kept COMMENT 'second'");
    assert.deepEqual(await names(tables, 'SHOW CREATE CATALOG kept'), ["CREATE CATALOG `kept`\nCOMMENT 'second'\nWITH (\n  'a' = 'b',\n  'type' = 'generic_in_memory'\n)\n"]);
    assert.deepEqual((await answer(tables, 'DESCRIBE CATALOG EXTENDED kept')).rows, [['name', 'kept'], ['type', 'generic_in_memory'], ['comment', 'second'], ['option:a', 'b'], ['option:type', 'generic_in_memory']]);
    assert.deepEqual(await names(tables, 'SHOW DATABASES FROM kept'), ['default', 'shop']);
  });

  test('a distribution comes, changes and goes', async () => {
    const distribution = async (...statements: readonly string[]): Promise<string | undefined> => /^DISTRIBUTED.*$/m.exec((await names(await tablesWith(ORDERS, ...statements), 'SHOW CREATE TABLE orders'))[0] as string)?.[0];
    assert.equal(await distribution('ALTER TABLE orders ADD DISTRIBUTION BY HASH(id) INTO 4 BUCKETS'), 'DISTRIBUTED BY HASH(`id`) INTO 4 BUCKETS');
    assert.equal(await distribution('ALTER TABLE orders ADD DISTRIBUTION BY (id)', 'ALTER TABLE orders MODIFY DISTRIBUTION INTO 3 BUCKETS'), 'DISTRIBUTED INTO 3 BUCKETS');
    assert.equal(await distribution('ALTER TABLE orders ADD DISTRIBUTION BY (id)', 'ALTER TABLE orders DROP DISTRIBUTION'), undefined);
  });

  test('partitions are made known and forgotten', async () => {
    const tables = await tablesWith(ORDERS, "ALTER TABLE orders ADD PARTITION (item = 'tea') PARTITION (item = 'rice')", "ALTER TABLE orders ADD IF NOT EXISTS PARTITION (item = 'tea')");
    assert.deepEqual(await answer(tables, 'SHOW PARTITIONS orders'), { columns: ['partition name'], rows: [['item=rice'], ['item=tea']] });
    assert.deepEqual(await names(tables, "SHOW PARTITIONS orders PARTITION (item = 'tea')"), ['item=tea']);
    await tables.executeSql("ALTER TABLE orders DROP PARTITION (item = 'tea')");
    assert.deepEqual(await names(tables, 'SHOW PARTITIONS orders'), ['item=rice']);
  });

  test('a function gets another export', async () => {
    const environment = StreamExecutionEnvironment.createLocalEnvironment({ inline: true, parallelism: 1 });
    const scalar = (value: number): unknown => ({ kind: 'scalar', arguments: [], result: 'INT', eval: () => value });
    const tables = new TableEnvironment({ environment, clock: { now: () => 0 }, random: { nextDouble: () => 0.5 }, loadModule: async () => ({ one: scalar(1), two: scalar(2) }) });
    for (const statement of ["CREATE FUNCTION f AS 'm.ts#one' LANGUAGE TYPESCRIPT", "ALTER FUNCTION f AS 'm.ts#two' LANGUAGE TYPESCRIPT", "ALTER FUNCTION IF EXISTS g AS 'm.ts#two' LANGUAGE TYPESCRIPT"]) await tables.executeSql(statement);
    assert.deepEqual((await answer(tables, 'SELECT f()')).rows, [[2]]);
    assert.deepEqual((await answer(tables, 'DESCRIBE FUNCTION f')).rows, [['is system function', 'false'], ['is temporary', 'false'], ['class name', 'm.ts#two'], ['function language', 'TYPESCRIPT'], ['resource uris', '[]']]);
  });

  test("the type of a catalog stays", refused("ALTER CATALOG default_catalog RESET ('type')", /does not support changing 'type'/));
  test('a second distribution is refused', async () => {
    const tables = await tablesWith(ORDERS, 'ALTER TABLE orders ADD DISTRIBUTION BY (id)');
    await assert.rejects(async () => tables.executeSql('ALTER TABLE orders ADD DISTRIBUTION BY (id)'), /has already defined a distribution/);
  });
  test('a distribution that is not there does not change', refused('ALTER TABLE orders DROP DISTRIBUTION', /does not define any distribution/));
  test('a partition that is not there is not dropped', refused("ALTER TABLE orders DROP PARTITION (item = 'tea')", /Partition \{item=tea\} of table .* does not exist\./));
  test('a partition is of partition columns', refused("ALTER TABLE orders ADD PARTITION (id = 1)", /'id' is no partition column/));
  test('a function that is not there is not altered', refused("ALTER FUNCTION f AS 'm.ts#two' LANGUAGE TYPESCRIPT", /Function default_database\.f does not exist in Catalog default_catalog\./));
  test('a column that others use stays', refused('ALTER TABLE orders DROP amount', /The column `amount` is referenced by computed column `twice`\./));
  test('a column of the watermark stays', refused('ALTER TABLE orders DROP ts', /The column `ts` is referenced by watermark expression\./));
  test('a column of the key stays', refused('ALTER TABLE orders DROP id', /The column `id` is used as the primary key\./));
  test('a column of that name is not added again', refused('ALTER TABLE orders ADD amount INT', /Try to add a column `amount` which already exists in the table\./));
  test('a column that is not there is not modified', refused('ALTER TABLE orders MODIFY nothing INT', /Try to modify a column `nothing` which does not exist in the table\./));
  test('a second key is refused', refused('ALTER TABLE orders ADD PRIMARY KEY (id) NOT ENFORCED', /has already defined the primary key constraint \[`id`\]/));
  test('a table that is not there is refused', refused('ALTER TABLE nothing RENAME TO other', /Table `default_catalog`\.`default_database`\.`nothing` doesn't exist or is a temporary table\./));
  test('the connector is not reset', refused("ALTER TABLE orders RESET ('connector')", /does not support changing 'connector'/));
  test('a statement that contradicts itself is refused', refused('CREATE TABLE t (a INT, a INT)', /`?a`?/));
});
