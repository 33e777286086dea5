import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  $, and, array, call, coalesce, countAll, Cumulate, CURRENT_RANGE, CURRENT_ROW, ifThenElse, lit, map, not, nullOf, or, Over, row, rowKindName, Schema, Session, Slide, TableDescriptor, Tumble, UNBOUNDED_RANGE,
  UNBOUNDED_ROW, type ColumnExpression, type OverWindow, type Table, type TableEnvironment, type TableResult,
} from 'millrace/table';
import { inlineTables } from '../api/table-jobs.js';

const SCHEMA = Schema.newBuilder().column('id', 'INT').column('name', 'STRING').column('price', 'BIGINT').build();
const ROWS = [{ id: 1, name: 'pen', price: 3n }, { id: 2, name: 'cup', price: 5n }, { id: 2, name: 'cup', price: 7n }];

function goods(settings: Readonly<Record<string, string>> = {}): { readonly tables: TableEnvironment; readonly table: Table } {
  const tables = inlineTables(settings);
  return { tables, table: tables.fromValues(ROWS, SCHEMA) };
}

async function rowsOf(result: TableResult | Promise<TableResult>): Promise<string[]> {
  const rows: string[] = [];
  for await (const { kind, values } of (await result).collect()) rows.push(`${rowKindName(kind)}${JSON.stringify(values, (_key, value: unknown) => (value instanceof Map ? [...value] : typeof value === 'bigint' ? `${value}n` : value))}`);
  return rows;
}

const BATCH = { 'execution.runtime-mode': 'batch' };
const finalRows = async (table: Table): Promise<string[]> => (await rowsOf(table.execute())).sort();

describe('columns', () => {
  test('select computes, names and repeats columns', async () => {
    const { table } = goods();
    assert.deepEqual(await rowsOf(table.select($('name').upperCase().as('n'), $<number>('price').times(2).as('twice'), $('*')).fetch(1).execute()), ['+I["PEN",6,1,"pen",3]']);
  });

  test('columns are added, replaced, renamed and dropped', () => {
    const { table } = goods();
    assert.deepEqual(table.addColumns(lit(1).as('one')).columnNames, ['id', 'name', 'price', 'one']);
    assert.deepEqual(table.addOrReplaceColumns(lit('x').as('name'), lit(2).as('two')).columnNames, ['id', 'name', 'price', 'two']);
    assert.deepEqual(table.renameColumns($('id').as('key')).columnNames, ['key', 'name', 'price']);
    assert.deepEqual(table.dropColumns($('id'), $('price')).columnNames, ['name']);
    assert.deepEqual(table.as('a', 'b').columnNames, ['a', 'b', 'price']);
    assert.equal(table.select($('id')).printSchema(), '(\n  `id` INT\n)');
  });

  test('mistakes are told at the call', () => {
    const { table } = goods();
    const invalid = { code: 'TABLE_API_INVALID' };
    assert.throws(() => table.select($('weight')), { code: 'SQL_VALIDATION', message: /weight/ });
    assert.throws(() => table.where($('name').plus(1).isEqual('x')), { code: 'SQL_VALIDATION' });
    assert.throws(() => table.addColumns(lit(1).as('id')), invalid);
    assert.throws(() => table.renameColumns($('weight').as('w')), invalid);
    assert.throws(() => table.dropColumns($('weight')), invalid);
    assert.throws(() => table.as('a', 'b', 'c', 'd'), invalid);
    assert.throws(() => table.fetch(-1), invalid);
    assert.throws(() => table.join(table), { ...invalid, message: /ambiguous names: \[id, name, price\]/ });
    assert.throws(() => table.window(Tumble.over(lit(1).hours()).on($('t')).as('w')).groupBy($('id')), invalid);
    assert.throws(() => inlineTables().fromValues([]), invalid);
    assert.throws(() => inlineTables().from('a.b.c.d'), { code: 'CATALOG_OBJECT_UNKNOWN' });
    assert.throws(() => inlineTables().from('`a'), invalid);
    assert.throws(() => lit(Symbol('x') as unknown as string), { code: 'TABLE_NOT_SUPPORTED' });
  });
});

