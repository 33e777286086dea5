import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stepsOf } from './streaming-steps.js';

const TEXTS = { t: { ddl: ['k STRING', 'n INT'] } };

describe('variants and bitmaps in state', () => {
  it('are grouped by and kept by value', async () => {
    const query = 'SELECT v, SUM(n), LAST_VALUE(v) FROM (SELECT PARSE_JSON(k) AS v, n FROM t) GROUP BY v';
    assert.deepEqual(await stepsOf(TEXTS, query, [['t', '{"b":1,"a":[1.50]}', 1], ['t', '{"a":[1.5], "b":1}', 2]]), [
      '0 +I["{\\"a\\":[1.5],\\"b\\":1}",1,"{\\"a\\":[1.5],\\"b\\":1}"]', '1 -U["{\\"a\\":[1.5],\\"b\\":1}",1,"{\\"a\\":[1.5],\\"b\\":1}"]', '1 +U["{\\"a\\":[1.5],\\"b\\":1}",3,"{\\"a\\":[1.5],\\"b\\":1}"]',
    ]);
  });

  it('of a bitmap survive an aggregate above', async () => {
    const query = 'SELECT k, BITMAP_CARDINALITY(LAST_VALUE(b)) FROM (SELECT k, BITMAP_BUILD(ARRAY[n, 7]) AS b FROM t) GROUP BY k';
    assert.deepEqual(await stepsOf(TEXTS, query, [['t', 'a', 7], ['t', 'a', 8]]), ['0 +I["a",1]', '1 -U["a",1]', '1 +U["a",2]']);
  });
});

describe('words that SQL calls without parentheses', () => {
  it('are columns where a column has the name', async () => {
    assert.deepEqual(await stepsOf({ t: { ddl: ['`user` STRING', 'n INT'] } }, 'SELECT user, n FROM t', [['t', 'a', 1]]), ['0 +I["a",1]']);
  });

  it('are refused as columns where there is none', async () => {
    await assert.rejects(stepsOf(TEXTS, 'SELECT session_user FROM t', []), /Column 'session_user' not found/);
  });
});
