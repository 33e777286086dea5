import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import '#client/cluster-client/install-host-executor';
import { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';

const SMALL = { 'taskmanager.memory.managed.size': '16 mb', 'taskmanager.memory.network.max': '32 mb' };

function environment(parallelism: number): StreamExecutionEnvironment {
  return StreamExecutionEnvironment.createLocalEnvironment({ inline: true, parallelism, configuration: SMALL });
}

describe('inline job', () => {
  for (const parallelism of [1, 2, 4]) {
    test(`closures of the host process run at parallelism ${parallelism}, and every row comes back once`, async () => {
      const offset = 1000;
      const rows = await environment(parallelism).fromSequence(1, 5000).map((value) => value + offset).rebalance().filter((value) => value % 2 === 0).executeAndCollect();
      assert.deepEqual(rows.toSorted((a, b) => a - b), Array.from({ length: 2500 }, (_, index) => 1002 + index * 2));
    });
  }

  test('more rows than the client buffer holds still come back', async () => {
    const rows = await environment(2).fromSequence(1, 200_000).executeAndCollect();
    assert.equal(rows.length, 200_000);
    assert.equal(new Set(rows).size, 200_000);
  });

  test('a failing function ends the job with operator, subtask, record and its own stack', async () => {
    const failing = environment(1).fromSequence(1, 100).map((value) => {
      if (value === 77) throw new RangeError('no 77');
      return value;
    }).name('Strict');
    await assert.rejects(failing.executeAndCollect(), (error: Error & { readonly code: string }) => {
      assert.equal(error.code, 'USER_FUNCTION_FAILED');
      assert.match(error.message, /Strict \(1\/1\), record 77 failed with RangeError: no 77/);
      assert.match(error.stack ?? '', /inline-job\.test/);
      return true;
    });
  });

  test('a canceled job ends as canceled and says so to whoever awaits it', async () => {
    const env = environment(2);
    env.fromSequence(1, Number.MAX_SAFE_INTEGER).filter((value) => value < 0).print();
    const client = await env.executeAsync('endless');
    await client.cancel();
    assert.equal(await client.getJobStatus(), 'CANCELED');
    await assert.rejects(client.getJobExecutionResult(), { code: 'JOB_CANCELED' });
  });

  test('a job without inline names the two ways to start one', async () => {
    const env = StreamExecutionEnvironment.createLocalEnvironment();
    env.fromData(1).print();
    await assert.rejects(env.execute(), { code: 'PROGRAM_NOT_LOADABLE', message: /inline: true.*runJob/ });
  });
});
