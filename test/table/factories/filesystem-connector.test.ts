import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { PartitionCommit } from '#connectors/files/file-committable';
import { partitionCommitOf } from '#table/factories/partition-commit';
import { FilesystemLookup } from '#table/factories/filesystem-lookup';
import { lookupSourceOf } from '#table/factories/connector-registry';
import { SeededRandom } from '#platform/random/seeded-random';
import { NodeClock } from '#platform/clock/node-clock';
import { NodeFiles } from '#platform/files/node-files';
import { changesOf, inlineTables } from '../api/table-jobs.js';

let folder: string;
before(() => { folder = mkdtempSync(join(tmpdir(), 'millrace-table-files-')); });
after(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
function directory(files: Readonly<Record<string, string>> = {}): string {
  const path = join(folder, String(count++));
  mkdirSync(path);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(path, name, '..'), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return path;
}

const filesystem = (path: string, format: string, more = ''): string => `WITH ('connector' = 'filesystem', 'path' = '${path}', 'format' = '${format}'${more})`;

/** Texts of all visible files below, by path. */
function contents(path: string): Record<string, string> {
  return Object.fromEntries(readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => [join(entry.parentPath, entry.name).slice(path.length + 1), readFileSync(join(entry.parentPath, entry.name), 'utf8')]));
}

async function write(table: string, options: string, query: string): Promise<void> {
  const tables = inlineTables();
  await tables.executeSql(`CREATE TABLE target ${table} ${options}`);
  await (await tables.executeSql(`INSERT INTO target ${query}`)).await();
}

async function read(table: string, options: string, query = 'SELECT * FROM source_table'): Promise<string[]> {
  const tables = inlineTables();
  await tables.executeSql(`CREATE TABLE source_table ${table} ${options}`);
  return changesOf(tables, query);
}

