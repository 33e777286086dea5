// Sub-queries by what they give, NULLs included, in batch mode.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changesOf, inlineTables } from '../api/table-jobs.js';

const LEFT = "(VALUES (1, 'a'), (2, 'b'), (CAST(NULL AS INT), 'n'), (4, 'd')) AS l(i, x)";
const RIGHT = "(VALUES (2, 'B'), (3, 'C'), (CAST(NULL AS INT), 'N'), (2, 'D')) AS r(j, y)";

const rowsOf = async (query: string): Promise<string> => {
  const rows = await changesOf(inlineTables({ 'execution.runtime-mode': 'batch' }), query.replaceAll('$l', LEFT).replaceAll('$r', RIGHT));
  return rows.map((row) => row.slice(2)).sort().join(' ');
};

const CASES: readonly (readonly [query: string, rows: string])[] = [
  ['SELECT x FROM $l WHERE i > ALL (SELECT j FROM $r WHERE j < 3)', '["d"]'],
  ['SELECT x FROM $l WHERE i > ALL (SELECT j FROM $r)', ''],
  ['SELECT x FROM $l WHERE i > ALL (SELECT j FROM $r WHERE j > 9)', '["a"] ["b"] ["d"] ["n"]'],
  ['SELECT x FROM $l WHERE i > ANY (SELECT j FROM $r)', '["d"]'],
  ['SELECT x FROM $l WHERE NOT (i > SOME (SELECT j FROM $r WHERE j IS NOT NULL))', '["a"] ["b"]'],
  ['SELECT x FROM $l WHERE i <> ALL (SELECT j FROM $r WHERE j IS NOT NULL)', '["a"] ["d"]'],
  ['SELECT x FROM $l WHERE i NOT IN (SELECT j FROM $r)', ''],
  ['SELECT x FROM $l WHERE i = SOME (SELECT j FROM $r)', '["b"]'],
  ["SELECT x FROM $l WHERE i IN (SELECT j FROM $r) OR x = 'a'", '["a"] ["b"]'],
  ["SELECT x FROM $l WHERE NOT (i IN (SELECT j FROM $r) OR x = 'a')", ''],
  ['SELECT x, i IN (SELECT j FROM $r) FROM $l', '["a",null] ["b",true] ["d",null] ["n",null]'],
  ['SELECT x, i NOT IN (SELECT j FROM $r WHERE j IS NOT NULL) FROM $l', '["a",true] ["b",false] ["d",true] ["n",null]'],
  ['SELECT x, i > ALL (SELECT j FROM $r WHERE j < 3) FROM $l', '["a",false] ["b",false] ["d",true] ["n",null]'],
  ['SELECT x, i <> SOME (SELECT j FROM $r WHERE j < 3) FROM $l', '["a",true] ["b",false] ["d",true] ["n",null]'],
  ['SELECT x, EXISTS (SELECT l.x FROM $r WHERE r.j = l.i) FROM $l', '["a",false] ["b",true] ["d",false] ["n",false]'],
  ["SELECT x, (SELECT y FROM $r WHERE r.j = l.i AND y < 'D') FROM $l", '["a",null] ["b","B"] ["d",null] ["n",null]'],
  ['SELECT x, i IN (SELECT j FROM $r WHERE LOWER(r.y) = l.x) FROM $l', '["a",false] ["b",true] ["d",false] ["n",null]'],
  ['SELECT l.x, r.y FROM $l JOIN $r ON l.i = r.j AND l.i IN (SELECT j FROM $r)', '["b","B"] ["b","D"]'],
  ['SELECT x FROM $l WHERE i IN (SELECT CAST(j AS DECIMAL(10, 2)) FROM $r)', '["b"]'],
  ['SELECT x FROM $l WHERE CASE WHEN i IN (SELECT j FROM $r) THEN 1 ELSE 2 END IN (SELECT 2 FROM $r)', '["a"] ["d"] ["n"]'],
  ['SELECT x FROM $l WHERE (i, x) IN (SELECT j, LOWER(y) FROM $r)', '["b"]'],
  ['SELECT x FROM $l WHERE i BETWEEN (SELECT MIN(j) FROM $r) AND (SELECT MAX(j) + 1 FROM $r)', '["b"] ["d"]'],
  ['SELECT x FROM $l WHERE NOT EXISTS (SELECT 1 FROM $r WHERE r.j > l.i)', '["d"] ["n"]'],
  ['SELECT x, (SELECT COUNT(*) + 1 FROM $r WHERE r.j = l.i) FROM $l', '["a",1] ["b",3] ["d",1] ["n",1]'],
  ['SELECT x, (SELECT MAX(y) FROM $r WHERE r.j = l.i) FROM $l', '["a",null] ["b","D"] ["d",null] ["n",null]'],
  ['SELECT x, y FROM $l, LATERAL (SELECT y FROM $r WHERE r.j = l.i) AS q', '["b","B"] ["b","D"]'],
  ['SELECT x, y FROM $l, LATERAL (SELECT y FROM $r WHERE r.j = l.i ORDER BY y DESC LIMIT 1) AS q', '["b","D"]'],
  ['SELECT x, y FROM $l LEFT JOIN LATERAL (SELECT y FROM $r WHERE r.j = l.i ORDER BY y OFFSET 1 ROWS FETCH NEXT 1 ROWS ONLY) AS q ON TRUE', '["a",null] ["b","D"] ["d",null] ["n",null]'],
  ['SELECT x, (SELECT y FROM $r WHERE r.j + 2 = l.i ORDER BY y LIMIT 1) FROM $l', '["a",null] ["b",null] ["d","B"] ["n",null]'],
  ['SELECT x FROM $l WHERE EXISTS (SELECT y FROM $r WHERE r.j = l.i ORDER BY y OFFSET 1 ROWS)', '["b"]'],
  ['SELECT x, y FROM $l LEFT JOIN LATERAL (SELECT y FROM $r WHERE r.j = l.i) AS q ON TRUE', '["a",null] ["b","B"] ["b","D"] ["d",null] ["n",null]'],
  ['SELECT x, c FROM $l, LATERAL (SELECT COUNT(*) AS c FROM $r WHERE r.j = l.i) AS q', '["a",0] ["b",2] ["d",0] ["n",0]'],
  ['SELECT x, c, m FROM $l JOIN LATERAL (SELECT COUNT(*) AS c, MIN(y) AS m FROM $r WHERE r.j = l.i) AS q ON q.c > 0', '["b",2,"B"]'],
  ['SELECT l.x, r.y FROM $l LEFT JOIN $r ON l.i = r.j AND l.i IN (SELECT j FROM $r)', '["a",null] ["b","B"] ["b","D"] ["d",null] ["n",null]'],
  ["SELECT l.x, r.y FROM $l FULL JOIN $r ON l.i = r.j AND r.y > (SELECT MIN(x) FROM (VALUES ('C')) AS v(x))", '["a",null] ["b","D"] ["d",null] ["n",null] [null,"B"] [null,"C"] [null,"N"]'],
  ['SELECT x, (SELECT COUNT(*) FROM $r WHERE r.j > l.i) FROM $l', '["a",3] ["b",1] ["d",0] ["n",0]'],
  ['SELECT x, EXISTS (SELECT 1 FROM $r WHERE r.j > l.i) FROM $l', '["a",true] ["b",true] ["d",false] ["n",false]'],
  ['SELECT x, i IN (SELECT j FROM $r WHERE r.y > l.x OR r.j >= l.i) FROM $l', '["a",false] ["b",true] ["d",false] ["n",false]'],
  ['SELECT x, (SELECT CONCAT(l.x, MAX(y)) FROM $r WHERE r.j = l.i) FROM $l', '["a",null] ["b","bD"] ["d",null] ["n",null]'],
  ['SELECT x, (SELECT COUNT(*) + l.i FROM $r WHERE r.j = l.i) FROM $l', '["a",1] ["b",4] ["d",4] ["n",null]'],
  ["SELECT x, (SELECT COUNT(*) FROM (SELECT y FROM $r WHERE r.j = l.i) AS q WHERE q.y < 'D') FROM $l", '["a",0] ["b",1] ["d",0] ["n",0]'],
  ['SELECT x FROM $l WHERE EXISTS (SELECT COUNT(*) FROM $r WHERE r.j = l.i)', '["a"] ["b"] ["d"] ["n"]'],
  ['SELECT x FROM $l WHERE EXISTS (SELECT j FROM $r WHERE r.j = l.i UNION ALL SELECT j FROM $r WHERE r.y > l.x)', '["b"]'],
  ['SELECT x FROM $l WHERE EXISTS (SELECT j FROM $r WHERE r.j <= l.i EXCEPT SELECT j FROM $r WHERE r.j = l.i)', '["d"]'],
  ['SELECT x FROM $l WHERE EXISTS (SELECT 1 FROM $r WHERE NOT EXISTS (SELECT 1 FROM (SELECT j AS k FROM $r) AS s WHERE k < r.j AND k < l.i))', '["a"] ["b"] ["d"] ["n"]'],
  ['SELECT x, (SELECT (SELECT MAX(z) FROM (SELECT j AS k, y AS z FROM $r) AS s WHERE k <= r.j AND k <> l.i) FROM $r WHERE r.j = 3) FROM $l', '["a","D"] ["b","C"] ["d","D"] ["n",null]'],
  ['SELECT x, (SELECT r.y FROM $r LEFT JOIN (VALUES (3)) AS v(k) ON v.k = r.j AND v.k > l.i WHERE r.j > l.i AND v.k IS NOT NULL) FROM $l', '["a","C"] ["b","C"] ["d",null] ["n",null]'],
  ['SELECT x, (SELECT y FROM $r WHERE r.j >= l.i ORDER BY y DESC LIMIT 1) FROM $l', '["a","D"] ["b","D"] ["d",null] ["n",null]'],
  ['SELECT x, n FROM $l, LATERAL (SELECT ROW_NUMBER() OVER (ORDER BY y) AS n FROM $r WHERE r.j >= l.i) AS q WHERE n = 2', '["a",2] ["b",2]'],
  ['SELECT x, c FROM $l LEFT JOIN LATERAL (SELECT COUNT(*) AS c FROM $r WHERE r.j = l.i) AS q ON q.c = 0', '["a",0] ["b",null] ["d",0] ["n",0]'],
  ['SELECT x, (SELECT SUM(e) FROM UNNEST(ARRAY[i, 10]) AS u(e)) FROM $l', '["a",11] ["b",12] ["d",14] ["n",10]'],
  ['SELECT x FROM $l WHERE EXISTS (SELECT 1 FROM $r, UNNEST(ARRAY[l.i, 3]) AS u(e) WHERE e = r.j AND r.y > \'C\')', '["b"]'],
  ['SELECT MAX(x), (SELECT COUNT(*) FROM $r WHERE r.j > l.i) FROM $l GROUP BY i HAVING EXISTS (SELECT 1 FROM $r WHERE r.j = l.i) OR i IS NULL', '["b",1] ["n",0]'],
];

