import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { keyGroupRangeOf, operatorIndexOfKeyGroup } from '#core/keys/key-groups';
import { Types, type TypeInformation } from '#core/types/type-information';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import { createHeapKeyedStateBackend } from '#state/heap/heap-keyed-state-backend';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import { finishSnapshotSync } from '#state/snapshot/finish-snapshot';
import { redistribute } from '#state/snapshot/redistribute';
import { MemoryManager } from '#state/tables/memory-manager';
import { InternalTimerService } from '#state/timers/internal-timer-service';

const MAX_PARALLELISM = 8;
const never = (): boolean => false;

interface Subtask {
  readonly backend: KeyedStateBackend;
  readonly timers: InternalTimerService;
  readonly memory: MemoryManager;
}

function open(keyType: TypeInformation | undefined = Types.STRING, parallelism = 1, subtask = 0, namespaceType?: TypeInformation): Subtask {
  const memory = MemoryManager.unshared(1 << 24);
  const keyGroupRange = keyGroupRangeOf(MAX_PARALLELISM, parallelism, subtask);
  const backend = createHeapKeyedStateBackend({ keyType, keyGroupRange, maxParallelism: MAX_PARALLELISM, memory, clock: new SimulatedClock(), isObjectReuse: false });
  return { backend, memory, timers: new InternalTimerService({ backend, memory, namespaceType }) };
}

/** Fires everything due and lists it. */
function fired({ timers, backend }: Subtask, watermark: number): unknown[] {
  const list: unknown[] = [];
  const isDone = timers.advanceWatermark(watermark, (key, namespace, timestamp) => {
    assert.deepEqual(backend.currentKey, key, 'the key is current while its timer fires');
    list.push(namespace === undefined ? [key, timestamp] : [key, namespace, timestamp]);
  }, never);
  assert.equal(isDone, true);
  return list;
}