describe('expressions', () => {
  const cases: readonly (readonly [string, ColumnExpression, unknown])[] = [
    ['conditions', and($<number>('id').isGreater(0), not($('name').isEqual('x')), or($('name').like('p%'), $('id').in(7, 8))), true],
    ['between', $<number>('id').between(2, 3), false],
    ['case', ifThenElse($<number>('id').isEqual(1), 'one', 'more'), 'one'],
    ['null', coalesce(nullOf<string>('STRING'), $('name')), 'pen'],
    ['numbers', $<number>('id').plus(2).times(3).minus(1).mod(5), 3],
    ['a sum beside a product', lit(2).times(lit(3).plus(4)), 14],
    ['texts', $<string>('name').concat('-').concat($<string>('name').substring(2)).upperCase(), 'PEN-EN'],
    ['a text with a quote', lit("it's"), "it's"],
    ['casts', $('id').cast<string>('STRING').concat('!'), '1!'],
    ['a cast that fails', $('name').tryCast('INT').isNull(), true],
    ['times', lit('2024-03-05 10:20:30').toTimestamp().plus(lit(2).days()).extract('DAY'), 7],
    ['months', lit('2024-01-31').toDate().plus(lit(1).months()).extract('MONTH'), 2],
    ['a part of a time', lit('2024-03-05 10:20:30').toTimestamp().floor('HOUR').extract('MINUTE'), 0],
    ['arrays', array(1, 2, 3).at(2), 2],
    ['maps', map(['a', 1], ['b', 2]).at('b'), 2],
    ['rows', row(1, 'x').get('EXPR$1'), 'x'],
    ['any function', call('REVERSE', $('name')), 'nep'],
    ['negative numbers', lit(-3).abs(), 3],
    ['large numbers', lit(5_000_000_000), 5_000_000_000],
    ['fractions', lit(0.25).plus(0.5), 0.75],
    ['booleans', lit(true).isNotTrue(), false],
    ['a moment', call('UNIX_TIMESTAMP', lit('1970-01-01 00:00:07')), 7],
  ];
  for (const [name, expression, expected] of cases) {
    test(name, async () => {
      const { table } = goods();
      assert.deepEqual(await rowsOf(table.where($('id').isEqual(1)).select(expression.as('v')).execute()), [`+I${JSON.stringify([expected])}`]);
    });
  }

  test('in takes a table', async () => {
    const { tables, table } = goods(BATCH);
    const keys = tables.fromValues([2, 9]);
    assert.deepEqual(await finalRows(table.where($('id').in(keys)).select($('price'))), ['+I[5]', '+I[7]']);
  });
});

