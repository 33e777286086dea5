import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Configuration } from '#core/config/configuration';
import { setJobExecutor, withJobExecutor, type JobExecutor, type JobSubmission } from '#datastream/environment/job-executor';
import type { JobClient } from '#datastream/environment/job-client';
import { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import { EventTimeSessionWindows, SlidingEventTimeWindows, TumblingEventTimeWindows } from '#datastream/windowing/window-assigners';
import { buildJobGraph } from '#graph/job-graph/build-job-graph';
import type { StreamGraph } from '#graph/stream-graph/stream-graph';

/** Keeps what it is given; its jobs are finished at once. */
class KeepingExecutor implements JobExecutor {
  readonly configuration = Configuration.fromMap({ 'parallelism.default': '3' });
  readonly graphs: StreamGraph[] = [];
  readonly submissions: JobSubmission[] = [];

  async execute(graph: StreamGraph, submission: JobSubmission): Promise<JobClient> {
    this.graphs.push(graph);
    this.submissions.push(submission);
    const jobId = String(this.graphs.length);
    return {
      jobId,
      getJobStatus: async () => 'FINISHED',
      cancel: async () => {},
      getJobExecutionResult: async () => ({ jobId, jobName: submission.jobName, netRuntimeMs: 0, accumulators: new Map() }),
      collectedRows: async function* () {},
    };
  }
}

const names = (env: StreamExecutionEnvironment): string[] => buildJobGraph(env.getStreamGraph()).vertices.map((vertex) => vertex.name);

describe('StreamExecutionEnvironment', () => {
  test('operators, chains and exchanges are named and cut as Flink does', () => {
    const env = StreamExecutionEnvironment.createLocalEnvironment({ parallelism: 2 });
    const numbers = env.fromSequence(1, 10).map((n) => n);
    numbers.keyBy((n) => n).reduce((a, b) => a + b).map((n) => n).print();
    numbers.keyBy((n) => n).window(TumblingEventTimeWindows.of(10)).reduce((a, b) => a + b).name('sums').disableChaining().print().name('out');
    numbers.rebalance().process({ processElement: () => {} }).slotSharingGroup('heavy').print();
    assert.deepEqual(names(env).sort(), [
      'Keyed Reduce -> Map -> Print to Std. Out: Writer', 'Process -> Print to Std. Out: Writer', 'Source: Sequence Source -> Map', 'out: Writer', 'sums',
    ]);
  });

  test('settings go into the graph and its configuration', () => {
    const env = StreamExecutionEnvironment.getExecutionEnvironment({ 'pipeline.name': 'named' })
      .setParallelism(2).setMaxParallelism(64).enableCheckpointing(500).disableOperatorChaining().setBufferTimeout(5).configure({ 'restart-strategy.type': 'none' });
    env.fromSequence(1, 2).map((n) => n).uid('doubled').setParallelism(4).setDescription('twice').print();
    const graph = env.getStreamGraph();
    const map = graph.nodes.find((node) => node.name === 'Map')!;
    assert.deepEqual([map.parallelism, map.maxParallelism, map.uid, map.description], [4, 64, 'doubled', 'twice']);
    assert.deepEqual(graph.options, {
      defaultParallelism: 2, defaultMaxParallelism: 64, chainingEnabled: false, jobName: 'named',
      config: {
        'pipeline.name': 'named', 'pipeline.max-parallelism': '64', 'execution.checkpointing.interval': '500 ms', 'pipeline.operator-chaining.enabled': 'false',
        'execution.buffer-timeout.enabled': 'true', 'execution.buffer-timeout.interval': '5 ms', 'restart-strategy.type': 'none',
      },
    });
    assert.equal(env.getConfig().toMap()['restart-strategy.type'], 'none');
    assert.match(env.getExecutionPlan(), /"Source: Sequence Source"/);
  });

  test('setParallelism holds for the operators added after it', () => {
    const env = StreamExecutionEnvironment.createLocalEnvironment({ parallelism: 2 });
    const first = env.fromSequence(1, 2).map((n) => n).name('first');
    env.setParallelism(5);
    first.rebalance().map((n) => n).name('second').print();
    const byName = new Map(env.getStreamGraph().nodes.map((node) => [node.name, node.parallelism]));
    assert.deepEqual([byName.get('first'), byName.get('second')], [2, 5]);
  });

  test('each execute() submits what was added since the last one, under the executor in force', async () => {
    const executor = new KeepingExecutor();
    await withJobExecutor(executor, async () => {
      const env = StreamExecutionEnvironment.getExecutionEnvironment({ 'pipeline.object-reuse': 'true' });
      assert.equal(env.getParallelism(), 3);
      env.fromData(1).print();
      assert.equal((await env.execute('one')).jobName, 'one');
      env.fromData('a', 'b').map((text) => text).print();
      await env.executeAsync();
    });
    assert.deepEqual(executor.graphs.map((graph) => graph.nodes.length), [2, 3]);
    assert.deepEqual(executor.submissions.map((submission) => [submission.jobName, submission.isInline, submission.configuration.toMap()['pipeline.object-reuse']]), [
      ['one', false, 'true'], ['Flink Streaming Job', false, 'true'],
    ]);
  });

  test('without an executor, or without an operator, execute() says so', async () => {
    setJobExecutor(undefined);
    const env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.fromData(1).print();
    await assert.rejects(env.execute(), { code: 'PROGRAM_NO_EXECUTOR' });
    await assert.rejects(withJobExecutor(new KeepingExecutor(), () => StreamExecutionEnvironment.getExecutionEnvironment().execute()), { code: 'PROGRAM_NO_OPERATORS' });
  });

  test('bad settings are refused where they are made', () => {
    const env = StreamExecutionEnvironment.createLocalEnvironment();
    for (const parallelism of [0, -1, 1.5, Number.NaN, 32_769]) assert.throws(() => env.setParallelism(parallelism), { code: 'PARALLELISM_INVALID' });
    assert.throws(() => env.fromData(1).map((n) => n).setMaxParallelism(0), { code: 'PARALLELISM_INVALID', message: /the max parallelism of "Map" is 0/ });
    assert.throws(() => env.enableCheckpointing(5), { code: 'PROGRAM_CHECKPOINT_INTERVAL_INVALID' });
    assert.throws(() => env.fromData(1).union(StreamExecutionEnvironment.createLocalEnvironment().fromData(2)), { code: 'PROGRAM_ENVIRONMENTS_MIXED' });
    assert.throws(() => TumblingEventTimeWindows.of(0), { code: 'WINDOW_PARAMETERS_INVALID', message: /size of TumblingEventTimeWindows is 0/ });
    assert.throws(() => TumblingEventTimeWindows.of(10, 10), { code: 'WINDOW_PARAMETERS_INVALID', message: /abs\(offset\) < size/ });
    assert.throws(() => SlidingEventTimeWindows.of(10, -1), { code: 'WINDOW_PARAMETERS_INVALID' });
    assert.throws(() => EventTimeSessionWindows.withGap(Number.NaN), { code: 'WINDOW_PARAMETERS_INVALID' });
    assert.throws(() => env.fromSequence(1, 2).keyBy((n) => n).window(TumblingEventTimeWindows.of(1)).allowedLateness(-1).sum(), { code: 'WINDOW_PARAMETERS_INVALID' });
  });

  test('fields that a declared type does not have are refused', async () => {
    const { Types } = await import('#core/types/type-information');
    const rows = StreamExecutionEnvironment.createLocalEnvironment().fromData({ id: 1, name: 'x' }).returns(Types.ROW({ id: Types.LONG, name: Types.STRING }));
    assert.throws(() => rows.keyBy('id').sum('name' as never), { code: 'PROGRAM_FIELD_UNKNOWN', message: /field name is of type STRING/ });
    assert.throws(() => rows.keyBy('idd' as never), { code: 'PROGRAM_FIELD_UNKNOWN', message: /the fields are id, name/ });
  });
});
