// A query means the same whatever rules its plan went through, and on a stream comes to what it gives in a batch. Random queries; the
// seed stands in the message, and `randomQuery(seed)` is the query.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RowKind } from '#table/runtime/row-kind';
import { OPTIONAL_RULES } from '#table/optimizer/optimize';
import { inlineTables } from '../api/table-jobs.js';
import { randomJoins, randomQuery, TABLES } from './random-query.js';

/** The larger ones once found something: keys that are NULL on one side of an outer join only. */
const SEEDS = [...Array.from({ length: 50 }, (_, index) => index + 1), 1062, 1084, 1128];
const BATCH = { 'execution.runtime-mode': 'batch' };

/** The rows that are left, sorted. */
async function rowsOf(query: string, settings: Readonly<Record<string, string>>): Promise<string[]> {
  const tables = inlineTables(settings);
  for (const sql of TABLES) await tables.executeSql(sql);
  const counts = new Map<string, number>();
  for await (const { kind, values } of (await tables.executeSql(query)).collect()) {
    const row = JSON.stringify(values);
    const count = (counts.get(row) ?? 0) + (kind === RowKind.INSERT || kind === RowKind.UPDATE_AFTER ? 1 : -1);
    if (count === 0) counts.delete(row);
    else counts.set(row, count);
  }
  return [...counts].flatMap(([row, count]) => (count > 0 ? Array.from({ length: count }, () => row) : [`${row} was taken away and never there`])).sort();
}

describe('random queries', () => {
  for (const seed of SEEDS) {
    test(`seed ${seed} means the same with and without each rule, on a stream and in a batch`, async () => {
      const query = randomQuery(seed);
      const expected = await rowsOf(query, BATCH);
      for (const rule of [...OPTIONAL_RULES, OPTIONAL_RULES.join(';')]) {
        assert.deepEqual(await rowsOf(query, { ...BATCH, 'millrace.optimizer.skipped-rules': rule }), expected, `seed ${seed} without ${rule}: ${query}`);
      }
      assert.deepEqual(await rowsOf(query, {}), expected, `seed ${seed} on a stream: ${query}`);
    });
  }

  for (let seed = 1; seed <= 40; seed++) {
    test(`joins of seed ${seed} mean the same in another order, on a stream and in a batch`, async () => {
      const query = randomJoins(seed);
      const expected = await rowsOf(query, BATCH);
      const reordered = { 'table.optimizer.join-reorder-enabled': 'true' };
      assert.deepEqual(await rowsOf(query, { ...BATCH, ...reordered }), expected, `seed ${seed}: ${query}`);
      assert.deepEqual(await rowsOf(query, reordered), expected, `seed ${seed} on a stream: ${query}`);
    });
  }

  test('a rule that there is not is refused', async () => {
    await assert.rejects(rowsOf('SELECT 1', { 'millrace.optimizer.skipped-rules': 'fold-space' }), { code: 'TABLE_OPTION_INVALID' });
  });
});
