// A program that starts its job on the main thread only: run again in a slot's worker it never reaches the job's graph.
import { isMainThread } from 'node:worker_threads';
import { BlackholeSink } from '#connectors/blackhole/sink';
import type { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';

export default async function shyJob(env: StreamExecutionEnvironment): Promise<unknown> {
  if (!isMainThread) return undefined;
  env.fromSequence(1, 10).sinkTo(new BlackholeSink());
  return env.execute('shy');
}
