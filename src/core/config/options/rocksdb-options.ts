// Keys of the RocksDB state backend: memory, tables, compaction, logs.
// Pure data; any thread.

import { booleanOption, doubleOption, durationOption, enumListOption, enumOption, intOption, longOption, memorySizeOption, stringOption } from '#core/config/config-option';

const COMPRESSIONS = [
  'NO_COMPRESSION', 'SNAPPY_COMPRESSION', 'ZLIB_COMPRESSION', 'BZLIB2_COMPRESSION', 'LZ4_COMPRESSION', 'LZ4HC_COMPRESSION',
  'XPRESS_COMPRESSION', 'ZSTD_COMPRESSION', 'DISABLE_COMPRESSION_OPTION',
] as const;
const LOG_LEVELS = ['DEBUG_LEVEL', 'INFO_LEVEL', 'WARN_LEVEL', 'ERROR_LEVEL', 'FATAL_LEVEL', 'HEADER_LEVEL', 'NUM_INFO_LOG_LEVELS'] as const;

export const rocksdbOptions = {
  checkpointTransferThreads: intOption('state.backend.rocksdb.checkpoint.transfer.thread.num', '4', 'Helpers that copy files of one backend to and from checkpoint storage.'),
  localDir: stringOption('state.backend.rocksdb.localdir', undefined, 'Folder of the database files; the temporary folder of the TaskManager when not set.'),
  memoryFixedPerSlot: memorySizeOption('state.backend.rocksdb.memory.fixed-per-slot', undefined, 'Memory for all instances of a slot, instead of its managed memory.'),
  memoryFixedPerTm: memorySizeOption('state.backend.rocksdb.memory.fixed-per-tm', undefined, 'Memory for all instances of a TaskManager; needs managed memory off and no size per slot.'),
  memoryHighPrioPoolRatio: doubleOption('state.backend.rocksdb.memory.high-prio-pool-ratio', '0.1', 'Share of the cache kept for index and filter blocks.'),
  isMemoryManaged: booleanOption('state.backend.rocksdb.memory.managed', 'true', "Whether caches and write buffers are charged to the slot's managed memory."),
  isIndexPartitioned: booleanOption('state.backend.rocksdb.memory.partitioned-index-filters', 'false', 'Whether indexes and filters are split so that only the parts in use are cached.'),
  memoryWriteBufferRatio: doubleOption('state.backend.rocksdb.memory.write-buffer-ratio', '0.5', 'Share of the memory that write buffers may take.'),
  optionsFactory: stringOption('state.backend.rocksdb.options-factory', undefined, 'Name of a factory that adjusts the options of the database.'),
  predefinedOptions: stringOption('state.backend.rocksdb.predefined-options', 'DEFAULT', 'Named set of options to start from.'),
  timerServiceCacheSize: intOption('state.backend.rocksdb.timer-service.cache-size', '128', 'Timers per key group that are kept in memory.'),
  timerServiceFactory: enumOption(['ROCKSDB', 'HEAP'])('state.backend.rocksdb.timer-service.factory', 'ROCKSDB', 'Whether timers live in the database or in memory.'),
  blockSize: memorySizeOption('state.backend.rocksdb.block.blocksize', '4 kb', 'Size of a data block before compression.'),
  blockCacheSize: memorySizeOption('state.backend.rocksdb.block.cache-size', '8 mb', 'Block cache of one instance when memory is not managed.'),
  blockMetadataSize: memorySizeOption('state.backend.rocksdb.block.metadata-blocksize', '4 kb', 'Size of a block of a split index or filter.'),
  bloomFilterBitsPerKey: doubleOption('state.backend.rocksdb.bloom-filter.bits-per-key', '10.0', 'Bits per key in a Bloom filter.'),
  isBloomFilterBlockBased: booleanOption('state.backend.rocksdb.bloom-filter.block-based-mode', 'false', 'Whether filters are made per block instead of per file.'),
  compactionFilterPeriod: durationOption('state.backend.rocksdb.compaction.filter.periodic-compaction-time', '30 d', 'Age at which a file is compacted just to drop expired state.'),
  compactionFilterQueryTimeAfterEntries: longOption('state.backend.rocksdb.compaction.filter.query-time-after-num-entries', '1000', 'Entries that are filtered before the clock is read again.'),
  compactionMaxSizeLevelBase: memorySizeOption('state.backend.rocksdb.compaction.level.max-size-level-base', '256 mb', 'Most data in the first sorted level.'),
  compactionTargetFileSizeBase: memorySizeOption('state.backend.rocksdb.compaction.level.target-file-size-base', '64 mb', 'Size of a file in the first sorted level.'),
  isCompactionLevelSizeDynamic: booleanOption('state.backend.rocksdb.compaction.level.use-dynamic-size', 'false', 'Whether level sizes are derived from the last level.'),
  compactionStyle: enumOption(['LEVEL', 'UNIVERSAL', 'FIFO', 'NONE'])('state.backend.rocksdb.compaction.style', 'LEVEL', 'How files are merged. Where neither it nor a size of levels is set, the set DEFAULT merges UNIVERSAL.'),
  compressionPerLevel: enumListOption(COMPRESSIONS)('state.backend.rocksdb.compression.per.level', 'SNAPPY_COMPRESSION', 'Compression of the files, one entry a level; the last holds for the levels below. Where it is not set, the set DEFAULT leaves new files as they are and compresses merged ones by LZ4.'),
  filesOpen: intOption('state.backend.rocksdb.files.open', '-1', 'Files an instance keeps open; -1 keeps all.'),
  isRestoreAsyncCompacted: booleanOption('state.backend.rocksdb.incremental-restore-async-compact-after-rescale', 'false', 'Whether data outside the own key groups is compacted away in the background after rescaling.'),
  logDir: stringOption('state.backend.rocksdb.log.dir', undefined, 'Folder of the database log.'),
  logFileCount: intOption('state.backend.rocksdb.log.file-num', '4', 'Log files that are kept.'),
  logLevel: enumOption(LOG_LEVELS)('state.backend.rocksdb.log.level', 'INFO_LEVEL', 'What the database writes to its log.'),
  logMaxFileSize: memorySizeOption('state.backend.rocksdb.log.max-file-size', '25 mb', 'Size at which a new log file is begun.'),
  isDeleteFilesInRangeUsed: booleanOption('state.backend.rocksdb.rescaling.use-delete-files-in-range', 'false', 'Whether rescaling drops whole files outside the own key groups.'),
  restoreOverlapFractionThreshold: doubleOption('state.backend.rocksdb.restore-overlap-fraction-threshold', '0.0', 'Share of key groups that a handle must have in common to be used as the starting point.'),
  threads: intOption('state.backend.rocksdb.thread.num', '2', 'Background threads for flushes and compactions of one instance.'),
  isBloomFilterUsed: booleanOption('state.backend.rocksdb.use-bloom-filter', 'false', 'Whether new files get a Bloom filter. Where it is not set, the set DEFAULT makes one.'),
  isIngestRestoreUsed: booleanOption('state.backend.rocksdb.use-ingest-db-restore-mode', 'false', 'Whether rescaling takes files of other instances as they are instead of copying entries.'),
  writeBatchSize: memorySizeOption('state.backend.rocksdb.write-batch-size', '2 mb', 'Size at which a group of writes is handed to the database; 0 counts entries only.'),
  writeBufferCount: intOption('state.backend.rocksdb.writebuffer.count', '2', 'Write buffers of one state, full ones included.'),
  writeBuffersToMerge: intOption('state.backend.rocksdb.writebuffer.number-to-merge', '1', 'Full write buffers that are merged before they are flushed.'),
  writeBufferSize: memorySizeOption('state.backend.rocksdb.writebuffer.size', '64 mb', 'Size of one write buffer.'),
  manualCompactionMinInterval: durationOption('state.backend.rocksdb.manual-compaction.min-interval', '0 ms', 'Shortest time between two rounds of joining small files; 0 turns it off.'),
  manualCompactionMaxParallel: intOption('state.backend.rocksdb.manual-compaction.max-parallel-compactions', '5', 'Such compactions at once.'),
  manualCompactionMaxFileSize: memorySizeOption('state.backend.rocksdb.manual-compaction.max-file-size-to-compact', '50 kb', 'Files up to this size count as small.'),
  manualCompactionMinFiles: intOption('state.backend.rocksdb.manual-compaction.min-files-to-compact', '5', 'Small files that must have come together.'),
  manualCompactionMaxFiles: intOption('state.backend.rocksdb.manual-compaction.max-files-to-compact', '30', 'Small files that are joined at once.'),
  manualCompactionMaxOutputFileSize: memorySizeOption('state.backend.rocksdb.manual-compaction.max-output-file-size', '64 mb', 'Size of a joined file at most.'),
  manualCompactionMaxAutoCompactions: intOption('state.backend.rocksdb.manual-compaction.max-auto-compactions', '30', "The database's own compactions under way above which joining waits."),
} as const;
