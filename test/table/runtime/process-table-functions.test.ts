import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { UserProcessTableFunction } from '#table/functions/user-process-table-function';
import { at, stepsOf, type Step } from './streaming-steps.js';

const SCORES = { t: { ddl: ['name STRING', 'score INT'] } };
const TIMED = { t: { ddl: ['name STRING', 'score INT', 'ts TIMESTAMP(3)', 'WATERMARK FOR ts AS ts'] } };

const run = (fn: UserProcessTableFunction, tables: Parameters<typeof stepsOf>[0], query: string, steps: readonly Step[]): Promise<readonly string[]> => stepsOf(tables, query, steps, {}, { f: fn });

/** Adds up scores per key. */
const adder: UserProcessTableFunction = {
  kind: 'process-table', parameters: [{ name: 'r', table: 'set' }, { name: 'factor', type: 'INT', optional: true }], result: 'ROW<total INT>', state: { sum: { value: 'INT NOT NULL' } },
  * eval({ state }, row: { score: number }, factor: number | null) {
    const total = (state['sum'].value() ?? 0) + row.score * (factor ?? 1);
    state['sum'].update(total);
    yield { total };
  },
};

/** Says what it sees, and sets a timer a second behind every row. */
const clock: UserProcessTableFunction = {
  kind: 'process-table', parameters: [{ name: 'r', table: 'set' }], result: 'ROW<seen STRING>',
  eval(context, row: { score: number }) {
    context.collect({ seen: `row ${row.score} at ${context.time()! % 60_000} after ${context.currentWatermark() === null ? 'nothing' : context.currentWatermark()! % 60_000}` });
    context.registerOnTime('last', context.time()! + 1000);
    if (row.score === 0) context.clearAllTimers();
    if (row.score === 5) context.registerOnTime(context.time()! + 500);
  },
  * onTimer(context) {
    yield { seen: `timer ${context.timerName ?? 'without a name'} at ${context.time()! % 60_000}` };
  },
};

