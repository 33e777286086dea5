// A state backend of a slot with one value in RocksDB; also loaded by processes that are killed.
import { Configuration } from '#core/config/configuration';
import { Types } from '#core/types/type-information';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import type { Files } from '#platform/files/files';
import { NodeFiles } from '#platform/files/node-files';
import { NodeRandom } from '#platform/random/node-random';
import type { ValueState } from '#state/keyed/keyed-state';
import { openStateBackend, type StateBackend } from '#state/state-backend';
import { MemoryManager } from '#state/tables/memory-manager';

const MANAGED_BYTES = 16 << 20;

export function openBackendIn(folder: string, random: number, files: Files = new NodeFiles(new NodeRandom())): StateBackend {
  const memory = new MemoryManager(new SharedArrayBuffer(MANAGED_BYTES), { budgetBytes: MANAGED_BYTES, offHeapBudgetBytes: 64 << 20 });
  return openStateBackend({ configuration: Configuration.fromMap({ 'state.backend.type': 'rocksdb' }), memory, clock: new SimulatedClock(), files, temporaryDirectory: folder, random: () => random });
}

export function openState(backend: StateBackend): { readonly state: ValueState<number>; readonly release: () => void } {
  const keyed = backend.createKeyedState({ keyType: Types.LONG, keyGroupRange: { start: 0, end: 127 }, maxParallelism: 128, isObjectReuse: false });
  const state = keyed.getState({ kind: 'value', name: 'v', type: Types.LONG }) as ValueState<number>;
  keyed.setCurrentKey(1);
  state.update(5);
  return { state, release: () => keyed.release() };
}
