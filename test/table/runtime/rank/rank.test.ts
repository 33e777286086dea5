// Top-N by columns whose numbers are not all there is to their order, with and without rows that are taken back.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stepsOf, type Step } from '../streaming-steps.js';

const topOf = (order: string, columns = 'id, place'): string => `SELECT ${columns} FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ${order}) AS place FROM g) WHERE place <= 3`;

/** The result after all steps: what the last change of each rank says. */
function resultOf(changes: readonly string[]): readonly unknown[] {
  const byRank = new Map<unknown, unknown>();
  for (const change of changes) {
    const [, kind, values] = /^\S+ (..)(.*)$/.exec(change)!;
    const [id, place] = JSON.parse(values!) as [unknown, unknown];
    if (kind === '-D') byRank.delete(place);
    else if (kind !== '-U') byRank.set(place, id);
  }
  return [...byRank.entries()].sort(([a], [b]) => Number(a) - Number(b)).map(([, id]) => id);
}

describe('top-N in an order', () => {
  it('tells large integers apart that are one double', async () => {
    const g = { ddl: ['k STRING', 'id INT', 'v BIGINT'] };
    const steps: readonly Step[] = [['g', 'a', 1, 9007199254740992n], ['g', 'a', 2, 9007199254740993n], ['g', 'a', 3, 9007199254740992n], ['g', 'a', 4, 9007199254740994n], ['g', 'a', 5, null]];
    assert.deepEqual(resultOf(await stepsOf({ g }, topOf('v DESC NULLS LAST'), steps)), [4, 2, 1]);
    assert.deepEqual(resultOf(await stepsOf({ g }, topOf('v ASC NULLS FIRST'), steps)), [5, 1, 3]);
  });

  it('has NaN above all, -0 below 0 and NULL where it is asked for', async () => {
    const g = { ddl: ['k STRING', 'id INT', 'v DOUBLE'] };
    const steps: readonly Step[] = [['g', 'a', 1, 0], ['g', 'a', 2, -0], ['g', 'a', 3, Number.NaN], ['g', 'a', 4, Number.POSITIVE_INFINITY], ['g', 'a', 5, null]];
    assert.deepEqual(resultOf(await stepsOf({ g }, topOf('v DESC NULLS LAST'), steps)), [3, 4, 1]);
    assert.deepEqual(resultOf(await stepsOf({ g }, topOf('v ASC NULLS LAST'), steps)), [2, 1, 4]);
    assert.deepEqual(resultOf(await stepsOf({ g }, topOf('v DESC NULLS FIRST'), steps)), [5, 3, 4]);
  });

  it('goes on with the next column where the first ones are equal', async () => {
    const g = { ddl: ['k STRING', 'id INT', 'v INT', 's STRING'] };
    const steps: readonly Step[] = [['g', 'a', 1, 5, 'b'], ['g', 'a', 2, 5, 'c'], ['g', 'a', 3, 5, 'a'], ['g', 'a', 4, 6, 'z'], ['g', 'a', 5, 5, 'a']];
    assert.deepEqual(resultOf(await stepsOf({ g }, topOf('v DESC, s'), steps)), [4, 3, 5]);
    assert.deepEqual(resultOf(await stepsOf({ g }, topOf('s, v DESC'), steps)), [3, 5, 1]);
  });

  it('moves rows up when one is taken back, which is found among its equals', async () => {
    const g = { ddl: ['k STRING', 'id INT', 'v BIGINT'], changelogMode: 'I,UB,UA,D' };
    const steps: readonly Step[] = [
      ['g', 'a', 1, 5], ['g', 'a', 2, 5], ['g', 'a', 3, 5], ['g', 'a', 4, 5], ['g', 'b', 9, 5], ['-D g', 'a', 2, 5], ['-D g', 'a', 7, 5], ['g', 'a', 6, 8], ['-D g', 'b', 9, 5],
    ];
    assert.deepEqual(resultOf(await stepsOf({ g }, topOf('v DESC'), steps.filter(([, key]) => key === 'a'))), [6, 1, 3]);
    assert.deepEqual(await stepsOf({ g }, topOf('v DESC', 'id'), steps), [
      '0 +I[1]', '1 +I[2]', '2 +I[3]', '4 +I[9]', '5 -D[2]', '5 +I[4]', '7 -D[4]', '7 +I[6]', '8 -D[9]',
    ]);
  });
});