describe('process table functions with set semantics', () => {
  it('keep state per key, and put the key in front of what they make', async () => {
    assert.deepEqual(await run(adder, SCORES, 'SELECT * FROM f(TABLE t PARTITION BY name)', [['t', 'a', 1], ['t', 'b', 5], ['t', 'a', 2]]), ['0 +I["a",1]', '1 +I["b",5]', '2 +I["a",3]']);
  });

  it('take constants by position or by name', async () => {
    assert.deepEqual(await run(adder, SCORES, 'SELECT total FROM f(factor => 2 + 1, r => TABLE t PARTITION BY name)', [['t', 'a', 1]]), ['0 +I[3]']);
    assert.deepEqual(await run(adder, SCORES, 'SELECT total FROM TABLE(f(TABLE t PARTITION BY name, 4))', [['t', 'a', 1]]), ['0 +I[4]']);
  });

  it('fire timers by event time, a named one replaced by its successor, one without a name first', async () => {
    const steps: readonly Step[] = [['t', 'a', 1, at(1)], ['t', 'a', 5, at(2)], ['t', 'b', 7, at(4)]];
    assert.deepEqual(await run(clock, TIMED, 'SELECT name, seen, rowtime FROM f(r => TABLE t PARTITION BY name, on_time => DESCRIPTOR(ts))', steps), [
      `0 +I["a","row 1 at 1000 after nothing","${at(1)}"]`, `1 +I["a","row 5 at 2000 after 1000","${at(2)}"]`, `2 +I["b","row 7 at 4000 after 2000","${at(4)}"]`,
      `2 +I["a","timer without a name at 2500","${at(2)}.5"]`, `2 +I["a","timer last at 3000","${at(3)}"]`, `end +I["b","timer last at 5000","${at(5)}"]`,
    ]);
  });

  it('clear their timers', async () => {
    assert.deepEqual(await run(clock, TIMED, 'SELECT seen FROM f(r => TABLE t PARTITION BY name, on_time => DESCRIPTOR(ts))', [['t', 'a', 1, at(1)], ['t', 'a', 0, at(1)], ['t', 'b', 9, at(9)]]), [
      '0 +I["row 1 at 1000 after nothing"]', '1 +I["row 0 at 1000 after 1000"]', '2 +I["row 9 at 9000 after 1000"]', 'end +I["timer last at 10000"]',
    ]);
  });

  it('with ORDER BY see rows in order when the watermark has passed them, late ones never', async () => {
    const steps: readonly Step[] = [['t', 'a', 1, at(3)], ['t', 'a', 2, at(5)], ['t', 'a', 3, at(5)], ['t', 'a', 4, at(4)], ['t', 'a', 5, at(8)]];
    const late = { t: { ddl: ['name STRING', 'score INT', 'ts TIMESTAMP(3)', "WATERMARK FOR ts AS ts - INTERVAL '1' SECOND"] } };
    const seer: UserProcessTableFunction = { kind: 'process-table', parameters: [{ name: 'r', table: 'set' }], result: 'INT', * eval(_context, row: { score: number }) { yield row.score; } };
    assert.deepEqual(await run(seer, late, 'SELECT * FROM f(TABLE t PARTITION BY name ORDER BY (ts, score DESC))', steps), ['1 +I["a",1]', '4 +I["a",3]', '4 +I["a",2]', 'end +I["a",5]']);
  });

  it('meet rows of two tables of one key', async () => {
    const both: UserProcessTableFunction = {
      kind: 'process-table', parameters: [{ name: 'l', table: 'set' }, { name: 'r', table: 'set' }], result: 'ROW<score INT, city STRING>', state: { city: { value: 'STRING' }, scores: { list: 'INT' } },
      * eval({ state }, l: { score: number } | null, r: { city: string } | null) {
        if (r !== null) state['city'].update(r.city);
        else state['scores'].add(l!.score);
        yield { score: (state['scores'].get() as number[]).reduce((sum, score) => sum + score, 0), city: state['city'].value() };
      },
    };
    const tables = { ...SCORES, c: { ddl: ['who STRING', 'city STRING'] } };
    assert.deepEqual(await run(both, tables, 'SELECT * FROM f(TABLE t PARTITION BY name, TABLE c PARTITION BY who)', [['t', 'a', 1], ['c', 'a', 'x'], ['t', 'a', 2], ['c', 'b', 'y']]), [
      '0 +I["a","a",1,null]', '1 +I["a","a",1,"x"]', '2 +I["a","a",3,"x"]', '3 +I["b","b",0,"y"]',
    ]);
  });

  it('see updates where they say so, as upserts where the key of the table is PARTITION BY', async () => {
    const kinds = (requireUpdateBefore: boolean): UserProcessTableFunction => ({
      kind: 'process-table', parameters: [{ name: 'r', table: 'set', supportUpdates: true, requireUpdateBefore }], result: 'STRING', * eval({ kind }, row: { n: number }) { yield `${kind} ${row.n}`; },
    });
    const query = 'SELECT * FROM f(TABLE (SELECT name, COUNT(*) AS n FROM t GROUP BY name) PARTITION BY name)';
    const steps: readonly Step[] = [['t', 'a', 1], ['t', 'a', 2]];
    assert.deepEqual(await run(kinds(false), SCORES, query, steps), ['0 +I["a","+I 1"]', '1 +I["a","+U 2"]']);
    assert.deepEqual(await run(kinds(true), SCORES, query, steps), ['0 +I["a","+I 1"]', '1 +I["a","-U 1"]', '1 +I["a","+U 2"]']);
  });

  it('make changes where they say so', async () => {
    const latest: UserProcessTableFunction = {
      kind: 'process-table', parameters: [{ name: 'r', table: 'set' }], result: 'ROW<score INT>', changes: 'upsert',
      eval(context, row: { score: number }) { context.collect({ score: row.score }, row.score < 0 ? '-D' : '+U'); },
    };
    const steps: readonly Step[] = [['t', 'a', 1], ['t', 'a', 2], ['t', 'a', -1]];
    assert.deepEqual(await run(latest, SCORES, 'SELECT * FROM f(TABLE t PARTITION BY name)', steps), ['0 +I["a",1]', '1 -U["a",1]', '1 +U["a",2]', '2 -D["a",2]']);
  });
});

