import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { at, stepsOf } from '../streaming-steps.js';

const EVENTS = { e: { ddl: ['k STRING', 'v INT', 'ts TIMESTAMP(3)', 'WATERMARK FOR ts AS ts'] } };

describe('SESSION as a table', () => {
  it('puts out its rows with the bounds of the session when it is over', async () => {
    const query = "SELECT k, v, window_start, window_end FROM TABLE(SESSION(TABLE e PARTITION BY k, DESCRIPTOR(ts), INTERVAL '3' SECOND))";
    assert.deepEqual(await stepsOf(EVENTS, query, [['e', 'a', 1, at(1)], ['e', 'a', 2, at(3)], ['e', 'b', 3, at(9)]]), [`2 +I["a",1,"${at(1)}","${at(6)}"]`, `2 +I["a",2,"${at(1)}","${at(6)}"]`, `end +I["b",3,"${at(9)}","${at(12)}"]`]);
  });

  it('grouped by other columns than those of the session is a changelog', async () => {
    const query = "SELECT window_start, k, COUNT(*) FROM TABLE(SESSION(TABLE e, DESCRIPTOR(ts), INTERVAL '3' SECOND)) GROUP BY window_start, window_end, k";
    const out = await stepsOf(EVENTS, query, [['e', 'a', 1, at(1)], ['e', 'b', 2, at(3)], ['e', 'a', 3, at(5)]]);
    assert.deepEqual([...out].sort(), [`end +I["${at(1)}","a",1]`, `end +I["${at(1)}","b",1]`, `end +U["${at(1)}","a",2]`, `end -U["${at(1)}","a",1]`]);
  });
});

describe('windows over a query', () => {
  it('take it with and without the word TABLE, in order or by name', async () => {
    const steps = [['e', 'a', 1, at(1)], ['e', 'b', 2, at(3)], ['e', 'a', 3, at(6)]] as const;
    for (const data of ["(SELECT k, ts FROM e WHERE k = 'a'), DESCRIPTOR(ts), INTERVAL '5' SECOND", "TABLE (SELECT k, ts FROM e WHERE k = 'a'), DESCRIPTOR(ts), INTERVAL '5' SECOND", "TIMECOL => DESCRIPTOR(ts), SIZE => INTERVAL '5' SECOND, DATA => (SELECT k, ts FROM e WHERE k = 'a')"]) {
      const query = `SELECT k, window_end, COUNT(*) FROM TABLE(TUMBLE(${data})) GROUP BY k, window_start, window_end`;
      assert.deepEqual(await stepsOf(EVENTS, query, steps), [`2 +I["a","${at(5)}",1]`, `end +I["a","${at(10)}",1]`], data);
    }
  });
});

describe('grouping sets over windows', () => {
  it('come once per window and set, when the window ends', async () => {
    const query = "SELECT window_end, k, COUNT(*), GROUPING(k) FROM TABLE(TUMBLE(TABLE e, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY window_start, window_end, ROLLUP (k)";
    const out = await stepsOf(EVENTS, query, [['e', 'a', 1, at(1)], ['e', 'b', 2, at(3)], ['e', 'a', 3, at(6)]]);
    assert.deepEqual(out.slice(0, 3).sort(), [`2 +I["${at(5)}","a",1,0]`, `2 +I["${at(5)}","b",1,0]`, `2 +I["${at(5)}",null,2,1]`]);
    assert.equal(out.length, 5);
  });
});
