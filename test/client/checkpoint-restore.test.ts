import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { mkdtempSync, readdirSync, rmSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalExecutor } from '#client/cluster-client/local-executor';
import { createNodePlatform } from '#client/platform';
import { Configuration } from '#core/config/configuration';
import type { JobClient } from '#datastream/environment/job-client';
import { withJobExecutor } from '#datastream/environment/job-executor';
import { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import { DataGeneratorSource } from '#connectors/datagen/source';
import { Time } from '#datastream/windowing/time';
import { TumblingEventTimeWindows } from '#datastream/windowing/window-assigners';
import { WatermarkStrategy } from '#streaming/watermark/watermark-strategy';

const COUNT = 300_000;
const KEYS = 23;

interface WindowCount {
  readonly key: number;
  readonly end: number;
  readonly count: number;
}

/** Counts per key in tumbling windows over a bounded generator; what it emits is a pure function of COUNT. */
function windowedCounts(env: StreamExecutionEnvironment, ratePerSecond: number) {
  const source = new DataGeneratorSource((index: number) => ({ key: index % KEYS, time: index }), COUNT, { ratePerSecond });
  return env.fromSource(source, WatermarkStrategy.forMonotonousTimestamps<{ key: number; time: number }>().withTimestampAssigner((row) => row.time), 'numbers').uid('numbers')
    .keyBy('key').window(TumblingEventTimeWindows.of(Time.milliseconds(1000)))
    .aggregate({ createAccumulator: () => 0, add: (_row: unknown, count: number) => count + 1, getResult: (count: number) => count, merge: (a: number, b: number) => a + b },
      function* (key: number, context, counts: Iterable<number>): Iterable<WindowCount> {
        for (const count of counts) yield { key, end: context.window().end, count };
      }).uid('windows');
}

interface Outcome {
  readonly rows: readonly WindowCount[];
  readonly error: unknown;
}

/** Runs the program inline until it ends, or until `until` says so after some row: then it is canceled in full flight. */
async function run(parallelism: number, settings: Record<string, unknown>, until?: (rows: number) => boolean): Promise<Outcome> {
  const configuration = Configuration.fromMap({ 'taskmanager.memory.managed.size': '32 mb', 'taskmanager.memory.network.max': '32 mb', ...settings });
  const executor = new LocalExecutor({ platform: createNodePlatform(), configuration });
  const rows: WindowCount[] = [];
  try {
    await withJobExecutor(executor, async () => {
      const env = StreamExecutionEnvironment.createLocalEnvironment({ inline: true, parallelism });
      const collected = windowedCounts(env, until === undefined ? Infinity : COUNT / 10).collectAsync();
      const client: JobClient = await env.executeAsync('windows');
      for await (const row of collected) {
        rows.push(row);
        if (until?.(rows.length) === true) await client.cancel();
      }
    });
    return { rows, error: undefined };
  } catch (error) {
    return { rows, error };
  } finally {
    await executor.close();
  }
}

function textOf(rows: readonly WindowCount[]): readonly string[] {
  return rows.map(({ key, end, count }) => `${end}/${key}=${count}`).toSorted();
}

describe('checkpoint and restore', () => {
  test('a job ended in the middle goes on from its checkpoint at any parallelism, as if nothing had happened', async () => {
    const undisturbed = await run(2, {});
    assert.equal(undisturbed.error, undefined);
    const root = mkdtempSync(join(tmpdir(), 'millrace-test-'));
    try {
      const newest = (): string | undefined => {
        const job = readdirSync(root)[0];
        const chk = job === undefined ? undefined : readdirSync(join(root, job)).find((name) => existsSync(join(root, job, name, '_metadata')));
        return job === undefined || chk === undefined ? undefined : join(root, job, chk);
      };
      // A checkpoint that began after these rows: the second one to complete from then on.
      let before: number | undefined;
      const holdsRows = (): boolean => {
        const id = Number(/chk-(\d+)$/.exec(newest() ?? '')?.[1] ?? 0);
        before ??= id;
        return id >= before + 2;
      };
      const first = await run(2, {
        'execution.checkpointing.interval': '20 ms', 'execution.checkpointing.dir': root, 'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
      }, (rows) => rows > 200 && holdsRows());
      assert.equal((first.error as { readonly code: string } | undefined)?.code, 'JOB_CANCELED', 'it was canceled before its end');
      const checkpoint = newest();
      assert.ok(checkpoint !== undefined);
      for (const parallelism of [1, 2, 3]) {
        const restored = await run(parallelism, { 'execution.state-recovery.path': checkpoint });
        assert.equal(restored.error, undefined);
        // Rows between the checkpoint and the cancel come twice, as collecting is at least once; as a set nothing differs.
        assert.deepEqual([...new Set([...textOf(first.rows), ...textOf(restored.rows)])].toSorted(), textOf(undisturbed.rows), `parallelism ${parallelism}`);
        assert.ok(restored.rows.length < undisturbed.rows.length, 'it did not start from the beginning');
      }
      const metadata = join(checkpoint, '_metadata');
      writeFileSync(metadata, readFileSync(metadata).subarray(0, -2));
      assert.equal(((await run(1, { 'execution.state-recovery.path': metadata })).error as { readonly code: string }).code, 'CHECKPOINT_METADATA_DAMAGED');
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  test('a finished job leaves no checkpoint behind', async () => {
    const root = mkdtempSync(join(tmpdir(), 'millrace-test-'));
    try {
      const finished = await run(2, { 'execution.checkpointing.interval': '20 ms', 'execution.checkpointing.dir': root });
      assert.equal(finished.error, undefined);
      assert.deepEqual(readdirSync(root), []);
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  test('checkpoints that cannot be written fail the job once no more failures are tolerated', async () => {
    const root = mkdtempSync(join(tmpdir(), 'millrace-test-'));
    try {
      const directory = join(root, 'checkpoints');
      const failed = await run(2, { 'execution.checkpointing.interval': '10 ms', 'execution.checkpointing.dir': directory, 'restart-strategy.type': 'none' }, () => {
        if (existsSync(join(root, 'away'))) return false;
        renameSync(directory, join(root, 'away'));
        writeFileSync(directory, '');
        return false;
      });
      const { code, message } = failed.error as Error & { readonly code: string };
      assert.equal(code, 'CHECKPOINT_FAILURES_EXCEEDED');
      assert.match(message, /1 times in a row, 0 are tolerated, the last one because .*not a directory/);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
