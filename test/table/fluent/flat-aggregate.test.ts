import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { $, call, lit, rowKindName, type Table, type TableEnvironment, type UserTableAggregateFunction } from 'millrace/table';
import { EXTENT, HIGHEST } from '../../simulation/table-aggregates.js';
import { inlineTables } from '../api/table-jobs.js';

function scores(settings: Readonly<Record<string, string>> = {}): { readonly tables: TableEnvironment; readonly table: Table } {
  const tables = inlineTables(settings);
  tables.createTemporarySystemFunction('highest', HIGHEST);
  tables.createTemporarySystemFunction('extent', EXTENT);
  return { tables, table: tables.fromValues([{ name: 'a', score: 3 }, { name: 'b', score: 1 }, { name: 'a', score: 5 }, { name: 'a', score: 4 }]) };
}

async function changes(table: Table): Promise<readonly string[]> {
  const rows: string[] = [];
  for await (const { kind, values } of (await table.execute()).collect()) rows.push(`${rowKindName(kind)}${JSON.stringify(values)}`);
  return rows;
}

describe('flatAggregate', () => {
  test('takes the rows of a group back and makes them anew with every row', async () => {
    const { table } = scores();
    assert.deepEqual(await changes(table.groupBy($('name')).flatAggregate(call('highest', $('score')).as('high', 'place')).select($('name'), $('place'), $('high'))), [
      '+I["a",1,3]', '+I["b",1,1]', '-D["a",1,3]', '+I["a",1,5]', '+I["a",2,3]', '-D["a",1,5]', '-D["a",2,3]', '+I["a",1,5]', '+I["a",2,4]',
    ]);
  });

  test('over all rows, with keys and arguments that are computed', async () => {
    const { table } = scores();
    const summed = table.flatAggregate(call('highest', $<number>('score').times(10)));
    assert.deepEqual(summed.columnNames, ['high', 'place']);
    assert.deepEqual((await changes(summed)).slice(-2), ['+I[50,1]', '+I[40,2]']);
    const keyed = table.groupBy($('name').upperCase().as('upper')).flatAggregate(call('highest', lit(7)));
    assert.deepEqual(keyed.columnNames, ['upper', 'high', 'place']);
    assert.deepEqual((await changes(keyed)).slice(0, 2), ['+I["A",7,1]', '+I["B",7,1]']);
  });

  test('emits what the function says has changed, also for rows that are taken back', async () => {
    const { tables } = scores();
    const counts = (names: string): Table => tables.sqlQuery(`SELECT name, CAST(COUNT(*) AS INT) AS c FROM (VALUES ${names}) AS t(name) GROUP BY name`);
    assert.deepEqual(await changes(counts("('a'), ('b'), ('a')").flatAggregate(call('extent', $('c')))), ['+I["low",1]', '+I["high",1]', '-D["high",1]', '+I["high",2]']);
    assert.deepEqual(await changes(counts("('a'), ('a')").flatAggregate(call('extent', $('c')))), [
      '+I["low",1]', '+I["high",1]', '-D["low",1]', '-D["high",1]', '+I["low",2]', '+I["high",2]',
    ], 'a group without rows has none, and begins anew');
  });

  test('rows of one column are values', async () => {
    const { tables, table } = scores();
    const each: UserTableAggregateFunction<{ sum: number }> = {
      kind: 'table-aggregate', arguments: ['INT'], result: 'INT', accumulator: 'ROW<`sum` INT>', create: () => ({ sum: 0 }), accumulate: (kept, value: number) => { kept.sum += value; }, emitValue: ({ sum }) => [sum, -sum],
    };
    tables.createTemporarySystemFunction('signs', each);
    assert.deepEqual((await changes(table.flatAggregate(call('signs', $('score')).as('s')))).slice(-2), ['+I[13]', '+I[-13]']);
  });

  test('is explained in the words of Flink, with what it keeps', () => {
    const { table } = scores();
    const text = table.groupBy($('name')).flatAggregate(call('highest', $('score')).as('v', 'p')).explain('CHANGELOG_MODE');
    assert.match(text, /LogicalTableAggregate\(group=\[\{0\}\], tableAggregate=\[HIGHEST\(score\)\]\)/);
    assert.match(text, /GroupTableAggregate\(groupBy=\[name\], select=\[name, HIGHEST\(score\) AS \(v, p\)\], changelogMode=\[I,UA,D\]\)/);
    assert.match(text, /key \(name\)/);
  });

  test('refuses what cannot be, at the call', async () => {
    const { tables, table } = scores();
    const invalid = { code: 'SQL_VALIDATION' };
    assert.throws(() => table.flatAggregate(call('COUNT', $('score'))), { ...invalid, message: /'COUNT' is no table aggregate function/ });
    assert.throws(() => table.flatAggregate($('score')), { ...invalid, message: /takes a call of a table aggregate function/ });
    assert.throws(() => table.flatAggregate(call('highest', $('name'))), { ...invalid, message: /Supported form\(s\): HIGHEST\(INT\)/ });
    assert.throws(() => table.flatAggregate(call('highest', $('score')).as('one')), { ...invalid, message: /makes 2 columns, but 1 names/ });
    await assert.rejects(tables.executeSql('SELECT highest(score) FROM (VALUES (1)) AS t(score)'), { ...invalid, message: /flatAggregate of the Table API only/ });
    const updated = tables.sqlQuery('SELECT CAST(COUNT(*) AS INT) AS c FROM (VALUES (1), (2)) AS t(n)');
    await assert.rejects(updated.flatAggregate(call('highest', $('c'))).execute(), { code: 'TABLE_NOT_SUPPORTED', message: /implementation method 'retract' in the function 'HIGHEST'/ });
    const batch = scores({ 'execution.runtime-mode': 'batch' });
    await assert.rejects(batch.table.flatAggregate(call('highest', $('score'))).execute(), { code: 'TABLE_NOT_SUPPORTED', message: /in batch mode/ });
    const silent = { ...HIGHEST, emitValue: undefined } as unknown as UserTableAggregateFunction;
    assert.throws(() => tables.createTemporarySystemFunction('silent', silent), { code: 'FUNCTION_INVALID', message: /neither emitValue nor emitUpdateWithRetract/ });
    assert.throws(() => tables.createTemporarySystemFunction('flat', { ...HIGHEST, accumulator: 'INT' }), { code: 'FUNCTION_INVALID', message: /must be a ROW/ });
  });
});