describe('sub-queries', () => {
  for (const [query, rows] of CASES) it(`${query} gives ${rows === '' ? 'nothing' : rows}`, async () => { assert.equal(await rowsOf(query), rows); });

  it('that stand for a value fail where a row finds two', async () => {
    await assert.rejects(rowsOf('SELECT x, (SELECT y FROM $r WHERE r.j = l.i) FROM $l'), (error: Error & { cause?: Error }) => /more than one element/.test(`${error.message} ${error.cause?.message}`));
  });

  it('are not compared with values of another kind', async () => {
    await assert.rejects(rowsOf('SELECT x FROM $l WHERE x IN (SELECT j FROM $r)'), /Values passed to IN operator must have compatible types/);
  });

  it('of several columns are compared with as many values', async () => {
    await assert.rejects(rowsOf('SELECT x FROM $l WHERE i IN (SELECT j, y FROM $r)'), { code: 'SQL_VALIDATION' });
  });

  it('about both sides are refused in the condition of an outer join', async () => {
    await assert.rejects(rowsOf('SELECT x FROM $l LEFT JOIN $r ON l.i = r.j AND EXISTS (SELECT 1 FROM (SELECT j AS k FROM $r) AS s WHERE k = l.i AND r.y > l.x)'), { code: 'TABLE_NOT_SUPPORTED' });
  });
});
