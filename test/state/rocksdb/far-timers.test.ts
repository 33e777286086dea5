// Timers of which RocksDB holds the later ones, against those of the heap backend, through snapshots of both kinds.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { keyGroupRangeOf, operatorIndexOfKeyGroup } from '#core/keys/key-groups';
import { Types } from '#core/types/type-information';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import { createHeapKeyedStateBackend } from '#state/heap/heap-keyed-state-backend';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { RestoredFileSet } from '#state/snapshot/file-set';
import { finishSnapshot } from '#state/snapshot/finish-snapshot';
import { combineSnapshots, type OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { redistribute } from '#state/snapshot/redistribute';
import { MemoryManager } from '#state/tables/memory-manager';
import { InternalTimerService } from '#state/timers/internal-timer-service';
import { directoryOf, openBackend, openSlot, withAddon } from './rocksdb-fixture.js';

const MAX_PARALLELISM = 4;

interface Subtask {
  readonly backend: KeyedStateBackend;
  readonly timers: InternalTimerService;
}

type Create = (parallelism: number, subtask: number) => KeyedStateBackend;

/** All subtasks of one operator with timers in both time domains. */
class Operator {
  readonly fired: string[] = [];
  readonly #create: Create;
  #subtasks: Subtask[];

  constructor(create: Create) {
    this.#create = create;
    this.#subtasks = [this.#open(1, 0)];
  }

  get count(): number {
    return this.#subtasks.reduce((sum, { timers }) => sum + timers.eventTimeTimerCount + timers.processingTimeTimerCount, 0);
  }

  change(key: string, change: (timers: InternalTimerService) => void): void {
    const keyGroup = this.#subtasks[0]!.backend.keyGroupOf(key);
    const { backend, timers } = this.#subtasks[operatorIndexOfKeyGroup(MAX_PARALLELISM, this.#subtasks.length, keyGroup)]!;
    backend.setCurrentKey(key);
    change(timers);
  }

  advance(time: number): void {
    const fired: string[] = [];
    for (const { timers } of this.#subtasks) {
      let last = Number.NEGATIVE_INFINITY;
      const onTimer = (domain: string) => (key: unknown, namespace: unknown, timestamp: number): void => {
        assert.ok(timestamp >= last, `${timestamp} fires behind ${last}`);
        last = timestamp;
        fired.push(`${domain} ${timestamp} ${String(key)} ${String(namespace)}`);
      };
      timers.advanceWatermark(time, onTimer('event'), () => false);
      last = Number.NEGATIVE_INFINITY;
      timers.advanceProcessingTime(time, onTimer('processing'), () => false);
      assert.ok(timers.nextProcessingTime() > time);
    }
    this.fired.push(...fired.sort());
  }

  async rescale(parallelism: number, isIncremental: boolean): Promise<void> {
    const request = { checkpointId: 1, timestamp: 0, isSavepoint: false, isIncremental };
    const old = await Promise.all(this.#subtasks.map(({ backend, timers }) => stored(combineSnapshots(backend.snapshot(request), timers.snapshot()))));
    this.close();
    this.#subtasks = Array.from({ length: parallelism }, (_, newSubtask) => {
      const subtask = this.#open(parallelism, newSubtask);
      const restored = redistribute({ old, newSubtask, parallelism, maxParallelism: MAX_PARALLELISM, checkpointId: 1 });
      subtask.backend.restore(restored);
      subtask.timers.restore(restored);
      return subtask;
    });
  }

  close(): void {
    for (const { backend, timers } of this.#subtasks) {
      timers.release();
      backend.release();
    }
  }

  #open(parallelism: number, subtask: number): Subtask {
    const backend = this.#create(parallelism, subtask);
    return { backend, timers: new InternalTimerService({ backend, memory: MemoryManager.unshared(1 << 22), namespaceType: Types.INT }) };
  }
}

