import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StreamExecutionEnvironment, Types, WatermarkStrategy, type DataStream } from 'millrace';
import { $, countAll, lit, RowKind, rowKindName, Schema, StreamTableEnvironment, Tumble, type TableResult } from 'millrace/table';

function programOf(): { readonly env: StreamExecutionEnvironment; readonly tables: StreamTableEnvironment } {
  const env = StreamExecutionEnvironment.createLocalEnvironment({ inline: true, parallelism: 1 });
  const tables = new StreamTableEnvironment({ environment: env, clock: { now: () => 1_700_000_000_000 }, random: { nextDouble: () => 0.5 } });
  tables.setOption('table.local-time-zone', 'UTC');
  return { env, tables };
}

async function changesOf(result: Promise<TableResult>): Promise<string[]> {
  const rows: string[] = [];
  for await (const { kind, values } of (await result).collect()) rows.push(`${rowKindName(kind)}${JSON.stringify(values)}`);
  return rows;
}

async function recordsOf(stream: DataStream<any>): Promise<unknown[]> { // any: records of every test
  const records: unknown[] = [];
  for await (const record of await stream.executeAndCollect()) records.push(record);
  return records;
}

const ORDERS = [{ who: 'ann', price: 3, at: 1000 }, { who: 'bob', price: 5, at: 2000 }, { who: 'ann', price: 4, at: 70_000 }];
const SCHEMA = Schema.newBuilder().column('who', 'STRING').column('price', 'BIGINT').column('at', 'TIMESTAMP(3)').build();

describe('a stream as a table', () => {
  test('has the columns of its schema', async () => {
    const { env, tables } = programOf();
    const table = tables.fromDataStream(env.fromData(ORDERS), SCHEMA);
    assert.deepEqual(await changesOf(table.groupBy($('who')).select($('who'), $<number>('price').sum().as('total')).execute()), ['+I["ann",3]', '+I["bob",5]', '-U["ann",3]', '+U["ann",7]']);
  });

  test('has the columns of its type where there is no schema', async () => {
    const { env, tables } = programOf();
    const typed = env.fromData(ORDERS).map((order) => ({ who: order.who, price: order.price as number | null })).returns(Types.ROW({ who: Types.STRING, price: Types.NULLABLE(Types.LONG) }));
    assert.equal(tables.fromDataStream(typed).printSchema(), '(\n  `who` STRING NOT NULL,\n  `price` BIGINT\n)');
    assert.deepEqual(await changesOf(tables.fromDataStream(env.fromData(1, 2).returns(Types.INT)).select($<number>('f0').plus(1)).execute()), ['+I[2]', '+I[3]']);
    assert.throws(() => tables.fromDataStream(env.fromData(ORDERS)), { code: 'TABLE_API_INVALID', message: /give a schema/ });
    assert.throws(() => tables.fromDataStream(env.fromData([{ a: 1 }]).returns(Types.ROW({ a: Types.ANY }))), { code: 'TABLE_API_INVALID', message: /column a has type any/ });
  });

  test('values may be what comes natural in a program', async () => {
    const { env, tables } = programOf();
    const schema = Schema.newBuilder().column('n', 'BIGINT').column('d', 'DECIMAL(10, 2)').column('day', 'DATE').column('t', 'TIMESTAMP(6)').column('l', 'ARRAY<INT>').column('m', 'MAP<STRING, INT>').column('r', 'ROW<a INT, b STRING>').build();
    const record = { n: 2n ** 60n, d: '1.5', day: new Date('1970-01-03T00:00:00Z'), t: new Date(5), l: [1, null], m: { x: 1 }, r: { a: 1, b: 'y' } };
    const table = tables.fromDataStream(env.fromData([record]), schema).select($('n').cast('STRING'), $('d').cast('STRING'), $('day').cast('STRING'), $('t').cast('STRING'), $('l').cardinality(), $('m').at('x'), $('r').get('b'));
    assert.deepEqual(await changesOf(table.execute()), ['+I["1152921504606846976","1.50","1970-01-03","1970-01-01 00:00:00.005000",2,1,"y"]']);
  });

  test('a value that does not fit is told with its column', async () => {
    const refused = async (type: string, value: unknown, message: RegExp): Promise<void> => {
      const { env, tables } = programOf();
      const table = tables.fromDataStream(env.fromData([{ v: value }]), Schema.newBuilder().column('v', type).build());
      await assert.rejects(changesOf(table.execute()), (error: Error) => /TABLE_STREAM_VALUE/.test(`${(error as Error & { code: string }).code} ${error.message} ${String(error.cause)}`) && message.test(`${error.message} ${String((error.cause as Error | undefined)?.message)}`));
    };
    await refused('INT', 1.5, /1\.5 of column v is no value of type INT/);
    await refused('TINYINT', 300, /300 of column v/);
    await refused('BIGINT', 2 ** 60, /no value of type BIGINT/);
    await refused('STRING NOT NULL', null, /column v of type STRING NOT NULL has no value/);
    await refused('DECIMAL(3, 1)', '1.25', /1\.25/);
    await refused('TIMESTAMP(3)', 'noon', /"noon" of column v/);
  });

  test('computed columns, timestamps of records and the watermarks of the stream', async () => {
    const { env, tables } = programOf();
    const stream = env.fromData(ORDERS).assignTimestampsAndWatermarks(WatermarkStrategy.forMonotonousTimestamps<(typeof ORDERS)[number]>().withTimestampAssigner((order) => order.at));
    const schema = Schema.newBuilder().column('who', 'STRING').column('price', 'BIGINT').columnByMetadata('rowtime', 'TIMESTAMP_LTZ(3)').columnByExpression('twice', 'price * 2').watermark('rowtime', 'SOURCE_WATERMARK()').build();
    const table = tables.fromDataStream(stream, schema);
    assert.match(table.printSchema(), /`rowtime` TIMESTAMP_LTZ\(3\) \*ROWTIME\*/);
    const perMinute = table.window(Tumble.over(lit(1).minutes()).on($('rowtime')).as('w')).groupBy($('w')).select($<number>('twice').sum().as('s'), countAll().as('n'));
    assert.deepEqual(await changesOf(perMinute.execute()), ['+I[16,2]', '+I[8,1]']);
    assert.throws(() => tables.fromDataStream(stream, Schema.newBuilder().column('who', 'STRING').columnByMetadata('offset', 'BIGINT').build()), { code: 'TABLE_NOT_SUPPORTED', message: /Invalid metadata key 'offset'/ });
  });

  test('a watermark of the table is made of its rows', async () => {
    const { env, tables } = programOf();
    const schema = Schema.newBuilder().column('who', 'STRING').column('at', 'TIMESTAMP(3)').watermark('at', "`at` - INTERVAL '1' SECOND").build();
    const table = tables.fromDataStream(env.fromData(ORDERS), schema);
    const perMinute = table.window(Tumble.over(lit(1).minutes()).on($('at')).as('w')).groupBy($('w')).select(countAll().as('n'));
    assert.deepEqual(await changesOf(perMinute.execute()), ['+I[2]', '+I[1]']);
  });

  test('SQL finds it under a name', async () => {
    const { env, tables } = programOf();
    tables.createTemporaryView('orders', env.fromData(ORDERS), SCHEMA);
    assert.deepEqual(await changesOf(tables.executeSql('SELECT who FROM orders WHERE price > 3')), ['+I["bob"]', '+I["ann"]']);
  });
});

