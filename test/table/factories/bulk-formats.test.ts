import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { END_OF_FILE } from '#connectors/files/record-format';
import { avroFormat } from '#table/formats/avro-format';
import { parquetFormat } from '#table/formats/parquet-format';
import { NodeFiles } from '#platform/files/node-files';
import { SeededRandom } from '#platform/random/seeded-random';
import { LogicalTypes } from '#table/types/logical-type';
import { changesOf, inlineTables } from '../api/table-jobs.js';

const FIXTURES = fileURLToPath(new URL('../../../../test/fixtures/file-formats', import.meta.url));

let folder: string;
before(() => { folder = mkdtempSync(join(tmpdir(), 'millrace-bulk-formats-')); });
after(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
function directory(...fixtures: readonly string[]): string {
  const path = join(folder, String(count++));
  mkdirSync(path);
  for (const name of fixtures) copyFileSync(join(FIXTURES, name), join(path, name));
  return path;
}

const filesystem = (path: string, format: string, more = ''): string => `WITH ('connector' = 'filesystem', 'path' = '${path}', 'format' = '${format}'${more})`;

async function read(columns: string, options: string, query = 'SELECT * FROM t', settings = {}): Promise<string[]> {
  const tables = inlineTables(settings);
  await tables.executeSql(`CREATE TABLE t ${columns} ${options}`);
  return changesOf(tables, query);
}

const PARQUET_COLUMNS = `(id INT, big BIGINT, tiny TINYINT, price DECIMAL(22, 2), small_price DECIMAL(3, 1), ratio DOUBLE, flag BOOLEAN, name STRING, data BYTES, \`day\` DATE, clock TIME(3),
  \`local\` TIMESTAMP(6), instant TIMESTAMP_LTZ(3), tags ARRAY<STRING>, counts MAP<STRING, INT>, nested ROW<k INT, v ARRAY<STRING>>, absent STRING)`;

/** Maps are no JSON: shown as their entries. */
const PARQUET_QUERY = `SELECT id, big, tiny, price, small_price, ratio, flag, name, TO_BASE64(CAST(data AS STRING)) IS NULL, HEX(data), \`day\`, clock, \`local\`, instant, tags, MAP_KEYS(counts), MAP_VALUES(counts), nested, absent FROM t`;

const PARQUET_ROWS = [
  '+I[1,"9223372036854775807n",1,"1234567890123456789012n",15,1.5,true,"a",false,"00FF",18321,36672345,1577934245678901,1577934245678,["x",null],["a","b"],[1,null],{"k":1,"v":["p"]},null]',
  '+I[2,null,-128,null,-15,null,null,null,true,null,null,null,null,null,null,null,null,null,null]',
  '+I[3,-1,null,-1,null,0,false,"",false,"",-1,0,-1,0,[],[],[],{"k":null,"v":null},null]',
  '+I[4,0,3,110,0,1e+300,true,"ü\\"",false,"78",-719162,86399000,0,0,["y"],["c"],[3],{"k":2,"v":[]},null]',
  '+I[5,5,4,0,999,2,false,"a",false,"79",18262,3600000,1577836800000000,1577836800000,["z"],["d"],[4],{"k":3,"v":["q","r"]},null]',
];

describe('parquet', () => {
  for (const name of ['snappy.parquet', 'zstd-v2.parquet']) {
    test(`${name} of another writer is read by the names of its columns`, async () => {
      assert.deepEqual(await read(PARQUET_COLUMNS, filesystem(directory(name), 'parquet'), PARQUET_QUERY), PARQUET_ROWS);
    });
  }

  test('INT96 moments are instants: a TIMESTAMP is local to the session, unless the format says UTC', async () => {
    const columns = '(id INT, `local` TIMESTAMP(6))';
    const settings = { 'table.local-time-zone': 'Asia/Shanghai' };
    const query = 'SELECT CAST(`local` AS STRING) FROM t WHERE id = 1';
    assert.deepEqual(await read(columns, filesystem(directory('int96-gzip.parquet'), 'parquet'), query, settings), ['+I["2020-01-02 11:04:05.678901"]']);
    assert.deepEqual(await read(columns, filesystem(directory('int96-gzip.parquet'), 'parquet', ", 'parquet.utc-timezone' = 'true'"), query, settings), ['+I["2020-01-02 03:04:05.678901"]']);
  });

  test('what is written is read again, row for row', async () => {
    for (const codec of ['SNAPPY', 'GZIP', 'UNCOMPRESSED']) {
      const target = directory();
      const tables = inlineTables();
      await tables.executeSql(`CREATE TABLE s ${PARQUET_COLUMNS} ${filesystem(directory('snappy.parquet'), 'parquet')}`);
      await tables.executeSql(`CREATE TABLE t ${PARQUET_COLUMNS} ${filesystem(target, 'parquet', `, 'parquet.compression' = '${codec}'`)}`);
      await (await tables.executeSql('INSERT INTO t SELECT * FROM s')).await();
      assert.deepEqual(await changesOf(tables, PARQUET_QUERY), PARQUET_ROWS, codec);
      assert.equal(readFileSync(join(target, readdirSync(target)[0]!)).toString('latin1', 0, 4), 'PAR1');
    }
  });

  test('only the columns that a query reads are decoded', async () => {
    // The type of `name` is wrong: who does not read it does not meet it.
    const columns = '(id INT, name INT, price DECIMAL(22, 2)) ';
    assert.deepEqual(await read(columns, filesystem(directory('snappy.parquet'), 'parquet'), 'SELECT id FROM t WHERE price > 1'), ['+I[1]', '+I[4]']);
    assert.deepEqual((await read(columns, filesystem(directory('snappy.parquet'), 'parquet'), 'SELECT COUNT(*) FROM t')).at(-1), '+U[5]');
    assert.match((await read(columns, filesystem(directory('snappy.parquet'), 'parquet'), 'EXPLAIN SELECT id FROM t WHERE price > 1')).join(''), /project=\[id, price\]/);
    await assert.rejects(read(columns, filesystem(directory('snappy.parquet'), 'parquet'), 'SELECT id, name FROM t'), /the field name of the file is BYTE_ARRAY/);
  });

  test('a column of another type, and a file that is none, are named', async () => {
    await assert.rejects(read('(name INT)', filesystem(directory('snappy.parquet'), 'parquet')), /the field name of the file is BYTE_ARRAY, the column is INT/);
    const path = directory();
    writeFileSync(join(path, 'x.parquet'), 'this is no parquet file');
    await assert.rejects(read('(name INT)', filesystem(path, 'parquet')), /x\.parquet: it does not end with PAR1: check that it is a Parquet file/);
  });

  test('options are checked', async () => {
    await assert.rejects(read('(id INT)', filesystem(directory(), 'parquet', ", 'parquet.compression' = 'LZO'")), { code: 'TABLE_OPTION_INVALID', message: /is 'LZO': give one of SNAPPY, UNCOMPRESSED, GZIP/ });
    await assert.rejects(read('(id INTERVAL DAY)', filesystem(directory(), 'parquet')), { code: 'TABLE_OPTION_INVALID', message: /Unsupported type: INTERVAL_DAY_TIME/ });
  });
});

const AVRO_COLUMNS = `(id BIGINT, small INT, price DECIMAL(22, 2), fixed_price DECIMAL(5, 1), name STRING, kind STRING, data BYTES, \`day\` DATE, at_millis TIMESTAMP(3), at_micros TIMESTAMP(3), tags ARRAY<STRING>,
  counts MAP<STRING, INT>, point ROW<x DOUBLE, y FLOAT>, other STRING, absent INT)`;
const AVRO_QUERY = 'SELECT id, small, price, fixed_price, name, kind, HEX(data), `day`, at_millis, at_micros, tags, MAP_KEYS(counts), MAP_VALUES(counts), point, other, absent FROM t';
const AVRO_ROWS = [
  '+I["9223372036854775807n",-7,"1234567890123456789012n",-1,"ü","B","00FF",18321,1577934245678,1577934245678,["x",null],["a"],[1],{"x":1.5,"y":null},"text",null]',
  '+I[-1,null,null,1000,null,"A","",-1,null,-1,[],[],[],null,null,null]',
];

describe('avro', () => {
  for (const codec of ['null', 'deflate', 'snappy']) {
    test(`files of another writer packed with ${codec} are read by the names of their fields`, async () => {
      assert.deepEqual(await read(AVRO_COLUMNS, filesystem(directory(`${codec}.avro`), 'avro'), AVRO_QUERY), [...AVRO_ROWS, ...AVRO_ROWS, ...AVRO_ROWS]);
    });

    test(`what is written with ${codec} is read again, row for row`, async () => {
      const tables = inlineTables();
      await tables.executeSql(`CREATE TABLE s ${AVRO_COLUMNS} ${filesystem(directory('null.avro'), 'avro')}`);
      await tables.executeSql(`CREATE TABLE t ${AVRO_COLUMNS} ${filesystem(directory(), 'avro', `, 'avro.codec' = '${codec}'`)}`);
      await (await tables.executeSql('INSERT INTO t SELECT * FROM s')).await();
      assert.deepEqual(await changesOf(tables, AVRO_QUERY), [...AVRO_ROWS, ...AVRO_ROWS, ...AVRO_ROWS]);
    });
  }

  test('micros and instants need the newer mapping', async () => {
    const columns = '(id INT, at_micros TIMESTAMP(6), instant TIMESTAMP_LTZ(3))';
    const path = directory();
    await assert.rejects(read(columns, filesystem(path, 'avro')), { code: 'TABLE_OPTION_INVALID', message: /it only supports precision less than 3: set 'avro\.timestamp_mapping\.legacy' = 'false'/ });
    const tables = inlineTables();
    await tables.executeSql(`CREATE TABLE t ${columns} ${filesystem(path, 'avro', ", 'avro.timestamp_mapping.legacy' = 'false'")}`);
    await (await tables.executeSql("INSERT INTO t VALUES (1, TIMESTAMP '2020-01-02 03:04:05.678901', TO_TIMESTAMP_LTZ(5, 3))")).await();
    assert.deepEqual(await changesOf(tables, 'SELECT * FROM t'), ['+I[1,1577934245678901,5]']);
    assert.match(readFileSync(join(path, readdirSync(path)[0]!)).toString('latin1'), /"logicalType":"local-timestamp-micros".*"logicalType":"timestamp-millis"/);
  });

  test('a field of another type, a damaged block, and a file that is none, are named', async () => {
    await assert.rejects(read('(name INT)', filesystem(directory('null.avro'), 'avro')), /the field name of the file is string, the column is INT/);
    const path = directory('null.avro');
    const bytes = readFileSync(join(path, 'null.avro'));
    writeFileSync(join(path, 'null.avro'), bytes.subarray(0, bytes.length - 20));
    await assert.rejects(read('(id BIGINT)', filesystem(path, 'avro')), /null\.avro: it is cut short/);
    writeFileSync(join(path, 'null.avro'), '{"id": 1}\n');
    await assert.rejects(read('(id BIGINT)', filesystem(path, 'avro')), /null\.avro: it does not begin with Avro's mark/);
  });

  test('options are checked', async () => {
    await assert.rejects(read('(id INT)', filesystem(directory(), 'avro', ", 'avro.codec' = 'xz'")), { code: 'TABLE_OPTION_INVALID', message: /is 'xz': give one of snappy, null, deflate/ });
    await assert.rejects(read('(id INT)', filesystem(directory(), 'avro', ", 'avro.encoding' = 'json'")), { code: 'TABLE_OPTION_INVALID' });
  });
});

describe('reading on behind a position', () => {
  const files = new NodeFiles(new SeededRandom(1));
  const request = { rowType: LogicalTypes.ROW([{ name: 'id', type: LogicalTypes.BIGINT }]), timeZone: 'UTC', option: () => undefined, refuse: () => assert.fail() } as never;
  const cases = [{ name: 'snappy.parquet', format: parquetFormat, rows: 5 }, { name: 'zstd-v2.parquet', format: parquetFormat, rows: 5 }, { name: 'deflate.avro', format: avroFormat, rows: 6 }];
  for (const { name, format, rows } of cases) {
    test(`${name}: the rows behind any position are those that were not passed`, () => {
      const idsFrom = (position: number): unknown[] => {
        const reader = format.createReader(request)(files, join(FIXTURES, name));
        reader.skip(position);
        const ids: unknown[] = [];
        for (let row = reader.next(); row !== END_OF_FILE; row = reader.next()) ids.push(row['id']);
        reader.close();
        return ids;
      };
      const all = idsFrom(0);
      assert.equal(all.length, rows);
      for (let position = 0; position <= rows + 1; position++) assert.deepEqual(idsFrom(position), all.slice(position));
    });
  }
});
