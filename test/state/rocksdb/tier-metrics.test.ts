import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rocksdbMetricsOptions } from '#core/config/options/rocksdb-metrics-options';
import { Types } from '#core/types/type-information';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import type { ValueState } from '#state/keyed/keyed-state';
import { finishSnapshotSync } from '#state/snapshot/finish-snapshot';
import { openBackend, openSlot, withAddon } from './rocksdb-fixture.js';

const OPTIONS = { keyType: Types.LONG, keyGroupRange: { start: 0, end: 127 }, maxParallelism: 128 } as const;

withAddon(() => {
  test('every figure that is asked for is reported, by state', () => {
    const names = Object.values(rocksdbMetricsOptions).map(({ key }) => key);
    const backend = openBackend(openSlot(Object.fromEntries(names.map((key) => [key, 'true']))), { ...OPTIONS, clock: new SimulatedClock() });
    const state = backend.getState({ kind: 'value', name: 'v', type: Types.LONG }) as ValueState<number>;
    for (let n = 0; n < 1000; n++) {
      backend.setCurrentKey(n);
      state.update(n);
    }
    finishSnapshotSync(backend.snapshot({ checkpointId: 1, timestamp: 0, isSavepoint: true, isIncremental: false }));
    const metrics = backend.metrics!();
    for (const key of names) {
      const name = key.slice(key.lastIndexOf('.') + 1);
      const value = metrics.get(`rocksdb.${name}`) ?? metrics.get(`rocksdb.state/v.${name}`) ?? metrics.get(`rocksdb.state/v.${name}0`);
      assert.ok(value !== undefined && Number.isFinite(value), `${name}: ${value}`);
    }
    assert.equal(metrics.get('rocksdb.state/v.estimate-num-keys'), 1000);
    assert.equal(metrics.get('rocksdb.hot-tier.rows'), 1000);
    assert.ok(metrics.get('rocksdb.bytes-written')! > 1000 * 16);
    backend.release();
  });

  test('a backend that was released tells its last figures', () => {
    const backend = openBackend(openSlot(), { ...OPTIONS, clock: new SimulatedClock() });
    const state = backend.getState({ kind: 'value', name: 'v', type: Types.LONG }) as ValueState<number>;
    for (let n = 0; n < 10; n++) {
      backend.setCurrentKey(n);
      state.update(n);
    }
    backend.release();
    backend.release();
    assert.equal(backend.metrics!().get('rocksdb.hot-tier.rows'), 10);
  });

  test('without being asked only the hot tier reports', () => {
    const backend = openBackend(openSlot(), { ...OPTIONS, clock: new SimulatedClock() });
    backend.getState({ kind: 'value', name: 'v', type: Types.LONG });
    assert.ok([...backend.metrics!().keys()].every((name) => name.startsWith('rocksdb.hot-tier.') || name === 'rocksdb.write-stalls' || name === 'rocksdb.write-waits'));
    backend.release();
  });
});
