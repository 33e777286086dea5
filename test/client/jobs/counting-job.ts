// Sums per key over a sequence; args: how many, what the function does at the
// middle (nothing, throw, throw-once, exit, reject, grow), and for throw-once a file that says that it has happened.
import { existsSync, writeFileSync } from 'node:fs';
import type { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';

/** A chain of small objects: an array that doubles would at times be more than V8 has room for when it ends a worker, and end the process. */
let kept: unknown;

export default function countingJob(env: StreamExecutionEnvironment, args: readonly string[]): void {
  const count = Number(args[0]);
  const fault = args[1] ?? 'none';
  const misbehave = (value: number): number => {
    if (value !== Math.floor(count / 2)) return value;
    if (fault === 'throw-once' && !existsSync(args[2]!)) {
      writeFileSync(args[2]!, '');
      throw new Error('once');
    }
    if (fault === 'throw') throw new RangeError(`no ${value}`);
    if (fault === 'exit') (Reflect.get(globalThis, 'process') as NodeJS.Process).exit(7);
    if (fault === 'reject') void Promise.reject(new Error('nobody cares'));
    if (fault === 'grow') for (let i = 0; i < 50_000_000; i++) kept = { i, kept };
    return value;
  };
  env.fromSequence(1, count).uid('sequence').map(misbehave).name('Misbehave')
    .map((value) => ({ key: value % 5, count: 1 })).keyBy('key').reduce((a, b) => ({ key: a.key, count: a.count + b.count })).uid('count')
    .filter((row) => row.count < 0).print();
}
