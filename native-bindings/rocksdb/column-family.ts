// hot path. One column family: one registered state, or the timers. Keys and values lie in the database's registered
// memory; every call passes offsets into it and creates nothing. Used by the thread that opened the database.
import type { AddonFunctions, Handle } from './addon-functions.js';
import { BoundedIterator, type IteratorOptions } from './bounded-iterator.js';
import { RocksDbError } from './errors.js';

/** What `get` and `multiGet` give where there is no value. */
export const NOT_FOUND = -1;

/** The bytes that a result below -1 asks for: the room was too small. */
export function bytesNeeded(result: number): number {
  return -2 - result;
}

export class ColumnFamily {
  readonly name: string;
  /** By which packed write batches name it; another family may get it after a drop. */
  readonly index: number;
  readonly #native: AddonFunctions;
  readonly #handle: Handle;

  constructor(native: AddonFunctions, name: string, handle: Handle) {
    this.#native = native;
    this.#handle = handle;
    this.name = name;
    this.index = native.familyIndex(handle);
  }

  /** Writes the value at `outOffset` and gives its length; NOT_FOUND, or below -1 when it needs `bytesNeeded(result)`. */
  get(keyOffset: number, keyLength: number, outOffset: number, outCapacity: number): number {
    return this.#native.familyGet(this.#handle, keyOffset, keyLength, outOffset, outCapacity);
  }

  /**
   * Answers `count` keys of a table (multi-get-table.ts) in one call; key offsets count from `keysOffset`, value offsets
   * from `valuesOffset`. Gives how many values found no room: their entries say what they need, all others are answered.
   */
  multiGet(count: number, tableOffset: number, keysOffset: number, valuesOffset: number, valuesCapacity: number): number {
    return this.#native.familyMultiGet(this.#handle, count, tableOffset, keysOffset, valuesOffset, valuesCapacity);
  }

  /** Waits while RocksDB stalls writes. */
  put(keyOffset: number, keyLength: number, valueOffset: number, valueLength: number): void {
    this.#native.familyPut(this.#handle, keyOffset, keyLength, valueOffset, valueLength);
  }

  /** As `put`, but false, with nothing written, instead of waiting. */
  tryPut(keyOffset: number, keyLength: number, valueOffset: number, valueLength: number): boolean {
    return this.#native.familyTryPut(this.#handle, keyOffset, keyLength, valueOffset, valueLength) === 1;
  }

  delete(keyOffset: number, keyLength: number): void {
    this.#native.familyDelete(this.#handle, keyOffset, keyLength);
  }

  tryDelete(keyOffset: number, keyLength: number): boolean {
    return this.#native.familyTryDelete(this.#handle, keyOffset, keyLength) === 1;
  }

  /** Deletes the keys from begin to before end with one tombstone. */
  deleteRange(beginOffset: number, beginLength: number, endOffset: number, endLength: number): void {
    this.#native.familyDeleteRange(this.#handle, beginOffset, beginLength, endOffset, endLength);
  }

  /** Drops the files that lie in the range as a whole, at once; other keys of the range stay. */
  deleteFilesInRange(beginOffset: number, beginLength: number, endOffset: number, endLength: number): void {
    this.#native.familyDeleteFilesInRange(this.#handle, beginOffset, beginLength, endOffset, endLength);
  }

  /** A scan of the state as it is now. Close it: an open one keeps old data on disk. 4 to 7 us. */
  openIterator(options: IteratorOptions = {}): BoundedIterator {
    return new BoundedIterator(this.#native, this.#handle, options);
  }

  /** A property that is a number, such as `rocksdb.estimate-num-keys`; undefined if there is none of the name. */
  figure(property: string): number | undefined {
    const value = this.#native.familyFigure(this.#handle, property);
    return value < 0 ? undefined : value;
  }

  /** A property as text, such as `rocksdb.stats`; empty if there is none of the name. */
  text(property: string): string {
    return this.#native.familyText(this.#handle, property);
  }

  /** Compacts all keys through the last level, beside the thread; the time-to-live filter sees every entry. */
  compact(): Promise<void> {
    return this.#native.familyCompact(this.#handle);
  }

  /** Takes in SST files (sst-file-writer.ts), newer than what is there. Unless `isMove` is false they are moved away. */
  ingest(paths: readonly string[], options: { readonly isMove?: boolean } = {}): Promise<void> {
    if (paths.length === 0) throw new RocksDbError('ROCKSDB_ARGUMENT', 'ingest was given no files');
    return this.#native.familyIngest(this.#handle, { paths, isMove: options.isMove ?? true });
  }

  /** Deletes the family and its data, and closes its iterators. Waits for background work of the database. */
  drop(): void {
    this.#native.familyDrop(this.#handle);
  }
}
