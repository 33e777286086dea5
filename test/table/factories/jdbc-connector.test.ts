import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { lookupSourceOf, scanSourceOf } from '#table/factories/connector-registry';
import { LookupCache } from '#table/factories/lookup-cache';
import { rangesOf } from '#table/factories/jdbc-statements';
import { PASSWORD, startPostgres, USER, type PostgresServer } from '../../connectors/jdbc/postgres-server.js';
import { changesOf, inlineTables } from '../api/table-jobs.js';

let server: PostgresServer | string;
before(async () => {
  server = await startPostgres();
  if (typeof server === 'string') console.log(`# SKIPPED: the jdbc connector is not tested against a server: ${server}`);
});
after(async () => {
  if (typeof server !== 'string') await server.stop();
});

/** Undefined, and the test skipped, where there is no server. */
function postgresOf(context: TestContext): PostgresServer | undefined {
  if (typeof server !== 'string') return server;
  context.skip(server);
  return undefined;
}

const jdbc = ({ url }: { readonly url: string }, table: string, more = ''): string => `WITH ('connector' = 'jdbc', 'url' = '${url}', 'table-name' = '${table}', 'username' = '${USER}', 'password' = '${PASSWORD}'${more})`;

async function rows(tables: ReturnType<typeof inlineTables>, query: string): Promise<string[]> {
  return (await changesOf(tables, query)).sort();
}

async function insert(tables: ReturnType<typeof inlineTables>, statement: string): Promise<void> {
  await (await tables.executeSql(statement)).await();
}

const ALL_TYPES = `(id INT, small SMALLINT, big BIGINT, real_value FLOAT, double_value DOUBLE, price DECIMAL(20, 2), flag BOOLEAN, name STRING, code CHAR(3), data BYTES, day_of DATE, at_time TIME(0),
  ts TIMESTAMP(6), instant TIMESTAMP_LTZ(3), tags ARRAY<STRING>, numbers ARRAY<INT>)`;
const ALL_COLUMNS = `id int, small smallint, big bigint, real_value real, double_value double precision, price numeric(20, 2), flag boolean, name text, code char(3), data bytea, day_of date, at_time time(0),
  ts timestamp(6), instant timestamptz(3), tags text[], numbers int[]`;

