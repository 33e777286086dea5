// The addon as one thread sees it: makes memories, slot resources, databases and SST files. One object per thread; when the
// thread ends, also by terminate(), what is still open is closed. src/state/rocksdb/native is the only importer in src.
import type { AboutAddon, AddonFunctions } from './addon-functions.js';
import { loadAddonFunctions } from './load-addon.js';
import type { ColumnFamilyOptions, DatabaseOptions } from './open-options.js';
import { RegisteredMemory } from './registered-memory.js';
import { RocksDatabase } from './rocks-database.js';
import { SlotResources, type SlotResourcesOptions } from './slot-resources.js';
import { SstFileWriter } from './sst-file-writer.js';

export interface OpenDatabaseOptions extends DatabaseOptions {
  readonly memory: RegisteredMemory;
  readonly resources?: SlotResources;
}

export class RocksDbAddon {
  /** Version, link and build of the RocksDB inside. */
  readonly about: AboutAddon;
  readonly #native: AddonFunctions;

  private constructor(native: AddonFunctions) {
    this.#native = native;
    this.about = native.about();
  }

  /** Throws ROCKSDB_UNAVAILABLE with the reason. A few milliseconds. */
  static load(): RocksDbAddon {
    return new RocksDbAddon(loadAddonFunctions());
  }

  /** Reference-held until release() or the thread's end. */
  registerMemory(bytes: Uint8Array): RegisteredMemory {
    return new RegisteredMemory(this.#native, bytes);
  }

  createSlotResources(options: SlotResourcesOptions): SlotResources {
    return SlotResources.create(this.#native, options);
  }

  attachSlotResources(sharedId: number): SlotResources {
    return SlotResources.attach(this.#native, sharedId);
  }

  openDatabase(path: string, options: OpenDatabaseOptions): RocksDatabase {
    const { memory, resources, ...rest } = options;
    return new RocksDatabase(this.#native, path, memory, rest, resources);
  }

  /** Names of the column families of a database that may be closed; ROCKSDB_IO_ERROR where there is none. */
  listColumnFamilies(path: string): readonly string[] {
    return this.#native.databaseListFamilies(path);
  }

  /** Removes the files of a database; false, and nothing is removed, while it is open in some process. */
  tryDestroyDatabase(path: string): boolean {
    return this.#native.databaseTryDestroy(path) === 1;
  }

  createSstFile(path: string, memory: RegisteredMemory, options: Omit<ColumnFamilyOptions, 'name'> = {}): SstFileWriter {
    return new SstFileWriter(this.#native, path, memory, options);
  }

  /** Threads of the whole process for compactions and for flushes. */
  setBackgroundThreads(compactions: number, flushes: number): void {
    this.#native.databaseSetBackgroundThreads(compactions, flushes);
  }
}