describe('rows', () => {
  test('groups are aggregated, also by keys that are computed', async () => {
    const { table } = goods(BATCH);
    assert.deepEqual(await finalRows(table.groupBy($('name')).select($('name'), $<number>('price').sum().as('total'), countAll().as('n'))), ['+I["cup",12,2]', '+I["pen",3,1]']);
    assert.deepEqual(await finalRows(table.groupBy($<number>('id').mod(2).as('odd')).select($('odd'), $('price').max())), ['+I[0,7]', '+I[1,3]']);
    assert.deepEqual(await finalRows(table.select($<number>('price').sum(), $('name').count().distinct(), $<number>('price').sum().filter($<number>('id').isEqual(1)))), ['+I[15,2,3]']);
  });

  test('on a stream a group sends its changes', async () => {
    const { table } = goods();
    assert.deepEqual(await rowsOf(table.groupBy($('name')).select($('name'), $('price').count()).execute()), ['+I["pen",1]', '+I["cup",1]', '-U["cup",1]', '+U["cup",2]']);
  });

  test('distinct, order, offset and fetch', async () => {
    const { table } = goods(BATCH);
    assert.deepEqual(await finalRows(table.select($('name')).distinct()), ['+I["cup"]', '+I["pen"]']);
    assert.deepEqual(await rowsOf(table.select($('price')).orderBy($('price').desc()).offset(1).fetch(1).execute()), ['+I[5]']);
    assert.deepEqual(await rowsOf(table.select($('price')).orderBy($('price').asc()).limit(2).execute()), ['+I[3]', '+I[5]']);
  });

  test('joins of every kind', async () => {
    const { tables, table } = goods(BATCH);
    const colours = tables.fromValues([['pen', 'red'], ['jug', 'blue']]).as('what', 'colour');
    const pairs = table.select($('id'), $('name'));
    const on = $<string>('name').isEqual($<string>('what'));
    assert.deepEqual(await finalRows(pairs.join(colours, on)), ['+I[1,"pen","pen","red"]']);
    assert.deepEqual(await finalRows(pairs.join(colours).where(on)), ['+I[1,"pen","pen","red"]']);
    assert.deepEqual(await finalRows(pairs.distinct().leftOuterJoin(colours, on)), ['+I[1,"pen","pen","red"]', '+I[2,"cup",null,null]']);
    assert.deepEqual(await finalRows(pairs.rightOuterJoin(colours, on)), ['+I[1,"pen","pen","red"]', '+I[null,null,"jug","blue"]']);
    assert.equal((await finalRows(pairs.distinct().fullOuterJoin(colours, on))).length, 3);
  });

  test('sets', async () => {
    const { tables } = goods(BATCH);
    const [a, b] = [tables.fromValues([1, 2, 2]), tables.fromValues([2, 2, 3])];
    assert.deepEqual(await finalRows(a.union(b)), ['+I[1]', '+I[2]', '+I[3]']);
    assert.equal((await finalRows(a.unionAll(b))).length, 6);
    assert.deepEqual(await finalRows(a.intersect(b)), ['+I[2]']);
    assert.deepEqual(await finalRows(a.intersectAll(b)), ['+I[2]', '+I[2]']);
    assert.deepEqual(await finalRows(a.minus(b)), ['+I[1]']);
    assert.deepEqual(await finalRows(a.minusAll(b)), ['+I[1]']);
  });

  test('functions of the program: scalar, table, aggregate, and rows made of rows', async () => {
    const { tables, table } = goods(BATCH);
    tables.createTemporarySystemFunction('twice', { kind: 'scalar', arguments: ['INT'], result: 'INT', eval: (n: number) => n * 2 });
    tables.createTemporarySystemFunction('halves', { kind: 'scalar', arguments: ['STRING'], result: 'ROW<head STRING, tail STRING>', eval: (text: string) => ({ head: text.slice(0, 1), tail: text.slice(1) }) });
    tables.createTemporarySystemFunction('letters', { kind: 'table', arguments: ['STRING'], result: 'ROW<letter STRING>', *eval(text: string) { if (text !== 'pen') for (const letter of text) yield { letter }; } });
    tables.createTemporaryFunction('largest', { kind: 'aggregate', arguments: ['BIGINT'], result: 'BIGINT', accumulator: 'ROW<m BIGINT>', create: () => ({ m: 0 }), accumulate: (a: { m: number }, n: number) => { a.m = Math.max(a.m, n); }, getValue: (a: { m: number }) => a.m });
    const one = table.where($('price').isLess(6));
    assert.deepEqual(await finalRows(one.select(call('twice', $('id')))), ['+I[2]', '+I[4]']);
    assert.deepEqual(await finalRows(one.map(call('halves', $('name')))), ['+I["c","up"]', '+I["p","en"]']);
    assert.deepEqual(one.map(call('halves', $('name')).as('h', 't')).columnNames, ['h', 't']);
    assert.deepEqual(await finalRows(one.flatMap(call('letters', $('name')).as('l'))), ['+I["c"]', '+I["p"]', '+I["u"]']);
    assert.deepEqual(await finalRows(one.select($('id')).joinLateral(call('letters', lit('ab')).as('l')).where($('id').isEqual(1))), ['+I[1,"a"]', '+I[1,"b"]']);
    assert.deepEqual(await finalRows(one.leftOuterJoinLateral(call('letters', $('name')).as('l')).where($('id').isEqual(1))), ['+I[1,"pen",3,null]']);
    assert.deepEqual(await finalRows(table.aggregate(call('largest', $('price')).as('m'))), ['+I[7]']);
    assert.deepEqual(await finalRows(table.groupBy($('name')).aggregate(call('largest', $('price')).as('m'))), ['+I["cup",7]', '+I["pen",3]']);
  });
});

