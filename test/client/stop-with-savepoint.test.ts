import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { LocalExecutor } from '#client/cluster-client/local-executor';
import type { LocalJobClient } from '#client/cluster-client/local-job-client';
import { createNodePlatform } from '#client/platform';
import { DataGeneratorSource } from '#connectors/datagen/source';
import { Configuration } from '#core/config/configuration';
import { withJobExecutor } from '#datastream/environment/job-executor';
import { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import type { DataStream } from '#datastream/stream/data-stream';
import { Time } from '#datastream/windowing/time';
import { TumblingEventTimeWindows } from '#datastream/windowing/window-assigners';
import type { Sink } from '#streaming/sink/sink';
import { WatermarkStrategy } from '#streaming/watermark/watermark-strategy';

const COUNT = 4000;
const KEYS = 7;

interface Row {
  readonly key: number;
  readonly time: number;
}

interface Ended {
  readonly rows: readonly unknown[];
  readonly error: { readonly code?: string } | undefined;
  readonly stop: unknown;
}

/** One window per key that ends long after the last row: only the end of time makes it fire. */
function counts(rows: DataStream<Row>): DataStream<number> {
  return rows.keyBy('key').window(TumblingEventTimeWindows.of(Time.milliseconds(1_000_000)))
    .aggregate({ createAccumulator: () => 0, add: (_row: unknown, count: number) => count + 1, getResult: (count: number) => count, merge: (a: number, b: number) => a + b }).uid('counts');
}

async function untilRead(job: LocalJobClient): Promise<void> {
  while (!job.details.slots.some((slot) => slot?.tasks.some((task) => task.recordsIn > 0) === true)) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Runs `pipeline` inline; `stop` is called once when the source is under way. */
async function run(parallelism: number, settings: Record<string, unknown>, pipeline: (rows: DataStream<Row>) => DataStream<number>, stop?: (job: LocalJobClient) => Promise<unknown>): Promise<Ended> {
  const configuration = Configuration.fromMap({ 'taskmanager.memory.managed.size': '32 mb', 'taskmanager.memory.network.max': '32 mb', ...settings });
  const executor = new LocalExecutor({ platform: createNodePlatform(), configuration });
  const rows: unknown[] = [];
  let stopped: Promise<unknown> = Promise.resolve();
  try {
    await withJobExecutor(executor, async () => {
      const env = StreamExecutionEnvironment.createLocalEnvironment({ inline: true, parallelism });
      const source = new DataGeneratorSource((index: number): Row => ({ key: index % KEYS, time: index }), COUNT, { ratePerSecond: stop === undefined ? Infinity : COUNT / 2 });
      const strategy = WatermarkStrategy.forMonotonousTimestamps<Row>().withTimestampAssigner((row) => row.time);
      const collected = pipeline(env.fromSource(source, strategy, 'numbers').uid('numbers')).collectAsync();
      await env.executeAsync('stopped');
      const job = executor.jobs[0]!;
      if (stop !== undefined) stopped = untilRead(job).then(() => stop(job)).catch((error: unknown) => error);
      for await (const row of collected) rows.push(row);
    });
    return { rows, error: undefined, stop: await stopped };
  } catch (error) {
    return { rows, error: error as { readonly code?: string }, stop: await stopped };
  } finally {
    await executor.close();
  }
}

describe('stop with savepoint', () => {
  const root = mkdtempSync(join(tmpdir(), 'millrace-stop-'));
  after(() => rmSync(root, { recursive: true }));
  const file = join(root, 'file');
  writeFileSync(file, '');

  test('rows go on exactly where they stopped, also into a sink that knows no transactions', async () => {
    const pipeline = (rows: DataStream<Row>): DataStream<number> => rows.keyBy('key').map((row) => row.time).uid('times');
    const first = await run(2, {}, pipeline, (job) => job.stopWithSavepoint({ targetDirectory: root }));
    assert.equal(first.error, undefined);
    assert.ok(first.rows.length > 0 && first.rows.length < COUNT, `${first.rows.length} rows before the stop`);
    const second = await run(3, { 'execution.state-recovery.path': first.stop }, pipeline);
    assert.equal(second.error, undefined);
    assert.deepEqual([...first.rows, ...second.rows].map(Number).toSorted((a, b) => a - b), Array.from({ length: COUNT }, (_, index) => index));
  });

  test('windows stay open, and count on after a restore', async () => {
    const first = await run(2, {}, counts, (job) => job.stopWithSavepoint({ targetDirectory: root }));
    assert.deepEqual([first.error, first.rows], [undefined, []]);
    const second = await run(1, { 'execution.state-recovery.path': first.stop }, counts);
    assert.equal(second.rows.length, KEYS);
    assert.equal(second.rows.map(Number).reduce((a, b) => a + b), COUNT);
  });

  test('draining brings event time to its end first, and the savepoint holds what is left', async () => {
    const first = await run(2, {}, counts, (job) => job.stopWithSavepoint({ targetDirectory: root, isDrained: true }));
    assert.equal(first.error, undefined);
    assert.equal(first.rows.length, KEYS);
    const drained = first.rows.map(Number).reduce((a, b) => a + b);
    assert.ok(drained > 0 && drained < COUNT);
    assert.equal(typeof first.stop, 'string');
  });

  test('a savepoint that cannot be written leaves the job running, unless it had been drained', async () => {
    const pipeline = (rows: DataStream<Row>): DataStream<number> => rows.keyBy('key').map((row) => row.time).uid('times');
    const gone = await run(2, {}, pipeline, (job) => job.stopWithSavepoint({ targetDirectory: file }));
    assert.deepEqual([(gone.stop as { code: string }).code, gone.error, gone.rows.length], ['SNAPSHOT_REQUEST_FAILED', undefined, COUNT]);
    const drained = await run(2, {}, counts, (job) => job.stopWithSavepoint({ targetDirectory: file, isDrained: true }));
    assert.equal(drained.error?.code, 'SNAPSHOT_REQUEST_FAILED');
  });

  test('a job that fails while it commits the savepoint says where that lies', async () => {
    const sink: Sink<Row> = {
      name: 'refusing',
      createWriter: () => ({ write: () => undefined, flush: () => undefined, prepareCommit: () => [1], close: () => undefined }),
      createCommitter: () => ({ commit: () => { throw new Error('no commit'); }, close: () => undefined }),
    };
    const pipeline = (rows: DataStream<Row>): DataStream<number> => {
      rows.sinkTo(sink).uid('refusing');
      return rows.map((row) => row.time);
    };
    const { stop, error } = await run(1, { 'restart-strategy.type': 'none' }, pipeline, (job) => job.stopWithSavepoint({ targetDirectory: root }));
    assert.equal((stop as { code: string }).code, 'JOB_STOP_FAILED');
    assert.match(String(stop), new RegExp(`${root}/savepoint-[0-9a-f]{6}-[0-9a-f]{12} is complete`));
    assert.equal(error?.code, 'USER_FUNCTION_FAILED');
  });
});