describe('timer service', () => {
  test('a timer of one key, namespace and time fires once; others fire beside it in timestamp order', () => {
    const subtask = open();
    const { backend, timers } = subtask;
    backend.setCurrentKey('b');
    for (const time of [30, 10, 30, 20]) timers.registerEventTimeTimer(undefined, time);
    timers.registerEventTimeTimer({ start: 0, end: 10 }, 30);
    timers.registerEventTimeTimer({ start: 0, end: 10 }, 30);
    backend.setCurrentKey('a');
    timers.registerEventTimeTimer(undefined, 30);
    timers.registerEventTimeTimer(undefined, 31);
    timers.deleteEventTimeTimer(undefined, 31);
    timers.deleteEventTimeTimer(undefined, 99);
    timers.deleteEventTimeTimer({ start: 5 }, 30);
    assert.equal(timers.eventTimeTimerCount, 5);
    assert.deepEqual(fired(subtask, 25), [['b', 10], ['b', 20]]);
    assert.equal(timers.currentWatermark, 25);
    assert.deepEqual(fired(subtask, Infinity), [['b', 30], ['b', { start: 0, end: 10 }, 30], ['a', 30]]);
  });

  test('timers registered while firing fire in the same advance, in order; late ones registered outside at the next', () => {
    const subtask = open();
    const { backend, timers } = subtask;
    backend.setCurrentKey('k');
    for (const time of [10, 20]) timers.registerEventTimeTimer(undefined, time);
    const seen: number[] = [];
    timers.advanceWatermark(20, (_key, _namespace, timestamp) => {
      seen.push(timestamp);
      if (timestamp === 10) for (const time of [5, 15, 25]) timers.registerEventTimeTimer(undefined, time);
      if (timestamp === 5) assert.equal(timers.currentWatermark, 20);
    }, never);
    assert.deepEqual(seen, [10, 5, 15, 20]);
    timers.registerEventTimeTimer(undefined, 1);
    timers.registerEventTimeTimer(undefined, 20);
    assert.deepEqual(fired(subtask, 20), [['k', 1], ['k', 20]]);
    assert.deepEqual(fired(subtask, 25), [['k', 25]]);
  });

  test('firing stops when asked and goes on where it stopped; a snapshot in between holds what has not fired', () => {
    const subtask = open(Types.INT);
    for (let key = 0; key < 10; key++) {
      subtask.backend.setCurrentKey(key);
      subtask.timers.registerEventTimeTimer(undefined, 100 + key);
    }
    let count = 0;
    const fire = (): void => void count++;
    assert.equal(subtask.timers.advanceWatermark(200, fire, () => count === 4), false);
    assert.equal(count, 4);
    const restored = open(Types.INT);
    restored.timers.restore(redistribute({ old: [finishSnapshotSync(subtask.timers.snapshot())], newSubtask: 0, parallelism: 1, maxParallelism: MAX_PARALLELISM, checkpointId: 1 }));
    assert.deepEqual(fired(restored, 200), [4, 5, 6, 7, 8, 9].map((key) => [key, 100 + key]));
    assert.equal(subtask.timers.advanceWatermark(200, fire, never), true);
    assert.equal(count, 10);
  });

  test('processing-time timers are apart from event-time ones and tell when the next is due', () => {
    const { backend, timers } = open();
    assert.equal(timers.nextProcessingTime(), Infinity);
    backend.setCurrentKey('k');
    timers.registerEventTimeTimer(undefined, 1);
    timers.registerProcessingTimeTimer(undefined, 5000);
    timers.registerProcessingTimeTimer(undefined, 3000);
    timers.registerProcessingTimeTimer(undefined, 4000);
    timers.deleteProcessingTimeTimer(undefined, 4000);
    assert.equal(timers.nextProcessingTime(), 3000);
    const seen: number[] = [];
    assert.equal(timers.advanceProcessingTime(3500, (_key, _namespace, timestamp) => seen.push(timestamp), never), true);
    assert.deepEqual([seen, timers.nextProcessingTime(), timers.processingTimeTimerCount, timers.eventTimeTimerCount], [[3000], 5000, 1, 1]);
  });

  test('timers of every key type survive restores at any parallelism', () => {
    const shapes: readonly { keyType: TypeInformation; keys: fc.Arbitrary<unknown> }[] = [
      { keyType: Types.LONG, keys: fc.integer() },
      { keyType: Types.ANY, keys: fc.oneof(fc.integer(), fc.string(), fc.nat(9).map((a) => ({ a }))) },
    ];
    for (const { keyType, keys } of shapes) {
      const timersOf = fc.array(fc.record({ key: keys, namespace: fc.option(fc.nat(3), { nil: undefined }), timestamp: fc.integer({ min: -5000, max: 5000 }) }), { maxLength: 60 });
      fc.assert(fc.property(timersOf, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), (list, before, after) => {
        const old = Array.from({ length: before }, (_, subtask) => open(keyType, before, subtask));
        for (const { key, namespace, timestamp } of list) {
          const { backend, timers } = old[operatorIndexOfKeyGroup(MAX_PARALLELISM, before, old[0]!.backend.keyGroupOf(key))]!;
          backend.setCurrentKey(key);
          timers.registerEventTimeTimer(namespace, timestamp);
        }
        const snapshots = old.map(({ timers }) => finishSnapshotSync(timers.snapshot()));
        const seen: unknown[] = [];
        for (let newSubtask = 0; newSubtask < after; newSubtask++) {
          const subtask = open(keyType, after, newSubtask);
          subtask.timers.restore(redistribute({ old: snapshots, newSubtask, parallelism: after, maxParallelism: MAX_PARALLELISM, checkpointId: 1 }));
          const own = fired(subtask, Infinity) as unknown[][];
          const times = own.map((timer) => timer.at(-1) as number);
          assert.deepEqual(times, times.toSorted((a, b) => a - b));
          seen.push(...own.map((timer) => JSON.stringify(timer)));
        }
        const expected = new Set(list.map(({ key, namespace, timestamp }) => JSON.stringify(namespace === undefined ? [key, timestamp] : [key, namespace, timestamp])));
        assert.deepEqual(seen.sort(), [...expected].sort());
      }), { numRuns: 40 });
    }
  });

  test('timers of another key or namespace type, or of a later format, are refused', () => {
    const subtask = open(Types.INT, 1, 0, Types.LONG);
    subtask.backend.setCurrentKey(1);
    subtask.timers.registerEventTimeTimer(5, 5);
    const { keyed } = finishSnapshotSync(subtask.timers.snapshot());
    const restoredOf = (sections: typeof keyed) => redistribute({ old: [{ keyed: sections, operator: [] }], newSubtask: 0, parallelism: 1, maxParallelism: MAX_PARALLELISM, checkpointId: 1 });
    assert.throws(() => open(Types.STRING, 1, 0, Types.LONG).timers.restore(restoredOf(keyed)), { code: 'STATE_MIGRATION_UNSUPPORTED', message: /key of timers/ });
    assert.throws(() => open(Types.INT).timers.restore(restoredOf(keyed)), { code: 'STATE_MIGRATION_UNSUPPORTED', message: /namespace/ });
    assert.throws(() => open(Types.INT, 1, 0, Types.LONG).timers.restore(restoredOf(keyed.map((section) => ({ ...section, version: 7 })))), { code: 'SNAPSHOT_VERSION_UNSUPPORTED' });
  });

  test('a timer without a current key is refused', () => {
    assert.throws(() => open().timers.registerEventTimeTimer(undefined, 1), { code: 'STATE_WITHOUT_KEY' });
  });

  test('keys whose timers have fired are forgotten', () => {
    const subtask = open(Types.LONG);
    const { backend, timers, memory } = subtask;
    const usedAt: number[] = [];
    for (let round = 0; round < 40; round++) {
      for (let i = 0; i < 2000; i++) {
        backend.setCurrentKey(round * 2000 + i);
        timers.registerEventTimeTimer(undefined, round * 1000 + (i % 1000));
      }
      timers.advanceWatermark(round * 1000 + 999, () => undefined, never);
      usedAt.push(memory.usedBytes);
    }
    assert.equal(usedAt.at(-1), usedAt[10]);
    timers.release();
    backend.release();
    assert.equal(memory.usedBytes, 0);
  });
});
