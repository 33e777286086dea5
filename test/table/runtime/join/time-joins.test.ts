import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { at, stepsOf } from '../streaming-steps.js';

const TIMED = (value: string): { readonly ddl: readonly string[] } => ({ ddl: ['k STRING', `${value} INT`, 'ts TIMESTAMP(3)', 'WATERMARK FOR ts AS ts'] });

describe('interval joins', () => {
  const tables = { l: TIMED('a'), r: TIMED('b') };
  const query = (kind: string): string => `SELECT l.k, a, b FROM l ${kind} JOIN r ON l.k = r.k AND l.ts BETWEEN r.ts - INTERVAL '2' SECOND AND r.ts + INTERVAL '1' SECOND`;

  it('join rows whose times are within the bounds, whichever side comes first', async () => {
    assert.deepEqual(await stepsOf(tables, query('INNER'), [['l', 'x', 1, at(1)], ['r', 'x', 10, at(3)], ['r', 'x', 11, at(4)], ['l', 'x', 2, at(5)], ['l', 'x', 3, at(6)]]), ['1 +I["x",1,10]', '3 +I["x",2,11]']);
  });

  it('put out a row of an outer side alone when nothing can meet it any more, and not before', async () => {
    const out = await stepsOf(tables, query('FULL'), [['l', 'x', 1, at(1)], ['r', 'y', 10, at(2)], ['l', 'z', 2, at(3)], ['r', 'z', 11, at(9)], ['l', 'z', 3, at(9)]]);
    assert.ok(out.every((line) => line.startsWith('4 ') || line.startsWith('end ')), out.join());
    assert.deepEqual(out.map((line) => line.slice(line.indexOf(' ') + 1)).sort(), ['+I["x",1,null]', '+I["z",2,null]', '+I["z",3,11]', '+I[null,null,10]'].sort());
  });

  it('join by processing time', async () => {
    const proc = { l: { ddl: ['k STRING', 'a INT', 'p AS PROCTIME()'] }, r: { ddl: ['k STRING', 'b INT', 'p AS PROCTIME()'] } };
    assert.deepEqual(await stepsOf(proc, "SELECT l.k, a, b FROM l JOIN r ON l.k = r.k AND l.p BETWEEN r.p - INTERVAL '1' HOUR AND r.p", [['l', 'x', 1], ['r', 'x', 10]]), ['1 +I["x",1,10]']);
  });
});

describe('joins FOR SYSTEM_TIME AS OF', () => {
  const rates = { ddl: ['cur STRING', 'rate INT', 'ts TIMESTAMP(3)', 'WATERMARK FOR ts AS ts', 'PRIMARY KEY (cur) NOT ENFORCED'], changelogMode: 'I,UA,D' };

  it('take the version that held at the time of the row, a delete included', async () => {
    const out = await stepsOf({ rates, o: TIMED('id') }, 'SELECT id, rate FROM o LEFT JOIN rates FOR SYSTEM_TIME AS OF o.ts AS r ON o.k = r.cur', [
      ['rates', 'EUR', 10, at(1)], ['o', 'EUR', 1, at(2)], ['+U rates', 'EUR', 11, at(4)], ['o', 'EUR', 2, at(5)], ['-D rates', 'EUR', 11, at(6)], ['o', 'EUR', 3, at(7)],
    ]);
    assert.deepEqual(out.map((line) => line.slice(line.indexOf(' ') + 1)), ['+I[1,10]', '+I[2,11]', '+I[3,null]']);
  });

  it('need the primary key of the versioned table in the condition', async () => {
    await assert.rejects(stepsOf({ rates, o: TIMED('id') }, 'SELECT id, rate FROM o JOIN rates FOR SYSTEM_TIME AS OF o.ts AS r ON o.id = r.rate', []), /primary key must be included/);
  });

  it('by processing time ask the table by key', async () => {
    const tables = { o: { ddl: ['id INT', 'p AS PROCTIME()'] }, d: { ddl: ['id INT', 'name STRING', 'age INT'], rows: [[1, 'ann', 30], [2, 'bob', 10], [1, 'amy', 5]] } };
    assert.deepEqual(await stepsOf(tables, 'SELECT o.id, name FROM o LEFT JOIN d FOR SYSTEM_TIME AS OF o.p ON o.id = d.id AND d.age > 8', [['o', 1], ['o', 2], ['o', 3], ['o', null]]), ['0 +I[1,"ann"]', '1 +I[2,"bob"]', '2 +I[3,null]', '3 +I[null,null]']);
  });
});