describe('windows', () => {
  async function timed(): Promise<{ readonly tables: TableEnvironment; readonly table: Table }> {
    const tables = inlineTables();
    await tables.executeSql("CREATE TABLE clicks (who STRING, n INT, at_time TIMESTAMP(3), WATERMARK FOR at_time AS at_time) WITH ('connector' = 'datagen', 'number-of-rows' = '1')");
    return { tables, table: tables.from('clicks') };
  }

  test('group windows are the window functions of SQL', async () => {
    const { tables, table } = await timed();
    const plans = ([
      [Tumble.over(lit(10).minutes()), "TUMBLE(TABLE clicks, DESCRIPTOR(at_time), INTERVAL '10' MINUTE)"],
      [Slide.over(lit(10).minutes()).every(lit(2).minutes()), "HOP(TABLE clicks, DESCRIPTOR(at_time), INTERVAL '2' MINUTE, INTERVAL '10' MINUTE)"],
      [Cumulate.over(lit(10).minutes()).step(lit(2).minutes()), "CUMULATE(TABLE clicks, DESCRIPTOR(at_time), INTERVAL '2' MINUTE, INTERVAL '10' MINUTE)"],
      [Session.withGap(lit(30).seconds()), "SESSION(TABLE clicks PARTITION BY who, DESCRIPTOR(at_time), INTERVAL '30' SECOND)"],
    ] as const).map(([window, sql]) => {
      const fluent = table.window(window.on($('at_time')).as('w')).groupBy($('w'), $('who')).select($('who'), $('w').start(), $('w').end(), $<number>('n').sum().as('total'));
      return [physical(fluent.explain()), physical(tables.explainSql(`SELECT who, window_start, window_end, SUM(n) AS total FROM TABLE(${sql}) GROUP BY window_start, window_end, who`))];
    });
    for (const [fluent, sql] of plans) assert.equal(fluent, sql);
  });

  test('the time of a window stays a time attribute', async () => {
    const { table } = await timed();
    const counted = table.window(Tumble.over(lit(1).hours()).on($('at_time')).as('w')).groupBy($('w')).select($('w').rowtime().as('t'), countAll().as('n'));
    assert.match(counted.printSchema(), /`t` TIMESTAMP\(3\) \*ROWTIME\*/);
    assert.match(counted.window(Tumble.over(lit(1).days()).on($('t')).as('v')).groupBy($('v')).select($<number>('n').sum()).explain(), /WindowAggregate[^]*WindowAggregate/);
  });

  test('OVER windows of rows and ranges', async () => {
    const { tables, table } = await timed();
    const over = (window: OverWindow): string => physical(table.window(window).select($('who'), $<number>('n').sum().over($('w')).as('s')).explain());
    const sql = (frame: string): string => physical(tables.explainSql(`SELECT who, SUM(n) OVER (PARTITION BY who ORDER BY at_time ${frame}) AS s FROM clicks`));
    const by = Over.partitionBy($('who')).orderBy($('at_time'));
    assert.equal(over(by.preceding(UNBOUNDED_RANGE).following(CURRENT_RANGE).as('w')), sql('RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW'));
    assert.equal(over(by.preceding(UNBOUNDED_ROW).following(CURRENT_ROW).as('w')), sql('ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW'));
    assert.equal(over(by.preceding(lit(3).rows()).as('w')), sql('ROWS BETWEEN 3 PRECEDING AND CURRENT ROW'));
    assert.equal(over(by.preceding(lit(2).hours()).as('w')), sql("RANGE BETWEEN INTERVAL '2' HOUR PRECEDING AND CURRENT ROW"));
    assert.throws(() => by.preceding(UNBOUNDED_ROW).following(CURRENT_RANGE), { code: 'TABLE_API_INVALID' });
    assert.throws(() => table.window(Tumble.over(lit(3).rows()).on($('at_time')).as('w')).groupBy($('w')).select(countAll()), { code: 'TABLE_NOT_SUPPORTED' });
  });
});

