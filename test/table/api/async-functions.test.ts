import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StreamExecutionEnvironment } from 'millrace';
import { TableEnvironment } from '#table/api/table-environment';
import type { UserAsyncScalarFunction } from '#table/functions/user-function';
import { stepsOf } from '../runtime/streaming-steps.js';
import { changesOf } from './table-jobs.js';

const later = <T>(value: T, ms: number): Promise<T> => new Promise((resolve) => { setTimeout(() => resolve(value), ms); });

interface Calls {
  running: number;
  runningMax: number;
  count: number;
}

/** Answers later calls first, and knows how many ran at once. */
function doubled(calls: Calls): UserAsyncScalarFunction {
  return {
    kind: 'async-scalar', arguments: ['INT'], result: 'INT',
    async eval(value: number | null) {
      calls.count++;
      calls.runningMax = Math.max(calls.runningMax, ++calls.running);
      await later(undefined, value === null ? 1 : 12 - value * 2);
      calls.running--;
      return value === null ? null : value * 2;
    },
  };
}

function failing(failures: number): UserAsyncScalarFunction {
  let left = failures;
  return {
    kind: 'async-scalar', arguments: ['INT'], result: 'STRING',
    eval: (value: number) => (left-- > 0 ? Promise.reject(new Error(`no answer for ${value}`)) : Promise.resolve(`answer ${value}`)),
  };
}

const never: UserAsyncScalarFunction = { kind: 'async-scalar', arguments: ['INT'], result: 'INT', eval: () => new Promise(() => undefined) };

async function tablesWith(functions: Readonly<Record<string, UserAsyncScalarFunction>>, options: Readonly<Record<string, string>> = {}): Promise<TableEnvironment> {
  const environment = StreamExecutionEnvironment.createLocalEnvironment({ inline: true, parallelism: 1 });
  const tables = new TableEnvironment({ environment, clock: { now: () => 0 }, random: { nextDouble: () => 0 }, loadModule: () => Promise.resolve(functions) });
  for (const name of Object.keys(functions)) await tables.executeSql(`CREATE FUNCTION ${name} AS 'functions.ts#${name}' LANGUAGE TYPESCRIPT`);
  for (const [key, value] of Object.entries(options)) await tables.executeSql(`SET '${key}' = '${value}'`);
  return tables;
}

const NUMBERS = '(VALUES (1), (2), (CAST(NULL AS INT)), (4), (5)) AS t(n)';

describe('asynchronous scalar functions', () => {
  test('run for several rows at a time, and rows leave in their order', async () => {
    const calls = { running: 0, runningMax: 0, count: 0 };
    const tables = await tablesWith({ doubled: doubled(calls) });
    assert.deepEqual(await changesOf(tables, `SELECT n, doubled(n) FROM ${NUMBERS}`), ['+I[1,2]', '+I[2,4]', '+I[null,null]', '+I[4,8]', '+I[5,10]']);
    assert.ok(calls.runningMax > 1, `${calls.runningMax} at a time`);
    assert.equal(calls.count, 5);
  });

  test('no more of them run at once than the option allows', async () => {
    const calls = { running: 0, runningMax: 0, count: 0 };
    const tables = await tablesWith({ doubled: doubled(calls) }, { 'table.exec.async-scalar.max-concurrent-operations': '1' });
    assert.equal((await changesOf(tables, `SELECT doubled(n) FROM ${NUMBERS}`)).length, 5);
    assert.equal(calls.runningMax, 1);
  });

  test('are called in each other, within expressions and in conditions, once where they are equal', async () => {
    const calls = { running: 0, runningMax: 0, count: 0 };
    const tables = await tablesWith({ doubled: doubled(calls) });
    const query = `SELECT doubled(n) + 1, doubled(doubled(n)) FROM ${NUMBERS} WHERE n < 3 AND doubled(n) > 2`;
    assert.deepEqual(await changesOf(tables, query), ['+I[5,8]']);
    assert.match(tables.explainSql(query), /AsyncCalc\(select=\[n, DOUBLED\(n\) AS f0\]\)/);
  });

  test('keep the kinds of changes', async () => {
    const calls = { running: 0, runningMax: 0, count: 0 };
    const steps = await stepsOf({ t: { ddl: ['n INT'] } }, 'SELECT doubled(CAST(c AS INT)) FROM (SELECT COUNT(*) AS c FROM t)', [['t', 1], ['t', 1]], {}, { doubled: doubled(calls) });
    assert.deepEqual(steps.map((step) => step.split(' ')[1]), ['+I[2]', '-U[2]', '+U[4]']);
  });

  test('that fail are called again, as often as the options say, then the job fails with their error', async () => {
    const retrying = { 'table.exec.async-scalar.retry-delay': '1 ms', 'table.exec.async-scalar.max-attempts': '3' };
    assert.deepEqual(await changesOf(await tablesWith({ f: failing(2) }, retrying), 'SELECT f(n) FROM (VALUES (7)) AS t(n)'), ['+I["answer 7"]']);
    await assert.rejects(changesOf(await tablesWith({ f: failing(3) }, retrying), 'SELECT f(n) FROM (VALUES (7)) AS t(n)'), /no answer for 7/);
    await assert.rejects(changesOf(await tablesWith({ f: failing(1) }, { 'table.exec.async-scalar.retry-strategy': 'NO_RETRY' }), 'SELECT f(n) FROM (VALUES (7)) AS t(n)'), /no answer for 7/);
  });

  test('that give no value in time fail the job', async () => {
    const tables = await tablesWith({ never }, { 'table.exec.async-scalar.timeout': '5 ms', 'table.exec.async-scalar.retry-strategy': 'NO_RETRY' });
    await assert.rejects(changesOf(tables, 'SELECT never(n) FROM (VALUES (7)) AS t(n)'), (error: Error) => /'NEVER' gave no value within 5 ms/.test(error.message) && (error.cause as { code?: string }).code === 'FUNCTION_TIMEOUT');
  });

  test('are refused where nothing can wait for them, and with options that are none', async () => {
    const tables = await tablesWith({ never });
    await assert.rejects(changesOf(tables, 'SELECT * FROM (VALUES (7)) AS t(n) JOIN (VALUES (8)) AS u(m) ON never(n) + m = 3'), { code: 'TABLE_NOT_SUPPORTED', message: /cannot be called in the condition of a join/ });
    await tables.executeSql("SET 'table.exec.async-scalar.max-attempts' = 'many'");
    await assert.rejects(changesOf(tables, 'SELECT never(n) FROM (VALUES (7)) AS t(n)'), { code: 'TABLE_OPTION_INVALID', message: /max-attempts is 'many'/ });
  });
});
