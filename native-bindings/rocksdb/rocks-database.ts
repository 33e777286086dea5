// One RocksDB: the state of one keyed operator subtask, inside one thread. Opened by RocksDbAddon.openDatabase. Writes
// skip the log: what was not checkpointed or flushed is gone after close, which is what the engine's checkpoints are for.
import type { AddonFunctions, Handle } from './addon-functions.js';
import { ColumnFamily } from './column-family.js';
import { RocksDbError } from './errors.js';
import { checkColumnFamilyOptions, checkDatabaseOptions, type ColumnFamilyOptions, type DatabaseOptions } from './open-options.js';
import type { RegisteredMemory } from './registered-memory.js';
import type { SlotResources } from './slot-resources.js';

/** RocksDB insists on this family; it stays empty and small. */
const DEFAULT_FAMILY: ColumnFamilyOptions = { name: 'default', writeBufferBytes: 65_536 };

export class RocksDatabase {
  readonly path: string;
  readonly #native: AddonFunctions;
  readonly #handle: Handle;
  readonly #families = new Map<string, ColumnFamily>();
  #memory: RegisteredMemory;

  /** Throws ROCKSDB_ARGUMENT, ROCKSDB_REFUSED, ROCKSDB_IO_ERROR (also when another process or thread has it open) or ROCKSDB_CORRUPTION. */
  constructor(native: AddonFunctions, path: string, memory: RegisteredMemory, options: DatabaseOptions, resources?: SlotResources) {
    const { columnFamilies, createIfMissing = true, ...rest } = options;
    const families = columnFamilies.some((each) => each.name === 'default') ? columnFamilies : [DEFAULT_FAMILY, ...columnFamilies];
    for (const each of families) checkColumnFamilyOptions(each);
    if (new Set(families.map((each) => each.name)).size !== families.length) throw new RocksDbError('ROCKSDB_ARGUMENT', 'two column families have the same name');
    checkDatabaseOptions({ ...rest, createIfMissing });
    const [handle, ...familyHandles] = native.databaseOpen(path, memory.handle, resources?.handle ?? 0, { ...rest, createIfMissing, families });
    this.#native = native;
    this.#handle = handle!;
    this.#memory = memory;
    this.path = path;
    for (const [index, each] of families.entries()) this.#families.set(each.name, new ColumnFamily(native, each.name, familyHandles[index]!));
  }

  get memory(): RegisteredMemory {
    return this.#memory;
  }

  /** All calls from now on read and write `memory`; for a value that found no room. */
  useMemory(memory: RegisteredMemory): void {
    this.#native.databaseUseMemory(this.#handle, memory.handle);
    this.#memory = memory;
  }

  /** Throws ROCKSDB_ARGUMENT if it is not open. Keep the result: this looks a name up. */
  columnFamily(name: string): ColumnFamily {
    const family = this.#families.get(name);
    if (family === undefined) throw new RocksDbError('ROCKSDB_ARGUMENT', `there is no column family ${JSON.stringify(name)} in ${this.path}`);
    return family;
  }

  createColumnFamily(options: ColumnFamilyOptions): ColumnFamily {
    checkColumnFamilyOptions(options);
    const family = new ColumnFamily(this.#native, options.name, this.#native.databaseCreateFamily(this.#handle, options));
    this.#families.set(options.name, family);
    return family;
  }

  dropColumnFamily(name: string): void {
    this.columnFamily(name).drop();
    this.#families.delete(name);
  }

  /** Writes a packed batch (write-batch-buffer.ts) as a whole; waits while RocksDB stalls writes. ROCKSDB_REFUSED if malformed. */
  write(offset: number, length: number): void {
    this.#native.databaseWrite(this.#handle, offset, length);
  }

  /** As `write`, but false, with nothing written, instead of waiting. */
  tryWrite(offset: number, length: number): boolean {
    return this.#native.databaseTryWrite(this.#handle, offset, length) === 1;
  }

  /**
   * Makes `directory`, which must not exist, a copy of the database by hard links, beside the thread. Writes made before
   * the promise settles may or may not be in it: hold them back for a clean cut.
   */
  checkpoint(directory: string): Promise<void> {
    return this.#native.databaseCheckpoint(this.#handle, directory);
  }

  /** Writes all memtables to files, beside the thread. */
  flush(): Promise<void> {
    return this.#native.databaseFlush(this.#handle);
  }

  /** Blocks the thread until no checkpoint, flush, compaction or ingestion asked for runs any more; their promises settle later. */
  awaitIdle(): void {
    this.#native.databaseAwaitIdle(this.#handle);
  }

  /** The time by which time-to-live filters judge; nothing expires before the first call. */
  setQueryTime(milliseconds: number): void {
    if (!Number.isSafeInteger(milliseconds)) throw new RocksDbError('ROCKSDB_ARGUMENT', `the query time is ${milliseconds}: give whole milliseconds`);
    this.#native.databaseSetQueryTime(this.#handle, milliseconds);
  }

  /** The sum of a number property over all column families; undefined if it cannot be summed. */
  total(property: string): number | undefined {
    const value = this.#native.databaseTotal(this.#handle, property);
    return value < 0 ? undefined : value;
  }

  /** A statistics counter since opening, such as `rocksdb.block.cache.hit`; undefined without `hasStatistics`. */
  ticker(name: string): number | undefined {
    const value = this.#native.databaseTicker(this.#handle, name);
    return value < 0 ? undefined : value;
  }

  /** Number of the newest write. */
  get sequence(): number {
    return this.#native.databaseSequence(this.#handle);
  }

  /** Closes iterators and families as well; waits for background work, whose promises settle afterwards. Idempotent. */
  close(): void {
    this.#native.databaseClose(this.#handle);
    this.#families.clear();
  }
}