describe('tables and SQL', () => {
  test('a table stands in SQL by a view or in a template, and SQL gives tables', async () => {
    const { tables, table } = goods(BATCH);
    tables.createTemporaryView('goods', table);
    assert.deepEqual(await finalRows(tables.sqlQuery('SELECT MAX(price) FROM goods')), ['+I[7]']);
    assert.deepEqual(await finalRows(tables.sqlQuery(`SELECT MIN(price) FROM ${table}`)), ['+I[3]']);
    assert.deepEqual(tables.from('goods').columnNames, ['id', 'name', 'price']);
    assert.equal(tables.dropTemporaryView('goods'), true);
    assert.throws(() => tables.from('goods'), { code: 'SQL_VALIDATION' });
  });

  test('descriptors are CREATE TABLE', async () => {
    const { tables, table } = goods();
    const schema = Schema.newBuilder().column('id', 'INT NOT NULL').column('at_time', 'TIMESTAMP(3)').columnByExpression('twice', '`id` * 2').watermark('at_time', "`at_time` - INTERVAL '1' SECOND").primaryKey('id').build();
    await tables.createTable('sink', TableDescriptor.forConnector('print').schema(schema).option('print-identifier', "it's").comment('what is left'));
    assert.match((await rowsOf(tables.executeSql('SHOW CREATE TABLE sink')))[0]!, /WATERMARK FOR `at_time`.*PRIMARY KEY \(`id`\) NOT ENFORCED.*'print-identifier' = 'it''s'/s);
    await tables.createTemporaryTable('lines', TableDescriptor.forConnector('filesystem').schema(SCHEMA).option('path', '/nowhere').format('csv', { 'field-delimiter': ';' }).partitionedBy('name'));
    assert.match((await rowsOf(tables.executeSql('SHOW CREATE TABLE lines')))[0]!, /PARTITIONED BY \(`name`\).*'csv.field-delimiter' = ';'/s);
    assert.throws(() => table.insertInto('nothing'), { code: 'SQL_VALIDATION' });
  });

  test('inserts run, alone and as a statement set, and can be explained and compiled', async () => {
    const { tables, table } = goods();
    await tables.createTable('a', TableDescriptor.forConnector('blackhole').schema(SCHEMA));
    await tables.createTable('b', TableDescriptor.forConnector('blackhole').schema(SCHEMA));
    await (await table.executeInsert('a')).await();
    const set = tables.createStatementSet().addInsert('a', table).add(table.insertInto('b')).addInsertSql("INSERT INTO b VALUES (1, 'x', 2)");
    assert.match(set.explain('CHANGELOG_MODE'), /Sink\(table=\[default_catalog\.default_database\.a\][^]*Sink\(table=\[default_catalog\.default_database\.b\]/);
    assert.equal(tables.listTables().join(), 'a,b');
    const plan = table.insertInto('a').compilePlan();
    assert.match(plan, /"planVersion": 1/);
  });

  test('a compiled plan is kept, explained and executed', async () => {
    const { tables } = goods();
    await tables.createTable('a', TableDescriptor.forConnector('blackhole').schema(SCHEMA));
    const plan = tables.compilePlanSql("INSERT INTO a VALUES (1, 'x', 2)");
    assert.match(plan.explain(), /== Optimized Execution Plan ==/);
    await (await plan.execute()).await();
    await assert.rejects(async () => tables.loadPlan('p.json'), { code: 'TABLE_PLAN_INVALID' });
  });
});

/** The physical plan without the names of tables that have none. */
function physical(text: string): string {
  return text.slice(text.indexOf('== Optimized Execution Plan =='));
}