describe('reading files', () => {
  test('json: columns by name, those that are missing NULL, large and decimal numbers exact', async () => {
    const path = directory({ 'a.json': '{"id":9007199254740993,"price":12345678901234.56,"tags":["a","b"],"ts":"2020-01-02 03:04:05.678"}\n\n{"id":2,"other":true}\n' });
    assert.deepEqual(await read('(id BIGINT, price DECIMAL(20, 2), tags ARRAY<STRING>, ts TIMESTAMP(3))', filesystem(path, 'json')), [
      '+I["9007199254740993n",1234567890123456,["a","b"],1577934245678]', '+I[2,null,null,null]',
    ]);
  });

  test('csv: quoted values may hold delimiters, quotes and line ends', async () => {
    const path = directory({ 'a.csv': '1,"a,""b""\nc",true\n 2 ,x,false\n' });
    assert.deepEqual(await read('(id INT, name STRING, flag BOOLEAN)', filesystem(path, 'csv')), ['+I[1,"a,\\"b\\"\\nc",true]', '+I[2,"x",false]']);
  });

  test('csv: delimiter, null literal and comments are options', async () => {
    const path = directory({ 'a.csv': '# head\n1;n/a\n' });
    assert.deepEqual(await read('(id INT, name STRING)', filesystem(path, 'csv', ", 'csv.field-delimiter' = ';', 'csv.null-literal' = 'n/a', 'csv.allow-comments' = 'true'")), ['+I[1,null]']);
  });

  test('raw: a line is the value', async () => {
    assert.deepEqual(await read('(line STRING)', filesystem(directory({ 'a.txt': 'one, two\nthree\n' }), 'raw')), ['+I["one, two"]', '+I["three"]']);
  });

  test('partition columns come from folders, metadata columns from the file', async () => {
    const path = directory({ 'day=2020-01-01/kind=a%2Fb/x.csv': '1\n', 'day=2020-01-02/kind=__DEFAULT_PARTITION__/y.csv': '2\n', '_SUCCESS': '' });
    assert.deepEqual(await read("(id INT, `day` DATE, kind STRING, file STRING METADATA FROM 'file.name') PARTITIONED BY (`day`, kind)", filesystem(path, 'csv')), ['+I[1,18262,"a/b","x.csv"]', '+I[2,18263,null,"y.csv"]']);
  });

  test('a record that is none fails the job with its place, or is left out', async () => {
    const path = directory({ 'a.json': '{"id":1}\n{"id":"x"}\nno json\n{"id":4}\n' });
    await assert.rejects(read('(id INT)', filesystem(path, 'json')), /a\.json:2: Fail to deserialize at field: id/);
    assert.deepEqual(await read('(id INT)', filesystem(path, 'json', ", 'json.ignore-parse-errors' = 'true'")), ['+I[1]', '+I[null]', '+I[4]']);
  });

  test('debezium-json: an update is the row before and the row after', async () => {
    const path = directory({ 'a.json': '{"before":null,"after":{"id":1,"n":5},"op":"c"}\n{"before":{"id":1,"n":5},"after":{"id":1,"n":6},"op":"u"}\n{"before":{"id":1,"n":6},"after":null,"op":"d"}\n' });
    assert.deepEqual(await read('(id INT, n INT)', filesystem(path, 'debezium-json')), ['+I[1,5]', '-U[1,5]', '+U[1,6]', '-D[1,6]']);
  });

  test('changelogs tell of their changes in metadata columns', async () => {
    const debezium = directory({ 'a.json': '{"schema":{"x":1},"payload":{"before":null,"after":{"id":1},"op":"c","ts_ms":1589362330904,"source":{"db":"shop","table":"orders","ts_ms":1589362330000,"pos":154,"snapshot":null}}}\n' });
    const keys = ['schema', 'ingestion-timestamp', 'source.timestamp', 'source.database', 'source.schema', 'source.table'];
    const columns = keys.map((key, index) => `m${index} ${key.endsWith('timestamp') ? 'TIMESTAMP_LTZ(3)' : 'STRING'} METADATA FROM '${key}' VIRTUAL`).join(', ');
    assert.deepEqual(await read(`(id INT, ${columns}, p MAP<STRING, STRING> METADATA FROM 'source.properties', f STRING METADATA FROM 'file.name')`, filesystem(debezium, 'debezium-json', ", 'debezium-json.schema-include' = 'true'"), "SELECT id, m0, m1, m2, m3, m4, m5, p['pos'], f FROM source_table"), ['+I[1,"{\\"x\\":1}",1589362330904,1589362330000,"shop",null,"orders","154","a.json"]']);
    const canal = directory({ 'a.json': '{"data":[{"id":"1"}],"type":"INSERT","database":"shop","table":"orders","pkNames":["id"],"ts":5,"es":4,"sqlType":{"id":4}}\n' });
    assert.deepEqual(await read("(id INT, d STRING METADATA FROM 'database', k ARRAY<STRING> METADATA FROM 'pk-names', i BIGINT METADATA FROM 'database', e TIMESTAMP_LTZ(3) METADATA FROM 'event-timestamp', s MAP<STRING, INT> METADATA FROM 'sql-type')".replace("i BIGINT METADATA FROM 'database'", "i TIMESTAMP_LTZ(3) METADATA FROM 'ingestion-timestamp'"), filesystem(canal, 'canal-json'), "SELECT id, d, k, i, e, s['id'] FROM source_table"), ['+I[1,"shop",["id"],5,4,4]']);
    const maxwell = directory({ 'a.json': '{"data":{"id":1},"type":"insert","database":"shop","table":"orders","ts":5,"primary_key_columns":["id"]}\n' });
    assert.deepEqual(await read("(id INT, t STRING METADATA FROM 'table', k ARRAY<STRING> METADATA FROM 'primary-key-columns')", filesystem(maxwell, 'maxwell-json')), ['+I[1,"orders",["id"]]']);
    await assert.rejects(read("(id INT, t STRING METADATA FROM 'tabel')", filesystem(maxwell, 'maxwell-json')), /Invalid metadata key 'tabel'/);
  });

  test('canal-json and maxwell-json: old values are those that an update names', async () => {
    const canal = directory({ 'a.json': '{"data":[{"id":"1","n":"6"}],"old":[{"n":"5"}],"type":"UPDATE"}\n{"data":[{"id":"1","n":"6"}],"type":"DELETE"}\n' });
    assert.deepEqual(await read('(id INT, n INT)', filesystem(canal, 'canal-json')), ['-U[1,5]', '+U[1,6]', '-D[1,6]']);
    const maxwell = directory({ 'a.json': '{"data":{"id":1,"n":5},"type":"insert"}\n{"data":{"id":1,"n":6},"old":{"n":5},"type":"update"}\n' });
    assert.deepEqual(await read('(id INT, n INT)', filesystem(maxwell, 'maxwell-json')), ['+I[1,5]', '-U[1,5]', '+U[1,6]']);
  });
});

