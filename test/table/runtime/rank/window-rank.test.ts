import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { at, stepsOf } from '../streaming-steps.js';

const EVENTS = { e: { ddl: ['k STRING', 'v INT', 'ts TIMESTAMP(3)', 'WATERMARK FOR ts AS ts'] } };
const WINDOWED = 'TABLE(TUMBLE(TABLE e, DESCRIPTOR(ts), INTERVAL \'5\' SECOND))';

describe('top-N within windows', () => {
  it('comes when the window ends, best first, and drops late rows', async () => {
    const query = `SELECT k, v, n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY v DESC) AS n FROM ${WINDOWED}) WHERE n <= 2`;
    assert.deepEqual(await stepsOf(EVENTS, query, [['e', 'a', 1, at(1)], ['e', 'b', 3, at(2)], ['e', 'c', 2, at(3)], ['e', 'd', 9, at(6)], ['e', 'l', 99, at(2)]]), ['3 +I["b",3,1]', '3 +I["c",2,2]', 'end +I["d",9,1]']);
  });

  it('by time keeps the first or the last row, of two of one time the first or the last that came', async () => {
    const query = (order: string): string => `SELECT k, v FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, k ORDER BY ts ${order}) AS n FROM ${WINDOWED}) WHERE n = 1`;
    const steps = [['e', 'a', 1, at(1)], ['e', 'a', 2, at(1)], ['e', 'a', 3, at(3)], ['e', 'a', 4, at(3)]] as const;
    assert.deepEqual(await stepsOf(EVENTS, query('ASC'), steps), ['end +I["a",1]']);
    assert.deepEqual(await stepsOf(EVENTS, query('DESC'), steps), ['end +I["a",4]']);
  });
});

describe('top-N over counts', () => {
  it('replaces a row in its place where rows only move up', async () => {
    const query = 'SELECT k, c, n FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY c DESC) AS n FROM (SELECT k, COUNT(*) AS c FROM e GROUP BY k)) WHERE n <= 2';
    assert.deepEqual(await stepsOf(EVENTS, query, [['e', 'a', 1, at(1)], ['e', 'a', 1, at(1)], ['e', 'b', 1, at(1)], ['e', 'b', 1, at(1)], ['e', 'b', 1, at(1)]]), ['0 +I["a",1,1]', '1 -U["a",1,1]', '1 +U["a",2,1]', '2 +I["b",1,2]', '3 -U["b",1,2]', '3 +U["b",2,2]', '4 -U["a",2,1]', '4 +U["b",3,1]', '4 -U["b",2,2]', '4 +U["a",2,2]']);
  });
});

describe('top-N of rows that only come', () => {
  const rows = { g: { ddl: ['k STRING', 'v INT'] } };

  it('replaces the first row by a better one where it is the only one', async () => {
    const query = 'SELECT k, v FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC) AS n FROM g) WHERE n = 1';
    assert.deepEqual(await stepsOf(rows, query, [['g', 'a', 1], ['g', 'a', 0], ['g', 'a', 2]]), ['0 +I["a",1]', '2 -U["a",1]', '2 +U["a",2]']);
  });

  it('of counts with LIMIT replaces a row by one that has become better', async () => {
    const query = 'SELECT k, COUNT(*) AS c FROM g GROUP BY k ORDER BY c DESC LIMIT 1';
    assert.deepEqual(await stepsOf(rows, query, [['g', 'a', 1], ['g', 'a', 1], ['g', 'b', 1], ['g', 'b', 1], ['g', 'b', 1]]), ['0 +I["a",1]', '1 -U["a",1]', '1 +U["a",2]', '4 -U["a",2]', '4 +U["b",3]']);
  });

  it('behind an offset changes place by place', async () => {
    assert.deepEqual(await stepsOf(rows, 'SELECT k, v FROM g ORDER BY v LIMIT 2 OFFSET 1', [['g', 'a', 2], ['g', 'b', 3], ['g', 'c', 1]]), ['1 +I["b",3]', '2 -U["b",3]', '2 +U["a",2]', '2 +I["b",3]']);
  });
});

describe('the first row by event time', () => {
  it('is put out once, when no earlier one can come', async () => {
    const query = 'SELECT k, v FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) AS n FROM e) WHERE n = 1';
    const late = { e: { ddl: ['k STRING', 'v INT', 'ts TIMESTAMP(3)', "WATERMARK FOR ts AS ts - INTERVAL '3' SECOND"] } };
    assert.deepEqual(await stepsOf(late, query, [['e', 'a', 2, at(3)], ['e', 'a', 1, at(2)], ['e', 'a', 3, at(9)]]), ['2 +I["a",1]']);
  });
});