describe('changelogs', () => {
  const CHANGES = [{ who: 'ann', n: 1 }, { $kind: RowKind.UPDATE_BEFORE, who: 'ann', n: 1 }, { $kind: RowKind.UPDATE_AFTER, who: 'ann', n: 4 }, { who: 'bob', n: 2 }, { $kind: RowKind.DELETE, who: 'bob', n: 2 }];
  const COLUMNS = Schema.newBuilder().column('who', 'STRING').column('n', 'INT');

  test('a stream of changes is a table that changes', async () => {
    const { env, tables } = programOf();
    const table = tables.fromChangelogStream(env.fromData(CHANGES), COLUMNS.build());
    assert.deepEqual((await changesOf(table.select($<number>('n').sum().as('s')).execute())).at(-1), '+U[4]');
  });

  test('upserts need a key and no -U', async () => {
    const { env, tables } = programOf();
    const schema = Schema.newBuilder().column('who', 'STRING NOT NULL').column('n', 'INT').primaryKey('who').build();
    const upserts = env.fromData(CHANGES.filter(({ $kind }) => $kind !== RowKind.UPDATE_BEFORE));
    const table = tables.fromChangelogStream(upserts, schema, { mode: 'upsert' });
    assert.deepEqual((await changesOf(table.select($<number>('n').sum().as('s')).execute())).at(-1), '+U[4]');
  });

  test('a stream of inserts may not hold changes', async () => {
    const { env, tables } = programOf();
    await assert.rejects(changesOf(tables.fromDataStream(env.fromData(CHANGES), COLUMNS.build()).execute()), /fromChangelogStream/);
  });
});

describe('a table as a stream', () => {
  test('rows are objects by the names of columns', async () => {
    const { env, tables } = programOf();
    const stream = tables.toDataStream<{ who: string; more: number }>(tables.fromDataStream(env.fromData(ORDERS), SCHEMA).select($('who'), $<number>('price').plus(1).as('more')));
    assert.deepEqual(await recordsOf(stream.map(({ who, more }) => `${who} ${more}`)), ['ann 4', 'bob 6', 'ann 5']);
  });

  test('a table that is updated is refused, and goes as a changelog', async () => {
    const { env, tables } = programOf();
    const counts = tables.fromDataStream(env.fromData(ORDERS), SCHEMA).groupBy($('who')).select($('who'), countAll().as('n'));
    assert.throws(() => tables.toDataStream(counts), { code: 'TABLE_CHANGELOG_MISMATCH', message: /doesn't support consuming update changes.*use toChangelogStream/ });
    const changes = tables.toChangelogStream<{ who: string; n: number }>(counts).map(({ $kind = RowKind.INSERT, who, n }) => `${rowKindName($kind)} ${who} ${n}`);
    assert.deepEqual(await recordsOf(changes), ['+I ann 1', '+I bob 1', '-U ann 1', '+U ann 2']);
  });

  test('there and back again within one job, event time included', async () => {
    const { env, tables } = programOf();
    const schema = Schema.newBuilder().column('who', 'STRING').column('at', 'TIMESTAMP(3)').watermark('at', '`at`').build();
    const stream = tables.toDataStream(tables.fromDataStream(env.fromData(ORDERS), schema));
    const back = tables.fromDataStream(stream, Schema.newBuilder().column('who', 'STRING').columnByMetadata('t', 'TIMESTAMP_LTZ(3)', { key: 'rowtime' }).watermark('t', 'SOURCE_WATERMARK()').build());
    const perMinute = back.window(Tumble.over(lit(1).minutes()).on($('t')).as('w')).groupBy($('w')).select(countAll().as('n'));
    assert.deepEqual(await changesOf(perMinute.execute()), ['+I[2]', '+I[1]']);
  });
});