async function stored(snapshot: OperatorSnapshot): Promise<OperatorSnapshot> {
  let fileSets: RestoredFileSet[] = [];
  const { keyed, operator } = await finishSnapshot(snapshot, (sets) => {
    fileSets = sets.map((set) => {
      const folder = directoryOf();
      mkdirSync(folder);
      for (const file of set.files) copyFileSync(file.path, join(folder, file.name));
      return { ...set, files: set.files.map((file) => ({ ...file, path: join(folder, file.name) })) };
    });
  });
  return { keyed, operator, fileSets };
}

const key = fc.integer({ min: 0, max: 9 }).map((n) => `key ${n}`);
const time = fc.oneof({ weight: 20, arbitrary: fc.integer({ min: -30, max: 60 }).map((n) => n * 700) }, { weight: 1, arbitrary: fc.constantFrom(Number.POSITIVE_INFINITY, 2 ** 52) });
const namespace = fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined });
const timer = fc.record({ isEventTime: fc.boolean(), key, namespace, time });
const step = fc.oneof(
  { weight: 30, arbitrary: fc.record({ kind: fc.constant('register' as const), timer }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('delete' as const), timer }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('advance' as const), by: fc.integer({ min: 0, max: 12_000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rescale' as const), parallelism: fc.integer({ min: 1, max: 3 }), isIncremental: fc.boolean() }) },
);

withAddon(() => {
  const slot = openSlot({ 'state.backend.rocksdb.timer-service.cache-size': '2' }, 64 << 20);
  const clock = new SimulatedClock();
  const memory = MemoryManager.unshared(1 << 22);

  test('timers fire as those in memory do, whether RocksDB holds them or not, through snapshots restored at any parallelism', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
      const near = new Operator((parallelism, subtask) => createHeapKeyedStateBackend({ keyType: Types.STRING, keyGroupRange: keyGroupRangeOf(MAX_PARALLELISM, parallelism, subtask), maxParallelism: MAX_PARALLELISM, memory, clock, isObjectReuse: false }));
      const far = new Operator((parallelism, subtask) => openBackend(slot, { keyType: Types.STRING, keyGroupRange: keyGroupRangeOf(MAX_PARALLELISM, parallelism, subtask), maxParallelism: MAX_PARALLELISM, clock }));
      let now = -20_000;
      for (const each of steps) {
        for (const operator of [near, far]) {
          if (each.kind === 'rescale') await operator.rescale(each.parallelism, each.isIncremental && operator === far);
          else if (each.kind === 'advance') operator.advance(now + each.by);
          else {
            operator.change(each.timer.key, (timers) => {
              const { isEventTime, namespace: of, time: at } = each.timer;
              if (each.kind === 'register') isEventTime ? timers.registerEventTimeTimer(of, at) : timers.registerProcessingTimeTimer(of, at);
              else isEventTime ? timers.deleteEventTimeTimer(of, at) : timers.deleteProcessingTimeTimer(of, at);
            });
          }
        }
        if (each.kind === 'advance') now += each.by;
        assert.equal(far.count, near.count);
      }
      for (const operator of [near, far]) operator.advance(1e9);
      assert.deepEqual(far.fired, near.fired);
      near.close();
      far.close();
    }), { numRuns: 12 });
  });

  test('memory holds few of very many timers', () => {
    const backend = openBackend(slot, { keyType: Types.LONG, keyGroupRange: { start: 0, end: 3 }, maxParallelism: 4, clock });
    const ownMemory = MemoryManager.unshared(1 << 22);
    const timers = new InternalTimerService({ backend, memory: ownMemory });
    for (let n = 0; n < 20_000; n++) {
      backend.setCurrentKey(n);
      timers.registerEventTimeTimer(undefined, 1000 + ((n * 7919) % 20_000));
    }
    assert.ok(ownMemory.usedBytes < 100_000, `${ownMemory.usedBytes} bytes`);
    const fired: number[] = [];
    timers.advanceWatermark(1e6, (_key, _namespace, timestamp) => fired.push(timestamp), () => false);
    assert.deepEqual(fired, Array.from({ length: 20_000 }, (_, n) => 1000 + n));
    timers.release();
    backend.release();
  });
});
