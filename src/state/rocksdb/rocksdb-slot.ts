// What the RocksDB backends of one slot share: the addon, the bound on RocksDB's memory, the bytes that hot tiers may take,
// and where databases lie. Made when the first of them opens. Thread: the slot's.
import { StateError } from '#state/errors';
import { RocksDbAddon, rocksDbErrorCode, type SlotResources } from '#state/rocksdb/native/rocksdb-addon';
import type { RocksDbSettings } from '#state/rocksdb/rocksdb-settings';
import type { TierBudget } from '#state/rocksdb/tier/tier-database';
import type { MemoryManager, Segment } from '#state/tables/memory-manager';

export interface RocksDbSlotOptions {
  readonly settings: RocksDbSettings;
  readonly memory: MemoryManager;
  /** Where databases lie unless state.backend.rocksdb.localdir says otherwise. */
  readonly temporaryDirectory: string;
}

const OWNER = 'RocksDB block cache and write buffers';
/** Memory is set aside in pieces of this size, so that few bytes are lost to size classes. */
const RESERVED_PIECE_BYTES = 1 << 20;

export class RocksDbSlot {
  readonly addon: RocksDbAddon;
  readonly resources: SlotResources | undefined;
  readonly settings: RocksDbSettings;
  readonly memory: MemoryManager;
  readonly tierBudget: TierBudget;
  readonly directory: string;
  readonly #reserved: Segment[] = [];

  private constructor(addon: RocksDbAddon, options: RocksDbSlotOptions) {
    const { settings, memory, temporaryDirectory } = options;
    this.addon = addon;
    this.settings = settings;
    this.memory = memory;
    this.directory = settings.localDirectory ?? temporaryDirectory;
    const { memoryBytes, isMemoryManaged, writeBufferRatio, highPriorityPoolRatio } = settings.memory;
    const managedBytes = Math.floor(memory.budgetBytes * settings.memory.managedShare);
    const tierBytes = Math.floor(managedBytes * settings.memory.hotTierShare);
    this.tierBudget = { bytesMax: tierBytes, usedBytes: 0 };
    const budgetBytes = memoryBytes ?? (isMemoryManaged ? managedBytes - tierBytes : undefined);
    if (budgetBytes === undefined) return;
    this.resources = addon.createSlotResources({ budgetBytes, writeBufferRatio, highPriorityPoolRatio });
    // The library's memory lies elsewhere; the slot's must not be given out in its place. Untouched pages cost nothing.
    if (memoryBytes === undefined) for (let bytes = RESERVED_PIECE_BYTES; bytes <= budgetBytes; bytes += RESERVED_PIECE_BYTES) this.#reserved.push(memory.allocate(RESERVED_PIECE_BYTES, OWNER));
  }

  /** Throws STATE_BACKEND_UNAVAILABLE (StateError) with the reason. */
  static open(options: RocksDbSlotOptions): RocksDbSlot {
    try {
      return new RocksDbSlot(RocksDbAddon.load(), options);
    } catch (error) {
      if (rocksDbErrorCode(error) !== 'ROCKSDB_UNAVAILABLE') throw error;
      throw new StateError('STATE_BACKEND_UNAVAILABLE', (error as Error).message, { cause: error });
    }
  }

  close(): void {
    for (const segment of this.#reserved.splice(0)) this.memory.release(segment);
    this.resources?.close();
  }
}