describe('writing files', () => {
  test('json and csv', async () => {
    const query = "SELECT * FROM (VALUES (1, 'a b', CAST(1.50 AS DECIMAL(5, 2)), TIMESTAMP '2020-01-02 03:04:05', CAST(NULL AS BOOLEAN)))";
    const table = '(id INT, name STRING, price DECIMAL(5, 2), ts TIMESTAMP(3), flag BOOLEAN)';
    const json = directory();
    await write(table, filesystem(json, 'json'), query);
    assert.deepEqual(Object.values(contents(json)), ['{"id":1,"name":"a b","price":1.5,"ts":"2020-01-02 03:04:05","flag":null}\n']);
    const csv = directory();
    await write(table, filesystem(csv, 'csv'), query);
    assert.deepEqual(Object.values(contents(csv)), ['1,"a b",1.5,"2020-01-02 03:04:05",\n']);
  });

  test('decimals lose the zeros at their end and may have an exponent, unless they are to be plain', async () => {
    const query = "SELECT * FROM (VALUES (CAST('100000.00' AS DECIMAL(20, 2)), CAST('0.000000027' AS DECIMAL(20, 9)), CAST('-1.50' AS DECIMAL(5, 2)), CAST(0 AS DECIMAL(5, 2)), CAST('12345678901234567890.10' AS DECIMAL(22, 2))))";
    const table = '(a DECIMAL(20, 2), b DECIMAL(20, 9), c DECIMAL(5, 2), d DECIMAL(5, 2), e DECIMAL(22, 2))';
    const linesOf = async (format: string, more = ''): Promise<string> => {
      const path = directory();
      await write(table, filesystem(path, format, more), query);
      return Object.values(contents(path)).join('');
    };
    assert.equal(await linesOf('json'), '{"a":1E+5,"b":2.7E-8,"c":-1.5,"d":0,"e":12345678901234567890.1}\n');
    assert.equal(await linesOf('json', ", 'json.encode.decimal-as-plain-number' = 'true'"), '{"a":100000.00,"b":0.000000027,"c":-1.50,"d":0.00,"e":12345678901234567890.10}\n');
    assert.equal(await linesOf('csv'), '1E+5,2.7E-8,-1.5,0,12345678901234567890.1\n');
    assert.equal(await linesOf('csv', ", 'csv.write-bigdecimal-in-scientific-notation' = 'false'"), '100000.00,0.000000027,-1.50,0.00,12345678901234567890.10\n');
  });

  test('json: null keys of maps fail, are dropped or have a name; NULL fields may be left out', async () => {
    const query = "SELECT MAP[CAST(NULL AS STRING), 1, 'b', 2], CAST(NULL AS INT)";
    const lineOf = async (more: string): Promise<string> => {
      const path = directory();
      await write('(m MAP<STRING, INT>, n INT)', filesystem(path, 'json', more), query);
      return Object.values(contents(path)).join('');
    };
    await assert.rejects(lineOf(''), /JSON format doesn't support to serialize map data with null keys/);
    assert.equal(await lineOf(", 'json.map-null-key.mode' = 'DROP'"), '{"m":{"b":2},"n":null}\n');
    assert.equal(await lineOf(", 'json.map-null-key.mode' = 'LITERAL', 'json.map-null-key.literal' = 'none', 'json.encode.ignore-null-fields' = 'true'"), '{"m":{"none":1,"b":2}}\n');
    await assert.rejects(lineOf(", 'json.map-null-key.mode' = 'KEEP'"), { code: 'TABLE_OPTION_INVALID', message: /give one of FAIL, DROP, LITERAL/ });
  });

  test('a folder per partition, without the columns of the partition', async () => {
    const path = directory();
    await write('(id INT, kind STRING) PARTITIONED BY (kind)', filesystem(path, 'csv'), "SELECT * FROM (VALUES (1, 'a'), (2, 'b/c'), (3, CAST(NULL AS STRING)), (4, 'a'))");
    const written = Object.entries(contents(path)).map(([name, text]) => [name.slice(0, name.lastIndexOf('/')), text]).sort();
    assert.deepEqual(written, [['kind=__DEFAULT_PARTITION__', '3\n'], ['kind=a', '1\n4\n'], ['kind=b%2Fc', '2\n']]);
  });

  test('debezium-json takes changes, json does not', async () => {
    const path = directory();
    const counts = 'SELECT a, COUNT(*) FROM (VALUES (1), (1)) AS t(a) GROUP BY a';
    await write('(a INT, n BIGINT)', filesystem(path, 'debezium-json'), counts);
    assert.deepEqual(Object.values(contents(path)).join('').split('\n').slice(0, -1), ['{"before":null,"after":{"a":1,"n":1},"op":"c"}', '{"before":{"a":1,"n":1},"after":null,"op":"d"}', '{"before":null,"after":{"a":1,"n":2},"op":"c"}']);
    await assert.rejects(write('(a INT, n BIGINT)', filesystem(directory(), 'json'), counts), { code: 'TABLE_CHANGELOG_MISMATCH' });
  });
});

describe('partitions that are complete', () => {
  const commit = ", 'sink.partition-commit.policy.kind' = 'success-file'";
  const marks = (path: string): string[] => Object.keys(contents(path)).filter((name) => name.endsWith('_SUCCESS')).sort();

  test('are marked at the end of the input', async () => {
    const path = directory();
    await write('(id INT, kind STRING) PARTITIONED BY (kind)', filesystem(path, 'csv', commit), "SELECT * FROM (VALUES (1, 'a'), (2, 'b'))");
    assert.deepEqual(marks(path), ['kind=a/_SUCCESS', 'kind=b/_SUCCESS']);
    assert.deepEqual(await read('(id INT, kind STRING) PARTITIONED BY (kind)', filesystem(path, 'csv')), ['+I[1,"a"]', '+I[2,"b"]']);
  });

  test('are not marked without a policy; the mark has the name that the table gives it', async () => {
    const path = directory();
    await write('(id INT, kind STRING) PARTITIONED BY (kind)', filesystem(path, 'csv'), "SELECT 1, 'a'");
    assert.deepEqual(Object.keys(contents(path)).length, 1);
    await write('(id INT, kind STRING) PARTITIONED BY (kind)', filesystem(path, 'csv', `${commit}, 'sink.partition-commit.success-file.name' = '_DONE'`), "SELECT 2, 'a'");
    assert.ok('kind=a/_DONE' in contents(path));
  });

  const commitOf = async (columns: string, partitioned: string, more: string): Promise<PartitionCommit> => {
    const tables = inlineTables();
    await tables.executeSql(`CREATE TABLE t ${columns} PARTITIONED BY (${partitioned}) ${filesystem(directory(), 'csv', commit + more)}`);
    const found = tables.session.catalogs.getTable(tables.session.catalogs.qualify(['t']));
    assert.ok(found?.kind === 'table');
    return partitionCommitOf(found.table, { all: found.table.options })!;
  };

  test('by the time of the partition: the watermark has passed it and the delay', async () => {
    const byTime = ", 'sink.partition-commit.trigger' = 'partition-time', 'sink.partition-commit.delay' = '1 h'";
    const hour = Date.UTC(2020, 0, 2, 5);
    const times = (watermark: number): Parameters<PartitionCommit['isComplete']>[1] => ({ watermark, nowMs: Number.MAX_SAFE_INTEGER, createdMs: 0 });
    const hourly = await commitOf('(id INT, dt STRING, h STRING, `hour` STRING)', 'dt, h, `hour`', `${byTime}, 'partition.time-extractor.timestamp-pattern' = '$dt $hour:00:00'`);
    const bucket = 'dt=2020-01-02/h=9/hour=05';
    assert.deepEqual([hourly.isComplete(bucket, times(hour + 3_600_000)), hourly.isComplete(bucket, times(hour + 3_600_001))], [false, true]);
    const daily = await commitOf('(id INT, dt STRING)', 'dt', `${byTime}, 'partition.time-extractor.timestamp-formatter' = 'yyyyMMdd', 'sink.partition-commit.watermark-time-zone' = 'Asia/Shanghai'`);
    const day = Date.UTC(2020, 0, 1, 16) + 3_600_000;
    assert.deepEqual([daily.isComplete('dt=20200102', times(day)), daily.isComplete('dt=20200102', times(day + 1))], [false, true]);
    assert.throws(() => daily.isComplete('dt=x', times(day)), /the partition time 'x' is no timestamp/);
  });

  test('by the clock: the delay has passed since the first record', async () => {
    const { isComplete } = await commitOf('(id INT, dt STRING)', 'dt', ", 'sink.partition-commit.delay' = '10 s'");
    assert.deepEqual([9_999, 10_000].map((passed) => isComplete('dt=x', { watermark: 0, nowMs: 5 + passed, createdMs: 5 })), [false, true]);
  });

  test('options that cannot be carried out are refused', async () => {
    const refused: readonly (readonly [string, RegExp])[] = [
      ["'sink.partition-commit.policy.kind' = 'metastore,success-file'", /Can not configure a 'metastore' partition commit policy for a file system table/],
      ["'sink.partition-commit.policy.kind' = 'custom'", /the partition commit policy 'custom' is not there/],
      ["'sink.partition-commit.policy.kind' = 'success-file', 'sink.partition-commit.success-file.name' = 'done'", /give a file name that begins with _/],
      ["'sink.partition-commit.policy.kind' = 'success-file', 'sink.parallelism' = '2'", /one subtask commits partitions/],
      ["'sink.partition-commit.trigger' = 'sometimes'", /Could not parse value 'sometimes' for key 'sink\.partition-commit\.trigger'.*process-time, partition-time/],
      ["'partition.time-extractor.timestamp-pattern' = '$day'", /names \$day, which is no partition column: kind/],
    ];
    for (const [options, message] of refused) await assert.rejects(write('(id INT, kind STRING) PARTITIONED BY (kind)', filesystem(directory(), 'csv', `, ${options}`), "SELECT 1, 'a'"), { code: 'TABLE_OPTION_INVALID', message }, options);
  });
});

describe('INSERT OVERWRITE', () => {
  const batch = { 'execution.runtime-mode': 'batch' };
  const overwrite = async (columns: string, path: string, ...statements: readonly string[]): Promise<string[]> => {
    const tables = inlineTables(batch);
    await tables.executeSql(`CREATE TABLE t ${columns} ${filesystem(path, 'csv')}`);
    for (const statement of statements) await (await tables.executeSql(statement)).await();
    return (await changesOf(tables, 'SELECT * FROM t')).sort();
  };

  test('puts the rows in place of those that are there', async () => {
    assert.deepEqual(await overwrite('(id INT)', directory(), 'INSERT INTO t VALUES (1), (2)', 'INSERT OVERWRITE t VALUES (3)'), ['+I[3]']);
    assert.deepEqual(await overwrite('(id INT)', directory(), 'INSERT INTO t VALUES (1), (2)', 'INSERT OVERWRITE t SELECT x FROM (VALUES (1)) AS v(x) WHERE x > 1'), []);
  });

  test('replaces the partitions that rows come for, and the one that it names', async () => {
    const columns = '(id INT, kind STRING) PARTITIONED BY (kind)';
    const first = "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')";
    assert.deepEqual(await overwrite(columns, directory(), first, "INSERT OVERWRITE t VALUES (4, 'a'), (5, 'd')"), ['+I[2,"b"]', '+I[3,"c"]', '+I[4,"a"]', '+I[5,"d"]']);
    assert.deepEqual(await overwrite(columns, directory(), first, "INSERT OVERWRITE t PARTITION (kind = 'b') SELECT 9"), ['+I[1,"a"]', '+I[3,"c"]', '+I[9,"b"]']);
    assert.deepEqual(await overwrite(columns, directory(), first, "INSERT OVERWRITE t PARTITION (kind = 'b') SELECT x FROM (VALUES (1)) AS v(x) WHERE x > 1"), ['+I[1,"a"]', '+I[3,"c"]']);
  });

  test('is refused on a stream', async () => {
    const tables = inlineTables();
    await tables.executeSql(`CREATE TABLE t (id INT) ${filesystem(directory(), 'csv')}`);
    await assert.rejects(tables.executeSql('INSERT OVERWRITE t VALUES (1)'), { code: 'TABLE_NOT_SUPPORTED', message: /Streaming mode not support overwrite/ });
  });
});

describe('options', () => {
  const refuses = (table: string, options: string, message: RegExp) => async () => assert.rejects(read(table, options), message);

  test('a path is required', refuses('(a INT)', "WITH ('connector' = 'filesystem', 'format' = 'json')", /Missing required options are: path/));
  test('a format that nobody knows is named with those there are', refuses('(a INT)', filesystem('x', 'odd'), /Could not find any format factory for identifier 'odd'.*avro, canal-json, csv, debezium-json, json, maxwell-json, parquet, raw/));
  test('an option that the format does not have is refused', refuses('(a INT)', filesystem('x', 'json', ", 'json.odd' = '1'"), /Unsupported options found .*: json\.odd/));
  test('raw takes one column', refuses('(a STRING, b STRING)', filesystem('x', 'raw'), /only supports single physical column/));
});

test('rows are looked up by key in all that the files hold', async () => {
  const path = directory({ 'a.csv': '1,x\n2,y\n', 'b.csv': '1,z\n' });
  const tables = inlineTables();
  await tables.executeSql(`CREATE TABLE side (k BIGINT, v STRING) ${filesystem(path, 'csv')}`);
  const found = tables.session.catalogs.getTable(tables.session.catalogs.qualify(['side']));
  assert.ok(found?.kind === 'table');
  const rowType = { kind: 'ROW' as const, isNullable: false, fields: found.table.schema.columns.map(({ name, type }) => ({ name, type })) };
  const lookup = lookupSourceOf(found.table, {})!.createLookup([0], rowType);
  assert.ok(lookup instanceof FilesystemLookup);
  lookup.open({ files: new NodeFiles(new SeededRandom(7)), clock: new NodeClock() });
  assert.deepEqual(lookup.lookup([1]), [{ k: 1, v: 'x' }, { k: 1, v: 'z' }]);
  assert.deepEqual(lookup.lookup([3]), []);
});

test('a lookup join asks the files for the key of each row', async () => {
  const path = directory({ 'a.csv': '1,x\n2,y\n' });
  const tables = inlineTables();
  await tables.executeSql(`CREATE TABLE side (k BIGINT, v STRING) ${filesystem(path, 'csv')}`);
  assert.deepEqual(await changesOf(tables, 'SELECT a, v FROM (SELECT a, PROCTIME() AS t FROM (VALUES (1), (3), (2)) AS n(a)) AS l JOIN side FOR SYSTEM_TIME AS OF l.t AS s ON l.a = s.k'), ['+I[1,"x"]', '+I[2,"y"]']);
});
