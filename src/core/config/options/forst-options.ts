// Keys of Flink's ForSt state backend, typed and checked so that a Flink configuration is read whole.
// Pure data; any thread.

import { booleanOption, doubleOption, enumOption, intOption, memorySizeOption, stringOption } from '#core/config/config-option';

export const forstOptions = {
  cacheDir: stringOption('state.backend.forst.cache.dir', undefined, 'Folder of the local file cache.'),
  cacheAccessBeforePromote: intOption('state.backend.forst.cache.lru.access-before-promote', '6', 'Accesses after which a file moves to the hot end of the cache.'),
  cachePromoteLimit: intOption('state.backend.forst.cache.lru.promote-limit', '3', 'Times that one file may move to the hot end.'),
  cacheReserveSize: memorySizeOption('state.backend.forst.cache.reserve-size', '256 mb', 'Disk space that the cache leaves free.'),
  cacheSizeBasedLimit: memorySizeOption('state.backend.forst.cache.size-based-limit', '0 bytes', 'Most disk space of the cache; 0 sets no limit.'),
  isExecutorCoordinatorInline: booleanOption('state.backend.forst.executor.inline-coordinator', 'false', 'Whether requests are dispatched on the thread of the task.'),
  isExecutorWriteInline: booleanOption('state.backend.forst.executor.inline-write', 'true', 'Whether writes run on the thread that dispatches.'),
  executorReadParallelism: intOption('state.backend.forst.executor.read-io-parallelism', '3', 'Threads that read.'),
  executorWriteParallelism: intOption('state.backend.forst.executor.write-io-parallelism', '1', 'Threads that write.'),
  localDir: stringOption('state.backend.forst.local-dir', undefined, 'Folder of files that stay local.'),
  memoryFixedPerSlot: memorySizeOption('state.backend.forst.memory.fixed-per-slot', undefined, 'Memory for all instances of a slot, instead of its managed memory.'),
  memoryFixedPerTm: memorySizeOption('state.backend.forst.memory.fixed-per-tm', undefined, 'Memory for all instances of a TaskManager.'),
  memoryHighPrioPoolRatio: doubleOption('state.backend.forst.memory.high-prio-pool-ratio', '0.1', 'Share of the cache kept for index and filter blocks.'),
  isMemoryManaged: booleanOption('state.backend.forst.memory.managed', 'true', "Whether memory is charged to the slot's managed memory."),
  isIndexPartitioned: booleanOption('state.backend.forst.memory.partitioned-index-filters', 'true', 'Whether indexes and filters are split so that only the parts in use are cached.'),
  memoryWriteBufferRatio: doubleOption('state.backend.forst.memory.write-buffer-ratio', '0.5', 'Share of the memory that write buffers may take.'),
  optionsFactory: stringOption('state.backend.forst.options-factory', undefined, 'Name of a factory that adjusts the options of the database.'),
  primaryDir: stringOption('state.backend.forst.primary-dir', 'checkpoint-dir', 'Folder of the files; `checkpoint-dir` shares the checkpoint folder.'),
  isSyncEnforcedLocal: booleanOption('state.backend.forst.sync.enforce-local', 'true', 'Whether state that is read synchronously stays on local disk.'),
  timerServiceCacheSize: intOption('state.backend.forst.timer-service.cache-size', '128', 'Timers per key group that are kept in memory.'),
  timerServiceFactory: enumOption(['ForStDB', 'HEAP'])('state.backend.forst.timer-service.factory', 'ForStDB', 'Whether timers live in the database or in memory.'),
} as const;