describe('reading a table of PostgreSQL', () => {
  test('values of every type are those of the database, NULL included', async (context) => {
    const postgres = postgresOf(context);
    if (postgres === undefined) return;
    await postgres.run(`CREATE TABLE all_types (${ALL_COLUMNS});
      INSERT INTO all_types VALUES (1, -32768, 9223372036854775807, 1.5, 'NaN', 123456789012345678.90, true, 'a "b" ü', 'ab', '\\x00ff', '2020-02-29', '10:11:12', '2020-01-02 03:04:05.678901', '2020-01-02 03:04:05.678+02', ARRAY['x', NULL, 'y,"z\\'], ARRAY[1, 2]);
      INSERT INTO all_types (id) VALUES (2)`);
    const tables = inlineTables();
    await tables.executeSql(`CREATE TABLE t ${ALL_TYPES} ${jdbc(postgres, 'all_types')}`);
    assert.deepEqual(await rows(tables, 'SELECT * FROM t'), [
      '+I[1,-32768,"9223372036854775807n",1.5,null,"12345678901234567890n",true,"a \\"b\\" ü","ab ",{"0":0,"1":255},18321,36672000,1577934245678901,1577927045678,["x",null,"y,\\"z\\\\"],[1,2]]',
      `+I[2,${'null,'.repeat(14)}null]`,
    ]);
  });

  test('a partitioned scan reads each row within the bounds once', async (context) => {
    const postgres = postgresOf(context);
    if (postgres === undefined) return;
    await postgres.run('CREATE TABLE numbers (id int primary key, name text); INSERT INTO numbers SELECT n, \'n\' || n FROM generate_series(1, 5000) n');
    const tables = inlineTables();
    await tables.executeSql(`CREATE TABLE numbers (id INT, name STRING) ${jdbc(postgres, 'numbers', ", 'scan.partition.column' = 'id', 'scan.partition.num' = '7', 'scan.partition.lower-bound' = '1', 'scan.partition.upper-bound' = '4999', 'scan.fetch-size' = '100'")}`);
    assert.deepEqual((await changesOf(tables, 'SELECT COUNT(*), COUNT(DISTINCT id), MAX(id) FROM numbers')).at(-1), '+U[4999,4999,4999]');
  });

  test('filters, columns and limits go to the database, and the rows are the same', async (context) => {
    const postgres = postgresOf(context);
    if (postgres === undefined) return;
    await postgres.run(`CREATE TABLE people (id int, name text, born date, paid numeric(10, 2)); INSERT INTO people VALUES (1, 'Ada', '1815-12-10', 1.50), (2, 'O''Hara', NULL, 2.00), (3, NULL, '1990-01-01', 3.25)`);
    const tables = inlineTables();
    await tables.executeSql(`CREATE TABLE people (id INT, name STRING, born DATE, paid DECIMAL(10, 2)) ${jdbc(postgres, 'people')}`);
    const plan = async (query: string): Promise<string> => (await changesOf(tables, `EXPLAIN ${query}`)).join('\n');
    assert.match(await plan("SELECT id FROM people WHERE name = 'O''Hara' AND UPPER(name) <> 'X'"), /TableSourceScan\(table=\[\[default_catalog, default_database, people, filter=\[[^\]]*name = [^\]]*\], project=\[id, name\]\]\]/);
    assert.deepEqual(await rows(tables, "SELECT id FROM people WHERE name = 'O''Hara' AND UPPER(name) <> 'X'"), ['+I[2]']);
    assert.deepEqual(await rows(tables, "SELECT id FROM people WHERE NOT (born < DATE '1900-01-01' OR paid >= 3.3)"), ['+I[3]']);
    assert.deepEqual(await rows(tables, 'SELECT id FROM people WHERE born IS NULL OR 1 = id'), ['+I[1]', '+I[2]']);
    assert.deepEqual(await rows(tables, "SELECT id FROM people WHERE name > 'B'"), ['+I[2]']);
    assert.deepEqual((await changesOf(tables, 'SELECT id FROM people LIMIT 2')).length, 2);
    assert.match(await plan('SELECT id FROM people LIMIT 2'), /project=\[id\], limit=\[2\]/);
    assert.deepEqual((await changesOf(tables, 'SELECT COUNT(*) FROM people')).at(-1), '+U[3]');
  });

  test('a table that is not there fails the job with what the database says', async (context) => {
    const postgres = postgresOf(context);
    if (postgres === undefined) return;
    const tables = inlineTables();
    await tables.executeSql(`CREATE TABLE nothing (id INT) ${jdbc(postgres, 'public.nothing')}`);
    await assert.rejects(changesOf(tables, 'SELECT * FROM nothing'), /relation "public.nothing" does not exist/);
  });
});

test('a server that is not there is named, without the password', async () => {
  const tables = inlineTables();
  await tables.executeSql(`CREATE TABLE t (id INT) ${jdbc({ url: 'jdbc:postgresql://127.0.0.1:1/db' }, 't')}`);
  await assert.rejects(changesOf(tables, 'SELECT * FROM t'), (thrown: Error) => /127\.0\.0\.1:1\/db: cannot connect: .*ECONNREFUSED.*check that the server runs there/.test(thrown.message) && !thrown.message.includes(PASSWORD));
});

