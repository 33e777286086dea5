import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalExecutor } from '#client/cluster-client/local-executor';
import { createNodePlatform } from '#client/platform';
import { Configuration } from '#core/config/configuration';
import { withJobExecutor } from '#datastream/environment/job-executor';
import { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import countingJob from './jobs/counting-job.js';
import { MiniCluster } from '#client/mini-cluster/mini-cluster';
import { createJobId } from '#cluster/ids/ids';
import { buildJobGraph } from '#graph/job-graph/build-job-graph';
import { SeededRandom } from '#platform/random/seeded-random';
import { runJob } from '#client/submission/run-job';

const JOB = new URL('./jobs/counting-job.js', import.meta.url);
const SMALL = { 'parallelism.default': 2, 'taskmanager.memory.managed.size': '16 mb', 'taskmanager.memory.network.max': '32 mb' };

describe('job on worker threads', () => {
  test('a job module runs to its end', async () => {
    const result = await runJob(JOB, ['10000'], { configuration: { ...SMALL, 'pipeline.name': 'counting' } });
    assert.equal(result.jobName, 'counting');
    assert.ok(result.netRuntimeMs > 0);
  });

  test('a function that throws in a worker fails the job with its place in the program', async () => {
    await assert.rejects(runJob(JOB, ['1000', 'throw'], { configuration: SMALL }), (error: Error & { readonly code: string }) => {
      assert.equal(error.code, 'USER_FUNCTION_FAILED');
      assert.match(error.message, /^Misbehave \([12]\/2\), record \d+ failed with RangeError: no 500$/);
      assert.match(error.stack ?? '', /counting-job/);
      return true;
    });
  });

  test('a program that does not start its job again in a worker is refused', async () => {
    await assert.rejects(runJob(new URL('./jobs/shy-job.js', import.meta.url), [], { configuration: SMALL }), { code: 'PROGRAM_GRAPH_NOT_REACHED' });
  });

  test('a job that fails once is restarted on new workers and ends well', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'millrace-test-'));
    try {
      const configuration = Configuration.fromMap({
        ...SMALL, 'restart-strategy.type': 'fixed-delay', 'restart-strategy.fixed-delay.delay': '1 ms',
        'execution.checkpointing.interval': '20 ms', 'execution.checkpointing.dir': directory,
      });
      const args = ['2000000', 'throw-once', join(directory, 'has-failed')];
      const executor = new LocalExecutor({ platform: createNodePlatform(), configuration, program: (executionIndex, earlier) => ({ kind: 'module', url: JOB.href, args, executionIndex, earlier }) });
      await withJobExecutor(executor, () => {
        const env = StreamExecutionEnvironment.getExecutionEnvironment();
        countingJob(env, args);
        return env.executeAsync();
      });
      const job = executor.jobs[0]!;
      await job.getJobExecutionResult();
      assert.equal(job.details.restarts, 1);
      assert.deepEqual(job.details.executions.map(({ attemptNumber, state }) => `${attemptNumber} ${state}`), Array.from({ length: 4 }, () => '1 FINISHED'));
      await executor.close();
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('a worker that exits fails its job with the cause', async () => {
    await assert.rejects(runJob(JOB, ['1000', 'exit'], { configuration: SMALL }), { code: 'SLOT_WORKER_DIED', message: /code 7/ });
  });

  for (const count of ['2', '20000000']) {
    test(`a promise that user code lets fall fails the job, of ${count} rows`, async () => {
      await assert.rejects(runJob(JOB, [count, 'reject'], { configuration: SMALL }), { code: 'USER_PROMISE_REJECTED', message: /nobody cares/ });
    });
  }

  test('a slot whose objects outgrow its heap fails its job, and the process lives', async () => {
    const configuration = { 'parallelism.default': 2, 'taskmanager.memory.task.heap.size': '16 mb', 'taskmanager.memory.framework.heap.size': '16 mb' };
    await assert.rejects(runJob(JOB, ['1000', 'grow'], { configuration }), (error: Error & { readonly code: string }) => {
      assert.ok(error.code === 'SLOT_WORKER_DIED' || error.code === 'SLOT_HEAP_LIMIT', error.code);
      assert.match(error.message, /taskmanager\.memory\.task\.heap\.size/);
      return true;
    });
  });

  test('more slots than there are is refused with both numbers and the key', async () => {
    await assert.rejects(runJob(JOB, ['10'], { configuration: { ...SMALL, 'parallelism.default': 4, 'taskmanager.numberOfTaskSlots': 2 } }), {
      code: 'NOT_ENOUGH_SLOTS', message: /needs 4 slots, have 2.*taskmanager\.numberOfTaskSlots/,
    });
  });

  test('checkpoints without a directory are refused before anything starts', async () => {
    await assert.rejects(runJob(JOB, ['10'], { configuration: { ...SMALL, 'execution.checkpointing.interval': '1 s' } }), { code: 'CHECKPOINT_DIRECTORY_MISSING' });
  });

  test('a place that takes no checkpoints ends the job before it begins, whatever its restart strategy', async () => {
    const file = fileURLToPath(import.meta.url);
    const configuration = { ...SMALL, 'execution.checkpointing.interval': '1 s', 'execution.checkpointing.dir': `${file}/checkpoints`, 'restart-strategy.type': 'fixed-delay', 'restart-strategy.fixed-delay.attempts': 1_000_000 };
    await assert.rejects(runJob(JOB, ['10'], { configuration }), { code: 'CHECKPOINT_DIRECTORY_UNUSABLE', message: /not a directory.*execution\.checkpointing\.dir/ });
  });

  test('a checkpoint that is not there is named', async () => {
    await assert.rejects(runJob(JOB, ['10'], { configuration: { ...SMALL, 'execution.state-recovery.path': '/nowhere/chk-1' } }), { code: 'CHECKPOINT_NOT_FOUND', message: /\/nowhere\/chk-1/ });
  });

  test('a module without a default function is no job', async () => {
    await assert.rejects(runJob(new URL('../../src/core/assert.js', import.meta.url), []), { code: 'PROGRAM_FORM_UNKNOWN' });
  });

  test('a cluster that closes suspends its jobs, and knows no others', async () => {
    const cluster = new MiniCluster({ platform: createNodePlatform(), configuration: Configuration.EMPTY, isInline: true });
    const env = StreamExecutionEnvironment.createLocalEnvironment({ parallelism: 1, configuration: SMALL });
    env.fromSequence(1, Number.MAX_SAFE_INTEGER).filter((value) => value < 0).print();
    const streamGraph = env.getStreamGraph();
    const jobId = cluster.submit({ streamGraph, jobGraph: buildJobGraph(streamGraph), program: { kind: 'inline' }, configuration: env.getConfig(), onRows: () => undefined });
    assert.throws(() => cluster.dispatcher.details(createJobId(new SeededRandom(1))), { code: 'JOB_NOT_FOUND' });
    assert.deepEqual(cluster.dispatcher.list().map((job) => job.jobId), [jobId]);
    await cluster.close();
    const outcome = await cluster.dispatcher.outcome(jobId);
    assert.equal(outcome.status === 'SUSPENDED' && outcome.error.code, 'JOB_SUSPENDED');
  });
});
