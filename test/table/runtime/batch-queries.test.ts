// Queries that only a batch answers: orders by any value, frames that look ahead, ranks of whole partitions. Their rows are final and in order.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { changesOf, inlineTables } from '../api/table-jobs.js';

const T = "(VALUES (1, 'x'), (2, 'y'), (3, 'z'), (CAST(NULL AS INT), 'n')) AS t(i, s)";
const U = "(VALUES (2, 'q'), (3, 'r'), (5, 'u')) AS u(j, p)";
const rowsOf = (query: string): Promise<string[]> => changesOf(inlineTables({ 'execution.runtime-mode': 'batch' }), query);

describe('in a batch', () => {
  test('a frame that leaves its own row out is empty at the end of a partition: NULL, and a count of 0', async () => {
    assert.deepEqual(await rowsOf(`SELECT i, FIRST_VALUE(s) OVER w AS f, COUNT(*) OVER w AS c FROM ${T} WINDOW w AS (ORDER BY s ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING) ORDER BY i`), [
      '+I[null,"x",2]', '+I[1,"y",2]', '+I[2,"z",1]', '+I[3,null,0]',
    ]);
    assert.deepEqual(await rowsOf(`SELECT s, MAX(s) OVER (ORDER BY s ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING) AS m FROM ${T} ORDER BY s`), ['+I["n",null]', '+I["x","n"]', '+I["y","x"]', '+I["z","y"]']);
  });

  test('ranks, LEAD and NTILE know the whole partition', async () => {
    assert.deepEqual(await rowsOf(`SELECT s, RANK() OVER (ORDER BY s DESC), LEAD(s) OVER (ORDER BY s), NTILE(2) OVER (ORDER BY s) FROM ${T} ORDER BY s`), [
      '+I["n",4,"x",1]', '+I["x",3,"y",1]', '+I["y",2,"z",2]', '+I["z",1,null,2]',
    ]);
  });

  test('any column gives the order, in either direction, with NULLs at either end, and a page of it', async () => {
    assert.deepEqual(await rowsOf(`SELECT i, s FROM ${T} ORDER BY i DESC NULLS FIRST`), ['+I[null,"n"]', '+I[3,"z"]', '+I[2,"y"]', '+I[1,"x"]']);
    assert.deepEqual(await rowsOf(`SELECT s FROM ${T} ORDER BY s OFFSET 1 ROWS FETCH NEXT 2 ROWS ONLY`), ['+I["x"]', '+I["y"]']);
  });

  test('an outer join without an equality gives final rows', async () => {
    assert.deepEqual(await rowsOf(`SELECT i, j FROM ${T} FULL JOIN ${U} ON i > j ORDER BY i, j`), [
      '+I[null,null]', '+I[null,3]', '+I[null,5]', '+I[1,null]', '+I[2,null]', '+I[3,2]',
    ]);
  });
});
