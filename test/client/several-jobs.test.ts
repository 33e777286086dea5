import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalExecutor } from '#client/cluster-client/local-executor';
import { createNodePlatform } from '#client/platform';
import { runJob } from '#client/submission/run-job';
import { Configuration } from '#core/config/configuration';
import { withJobExecutor } from '#datastream/environment/job-executor';
import { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import severalJobs from './jobs/several-jobs.js';

const JOB = new URL('./jobs/several-jobs.js', import.meta.url);
const SMALL = { 'parallelism.default': 1, 'taskmanager.memory.managed.size': '16 mb', 'taskmanager.memory.network.max': '32 mb' };

async function withSign(run: (sign: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-test-'));
  try {
    await run(join(directory, 'sign'));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

describe('a program that starts several jobs', () => {
  test('may start one while another runs, on workers too', async () => {
    await withSign(async (sign) => {
      const result = await runJob(JOB, ['together', sign], { configuration: SMALL });
      assert.equal(result.jobName, 'second');
      assert.match(readFileSync(sign, 'utf8'), /^beside [0-9a-f]{32}$/);
    });
  });

  test('may go on after one that has failed', async () => {
    await withSign(async (sign) => {
      const args = ['after-failure', sign];
      const executor = new LocalExecutor({
        platform: createNodePlatform(), configuration: Configuration.fromMap(SMALL),
        program: (executionIndex, earlier) => ({ kind: 'module', url: JOB.href, args, executionIndex, earlier }),
      });
      try {
        await withJobExecutor(executor, () => severalJobs(StreamExecutionEnvironment.getExecutionEnvironment(), args));
        assert.deepEqual(executor.jobs.map(({ details }) => `${details.jobName} ${details.status}`), ['first FAILED', 'second FINISHED']);
        assert.equal(readFileSync(sign, 'utf8'), 'USER_FUNCTION_FAILED');
      } finally {
        await executor.close();
      }
    });
  });
});
