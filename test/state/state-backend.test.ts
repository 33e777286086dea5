import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Configuration } from '#core/config/configuration';
import { Types } from '#core/types/type-information';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import { SimulatedFiles } from '#platform/files/simulated-files';
import { SeededRandom } from '#platform/random/seeded-random';
import { openStateBackend, type StateBackend } from '#state/state-backend';
import { MemoryManager } from '#state/tables/memory-manager';

function open(type: string): StateBackend {
  const clock = new SimulatedClock();
  return openStateBackend({
    configuration: Configuration.fromMap({ 'state.backend.type': type }), memory: MemoryManager.unshared(1 << 20), clock, files: new SimulatedFiles({ clock, random: new SeededRandom(1) }),
    temporaryDirectory: '/tmp', random: () => 0,
  });
}

test('the backend that the configuration names makes keyed state', () => {
  const backend = open('hashmap');
  const state = backend.createKeyedState({ keyType: Types.INT, keyGroupRange: { start: 0, end: 127 }, maxParallelism: 128, isObjectReuse: false });
  state.setCurrentKey(1);
  assert.equal(state.currentKey, 1);
  state.release();
  backend.close();
});

test('a backend that does not exist is refused', () => {
  assert.throws(() => open('forst'), { code: 'STATE_BACKEND_UNAVAILABLE', message: /state\.backend\.type is forst: give hashmap or rocksdb/ });
});
