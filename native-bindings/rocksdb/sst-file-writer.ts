// Writes an SST file outside any database, to be ingested into one: restoring or rescaling moves ranges this way.
import type { AddonFunctions, Handle } from './addon-functions.js';
import { checkColumnFamilyOptions, type ColumnFamilyOptions } from './open-options.js';
import type { RegisteredMemory } from './registered-memory.js';

export class SstFileWriter {
  readonly #native: AddonFunctions;
  readonly #handle: Handle;

  /** Throws ROCKSDB_IO_ERROR if the file cannot be made. */
  constructor(native: AddonFunctions, path: string, memory: RegisteredMemory, options: Omit<ColumnFamilyOptions, 'name'> = {}) {
    const family = { ...options, name: 'sst' };
    checkColumnFamilyOptions(family);
    this.#native = native;
    this.#handle = native.sstOpen(path, memory.handle, family);
  }

  /** Adds `count` packed entries (packed-entries.ts) that lie in `length` bytes. Keys must rise strictly, else ROCKSDB_REFUSED. */
  add(offset: number, length: number, count: number): void {
    this.#native.sstAdd(this.#handle, offset, length, count);
  }

  /** Syncs and closes the file and gives its bytes. A file without entries is refused: ROCKSDB_REFUSED. */
  finish(): number {
    return this.#native.sstFinish(this.#handle);
  }

  /** Gives the file up; what was written of it stays for the caller to delete. Idempotent. */
  abandon(): void {
    this.#native.sstAbandon(this.#handle);
  }
}
