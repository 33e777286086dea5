import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { TableEnvironment } from '#table/api/table-environment';
import { inlineTables } from './table-jobs.js';

const folder = mkdtempSync(join(tmpdir(), 'millrace-create-table-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const SOURCE = `CREATE TABLE source (
  id INT NOT NULL, name STRING, ts TIMESTAMP(3), meta STRING METADATA FROM 'x' VIRTUAL, later AS id + 1,
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, CONSTRAINT pk PRIMARY KEY (id) NOT ENFORCED
) DISTRIBUTED BY HASH(id) INTO 4 BUCKETS PARTITIONED BY (name) WITH ('connector' = 'datagen', 'number-of-rows' = '2')`;

async function tablesWith(...statements: readonly string[]): Promise<TableEnvironment> {
  const tables = inlineTables();
  for (const statement of statements) await tables.executeSql(statement);
  return tables;
}

async function rowsOf(tables: TableEnvironment, sql: string): Promise<string[]> {
  const rows: string[] = [];
  for await (const { values } of (await tables.executeSql(sql)).collect()) rows.push(values.join(' '));
  return rows;
}

/** What SHOW CREATE TABLE says of `made`, but for its first line. */
async function made(statement: string): Promise<string> {
  const tables = await tablesWith(SOURCE, statement);
  return (await rowsOf(tables, 'SHOW CREATE TABLE made'))[0]!.split('\n').slice(1).join('\n');
}

const refused = (statement: string, message: RegExp) => async () => {
  const tables = await tablesWith(SOURCE);
  await assert.rejects(async () => tables.executeSql(statement), message);
};

describe('CREATE TABLE … LIKE', () => {
  test('takes over everything, partitions and distribution too', async () => {
    assert.equal(await made("CREATE TABLE made WITH ('number-of-rows' = '3') LIKE source"), `  \`id\` INT NOT NULL,
  \`name\` VARCHAR(2147483647),
  \`ts\` TIMESTAMP(3),
  \`meta\` VARCHAR(2147483647) METADATA FROM 'x' VIRTUAL,
  \`later\` AS \`id\` + 1,
  WATERMARK FOR \`ts\` AS \`ts\` - INTERVAL '5' SECOND,
  CONSTRAINT \`pk\` PRIMARY KEY (\`id\`) NOT ENFORCED
)
DISTRIBUTED BY HASH(\`id\`) INTO 4 BUCKETS
PARTITIONED BY (\`name\`)
WITH (
  'connector' = 'datagen',
  'number-of-rows' = '3'
)
`);
  });

  test('leaves out what is excluded, and columns that stay are computed from the same ones', async () => {
    assert.equal(await made('CREATE TABLE made (extra INT, total AS extra + id) LIKE source (EXCLUDING ALL INCLUDING GENERATED)'), `  \`id\` INT NOT NULL,
  \`name\` VARCHAR(2147483647),
  \`ts\` TIMESTAMP(3),
  \`later\` AS \`id\` + 1,
  \`extra\` INT,
  \`total\` AS \`extra\` + \`id\`
)
`);
  });

  test('a computed column behind a metadata column that is excluded still reads its own columns', async () => {
    const tables = await tablesWith("CREATE TABLE base (meta INT METADATA VIRTUAL, id INT, twice AS id * 2) WITH ('connector' = 'datagen')", "CREATE TABLE made WITH ('connector' = 'datagen', 'number-of-rows' = '4') LIKE base (EXCLUDING METADATA)");
    assert.equal((await rowsOf(tables, 'SELECT COUNT(*) FROM made WHERE twice = id * 2')).at(-1), '4');
  });

  test('overwrites what it is told to', async () => {
    assert.match(await made('CREATE TABLE made (later AS id + 2, WATERMARK FOR ts AS ts) LIKE source (OVERWRITING GENERATED OVERWRITING WATERMARKS)'), /`later` AS `id` \+ 2,\n {2}WATERMARK FOR `ts` AS `ts`,/);
  });

  test('a column is not declared again', refused('CREATE TABLE made (id BIGINT) LIKE source', /A column named 'id' already exists in the base table\./));
  test('a computed column is not declared again', refused('CREATE TABLE made (later AS id + 2) LIKE source', /A generated column named 'later' already exists in the base table\. You might want to specify EXCLUDING GENERATED or OVERWRITING GENERATED\./));
  test('a metadata column is not declared again', refused('CREATE TABLE made (meta STRING METADATA) LIKE source', /A metadata column named 'meta' already exists/));
  test('a computed column does not replace a physical one', refused("CREATE TABLE made (name AS 'x') LIKE source", /A column named 'name' already exists in the table\./));
  test('a watermark is not declared again', refused('CREATE TABLE made (WATERMARK FOR ts AS ts) LIKE source', /There already exists a watermark spec for column 'ts' in the base table\./));
  test('a key is not declared again', refused('CREATE TABLE made (PRIMARY KEY (id) NOT ENFORCED) LIKE source', /The base table already has a primary key\. You might want to specify EXCLUDING CONSTRAINTS\./));
  test('partitions are not declared again', refused('CREATE TABLE made PARTITIONED BY (id) LIKE source', /The base table already has partitions defined\. You might want to specify EXCLUDING PARTITIONS\./));
  test('a distribution is not declared again', refused('CREATE TABLE made DISTRIBUTED INTO 2 BUCKETS LIKE source', /The base table already has a distribution defined\./));
  test('an option is given twice only where it overwrites', refused("CREATE TABLE made WITH ('connector' = 'print') LIKE source (INCLUDING OPTIONS)", /There already exists an option \['connector' -> 'datagen'\] in the base table\./));
});

