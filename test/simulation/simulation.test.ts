// Seeds of simulated clusters. MILLRACE_SEEDS sets how many; `npm run simulate` runs any.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runSeed } from './simulated-run.js';

const SEEDS = Number(process.env['MILLRACE_SEEDS'] ?? 200);

/** Found a defect of the engine, and lie beyond the first 200. */
const FOUND_DEFECTS = [268, 672];

async function mustBeRight(seed: number): Promise<void> {
  const { failure, story } = await runSeed(seed);
  assert.equal(failure, undefined, `seed ${seed}: ${failure}\n${story.join('\n')}\nrepeat it with: npm run simulate -- --seed ${seed}`);
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
