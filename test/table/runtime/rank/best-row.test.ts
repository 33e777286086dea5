// The best row per key where its sink wants no -U, also in the chain of the join that its rows come from.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stepsOf, type Step } from '../streaming-steps.js';

const ROWS = { g: { ddl: ['k STRING', 'v INT', 'w BIGINT', 'note STRING'] } };
const UPSERTS = { ddl: ['k STRING', 'note STRING', 'PRIMARY KEY (k) NOT ENFORCED'], changelogMode: 'I,UA,D' };
const bestBy = (order: string): string => `SELECT k, note FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ${order}) AS n FROM g) WHERE n = 1`;

describe('the best row per key without -U', () => {
  const steps: readonly Step[] = [['g', 'a', 1, 5, 'p'], ['g', 'a', 1, 5, 'q'], ['g', 'a', 2, 9, 'r'], ['g', 'b', 3, null, 's'], ['g', 'a', 2, 8, 't'], ['g', 'b', 3, 1, 'u']];

  it('is replaced by better ones only: of equal rows the first stays, NULL has its place in the order', async () => {
    assert.deepEqual(await stepsOf(ROWS, bestBy('v DESC, w ASC'), steps, {}, {}, UPSERTS), ['0 +I["a","p"]', '2 +U["a","r"]', '3 +I["b","s"]', '4 +U["a","t"]']);
    assert.deepEqual(await stepsOf(ROWS, bestBy('w DESC NULLS LAST'), steps, {}, {}, UPSERTS), ['0 +I["a","p"]', '2 +U["a","r"]', '3 +I["b","s"]', '5 +U["b","u"]']);
  });
});

describe('a top-N by something computed', () => {
  it('gives rows without their rank as one by columns does', async () => {
    const query = 'SELECT v FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY UPPER(k), w / 2 ORDER BY -v) AS n FROM g) WHERE n <= 2';
    const steps: readonly Step[] = [['g', 'a', 1, 2, 'p'], ['g', 'A', 3, 3, 'q'], ['g', 'a', 2, 2, 'r'], ['g', 'a', 0, 3, 's'], ['g', 'b', 5, 2, 't'], ['g', 'b', 5, 4, 'u']];
    assert.deepEqual(await stepsOf(ROWS, query, steps), ['0 +I[1]', '1 +I[3]', '2 -D[1]', '2 +I[2]', '4 +I[5]', '5 +I[5]']);
  });
});

describe('top-N by the key of the join before it', () => {
  const tables = { a: { ddl: ['id BIGINT', 'name STRING'] }, b: { ddl: ['auction BIGINT', 'price INT', 'note STRING'] } };
  const steps: readonly Step[] = [['a', 1, 'one'], ['b', 1, 10, 'x'], ['b', 1, 30, 'y'], ['b', 2, 5, 'z'], ['a', 2, 'two'], ['b', 1, 20, 'v'], ['a', 1, 'uno']];
  const topOf = (n: number): string =>
    `SELECT id, name, note FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY id ORDER BY price DESC) AS place FROM a JOIN b ON a.id = b.auction) WHERE place <= ${n}`;

  it('keeps rows of its own, whatever the join joins next', async () => {
    assert.deepEqual(await stepsOf(tables, topOf(2), steps), [
      '1 +I[1,"one","x"]', '2 +I[1,"one","y"]', '4 +I[2,"two","z"]', '5 -D[1,"one","x"]', '5 +I[1,"one","v"]', '6 -D[1,"one","v"]', '6 +I[1,"uno","y"]',
    ]);
  });

  it('gives the best row to an upsert sink', async () => {
    const sink = { ddl: ['id BIGINT', 'name STRING', 'note STRING', 'PRIMARY KEY (id) NOT ENFORCED'], changelogMode: 'I,UA,D' };
    assert.deepEqual(await stepsOf(tables, topOf(1), steps, {}, {}, sink), ['1 +I[1,"one","x"]', '2 +U[1,"one","y"]', '4 +I[2,"two","z"]']);
  });

  it('counts rows of the same join beside it', async () => {
    const query = `WITH j AS (SELECT id, name, price, note FROM a JOIN b ON a.id = b.auction)
      SELECT id, note FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY id ORDER BY price DESC) AS place FROM j) WHERE place <= 1 UNION ALL SELECT id, name FROM j`;
    assert.deepEqual((await stepsOf(tables, query, steps.slice(0, 3))).toSorted(), ['1 +I[1,"one"]', '1 +I[1,"x"]', '2 +I[1,"one"]', '2 +U[1,"y"]', '2 -U[1,"x"]']);
  });
});
