// State for a savepoint that no job wrote: rows run through a bootstrap function, which fills keyed state and timers, or
// operator state, as the function of a job would. Flink's OperatorTransformation. Thread: any; state is in memory.
import { keyGroupRangeOf } from '#core/keys/key-groups';
import { type TypeInformation } from '#core/types/type-information';
import type { Clock } from '#platform/clock/clock';
import { createHeapKeyedStateBackend } from '#state/heap/heap-keyed-state-backend';
import { OperatorStateBackend } from '#state/operator/operator-state-backend';
import { finishSnapshotSync } from '#state/snapshot/finish-snapshot';
import { combineSnapshots, type OperatorSnapshot, type SnapshotRequest } from '#state/snapshot/operator-snapshot';
import { MemoryManager } from '#state/tables/memory-manager';
import { InternalTimerService } from '#state/timers/internal-timer-service';
import { KeyedStateStore } from '#streaming/process/keyed-state-store';

export type BootstrapRows<T> = Iterable<T> | AsyncIterable<T>;

export interface KeyedBootstrapContext<K> {
  getCurrentKey(): K;
  /** Timers that the job will fire; `time` in epoch ms. */
  registerEventTimeTimer(time: number): void;
  registerProcessingTimeTimer(time: number): void;
}

/** Fills the keyed state of one operator. The descriptors must be those of the job's function. */
export interface KeyedStateBootstrapFunction<K, T> {
  open(states: KeyedStateStore): void;
  processElement(row: T, context: KeyedBootstrapContext<K>): void;
}

/** Fills operator state, such as the rules of a broadcast function. */
export interface StateBootstrapFunction<T> {
  open(states: Pick<OperatorStateBackend, 'getListState' | 'getUnionListState' | 'getBroadcastState'>): void;
  processElement(row: T): void;
}

/** The state of one operator, to be made when the savepoint is written. */
export interface BootstrapTransformation {
  snapshot(maxParallelism: number, clock: Clock): Promise<OperatorSnapshot>;
}

const STATE_BYTES_MAX = 2 ** 33;
const REQUEST: SnapshotRequest = { checkpointId: 0, timestamp: 0, isSavepoint: true, isIncremental: false };
const NO_NAMESPACE = undefined;

export const OperatorTransformation = {
  bootstrapWith: <T>(rows: BootstrapRows<T>): OneInputBootstrap<T> => new OneInputBootstrap(rows),
} as const;

export class OneInputBootstrap<T> {
  readonly #rows: BootstrapRows<T>;

  constructor(rows: BootstrapRows<T>) {
    this.#rows = rows;
  }

  /** @param keyType that of the job's keyBy; left out where the job declares none. */
  keyBy<K>(selector: (row: T) => K, keyType?: TypeInformation<K>): KeyedBootstrap<K, T> {
    return new KeyedBootstrap(this.#rows, selector, keyType);
  }

  transform(bootstrap: StateBootstrapFunction<T>): BootstrapTransformation {
    return {
      snapshot: async () => {
        const backend = new OperatorStateBackend({ isObjectReuse: false });
        bootstrap.open(backend);
        for await (const row of this.#rows) bootstrap.processElement(row);
        return { keyed: [], operator: backend.snapshot() };
      },
    };
  }
}

export class KeyedBootstrap<K, T> {
  readonly #rows: BootstrapRows<T>;
  readonly #selector: (row: T) => K;
  readonly #keyType: TypeInformation<K> | undefined;

  constructor(rows: BootstrapRows<T>, selector: (row: T) => K, keyType: TypeInformation<K> | undefined) {
    this.#rows = rows;
    this.#selector = selector;
    this.#keyType = keyType;
  }

  transform(bootstrap: KeyedStateBootstrapFunction<K, T>): BootstrapTransformation {
    return { snapshot: (maxParallelism, clock) => this.#snapshot(bootstrap, maxParallelism, clock) };
  }

  async #snapshot(bootstrap: KeyedStateBootstrapFunction<K, T>, maxParallelism: number, clock: Clock): Promise<OperatorSnapshot> {
    const memory = MemoryManager.unshared(STATE_BYTES_MAX);
    const backend = createHeapKeyedStateBackend({ keyType: this.#keyType, keyGroupRange: keyGroupRangeOf(maxParallelism, 1, 0), maxParallelism, memory, clock, isObjectReuse: false });
    const timers = new InternalTimerService({ backend, memory });
    const context: KeyedBootstrapContext<K> = {
      getCurrentKey: () => backend.currentKey as K,
      registerEventTimeTimer: (time) => timers.registerEventTimeTimer(NO_NAMESPACE, time),
      registerProcessingTimeTimer: (time) => timers.registerProcessingTimeTimer(NO_NAMESPACE, time),
    };
    try {
      bootstrap.open(new KeyedStateStore((descriptor) => backend.getState(descriptor)));
      for await (const row of this.#rows) {
        backend.setCurrentKey(this.#selector(row));
        bootstrap.processElement(row, context);
      }
      return finishSnapshotSync(combineSnapshots(backend.snapshot(REQUEST), timers.snapshot()));
    } finally {
      timers.release();
      backend.release();
    }
  }
}
