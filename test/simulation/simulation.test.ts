// Seeds of simulated clusters. MILLRACE_SEEDS sets how many; `npm run simulate` runs any.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runSeed, runSqlSeed, type RunResult } from './simulated-run.js';
import { SQL_PIPELINES } from './sql-pipelines.js';

const SEEDS = Number(process.env['MILLRACE_SEEDS'] ?? 200);
/** Each query is met so many times. */
const SQL_ROUNDS = Math.ceil(SEEDS / 100);

/** Found a defect of the engine, and lie beyond the first 200. */
const FOUND_DEFECTS = [268, 672];

async function mustBeRight(seed: number): Promise<void> {
  assertRight(await runSeed(seed), `--seed ${seed}`);
}

function assertRight({ failure, story }: RunResult, words: string): void {
  assert.equal(failure, undefined, `${failure}\n${story.join('\n')}\nrepeat it with: npm run simulate -- ${words}`);
}

describe('a simulated cluster that is disturbed at any step', () => {
  test(`commits what a single-threaded oracle says, with ${SEEDS} seeds`, async () => {
    for (let seed = 1; seed <= SEEDS; seed++) await mustBeRight(seed);
  });

  test('commits it with seeds that have found defects', async () => {
    for (const seed of FOUND_DEFECTS) await mustBeRight(seed);
  });

  test('takes the same steps when its seed is run again', async () => {
    for (const seed of [3, 5, 11]) {
      const [first, second] = [await runSeed(seed), await runSeed(seed)];
      assert.deepEqual([second.steps, second.story], [first.steps, first.story]);
    }
  });
});

describe('a query of SQL in a simulated cluster that is disturbed at any step commits what it does undisturbed:', () => {
  for (const [index, { name }] of SQL_PIPELINES.entries()) {
    test(name.replace('sql ', ''), async () => {
      let lines = 0;
      for (let round = 0; round < SQL_ROUNDS; round++) {
        const seed = index + round * SQL_PIPELINES.length;
        const result = await runSqlSeed(seed);
        assertRight(result, `--sql --seed ${seed}`);
        lines += result.lines.length;
      }
      assert.ok(lines > 0, 'no seed of this query has a result');
    });
  }
});