describe('writing a table of PostgreSQL', () => {
  test('values of every type are read again as they were', async (context) => {
    const postgres = postgresOf(context);
    if (postgres === undefined) return;
    await postgres.run(`CREATE TABLE source_types (${ALL_COLUMNS}); CREATE TABLE target_types (${ALL_COLUMNS});
      INSERT INTO source_types VALUES (1, 7, -9223372036854775808, 0.1, 1e300, -0.01, false, '', 'abc', '\\x', '0001-01-01', '00:00:00', '1969-12-31 23:59:59.999999', '2020-01-02 03:04:05.678Z', '{}', '{NULL,3}'), (2)`.replace(', (2)', "; INSERT INTO source_types (id) VALUES (2)"));
    const tables = inlineTables();
    await tables.executeSql(`CREATE TABLE s ${ALL_TYPES} ${jdbc(postgres, 'source_types')}`);
    await tables.executeSql(`CREATE TABLE t ${ALL_TYPES} ${jdbc(postgres, 'target_types')}`);
    await insert(tables, 'INSERT INTO t SELECT * FROM s');
    assert.deepEqual(await postgres.run('SELECT * FROM target_types ORDER BY id'), await postgres.run('SELECT * FROM source_types ORDER BY id'));
  });

  test('with a primary key the last row of a key stays, and deleted ones go', async (context) => {
    const postgres = postgresOf(context);
    if (postgres === undefined) return;
    await postgres.run(`CREATE TABLE counts (word text primary key, n bigint); INSERT INTO counts VALUES ('a', 100), ('gone', 1)`);
    const tables = inlineTables();
    await tables.executeSql(`CREATE TABLE counts (word STRING, n BIGINT, PRIMARY KEY (word) NOT ENFORCED) ${jdbc(postgres, 'counts', ", 'sink.buffer-flush.max-rows' = '2'")}`);
    await insert(tables, "INSERT INTO counts SELECT word, COUNT(*) FROM (VALUES ('a'), ('b'), ('a'), ('c'), ('a')) AS t(word) GROUP BY word");
    await insert(tables, "INSERT INTO counts SELECT word, COUNT(*) FROM (VALUES ('d'), ('b'), ('gone'), ('gone')) AS t(word) GROUP BY word HAVING COUNT(*) < 2");
    assert.deepEqual(await postgres.run('SELECT * FROM counts ORDER BY word'), [['a', '3'], ['b', '1'], ['c', '1'], ['d', '1']]);
  });

  test('a query that updates is refused by a table without a primary key', async () => {
    const tables = inlineTables();
    await tables.executeSql(`CREATE TABLE counts (word STRING, n BIGINT) ${jdbc({ url: 'jdbc:postgresql://localhost/x' }, 'counts')}`);
    await assert.rejects(tables.executeSql("INSERT INTO counts SELECT word, COUNT(*) FROM (VALUES ('a')) AS t(word) GROUP BY word"), { code: 'TABLE_CHANGELOG_MISMATCH', message: /counts/ });
  });

  test('a row that the database refuses fails the job at once', async (context) => {
    const postgres = postgresOf(context);
    if (postgres === undefined) return;
    await postgres.run('CREATE TABLE checked (id int CHECK (id > 0))');
    const tables = inlineTables();
    await tables.executeSql(`CREATE TABLE checked (id INT) ${jdbc(postgres, 'checked')}`);
    await assert.rejects(insert(tables, 'INSERT INTO checked VALUES (1), (-1)'), /violates check constraint/);
    assert.deepEqual(await postgres.run('SELECT * FROM checked'), []);
  });
});

