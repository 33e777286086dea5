import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ChunkWalk } from '#state/tables/chunk-walk';
import { MemoryManager } from '#state/tables/memory-manager';
import { TimerBuckets } from '#state/tables/timer-buckets';
import { forEachTimer } from '#state/tables/timer-entries';

interface ModelTimer {
  readonly timestamp: number;
  readonly key: number;
  readonly namespace: number;
  readonly order: number;
}

type Step =
  | { readonly kind: 'register' | 'delete'; readonly timestamp: number; readonly key: number; readonly namespace: number }
  | { readonly kind: 'advance'; readonly limit: number; readonly count: number };

const timestamps = fc.oneof(fc.integer({ min: 0, max: 4000 }), fc.integer({ min: -3000, max: 3000 }), fc.constantFrom(0, 999, 1000, 1001, Infinity, 2 ** 45));
const steps: fc.Arbitrary<Step[]> = fc.array(fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('register' as const, 'register' as const, 'delete' as const), timestamp: timestamps, key: fc.nat(6), namespace: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('advance' as const), limit: timestamps, count: fc.nat(40) }) },
), { maxLength: 400 });

function poll(timers: TimerBuckets, limit: number): number[] | undefined {
  return timers.pollDue(limit) ? [timers.dueTimestamp, timers.dueKey, timers.dueNamespace] : undefined;
}

function earliest(model: readonly ModelTimer[]): ModelTimer | undefined {
  return model.toSorted((a, b) => (a.timestamp === b.timestamp ? a.order - b.order : a.timestamp < b.timestamp ? -1 : 1))[0];
}

describe('timer buckets', () => {
  test('timers come in timestamp order, ties in registration order, each once, whatever is registered and deleted between', () => {
    fc.assert(fc.property(steps, (operations) => {
      const memory = MemoryManager.unshared(1 << 22);
      const timers = new TimerBuckets(memory, 'test');
      let model: ModelTimer[] = [];
      let order = 0;
      for (const step of operations) {
        if (step.kind === 'advance') {
          for (let i = 0; i <= step.count; i++) {
            const next = earliest(model);
            const expected: number[] | undefined = next !== undefined && next.timestamp <= step.limit ? [next.timestamp, next.key, next.namespace] : undefined;
            assert.deepEqual(poll(timers, step.limit), expected);
            if (expected === undefined) break;
            model = model.filter((timer) => timer !== next);
          }
        } else {
          const { timestamp, key, namespace } = step;
          const known = model.find((timer) => timer.timestamp === timestamp && timer.key === key && timer.namespace === namespace);
          if (step.kind === 'register') {
            assert.equal(timers.register(timestamp, key, namespace), known === undefined);
            if (known === undefined) model.push({ timestamp, key, namespace, order: order++ });
          } else {
            assert.equal(timers.delete(timestamp, key, namespace), known !== undefined);
            model = model.filter((timer) => timer !== known);
          }
        }
        assert.equal(timers.size, model.length);
        assert.ok(timers.nextTimestampAtLeast() <= (earliest(model)?.timestamp ?? Infinity));
      }
      const seen: string[] = [];
      const walk = new ChunkWalk((settleNow) => timers.cutChunks(settleNow), (views) => forEachTimer(views, (timestamp, key, namespace) => seen.push(`${timestamp} ${key} ${namespace}`)));
      walk.finish();
      walk.close();
      assert.deepEqual(seen.sort(), model.map(({ timestamp, key, namespace }) => `${timestamp} ${key} ${namespace}`).sort());
      timers.release();
      assert.equal(memory.usedBytes, 0);
    }), { numRuns: 150 });
  });

  test('many timers of one second fire sorted', () => {
    const timers = new TimerBuckets(MemoryManager.unshared(1 << 24), 'test');
    for (let i = 0; i < 5000; i++) timers.register(60_000 + ((i * 7919) % 1000), i, 0);
    let last = 0;
    let count = 0;
    while (timers.pollDue(61_000)) {
      assert.ok(timers.dueTimestamp >= last);
      last = timers.dueTimestamp;
      count++;
    }
    assert.equal(count, 5000);
  });

  test('a timer pushed out again and again takes no more memory than one', () => {
    const memory = MemoryManager.unshared(1 << 20);
    const timers = new TimerBuckets(memory, 'test');
    timers.register(0, 1, 0);
    const usedAt: number[] = [];
    for (let time = 1; time < 200_000; time++) {
      timers.register(time, 1, 0);
      timers.delete(time - 1, 1, 0);
      if (time % 100_000 === 10) usedAt.push(memory.usedBytes);
    }
    assert.equal(usedAt[1], usedAt[0]);
    assert.equal(timers.nextTimestampAtLeast() <= 199_999, true);
    assert.deepEqual(poll(timers, Infinity), [199_999, 1, 0]);
    assert.equal(timers.nextTimestampAtLeast(), Infinity);
  });

  test('the next time is exact when nothing was deleted', () => {
    const timers = new TimerBuckets(MemoryManager.unshared(1 << 20), 'test');
    assert.equal(timers.nextTimestampAtLeast(), Infinity);
    timers.register(5500, 1, 0);
    timers.register(5200, 2, 0);
    assert.equal(timers.nextTimestampAtLeast(), 5200);
    assert.equal(timers.hasDue(5199), false);
    assert.equal(timers.hasDue(5300), true);
    poll(timers, 5300);
    assert.equal(timers.nextTimestampAtLeast(), 5500);
  });
});
