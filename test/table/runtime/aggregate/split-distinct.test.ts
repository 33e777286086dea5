import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changesOf, inlineTables } from '../../api/table-jobs.js';
import { stepsOf, type Step } from '../streaming-steps.js';

const SPLIT = { 'table.optimizer.distinct-agg.split.enabled': 'true', 'table.optimizer.distinct-agg.split.bucket-num': '3' };
const MINI_BATCH = { 'table.exec.mini-batch.enabled': 'true', 'table.exec.mini-batch.allow-latency': '1 h', 'table.exec.mini-batch.size': '4' };
const TABLE = { t: { ddl: ['k STRING', 'a INT', 'b STRING', 'n BIGINT', 'f BOOLEAN'], changelogMode: 'I,UA,UB,D' } };
const ROWS: readonly (readonly unknown[])[] = [
  ['x', 1, 'p', 10, true], ['x', 1, 'q', 20, false], ['y', 2, 'p', 30, true], ['x', 5, 'r', 40, true], ['x', null, 'p', null, true], ['y', 2, null, 5, null], ['x', 7, 's', 1, false], ['x', 8, 'q', 7, true], ['z', 4, 'p', 3, true],
];
/** Some rows go again, and with them all of `z`. */
const STEPS: readonly Step[] = [...ROWS.map((row): Step => ['t', ...row]), ...[ROWS[0]!, ROWS[3]!, ROWS[8]!, ROWS[4]!].map((row): Step => ['-D t', ...row])];
const QUERIES = [
  'SELECT k, COUNT(DISTINCT a) FROM t GROUP BY k',
  'SELECT k, COUNT(*), SUM(n), MIN(n), MAX(b), COUNT(DISTINCT a), SUM(DISTINCT a) FILTER (WHERE f), COUNT(b) FILTER (WHERE n > 5) FROM t GROUP BY k',
  'SELECT k, COUNT(DISTINCT a), COUNT(DISTINCT b) FILTER (WHERE f), COUNT(DISTINCT n), COUNT(*), SUM(n) FILTER (WHERE f), MAX(n) FROM t GROUP BY k',
  'SELECT COUNT(DISTINCT b), COUNT(*) FROM t',
];

/** What remains of the changes. */
async function net(query: string, config: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const counts = new Map<string, number>();
  for (const change of await stepsOf(TABLE, query, STEPS, config)) {
    const [, kind, row] = /^\S+ (..)(.*)$/.exec(change)!;
    counts.set(row!, (counts.get(row!) ?? 0) + (kind!.startsWith('+') ? 1 : -1));
  }
  return [...counts].filter(([, count]) => count !== 0).map(([row, count]) => `${count} ${row}`).sort();
}

for (const [name, more] of [['row by row', {}], ['in mini-batches of two phases', MINI_BATCH]] as const) {
  test(`distinct aggregates over buckets give what they give without, ${name}`, async () => {
    for (const query of QUERIES) {
      const whole = await net(query, {});
      assert.ok(whole.length > 0);
      assert.deepEqual(await net(query, { ...SPLIT, ...more }), whole, query);
    }
  });
}

const planOf = (query: string, options: Readonly<Record<string, string>>): string => {
  const text = inlineTables(options).explainSql(query);
  return text.slice(text.indexOf('== Optimized Execution Plan =='), text.indexOf('== Estimated State')).split('\n').slice(1).map((line) => line.replace(/^[ :+|-]+/, '')).filter((line) => /Aggregate|Expand|MOD/.test(line)).join('\n');
};
const WORDS = "(VALUES ('x', 1, 'p')) AS t(k, a, b)";

test('a plan names the halves, as Flink does', () => {
  assert.equal(planOf(`SELECT k, COUNT(DISTINCT a), MAX(b) FROM ${WORDS} GROUP BY k`, SPLIT), [
    'GroupAggregate(groupBy=[k], partialFinalType=[FINAL], select=[k, $SUM0(EXPR$0) AS EXPR$0, MAX(EXPR$1) AS EXPR$1])',
    'GroupAggregate(groupBy=[k, $f3], partialFinalType=[PARTIAL], select=[k, $f3, COUNT(DISTINCT $f1) AS EXPR$0, MAX($f2) AS EXPR$1])',
    'Calc(select=[EXPR$0 AS k, EXPR$1 AS $f1, EXPR$2 AS $f2, MOD(HASH_CODE(EXPR$1), 3) AS $f3])',
  ].join('\n'));
  assert.match(planOf(`SELECT k, COUNT(DISTINCT a), COUNT(DISTINCT b) FROM ${WORDS} GROUP BY k`, SPLIT), /GroupAggregate\(groupBy=\[k, \$g0, \$g1\], partialFinalType=\[PARTIAL\][^]*Expand\(projects=\[\{\$f3, null, 0 AS \$e\}, \{null, \$f4, 1 AS \$e\}\]\)/);
  assert.doesNotMatch(planOf(`SELECT k, COUNT(DISTINCT a) FROM ${WORDS} GROUP BY k`, { ...SPLIT, ...MINI_BATCH }), /partialFinalType/);
});

test('what cannot be had of parts stays whole, and the number of buckets is checked', async () => {
  for (const query of [
    `SELECT k, COUNT(*) FROM ${WORDS} GROUP BY k`, `SELECT k, COUNT(DISTINCT a), LISTAGG(b) FROM ${WORDS} GROUP BY k`, `SELECT k, COUNT(DISTINCT CAST(a AS DOUBLE)) FROM ${WORDS} GROUP BY k`, `SELECT COUNT(DISTINCT a, b) FROM ${WORDS}`,
  ]) assert.doesNotMatch(planOf(query, SPLIT), /partialFinalType/, query);
  assert.doesNotMatch(planOf(`SELECT k, COUNT(DISTINCT a) FROM ${WORDS} GROUP BY k`, { ...SPLIT, 'execution.runtime-mode': 'batch' }), /partialFinalType/);
  await assert.rejects(changesOf(inlineTables({ ...SPLIT, 'table.optimizer.distinct-agg.split.bucket-num': '0' }), `SELECT COUNT(DISTINCT a) FROM ${WORDS}`), { code: 'TABLE_OPTION_INVALID', message: /bucket-num is '0'/ });
});