describe('looking up rows of PostgreSQL', () => {
  const join = 'SELECT o.id, p.name FROM (SELECT id, PROCTIME() AS pt FROM (VALUES (1), (2), (9), (1)) AS t(id)) AS o LEFT JOIN p FOR SYSTEM_TIME AS OF o.pt ON o.id = p.id';

  test('each row sees the rows of its key, with and without a cache', async (context) => {
    const postgres = postgresOf(context);
    if (postgres === undefined) return;
    await postgres.run(`CREATE TABLE products (id int, name text); INSERT INTO products VALUES (1, 'x'), (2, 'y'), (2, 'z')`);
    for (const more of ['', ", 'lookup.cache' = 'PARTIAL', 'lookup.partial-cache.max-rows' = '2'"]) {
      for (const hint of ['', "/*+ LOOKUP('table' = 'p', 'async' = 'false') */"]) {
        const tables = inlineTables();
        await tables.executeSql(`CREATE TABLE p (id INT, name STRING) ${jdbc(postgres, 'products', more)}`);
        assert.deepEqual(await rows(tables, join.replace('SELECT', `SELECT ${hint}`)), ['+I[1,"x"]', '+I[1,"x"]', '+I[2,"y"]', '+I[2,"z"]', '+I[9,null]']);
      }
    }
  });

  test('a lost connection is opened again', async (context) => {
    const postgres = postgresOf(context);
    if (postgres === undefined) return;
    await postgres.run(`CREATE TABLE again (id int, name text); INSERT INTO again VALUES (1, 'x')`);
    const tables = inlineTables();
    await tables.executeSql(`CREATE TABLE again (id INT, name STRING) ${jdbc(postgres, 'again')}`);
    const table = tables.session.catalogs.getTable(tables.session.catalogs.qualify(['again']))!;
    assert.ok(table.kind === 'table');
    const lookup = lookupSourceOf(table.table, {})!.createLookup([0], { kind: 'ROW', isNullable: false, fields: table.table.schema.columns.map(({ name, type }) => ({ name, type })) });
    lookup.open!({ clock: { now: () => 0 } } as never);
    try {
      assert.deepEqual(lookup.lookup([1]), [{ id: 1, name: 'x' }]);
      await postgres.dropConnections();
      assert.deepEqual(lookup.lookup([1]), [{ id: 1, name: 'x' }]);
    } finally {
      lookup.close!();
    }
  });

  test('a LOOKUP hint asks again for rows that are not there yet', async (context) => {
    const postgres = postgresOf(context);
    if (postgres === undefined) return;
    await postgres.run('CREATE TABLE late (id int, name text)');
    const tables = inlineTables();
    await tables.executeSql(`CREATE TABLE p (id INT, name STRING) ${jdbc(postgres, 'late')}`);
    const hint = "/*+ LOOKUP('table' = 'p', 'retry-predicate' = 'lookup_miss', 'retry-strategy' = 'fixed_delay', 'fixed-delay' = '50ms', 'max-attempts' = '100') */";
    const result = rows(tables, join.replace('SELECT', `SELECT ${hint}`));
    await postgres.run("INSERT INTO late VALUES (1, 'x'), (2, 'y'), (9, 'z')");
    assert.deepEqual(await result, ['+I[1,"x"]', '+I[1,"x"]', '+I[2,"y"]', '+I[9,"z"]']);
  });

  test('a LOOKUP hint that cannot be is refused', async () => {
    const tables = inlineTables();
    await tables.executeSql(`CREATE TABLE p (id INT, name STRING) ${jdbc({ url: 'jdbc:postgresql://h/db' }, 'p')}`);
    const refused = (hint: string, message: RegExp): Promise<void> => assert.rejects(changesOf(tables, join.replace('SELECT', `SELECT /*+ LOOKUP(${hint}) */`)), { code: 'TABLE_OPTION_INVALID', message });
    await refused("'async' = 'true'", /Invalid LOOKUP hint: incomplete required option\(s\): 'table'/);
    await refused("'table' = 'p', 'async' = 'perhaps'", /'async' is 'perhaps': give true or false/);
    await refused("'table' = 'p', 'retry-predicate' = 'lookup_miss'", /retry options can be both null or all not null: missing retry-strategy, fixed-delay, max-attempts/);
    await refused("'table' = 'p', 'retries' = '3'", /unsupported hint option: retries/);
    await refused("'table' = 'p', 'retry-predicate' = 'lookup_miss', 'retry-strategy' = 'fixed_delay', 'fixed-delay' = 'soon', 'max-attempts' = '3'", /'fixed-delay' is 'soon'/);
  });

  test('the cache forgets the longest unused key, and what is too old', () => {
    let now = 0;
    const cache = new LookupCache<number>({ maxRows: 2, expireAfterWriteMs: 100, expireAfterAccessMs: 50, cachesMissingKeys: false }, () => now);
    cache.set('a', [1]);
    cache.set('b', [2]);
    assert.deepEqual(cache.get('a'), [1]);
    cache.set('c', [3]);
    assert.equal(cache.get('b'), undefined);
    cache.set('none', []);
    assert.equal(cache.get('none'), undefined);
    now = 40;
    assert.deepEqual(cache.get('a'), [1]);
    now = 80;
    assert.deepEqual([cache.get('a'), cache.get('c')], [[1], undefined]);
    now = 110;
    assert.equal(cache.get('a'), undefined);
  });
});

