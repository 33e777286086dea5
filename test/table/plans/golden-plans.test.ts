// Plans of every stage, kept as text: a change shows what it does to plans. `node dist/test/table/plans/write-golden-plans.js` writes
// them anew, and the difference is read before it is kept.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { GOLDEN_FOLDER } from './golden-folder.js';
import { PLANNED, planOf } from './planned-queries.js';

describe('kept plans', () => {
  for (const name of PLANNED.keys()) {
    test(`${name} is planned as it was`, async () => {
      assert.equal(await planOf(name), readFileSync(join(GOLDEN_FOLDER, `${name}.txt`), 'utf8'));
    });
  }

  test('there is a plan for each query and a query for each plan', () => {
    assert.deepEqual(readdirSync(GOLDEN_FOLDER).sort(), [...PLANNED.keys()].map((name) => `${name}.txt`).sort());
  });
});
