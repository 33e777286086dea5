import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inlineTables } from '../api/table-jobs.js';

const ORDERS = `CREATE TABLE orders (id INT, person STRING, amount INT, ts TIMESTAMP(3), twice AS amount * 2, proc AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
  WITH ('connector' = 'datagen')`;

async function sourcesOf(query: string): Promise<number> {
  const tables = inlineTables();
  await tables.executeSql(ORDERS);
  let plan = '';
  for await (const { values } of (await tables.executeSql(`EXPLAIN JSON_EXECUTION_PLAN ${query}`)).collect()) plan += `${values.join()}\n`;
  return plan.match(/"type": "Source: /g)!.length;
}

describe('a table that a query reads several times', () => {
  test('is read once for different columns, though a watermark and computed columns stand above it', async () => {
    assert.equal(await sourcesOf('WITH a AS (SELECT id, person FROM orders), b AS (SELECT person, COUNT(*) c FROM a GROUP BY person) SELECT a.id, b.c FROM a JOIN b ON a.person = b.person'), 1);
    assert.equal(await sourcesOf('SELECT id, 0 FROM orders UNION ALL SELECT twice, amount FROM orders'), 1);
    assert.equal(await sourcesOf('SELECT l.id, r.amount FROM orders l JOIN orders r ON l.id = r.id AND l.ts = r.ts'), 1);
  });
});
