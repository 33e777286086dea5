import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { LocalExecutor } from '#client/cluster-client/local-executor';
import type { LocalJobClient } from '#client/cluster-client/local-job-client';
import { createNodePlatform } from '#client/platform';
import { DataGeneratorSource } from '#connectors/datagen/source';
import { FileSink } from '#connectors/files/sink';
import { Configuration } from '#core/config/configuration';
import { withJobExecutor } from '#datastream/environment/job-executor';
import { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import { WatermarkStrategy } from '#streaming/watermark/watermark-strategy';

const directory = mkdtempSync(join(tmpdir(), 'millrace-adaptive-'));
const ROWS = 3000;
const settings = {
  'taskmanager.memory.managed.size': '32 mb', 'taskmanager.memory.network.max': '32 mb', 'taskmanager.numberOfTaskSlots': 3, 'jobmanager.scheduler': 'adaptive',
  'execution.checkpointing.dir': join(directory, 'checkpoints'), 'execution.checkpointing.interval': '50 ms', 'restart-strategy.type': 'none',
  'jobmanager.adaptive-scheduler.submission.resource-wait-timeout': '300 ms', 'jobmanager.adaptive-scheduler.submission.resource-stabilization-timeout': '20 ms',
  'jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling': '10 ms', 'jobmanager.adaptive-scheduler.executing.resource-stabilization-timeout': '20 ms',
};

class Cluster {
  readonly #executor = new LocalExecutor({ platform: createNodePlatform(), configuration: Configuration.fromMap(settings) });

  /** Counts rows per key; without end unless `isOpen` says so. */
  async start(name: string, parallelism: number, isOpen: () => boolean): Promise<LocalJobClient> {
    await withJobExecutor(this.#executor, () => {
      const env = StreamExecutionEnvironment.createLocalEnvironment({ inline: true, parallelism, configuration: settings });
      env.fromSource(new DataGeneratorSource((index) => index, Infinity, { ratePerSecond: 5000 }), WatermarkStrategy.noWatermarks(), name).uid(name)
        .filter((index) => index < ROWS || !isOpen()).uid('until').keyBy((index) => index % 7).map((index) => `${index}`).uid('text').sinkTo(FileSink.forText(join(directory, name))).uid('sink');
      return env.executeAsync(name);
    });
    return this.#executor.jobs.at(-1)!;
  }

  close(): Promise<void> {
    return this.#executor.close();
  }
}

const widest = (job: LocalJobClient): number => Math.max(...job.details.vertices.map((vertex) => vertex.parallelism));

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('the adaptive scheduler', () => {
  after(() => rmSync(directory, { recursive: true, force: true }));

  test('a job starts with the slots there are, takes more when they become free, and follows its requirements', async () => {
    const cluster = new Cluster();
    try {
      const first = await cluster.start('first', 2, () => false);
      await until(() => first.details.status === 'RUNNING');
      assert.equal(widest(first), 2);
      const second = await cluster.start('second', 3, () => true);
      await until(() => second.details.status === 'RUNNING');
      assert.equal(widest(second), 1, 'one slot was left');
      const third = await cluster.start('third', 1, () => true);
      await assert.rejects(third.getJobExecutionResult(), { code: 'NOT_ENOUGH_SLOTS' });
      await first.cancel();
      await until(() => widest(second) === 3 && second.details.status === 'RUNNING');
      await second.rescale(Object.fromEntries(second.details.vertices.map(({ id }) => [id, 2])));
      assert.equal(widest(second), 2);
      await until(() => second.details.checkpoints.completed > 8);
      await second.stopWithSavepoint({ targetDirectory: join(directory, 'savepoints') });
      const rows = readdirSync(join(directory, 'second')).filter((name) => !name.startsWith('.')).flatMap((name) => readFileSync(join(directory, 'second', name), 'utf8').trimEnd().split('\n')).map(Number);
      assert.equal(new Set(rows).size, rows.length, 'no row is doubled');
      assert.ok(rows.length > 0);
    } finally {
      await cluster.close();
    }
  });
});
