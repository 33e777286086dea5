import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Types } from '#core/types/type-information';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import { createHeapKeyedStateBackend } from '#state/heap/heap-keyed-state-backend';
import type { ValueState } from '#state/keyed/keyed-state';
import { MemoryManager } from '#state/tables/memory-manager';
import { keyedStateContract } from '../keyed-state-contract.js';
import { stateMigrationContract } from '../state-migration-contract.js';

keyedStateContract('heap', (options) => createHeapKeyedStateBackend({ ...options, memory: MemoryManager.unshared(1 << 22) }));
stateMigrationContract('heap', (options) => createHeapKeyedStateBackend({ ...options, memory: MemoryManager.unshared(1 << 22) }));

test('with object reuse values enter heap state as they are', () => {
  const backend = createHeapKeyedStateBackend({
    keyType: undefined, keyGroupRange: { start: 0, end: 15 }, maxParallelism: 16, memory: MemoryManager.unshared(1 << 20), clock: new SimulatedClock(), isObjectReuse: true,
  });
  const state = backend.getState({ kind: 'value', name: 'v' }) as ValueState<object>;
  const value = { a: 1 };
  backend.setCurrentKey('k');
  state.update(value);
  assert.equal(state.value(), value);
});

test('all managed memory comes back when the backend is released', () => {
  const memory = MemoryManager.unshared(1 << 22);
  const backend = createHeapKeyedStateBackend({ keyType: Types.STRING, keyGroupRange: { start: 0, end: 15 }, maxParallelism: 16, memory, clock: new SimulatedClock(), isObjectReuse: false, owner: 'counts' });
  const state = backend.getState({ kind: 'value', name: 'v', type: Types.DOUBLE }) as ValueState<number>;
  for (let key = 0; key < 5000; key++) {
    backend.setCurrentKey(`key ${key}`);
    state.update(key / 2);
  }
  assert.deepEqual([...memory.usedBytesByOwner().keys()], ['counts']);
  backend.release();
  backend.release();
  assert.equal(memory.usedBytes, 0);
});
