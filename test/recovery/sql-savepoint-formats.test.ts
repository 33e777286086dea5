// A savepoint of a job of SQL per released format is kept with its compiled plan: both must stay readable, and the job must go on from
// them to what it gives when nothing stops it.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fixturePath } from '../conformance-folder.js';
import { rowsAtEnd, SINKS } from './sql-savepoint.js';

describe('kept savepoints of SQL', () => {
  for (const format of readdirSync(fixturePath('sql-savepoints'))) {
    const savepoint = join(fixturePath('sql-savepoints'), format);
    test(`${format}: a job that goes on from it ends with the rows of one that was never stopped`, async () => {
      const plan = join(savepoint, 'plan.json');
      const undisturbed = await rowsAtEnd(plan, undefined);
      for (const name of SINKS) assert.ok(undisturbed[name]!.length > 0, `${name} has rows`);
      assert.deepEqual(await rowsAtEnd(plan, savepoint), undisturbed);
    });
  }
});
