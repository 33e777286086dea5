// Which figures of RocksDB itself are reported; each is off unless it is asked for, since asking costs a little.
// Pure data; any thread.

import { booleanOption } from '#core/config/config-option';

const metric = (name: string, description: string) => booleanOption(`state.backend.rocksdb.metrics.${name}`, 'false', description);

export const rocksdbMetricsOptions = {
  actualDelayedWriteRate: metric('actual-delayed-write-rate', 'Bytes per second to which writes are slowed down; 0 for not at all.'),
  backgroundErrors: metric('background-errors', 'Errors in the background.'),
  blockCacheCapacity: metric('block-cache-capacity', 'Size of the block cache.'),
  blockCacheHit: metric('block-cache-hit', 'Blocks found in the cache.'),
  blockCacheMiss: metric('block-cache-miss', 'Blocks read from files.'),
  blockCachePinnedUsage: metric('block-cache-pinned-usage', 'Bytes of the block cache in use by reads.'),
  blockCacheUsage: metric('block-cache-usage', 'Bytes in the block cache.'),
  bytesRead: metric('bytes-read', 'Bytes of values read.'),
  bytesWritten: metric('bytes-written', 'Bytes of keys and values written.'),
  compactionPending: metric('compaction-pending', 'Whether a compaction waits: 1 or 0.'),
  compactionReadBytes: metric('compaction-read-bytes', 'Bytes read by compactions.'),
  compactionWriteBytes: metric('compaction-write-bytes', 'Bytes written by compactions.'),
  curSizeActiveMemTable: metric('cur-size-active-mem-table', 'Bytes of the write buffer in use.'),
  curSizeAllMemTables: metric('cur-size-all-mem-tables', 'Bytes of all write buffers not flushed yet.'),
  estimateLiveDataSize: metric('estimate-live-data-size', 'Bytes of data that is not outdated, about.'),
  estimateNumKeys: metric('estimate-num-keys', 'Number of keys, about.'),
  estimatePendingCompactionBytes: metric('estimate-pending-compaction-bytes', 'Bytes that compactions have yet to rewrite, about.'),
  estimateTableReadersMem: metric('estimate-table-readers-mem', 'Bytes of indexes and filters outside the block cache, about.'),
  isWriteStopped: metric('is-write-stopped', 'Whether writes are stopped: 1 or 0.'),
  iterBytesRead: metric('iter-bytes-read', 'Bytes read by scans.'),
  liveSstFilesSize: metric('live-sst-files-size', 'Bytes of the files of the newest version.'),
  memTableFlushPending: metric('mem-table-flush-pending', 'Whether a flush waits: 1 or 0.'),
  numDeletesActiveMemTable: metric('num-deletes-active-mem-table', 'Deletions in the write buffer in use.'),
  numDeletesImmMemTables: metric('num-deletes-imm-mem-tables', 'Deletions in full write buffers.'),
  numEntriesActiveMemTable: metric('num-entries-active-mem-table', 'Entries in the write buffer in use.'),
  numEntriesImmMemTables: metric('num-entries-imm-mem-tables', 'Entries in full write buffers.'),
  numFilesAtLevel: metric('num-files-at-level', 'Files of each level.'),
  numImmutableMemTable: metric('num-immutable-mem-table', 'Full write buffers not flushed yet.'),
  numLiveVersions: metric('num-live-versions', 'Versions of the set of files that something still reads.'),
  numRunningCompactions: metric('num-running-compactions', 'Compactions under way.'),
  numRunningFlushes: metric('num-running-flushes', 'Flushes under way.'),
  numSnapshots: metric('num-snapshots', 'Snapshots that something still reads.'),
  sizeAllMemTables: metric('size-all-mem-tables', 'Bytes of all write buffers, flushed ones that are still read included.'),
  stallMicros: metric('stall-micros', 'Microseconds for which writes were held up.'),
  totalSstFilesSize: metric('total-sst-files-size', 'Bytes of the files of all versions.'),
} as const;
