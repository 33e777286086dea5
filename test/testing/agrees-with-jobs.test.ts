// The harness and a job run the same function over the same rows: what comes out must be the same.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StreamExecutionEnvironment, type Collector, type DataStream } from '#index';
import { createHarness, SeededRandom, simulatedPlatform, type OneInputHarness } from '#testing';

const random = new SeededRandom('agrees');
const ROWS = Array.from({ length: 200 }, () => random.nextInt(1000));

function inHarness<O>(harness: OneInputHarness<number, O>): readonly O[] {
  for (const row of ROWS) harness.processElement(row);
  harness.processWatermark(Number.POSITIVE_INFINITY);
  harness.close();
  return harness.values;
}

function inJob<O>(build: (input: DataStream<number>) => DataStream<O>): Promise<O[]> {
  const environment = StreamExecutionEnvironment.createLocalEnvironment({ inline: true, parallelism: 1 });
  return build(environment.fromData(ROWS)).executeAndCollect();
}

describe('a function gives in a harness what it gives in a job', () => {
  test('as a map', async () => {
    const squared = (value: number): string => `${value * value}`;
    assert.deepEqual(inHarness(createHarness(squared, { kind: 'map' })), await inJob((input) => input.map(squared)));
  });

  test('as a filter, whose result need not be a boolean', async () => {
    const odd = ((value: number) => value & 1) as unknown as (value: number) => boolean;
    assert.deepEqual(inHarness(createHarness(odd, { kind: 'filter' })), await inJob((input) => input.filter(odd)));
  });

  test('as a flatMap that collects and returns rows', async () => {
    const around = (value: number, out: Collector<number>): Iterable<number> => {
      out.collect(value - 1);
      return [value, value + 1];
    };
    assert.deepEqual(inHarness(createHarness(around, { kind: 'flatMap' })), await inJob((input) => input.flatMap(around)));
  });

  test('as a function object with fields', async () => {
    const running = () => ({ sum: 0, map(value: number): number { return (this.sum += value); } });
    assert.deepEqual(inHarness(createHarness<number, number>(running())), await inJob((input) => input.map(running())));
  });
});

test('the simulated host that is exported runs what is scheduled on its clock', async () => {
  const { clock, run } = simulatedPlatform({ seed: 1, startMs: 0 });
  const seen: number[] = [];
  clock.schedule(20, () => seen.push(clock.now()));
  clock.schedule(10, () => seen.push(clock.now()));
  await run();
  assert.deepEqual(seen, [10, 20]);
});
