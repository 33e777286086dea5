import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { LocalJobClient } from '#client/cluster-client/local-job-client';
import { runSchema, SMALL } from './recovery-run.js';
import { SCHEMA_GATE } from './schema-job.js';

describe('the state of a running job', () => {
  let folder: string;

  before(() => { folder = mkdtempSync(join(tmpdir(), 'millrace-query-')); });
  after(() => rmSync(folder, { recursive: true }));

  /** Asks while the job stands at its gate, then lets it go on to its end. */
  async function whileHeld(ask: (job: LocalJobClient) => Promise<void>): Promise<LocalJobClient> {
    const gateFile = join(folder, 'gate');
    let asked: Promise<void> | undefined;
    const { error, job } = await runSchema({ outputDirectory: join(folder, 'out'), gateFile, schema: 'second' }, 3, SMALL, {
      isDue: (running) => {
        const rows = running.details.slots.flatMap((slot) => slot?.tasks ?? []).reduce((sum, task) => sum + task.recordsIn, 0);
        if (asked === undefined && rows >= SCHEMA_GATE * 4) asked = ask(running).finally(() => writeFileSync(gateFile, ''));
        return false;
      },
    });
    await asked;
    assert.equal(error, undefined);
    return job;
  }

  test('is read key by key, whichever subtask has the key, and the job does not notice', async () => {
    const job = await whileHeld(async (running) => {
      for (let key = 0; key < 5; key++) {
        const [visits] = await running.queryState('all-states', 'visits', `k${key}`);
        const { count, user } = visits!.value as { readonly count: number; readonly user: string };
        assert.ok(count >= SCHEMA_GATE / 5, `k${key} has been visited ${count} times`);
        assert.equal(user, `k${key}`);
        const events = await running.queryState('all-states', 'events', `k${key}`);
        assert.deepEqual(events.map(({ index, value }) => [index, (value as { readonly page: string }).page]), Array.from({ length: count }, (_, i) => [i, `/${key + 5 * i}`]));
        assert.equal((await running.queryState('all-states', 'seconds', `k${key}`)).length, 3);
      }
      assert.deepEqual(await running.queryState('all-states', 'visits', 'nobody'), []);
      await assert.rejects(running.queryState('all-states', 'none', 'k1'), { code: 'STATE_QUERY_UNAVAILABLE', message: /'none'/ });
      await assert.rejects(running.queryState('mean-text', 'visits', 'k1'), { code: 'STATE_QUERY_UNAVAILABLE' });
      await assert.rejects(running.queryState('nowhere', 'visits', 'k1'), { code: 'STATE_QUERY_FAILED', message: /nowhere/ });
    });
    await assert.rejects(job.queryState('all-states', 'visits', 'k1'), { code: 'STATE_QUERY_FAILED', message: /no task/ });
  });
});
