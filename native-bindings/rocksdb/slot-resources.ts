// The memory bound that all databases of a slot share: one block cache and the memtables charged to it. Databases keep it
// alive. Another worker of the process attaches by `sharedId` (state.backend.rocksdb.memory.fixed-per-tm).
import type { AddonFunctions, Handle } from './addon-functions.js';
import { RocksDbError } from './errors.js';

export interface SlotResourcesOptions {
  /** Budget in bytes: what RocksDB uses stays under it but for a near constant 15 to 25 MB per process. */
  readonly budgetBytes: number;
  /** Share of the budget for memtables (0 to 1). Flink's default 0.5. */
  readonly writeBufferRatio?: number;
  /** Share of the cache for index and filter blocks (0 to 1). Flink's default 0.1. */
  readonly highPriorityPoolRatio?: number;
  /** Reads fail with ROCKSDB_MEMORY_LIMIT instead of exceeding the cache; for tests. */
  readonly isStrict?: boolean;
}

/** Flink's arithmetic: memtables may exceed their limit by half before they are flushed, so the cache is made smaller for it. */
export function cacheBytesOf(budgetBytes: number, writeBufferRatio: number): number {
  return Math.floor(((3 - writeBufferRatio) * budgetBytes) / 3);
}

export function writeBufferBytesOf(budgetBytes: number, writeBufferRatio: number): number {
  return Math.floor((2 * budgetBytes * writeBufferRatio) / 3);
}

const FIGURES = { sharedId: 0, cacheUsed: 1, cachePinned: 2, cacheCapacity: 3, writeBuffersUsed: 4, writeBuffersMax: 5 } as const;

export class SlotResources {
  readonly handle: Handle;
  readonly #native: AddonFunctions;

  private constructor(native: AddonFunctions, handle: Handle) {
    this.#native = native;
    this.handle = handle;
  }

  static create(native: AddonFunctions, options: SlotResourcesOptions): SlotResources {
    const { budgetBytes, writeBufferRatio = 0.5, highPriorityPoolRatio = 0.1, isStrict = false } = options;
    if (!Number.isSafeInteger(budgetBytes) || budgetBytes <= 0) throw new RocksDbError('ROCKSDB_ARGUMENT', `the budget of slot resources is ${budgetBytes}: give a whole number of bytes above 0`);
    checkRatio('writeBufferRatio', writeBufferRatio);
    checkRatio('highPriorityPoolRatio', highPriorityPoolRatio);
    const cacheBytes = cacheBytesOf(budgetBytes, writeBufferRatio);
    return new SlotResources(native, native.resourcesCreate(cacheBytes, writeBufferBytesOf(budgetBytes, writeBufferRatio), { highPriorityPoolRatio, isStrict }));
  }

  /** Throws ROCKSDB_CLOSED when no thread holds them any more. */
  static attach(native: AddonFunctions, sharedId: number): SlotResources {
    const handle = native.resourcesAttach(sharedId);
    if (handle === 0) throw new RocksDbError('ROCKSDB_CLOSED', `no thread holds the slot resources ${sharedId} any more: create them anew`);
    return new SlotResources(native, handle);
  }

  /** By which another worker of this process attaches. */
  get sharedId(): number {
    return this.#native.resourcesFigure(this.handle, FIGURES.sharedId);
  }

  /** Bytes in the cache now, memtables included. */
  get cacheBytesUsed(): number {
    return this.#native.resourcesFigure(this.handle, FIGURES.cacheUsed);
  }

  get cacheBytesPinned(): number {
    return this.#native.resourcesFigure(this.handle, FIGURES.cachePinned);
  }

  get cacheBytesMax(): number {
    return this.#native.resourcesFigure(this.handle, FIGURES.cacheCapacity);
  }

  get writeBufferBytesUsed(): number {
    return this.#native.resourcesFigure(this.handle, FIGURES.writeBuffersUsed);
  }

  get writeBufferBytesMax(): number {
    return this.#native.resourcesFigure(this.handle, FIGURES.writeBuffersMax);
  }

  /** This thread gives them up; databases that use them keep them. Idempotent. */
  close(): void {
    this.#native.resourcesRelease(this.handle);
  }
}

function checkRatio(name: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw new RocksDbError('ROCKSDB_ARGUMENT', `${name} of slot resources is ${value}: give a number from 0 to 1`);
}