describe('the jdbc catalog', () => {
  test('tables of the database are tables, with their types and keys', async (context) => {
    const postgres = postgresOf(context);
    if (postgres === undefined) return;
    await postgres.run(`CREATE SCHEMA shop; CREATE TABLE shop.orders (region text, id bigint, amount numeric(10, 2) NOT NULL, plain numeric, at timestamp(3), seen timestamptz, tags text[], doc jsonb, PRIMARY KEY (region, id));
      CREATE TABLE flat (id int); CREATE TABLE odd (p point); INSERT INTO shop.orders VALUES ('n', 1, 2.5, 1.5, '2020-01-01', '2020-01-01Z', '{a}', '{"a":1}')`);
    const tables = inlineTables();
    await tables.executeSql(`CREATE CATALOG pg WITH ('type' = 'jdbc', 'base-url' = '${postgres.url.slice(0, postgres.url.lastIndexOf('/'))}', 'default-database' = 'postgres', 'username' = '${USER}', 'password' = '${PASSWORD}')`);
    await tables.executeSql('USE CATALOG pg');
    const listed = await changesOf(tables, 'SHOW TABLES');
    assert.deepEqual(['public.flat', 'shop.orders'].filter((name) => !listed.includes(`+I["${name}"]`)), []);
    assert.deepEqual(await changesOf(tables, 'DESCRIBE `shop.orders`').then((lines) => lines.map((line) => JSON.parse(line.slice(2)).slice(0, 4).map(String).join(' '))), [
      'region STRING false PRI(region, id)', 'id BIGINT false PRI(region, id)', 'amount DECIMAL(10, 2) false null', 'plain DECIMAL(38, 18) true null', 'at TIMESTAMP(3) true null', 'seen TIMESTAMP_LTZ(6) true null', 'tags ARRAY<STRING> true null', 'doc STRING true null',
    ]);
    await insert(tables, "INSERT INTO `shop.orders` VALUES ('n', 1, 9.99, 0, TIMESTAMP '2021-01-01 00:00:00', CAST(NULL AS TIMESTAMP_LTZ(6)), ARRAY['b'], '{}'), ('s', 2, 1, CAST(NULL AS DECIMAL(38, 18)), CAST(NULL AS TIMESTAMP(3)), CAST(NULL AS TIMESTAMP_LTZ(6)), CAST(NULL AS ARRAY<STRING>), CAST(NULL AS STRING)) ON CONFLICT DO DEDUPLICATE");
    assert.deepEqual(await rows(tables, 'SELECT region, id, amount, doc FROM pg.postgres.`shop.orders`'), ['+I["n",1,999,"{}"]', '+I["s",2,100,null]']);
    await assert.rejects(changesOf(tables, 'SELECT * FROM odd'), /Doesn't support Postgres type 'point' yet/);
    await assert.rejects(tables.executeSql('CREATE TABLE t (id INT)'), { code: 'TABLE_NOT_SUPPORTED' });
    await assert.rejects(tables.executeSql('USE nowhere'), { code: 'CATALOG_OBJECT_UNKNOWN' });
  });

  test('its options are checked', async () => {
    const tables = inlineTables();
    await assert.rejects(tables.executeSql("CREATE CATALOG pg WITH ('type' = 'jdbc', 'base-url' = 'jdbc:postgresql://h')"), { code: 'TABLE_OPTION_INVALID', message: /Missing required options are: default-database/ });
    await assert.rejects(tables.executeSql("CREATE CATALOG pg WITH ('type' = 'hive')"), { code: 'TABLE_OPTION_INVALID', message: /give generic_in_memory, file or jdbc/ });
  });
});

describe('options of the jdbc connector', () => {
  const refusals: readonly (readonly [string, RegExp])[] = [
    ["'table-name' = 't'", /Missing required options are: url/],
    ["'url' = 'jdbc:mysql://h/db', 'table-name' = 't'", /Could not find any jdbc dialect factory that can handle url 'jdbc:mysql:\/\/h\/db'/],
    ["'url' = 'jdbc:postgresql://h/db?password=secret&x=1', 'table-name' = 't'", /connection property 'x'/],
    ["'url' = 'jdbc:postgresql://h/db', 'table-name' = 't', 'username' = 'u'", /Either all or none of the following options should be provided: username, password/],
    ["'url' = 'jdbc:postgresql://h/db', 'table-name' = 't', 'scan.partition.column' = 'id'", /Either all or none .*scan\.partition\.column, scan\.partition\.num/],
    ["'url' = 'jdbc:postgresql://h/db', 'table-name' = 't', 'scan.partition.column' = 'id', 'scan.partition.num' = '2', 'scan.partition.lower-bound' = '5', 'scan.partition.upper-bound' = '1'", /'scan.partition.lower-bound'='5' must not be larger than 'scan.partition.upper-bound'='1'/],
    ["'url' = 'jdbc:postgresql://h/db', 'table-name' = 't', 'connection.max-retry-timeout' = '100 ms'", /must be in second granularity and shouldn't be smaller than 1 second, but is 100 ms/],
    ["'url' = 'jdbc:postgresql://h/db', 'table-name' = 't', 'scan.fetch-sise' = '1'", /Unsupported options found .*scan\.fetch-sise.*Did you mean scan\.fetch-size/],
  ];
  for (const [options, message] of refusals) {
    test(`refused: ${options}`, async () => {
      const tables = inlineTables();
      await tables.executeSql(`CREATE TABLE t (id INT) WITH ('connector' = 'jdbc', ${options})`);
      await assert.rejects(changesOf(tables, 'SELECT * FROM t'), { code: 'TABLE_OPTION_INVALID', message });
    });
  }

  test('refused: a negative number of retries, a cache that does not exist, a type that the database has not', async () => {
    const tables = inlineTables();
    await tables.executeSql(`CREATE TABLE t (id INT, m MAP<STRING, INT>) ${jdbc({ url: 'jdbc:postgresql://h/db' }, 't')}`);
    await tables.executeSql(`CREATE TABLE u (id INT) ${jdbc({ url: 'jdbc:postgresql://h/db' }, 'u', ", 'lookup.max-retries' = '-1', 'lookup.cache' = 'FULL'")}`);
    const resolved = (name: string): Parameters<typeof scanSourceOf>[0] => (tables.session.catalogs.getTable(tables.session.catalogs.qualify([name])) as { readonly table: Parameters<typeof scanSourceOf>[0] }).table;
    assert.throws(() => scanSourceOf(resolved('t'), {}), /The PostgreSQL dialect doesn't support type: MAP of column m/);
    assert.throws(() => lookupSourceOf(resolved('u'), {}), /Could not parse value 'FULL' for key 'lookup.cache'.*one of NONE, PARTIAL/);
    assert.throws(() => lookupSourceOf(resolved('u'), { 'lookup.cache': 'none' }), /The value of 'lookup.max-retries' option shouldn't be negative, but is -1/);
  });

  test('ranges of a partitioned scan cover the bounds, the wider first', () => {
    assert.deepEqual(rangesOf(0n, 9n, 3).map(({ lower, upper }) => `${lower}-${upper}`), ['0-3', '4-6', '7-9']);
    assert.deepEqual(rangesOf(5n, 6n, 9).map(({ lower, upper }) => `${lower}-${upper}`), ['5-5', '6-6']);
    assert.deepEqual(rangesOf(-100n, 9223372036854775807n, 1).map(({ lower, upper }) => `${lower}-${upper}`), ['-100-9223372036854775807']);
  });
});
