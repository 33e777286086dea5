import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { LocalExecutor } from '#client/cluster-client/local-executor';
import { createNodePlatform, type Platform } from '#client/platform';
import { DataGeneratorSource } from '#connectors/datagen/source';
import { FileSink } from '#connectors/files/sink';
import { Configuration } from '#core/config/configuration';
import { withJobExecutor } from '#datastream/environment/job-executor';
import { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import { fileError } from '#platform/errors';
import type { Files } from '#platform/files/files';
import { WatermarkStrategy } from '#streaming/watermark/watermark-strategy';

const directory = mkdtempSync(join(tmpdir(), 'millrace-faults-'));
const WRITES = ['openWrite', 'openWriteSync', 'mkdirs', 'mkdirsSync', 'rename', 'renameSync', 'hardLink', 'hardLinkSync', 'atomicWrite', 'atomicWriteSync', 'createExclusive', 'createExclusiveSync', 'delete', 'deleteSync'];

/** The real platform; while `errnoNow()` names an error, nothing below `root` can be written. */
function faultyPlatform(root: string, errnoNow: () => string | undefined): Platform {
  const platform = createNodePlatform();
  const files = new Proxy(platform.files, {
    get(target, name) {
      const method = Reflect.get(target, name) as unknown;
      if (typeof method !== 'function') return method;
      return (...args: unknown[]) => {
        const errno = errnoNow();
        if (errno === undefined || !WRITES.includes(String(name)) || !String(args[0]).startsWith(root)) return Reflect.apply(method, target, args) as unknown;
        const error = fileError('cannot write', String(args[0]), Object.assign(new Error(errno), { code: errno }));
        if (String(name).endsWith('Sync')) throw error;
        return Promise.reject(error);
      };
    },
  }) as Files;
  return { ...platform, files };
}

describe('a disk that takes no checkpoint', () => {
  after(() => rmSync(directory, { recursive: true, force: true }));

  for (const errno of ['ENOSPC', 'EROFS']) {
    test(`${errno}: checkpoints fail, the job goes on, restarts from the last whole one, and loses nothing`, async () => {
      const [checkpoints, output] = [join(directory, `checkpoints-${errno}`), join(directory, `output-${errno}`)];
      const settings = {
        'taskmanager.memory.managed.size': '32 mb', 'taskmanager.memory.network.max': '32 mb', 'execution.checkpointing.dir': checkpoints, 'execution.checkpointing.interval': '20 ms',
        'execution.checkpointing.tolerable-failed-checkpoints': 1_000_000, 'restart-strategy.type': 'fixed-delay', 'restart-strategy.fixed-delay.delay': '1 ms',
      };
      let fault: string | undefined;
      let isToThrow = false;
      const executor = new LocalExecutor({ platform: faultyPlatform(checkpoints, () => fault), configuration: Configuration.fromMap(settings) });
      try {
        await withJobExecutor(executor, () => {
          const env = StreamExecutionEnvironment.createLocalEnvironment({ inline: true, parallelism: 2, configuration: settings });
          env.fromSource(new DataGeneratorSource((index) => index, Infinity, { ratePerSecond: 8000 }), WatermarkStrategy.noWatermarks(), 'numbers').uid('numbers').map((index) => {
            if (isToThrow) {
              isToThrow = false;
              throw new Error('once');
            }
            return { key: index % 11, count: 1 };
          }).uid('map').keyBy('key').reduce((a, b) => ({ key: a.key, count: a.count + b.count })).uid('count')
            .map(({ key, count }) => `${key} ${count}`).uid('text').sinkTo(FileSink.forText(output)).uid('sink');
          return env.executeAsync('faults');
        });
        const job = executor.jobs[0]!;
        const until = async (condition: () => boolean): Promise<void> => {
          while (!condition()) {
            if (job.details.endedMs !== undefined) assert.fail(`the job has ended: ${job.details.error?.message}`);
            await new Promise((resolve) => setTimeout(resolve, 2));
          }
        };
        await until(() => job.details.checkpoints.completed >= 3);
        fault = errno;
        const failed = job.details.checkpoints.failed;
        await until(() => job.details.checkpoints.failed >= failed + 3);
        assert.equal(job.details.restarts, 0, 'a checkpoint that fails restarts nothing');
        isToThrow = true;
        await until(() => job.details.restarts === 1 && job.details.checkpoints.failed >= failed + 6);
        fault = undefined;
        const completed = job.details.checkpoints.completed;
        await until(() => job.details.checkpoints.completed > completed + 2);
        await job.stopWithSavepoint({ targetDirectory: join(directory, `savepoints-${errno}`) });
      } finally {
        await executor.close();
      }
      const counts = new Map<string, number[]>();
      for (const name of readdirSync(output).filter((file) => !file.startsWith('.'))) {
        for (const line of readFileSync(join(output, name), 'utf8').trimEnd().split('\n')) {
          const [key, count] = line.split(' ') as [string, string];
          counts.set(key, [...(counts.get(key) ?? []), Number(count)]);
        }
      }
      assert.equal(counts.size, 11);
      for (const [key, seen] of counts) assert.deepEqual(seen.toSorted((a, b) => a - b), Array.from({ length: seen.length }, (_, index) => index + 1), `counts of key ${key}: each once, without a gap`);
    });
  }
});
