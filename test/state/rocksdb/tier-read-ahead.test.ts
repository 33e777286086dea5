// Keys that are read before their records: what states give is the same, with fewer single reads of the database.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Types } from '#core/types/type-information';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import { SeededRandom } from '#platform/random/seeded-random';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { ListState, MapState, ValueState } from '#state/keyed/keyed-state';
import { finishSnapshotSync } from '#state/snapshot/finish-snapshot';
import { openBackend, openSlot, withAddon } from './rocksdb-fixture.js';

const OPTIONS = { keyType: Types.STRING, keyGroupRange: { start: 0, end: 127 }, maxParallelism: 128, clock: new SimulatedClock() } as const;
const BATCH = 64;

withAddon(() => {
  const open = (hotTierRowsMax: number): KeyedStateBackend => openBackend(openSlot(), { ...OPTIONS, hotTierRowsMax });

  /** A batch of which the keys are read ahead where the backend wants that. */
  const run = (backend: KeyedStateBackend, keys: readonly string[], process: (key: string) => void): boolean => {
    const { readAhead } = backend;
    const isAhead = readAhead!.begin(keys.length);
    if (isAhead) {
      for (const key of keys) readAhead!.add(key);
      readAhead!.finish();
    }
    for (const key of keys) {
      backend.setCurrentKey(key);
      process(key);
    }
    return isAhead;
  };

  for (const rowsMax of [8, 300, Number.POSITIVE_INFINITY]) {
    test(`states give what they would without reading ahead, with ${rowsMax} rows at most`, () => {
      const random = new SeededRandom(11);
      const backend = open(rowsMax);
      const value = backend.getState({ kind: 'value', name: 'v', type: Types.LONG }) as ValueState<number>;
      const list = backend.getState({ kind: 'list', name: 'l', type: Types.STRING }) as ListState<string>;
      const map = backend.getState({ kind: 'map', name: 'm', keyType: Types.LONG, type: Types.LONG }) as MapState<number, number>;
      const sums = new Map<string, number>();
      const lists = new Map<string, string[]>();
      let aheadCount = 0;
      for (let round = 0; round < 120; round++) {
        // Some keys are long: they need an arena with more room for keys.
        const keys = Array.from({ length: BATCH }, () => {
          const n = Math.floor(random.nextDouble() * 1500);
          return n === 7 ? 'long'.repeat(1200) : `key ${n}`;
        });
        aheadCount += Number(run(backend, keys, (key) => {
          assert.equal(value.value() ?? 0, sums.get(key) ?? 0);
          assert.deepEqual([...list.get()], lists.get(key) ?? []);
          const kind = random.nextDouble();
          if (kind < 0.1) {
            value.clear();
            list.clear();
            sums.delete(key);
            lists.delete(key);
          } else {
            value.update((sums.get(key) ?? 0) + 1);
            sums.set(key, (sums.get(key) ?? 0) + 1);
            list.add(`${round}`);
            lists.set(key, [...lists.get(key) ?? [], `${round}`]);
            map.put(round % 3, round);
          }
        }));
        if (round % 40 === 39) finishSnapshotSync(backend.snapshot({ checkpointId: round, timestamp: 0, isSavepoint: true, isIncremental: false }));
      }
      assert.equal(aheadCount > 0, rowsMax !== Number.POSITIVE_INFINITY, 'states whose reads miss are read ahead, and only those');
      backend.release();
    });
  }

  test('what is read ahead is not asked for again', () => {
    const backend = open(500);
    const state = backend.getState({ kind: 'value', name: 'v', type: Types.LONG }) as ValueState<number>;
    const batch = (from: number): string[] => Array.from({ length: BATCH }, (_, n) => `key ${(from + n) % 1984}`);
    for (let n = 0; n < 1984; n += BATCH) run(backend, batch(n), () => state.update(1));
    assert.equal(run(backend, batch(0), () => state.value()), false);
    const misses = backend.metrics!().get('rocksdb.hot-tier.misses')!;
    assert.equal(run(backend, batch(BATCH), () => assert.equal(state.value(), 1)), true);
    assert.equal(backend.metrics!().get('rocksdb.hot-tier.misses'), misses);
    assert.equal(backend.metrics!().get('rocksdb.hot-tier.read-ahead'), BATCH);
    backend.release();
  });

  test('states that the hot tier answers, that have new keys only, or that nobody reads, are not read ahead', () => {
    const backend = open(500);
    const read = backend.getState({ kind: 'value', name: 'read', type: Types.LONG }) as ValueState<number>;
    const written = backend.getState({ kind: 'value', name: 'written', type: Types.LONG }) as ValueState<number>;
    const batch = (from: number): string[] => Array.from({ length: BATCH }, (_, n) => `key ${from + n}`);
    for (let n = 0; n < 2048; n += BATCH) assert.equal(run(backend, batch(n), () => read.update((read.value() ?? 0) + 1)), false);
    assert.equal(run(backend, batch(0), () => read.value()), false);
    // The batch before missed every key, so this one asks, and finds them all in the tier.
    assert.equal(run(backend, batch(0), () => written.update(read.value()!)), true);
    assert.equal(run(backend, batch(0), () => written.update(read.value()!)), false);
    assert.equal(backend.metrics!().get('rocksdb.hot-tier.read-ahead'), 0);
    backend.release();
  });

  test('the current key stays what it was', () => {
    const backend = open(16);
    const state = backend.getState({ kind: 'value', name: 'v', type: Types.LONG }) as ValueState<number>;
    const keys = Array.from({ length: BATCH }, (_, n) => `key ${n}`);
    for (let round = 0; round < 2; round++) run(backend, keys, (key) => state.update(key.length));
    run(backend, keys, () => state.value());
    backend.setCurrentKey('key 3');
    assert.equal(state.value(), 5);
    assert.equal(backend.readAhead!.begin(BATCH), true);
    for (const key of keys) backend.readAhead!.add(key);
    backend.readAhead!.finish();
    assert.equal(backend.currentKey, 'key 3');
    state.update(77);
    backend.setCurrentKey('key 63');
    assert.equal(state.value(), 6);
    backend.setCurrentKey('key 3');
    assert.equal(state.value(), 77);
    backend.release();
  });
});