describe('process table functions with row semantics', () => {
  const doubler: UserProcessTableFunction = { kind: 'process-table', parameters: [{ name: 'r', table: 'row', type: 'ROW<who STRING, points BIGINT>' }], result: 'ROW<twice BIGINT>', eval: (_context, row: { points: number }) => [{ twice: row.points * 2 }] };

  it('see rows as their type says, and make rows of their own', async () => {
    assert.deepEqual(await run(doubler, SCORES, 'SELECT * FROM f(TABLE t)', [['t', 'a', 4]]), ['0 +I[8]']);
  });

  it('pass columns through where they say so', async () => {
    const passing: UserProcessTableFunction = { ...doubler, parameters: [{ name: 'r', table: 'row', passColumnsThrough: true }], eval: (_context, row: { score: number }) => [{ twice: row.score * 2 }] };
    assert.deepEqual(await run(passing, SCORES, 'SELECT * FROM f(TABLE t)', [['t', 'a', 4]]), ['0 +I["a",4,8]']);
  });
});

describe('calls that do not fit a process table function', () => {
  const refused: readonly (readonly [query: string, message: RegExp])[] = [
    ['SELECT * FROM f(TABLE t)', /Table argument 'r' of 'F' requires a PARTITION BY clause for parallel processing/],
    ['SELECT * FROM f(1)', /Table argument 'r' of 'F' is missing/],
    ['SELECT * FROM f(TABLE t PARTITION BY name, x => 1)', /It has no argument 'x'; its arguments are r, factor, on_time, uid/],
    ['SELECT * FROM f(TABLE t PARTITION BY name, factor => 1, factor => 2)', /'factor' is given twice|[Dd]uplicate/],
    ["SELECT * FROM f(TABLE t PARTITION BY name, 'x')", /The argument 'factor' is of another type/],
    ['SELECT * FROM f(TABLE t PARTITION BY score + 1)', /PARTITION BY of a table argument takes columns/],
    ['SELECT * FROM f(TABLE t PARTITION BY name, on_time => DESCRIPTOR(score))', /must reference a TIMESTAMP or TIMESTAMP_LTZ column/],
    ['SELECT * FROM f(TABLE t PARTITION BY name, on_time => DESCRIPTOR(nothing))', /is none of the table: name, score/],
    ['SELECT * FROM f(TABLE t PARTITION BY name ORDER BY score)', /ordered by a watermarked column first/],
    ['SELECT f(1)', /is a process table function: call it in FROM/],
    ['SELECT * FROM f(TABLE (SELECT name, COUNT(*) AS n FROM t GROUP BY name) PARTITION BY name)', /doesn't support consuming update and delete changes/],
  ];
  for (const [query, message] of refused) it(query, async () => { await assert.rejects(run(adder, SCORES, query, []), message); });

  it('a timer without onTimer, or a change of an insert-only function, fails the job', async () => {
    const failing = (body: UserProcessTableFunction['eval']): UserProcessTableFunction => ({ kind: 'process-table', parameters: [{ name: 'r', table: 'set' }], result: 'INT', eval: body });
    const chain = (error: unknown): string => (error instanceof Error ? `${error.message} ${chain(error.cause)}` : '');
    await assert.rejects(run(failing((context) => { context.registerOnTime(1); }), SCORES, 'SELECT * FROM f(TABLE t PARTITION BY name)', [['t', 'a', 1]]), (error) => /Timers are not supported in the current PTF declaration/.test(chain(error)));
    await assert.rejects(run(failing((context) => { context.collect(1, '-D'); }), SCORES, 'SELECT * FROM f(TABLE t PARTITION BY name)', [['t', 'a', 1]]), (error) => /says that it is insert-only/.test(chain(error)));
    await assert.rejects(run(failing((async () => undefined) as never), SCORES, 'SELECT * FROM f(TABLE t PARTITION BY name)', [['t', 'a', 1]]), (error) => /such as a promise/.test(chain(error)));
  });

  it('functions that cannot be are refused when they are made', async () => {
    const broken = (change: Partial<UserProcessTableFunction>, message: RegExp) => assert.rejects(run({ ...adder, ...change }, SCORES, 'SELECT 1', []), message);
    await broken({ parameters: [] }, /takes no table/);
    await broken({ parameters: [{ name: 'r', table: 'row' }] }, /keeps state: that is per key/);
    await broken({ parameters: [{ name: 'r', table: 'row' }], state: {}, onTimer: () => undefined }, /has onTimer: timers are per key/);
    await broken({ parameters: [{ name: 'a', table: 'set' }, { name: 'b', table: 'set' }, { name: 'c', table: 'set' }] }, /takes 3 tables: 2 at most/);
    await broken({ parameters: [{ name: 'r', table: 'set', type: 'INT' }] }, /has a table of the type INT/);
  });
});