describe('CREATE TABLE … AS', () => {
  test('has the columns that only the statement declares, and then those of the query', async () => {
    const statement = "CREATE TABLE made (note STRING, id BIGINT, twice AS id * 2, WATERMARK FOR ts AS ts, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'blackhole') AS SELECT id, name, ts FROM source";
    assert.equal(await made(statement), `  \`note\` VARCHAR(2147483647),
  \`twice\` AS \`id\` * 2,
  \`id\` BIGINT NOT NULL,
  \`name\` VARCHAR(2147483647),
  \`ts\` TIMESTAMP(3),
  WATERMARK FOR \`ts\` AS \`ts\`,
  CONSTRAINT \`PK_id\` PRIMARY KEY (\`id\`) NOT ENFORCED
)
WITH (
  'connector' = 'blackhole'
)
`);
  });

  test('names alone give the order of the columns', async () => {
    assert.match(await made("CREATE TABLE made (name, id) WITH ('connector' = 'blackhole') AS SELECT id, name FROM source"), /^ {2}`name` VARCHAR\(2147483647\),\n {2}`id` INT NOT NULL\n\)/);
  });

  test('values go by name, and a column that the query has not is NULL', async () => {
    const tables = inlineTables({ 'execution.runtime-mode': 'batch' });
    const target = (name: string): string => `WITH ('connector' = 'filesystem', 'path' = '${folder}/${name}', 'format' = 'json')`;
    await (await tables.executeSql(`CREATE TABLE ordered (b, a) ${target('ordered')} AS SELECT 1 AS a, 'x' AS b`)).await();
    assert.deepEqual(await rowsOf(tables, 'SELECT b, a FROM ordered'), ['x 1']);
    await (await tables.executeSql(`CREATE TABLE wider (note STRING, a BIGINT) ${target('wider')} AS SELECT 1 AS a, 'x' AS b`)).await();
    assert.deepEqual(await rowsOf(tables, 'SELECT note IS NULL, a, b FROM wider'), ['true 1 x']);
  });

  test('names must be those of the query', refused("CREATE TABLE made (other, id) WITH ('connector' = 'blackhole') AS SELECT id, name FROM source", /Column 'other' not found in the source schema/));
  test('names must be as many', refused("CREATE TABLE made (id) WITH ('connector' = 'blackhole') AS SELECT id, name FROM source", /The number of columns in the column list must match the number of columns in the source schema: 1 against 2/));
});
