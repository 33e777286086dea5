import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { at, stepsOf, type Step } from '../streaming-steps.js';

const EVENTS = { e: { ddl: ['k STRING', 'v INT', 'ts TIMESTAMP(3)', 'WATERMARK FOR ts AS ts'] } };

const pattern = (clauses: string, measures = 'COUNT(a.v) AS n, b.v AS bv'): string => `SELECT * FROM e MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts MEASURES ${measures} ONE ROW PER MATCH ${clauses}) AS m`;
const rows = (...values: readonly number[]): readonly Step[] => values.map((value, index) => ['e', 'x', value, at(index + 1)]);
const withoutStep = (lines: readonly string[]): readonly string[] => lines.map((line) => line.slice(line.indexOf(' ') + 1));

describe('MATCH_RECOGNIZE', () => {
  it('takes rows in the order of time, and each key apart', async () => {
    const out = await stepsOf(EVENTS, pattern('AFTER MATCH SKIP PAST LAST ROW PATTERN (a b) DEFINE a AS a.v = 1, b AS b.v = 2'), [['e', 'x', 1, at(2)], ['e', 'y', 2, at(3)], ['e', 'x', 2, at(4)]]);
    assert.deepEqual(withoutStep(out), ['+I["x",1,2]']);
  });

  it('lets a greedy quantifier take what it can, and a reluctant one as little as it must', async () => {
    const both = (quantifier: string): string => pattern(`AFTER MATCH SKIP PAST LAST ROW PATTERN (a${quantifier} b) DEFINE a AS a.v > 0, b AS b.v > 5`);
    assert.deepEqual(withoutStep(await stepsOf(EVENTS, both('+'), rows(1, 7, 8, 9))), []);
    assert.deepEqual(withoutStep(await stepsOf(EVENTS, both('+?'), rows(1, 7, 8, 9))), ['+I["x",1,7]', '+I["x",1,9]']);
    assert.deepEqual(withoutStep(await stepsOf(EVENTS, both('{2}'), rows(1, 7, 8, 9))), ['+I["x",2,8]']);
  });

  it('goes on at the next row, behind the last one, or at a row of a variable', async () => {
    const skip = (after: string): string => pattern(`AFTER MATCH SKIP ${after} PATTERN (a+ b) DEFINE a AS a.v < 5, b AS b.v >= 5`);
    assert.deepEqual(withoutStep(await stepsOf(EVENTS, skip('TO NEXT ROW'), rows(1, 2, 6))), ['+I["x",2,6]', '+I["x",1,6]']);
    assert.deepEqual(withoutStep(await stepsOf(EVENTS, skip('PAST LAST ROW'), rows(1, 2, 6, 1, 9))), ['+I["x",2,6]', '+I["x",1,9]']);
    assert.deepEqual(withoutStep(await stepsOf(EVENTS, skip('TO LAST b').replace('a.v < 5', 'a.v < 7'), rows(1, 8, 2, 6, 9))), ['+I["x",1,8]', '+I["x",2,9]']);
  });

  it('refuses to go on at the row where the match began', async () => {
    await assert.rejects(stepsOf(EVENTS, pattern('AFTER MATCH SKIP TO FIRST a PATTERN (a b) DEFINE a AS a.v < 5, b AS b.v >= 5'), rows(1, 6)), (error: Error & { code?: string; cause?: { code?: string } }) => JSON.stringify([error.code, error.cause?.code, String(error), String(error.cause)]).includes('TABLE_MATCH_SKIP_IMPOSSIBLE'));
  });

  it('gives up a match that has not ended within its time', async () => {
    const within = pattern("AFTER MATCH SKIP PAST LAST ROW PATTERN (a b) WITHIN INTERVAL '3' SECOND DEFINE a AS a.v = 1, b AS b.v = 2");
    assert.deepEqual(withoutStep(await stepsOf(EVENTS, within, [['e', 'x', 1, at(1)], ['e', 'x', 2, at(3)], ['e', 'x', 1, at(10)], ['e', 'x', 2, at(13)]])), ['+I["x",1,2]']);
  });

  it('reads rows of a variable from both ends, in conditions and in measures', async () => {
    const query = pattern('AFTER MATCH SKIP PAST LAST ROW PATTERN (a+ b) DEFINE a AS LAST(a.v, 1) IS NULL OR a.v > LAST(a.v, 1), b AS b.v < FIRST(a.v)', 'FIRST(a.v) AS f, LAST(a.v) AS l, LAST(a.v, 1) AS p, SUM(a.v) AS s, b.v AS bv, FIRST(a.v, 5) AS fifth');
    assert.deepEqual(withoutStep(await stepsOf(EVENTS, query, rows(3, 4, 7, 1))), ['+I["x",3,7,4,14,1,null]']);
  });

  it('refuses what Flink refuses', async () => {
    await assert.rejects(stepsOf(EVENTS, pattern('PATTERN (a | b) DEFINE a AS a.v = 1'), []), /branching patterns/);
    await assert.rejects(stepsOf(EVENTS, pattern('PATTERN (a b+) DEFINE a AS a.v = 1'), []), /Greedy quantifiers are not allowed as the last element/);
    await assert.rejects(stepsOf(EVENTS, pattern('PATTERN (a b a) DEFINE a AS a.v = 1'), []), /must be unique/);
    await assert.rejects(stepsOf(EVENTS, pattern('PATTERN ((a b)+ c) DEFINE a AS a.v = 1'), []), /single variable/);
  });
});
