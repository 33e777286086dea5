// The state backend that `state.backend.type` names, as one slot holds it: makes the keyed state of each keyed operator.
// Thread: the slot's.
import type { Configuration } from '#core/config/configuration';
import { stateBackendOptions } from '#core/config/options/state-backend-options';
import type { TypeInformation } from '#core/types/type-information';
import type { Clock } from '#platform/clock/clock';
import type { Files } from '#platform/files/files';
import { StateError } from '#state/errors';
import { createHeapKeyedStateBackend } from '#state/heap/heap-keyed-state-backend';
import type { KeyGroupRange } from '#state/keyed/keyed-state';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import { createRocksDbKeyedStateBackend } from '#state/rocksdb/rocksdb-keyed-state-backend';
import { rocksDbSettingsOf } from '#state/rocksdb/rocksdb-settings';
import { databaseDirectoryName, removeOrphanedDatabases } from '#state/rocksdb/orphaned-databases';
import { RocksDbSlot } from '#state/rocksdb/rocksdb-slot';
import type { MemoryManager } from '#state/tables/memory-manager';

export interface StateBackendOptions {
  readonly configuration: Configuration;
  readonly memory: MemoryManager;
  readonly clock: Clock;
  readonly files: Files;
  readonly temporaryDirectory: string;
  /** In [0, 1): names directories. */
  readonly random: () => number;
}

export interface KeyedStateOptions {
  /** Undefined for undeclared keys. */
  readonly keyType: TypeInformation | undefined;
  readonly keyGroupRange: KeyGroupRange;
  readonly maxParallelism: number;
  readonly isObjectReuse: boolean;
  /** Who is charged for the memory. */
  readonly owner?: string;
  /** The store takes no writes for now: no record should come until the backend's tryResume says so. Called once for each such time. */
  readonly onStalled?: () => void;
}

export interface StateBackend {
  /** State may outgrow memory. */
  readonly isOnDisk: boolean;
  /** Throws STATE_BACKEND_UNAVAILABLE or STATE_BACKEND_OPTION_UNSUPPORTED (StateError). */
  createKeyedState(options: KeyedStateOptions): KeyedStateBackend;
  /** After the last keyed state was released. Idempotent. */
  close(): void;
}

export function openStateBackend(options: StateBackendOptions): StateBackend {
  const name = options.configuration.get(stateBackendOptions.type);
  switch (name) {
    case 'hashmap':
    case 'filesystem':
    case 'jobmanager':
      return new HashMapStateBackend(options);
    case 'rocksdb':
      return new RocksDbStateBackend(options);
    default:
      throw new StateError('STATE_BACKEND_UNAVAILABLE', `${stateBackendOptions.type.key} is ${name}: give hashmap or rocksdb`, { context: { name } });
  }
}

class HashMapStateBackend implements StateBackend {
  readonly isOnDisk = false;
  readonly #options: StateBackendOptions;

  constructor(options: StateBackendOptions) {
    this.#options = options;
  }

  createKeyedState(options: KeyedStateOptions): KeyedStateBackend {
    const { memory, clock } = this.#options;
    return createHeapKeyedStateBackend({ ...options, memory, clock });
  }

  close(): void {}
}

class RocksDbStateBackend implements StateBackend {
  readonly isOnDisk = true;
  readonly #options: StateBackendOptions;
  #slot: RocksDbSlot | undefined;

  constructor(options: StateBackendOptions) {
    this.#options = options;
  }

  createKeyedState(options: KeyedStateOptions): KeyedStateBackend {
    const { configuration, memory, temporaryDirectory, clock, files, random } = this.#options;
    if (this.#slot === undefined) {
      this.#slot = RocksDbSlot.open({ settings: rocksDbSettingsOf(configuration), memory, temporaryDirectory });
      removeOrphanedDatabases(this.#slot, files);
    }
    const directory = `${this.#slot.directory}/${databaseDirectoryName(random)}`;
    const { isObjectReuse: _alwaysCopied, ...keyed } = options;
    return createRocksDbKeyedStateBackend({ ...keyed, clock, files, slot: this.#slot, directory });
  }

  close(): void {
    this.#slot?.close();
    this.#slot = undefined;
  }
}
