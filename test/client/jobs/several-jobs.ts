// Starts two jobs. `together`: the first cannot end before the second has run, so both must run at once. `after-failure`: the
// first fails, the program takes note and goes on.
import { existsSync, writeFileSync } from 'node:fs';
import { BlackholeSink } from '#connectors/blackhole/sink';
import { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';

/** Longest wait for the other job, so that a job that stands alone fails. */
const WAIT_MS = 30_000;

export default async function severalJobs(env: StreamExecutionEnvironment, [kind = 'together', sign = '']: readonly string[]): Promise<unknown> {
  return kind === 'together' ? together(env, sign) : afterFailure(env, sign);
}

async function together(env: StreamExecutionEnvironment, sign: string): Promise<unknown> {
  env.fromSequence(1, 1).map((n) => {
    const until = Date.now() + WAIT_MS;
    while (!existsSync(sign)) {
      if (Date.now() > until) throw new Error('the other job has not run');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
    return n;
  }).sinkTo(new BlackholeSink());
  const first = await env.executeAsync('first');
  const other = StreamExecutionEnvironment.getExecutionEnvironment();
  other.fromSequence(1, 1).map((n) => {
    writeFileSync(sign, `beside ${first.jobId}`);
    return n;
  }).sinkTo(new BlackholeSink());
  const second = await other.executeAsync('second');
  return Promise.all([first.getJobExecutionResult(), second.getJobExecutionResult()]);
}

async function afterFailure(env: StreamExecutionEnvironment, sign: string): Promise<unknown> {
  env.fromSequence(1, 1).map((): number => {
    throw new RangeError('as it should');
  }).sinkTo(new BlackholeSink());
  let failure = 'none';
  try {
    await env.execute('first');
  } catch (error) {
    failure = (error as { readonly code: string }).code;
  }
  const other = StreamExecutionEnvironment.getExecutionEnvironment();
  other.fromSequence(1, 1).map((n) => {
    writeFileSync(sign, failure);
    return n;
  }).name(`after ${failure}`).sinkTo(new BlackholeSink());
  return other.execute('second');
}
