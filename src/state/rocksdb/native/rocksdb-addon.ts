// The only door from src to native-bindings: loads the RocksDB addon and names its classes. A slot loads it when its first
// task with the rocksdb backend opens; RocksDbAddon.load() throws ROCKSDB_UNAVAILABLE with the reason where it cannot.
export type { AboutAddon } from '../../../../native-bindings/rocksdb/addon-functions.js';
export type { BoundedIterator, IteratorOptions } from '../../../../native-bindings/rocksdb/bounded-iterator.js';
export { bytesNeeded, NOT_FOUND, type ColumnFamily } from '../../../../native-bindings/rocksdb/column-family.js';
export { ROCKSDB_ERRORS, RocksDbError, rocksDbErrorCode, type RocksDbErrorCode } from '../../../../native-bindings/rocksdb/errors.js';
export { MULTI_GET_ENTRY_BYTES, MultiGetTable } from '../../../../native-bindings/rocksdb/multi-get-table.js';
export type { ColumnFamilyOptions, CompactionStyle, Compression, DatabaseOptions, LogLevel, TimeToLive } from '../../../../native-bindings/rocksdb/open-options.js';
export { packedEntryBytes, PackedEntries } from '../../../../native-bindings/rocksdb/packed-entries.js';
export type { RegisteredMemory } from '../../../../native-bindings/rocksdb/registered-memory.js';
export type { RocksDatabase } from '../../../../native-bindings/rocksdb/rocks-database.js';
export { RocksDbAddon, type OpenDatabaseOptions } from '../../../../native-bindings/rocksdb/rocksdb-addon.js';
export { cacheBytesOf, writeBufferBytesOf, type SlotResources, type SlotResourcesOptions } from '../../../../native-bindings/rocksdb/slot-resources.js';
export type { SstFileWriter } from '../../../../native-bindings/rocksdb/sst-file-writer.js';
export { OPERATIONS, WriteBatchBuffer } from '../../../../native-bindings/rocksdb/write-batch-buffer.js';
