// What configuration says about the RocksDB backend, as the addon takes it: Flink's state.backend.rocksdb.* options over
// its predefined sets. Pure; any thread.
import type { Configuration } from '#core/config/configuration';
import type { ConfigOption } from '#core/config/config-option';
import type { MemorySize } from '#core/config/memory-size';
import { rocksdbMetricsOptions } from '#core/config/options/rocksdb-metrics-options';
import { rocksdbOptions } from '#core/config/options/rocksdb-options';
import { StateError } from '#state/errors';
import { isTicker } from '#state/rocksdb/tier-metrics';
import type { ColumnFamilyOptions, CompactionStyle, Compression, DatabaseOptions, LogLevel } from '#state/rocksdb/native/rocksdb-addon';

export interface RocksDbSettings {
  readonly localDirectory: string | undefined;
  readonly memory: {
    /** Of block cache and write buffers of the slot when it is fixed. */
    readonly memoryBytes: number | undefined;
    readonly isMemoryManaged: boolean;
    readonly writeBufferRatio: number;
    readonly highPriorityPoolRatio: number;
    /** Share of the slot's managed memory for the backend, the rest is for operators; and of that for hot tiers. */
    readonly managedShare: number;
    readonly hotTierShare: number;
  };
  readonly database: Omit<DatabaseOptions, 'columnFamilies'>;
  readonly family: Omit<ColumnFamilyOptions, 'name'>;
  readonly areTimersInDatabase: boolean;
  readonly timersInMemoryPerGroup: number;
  readonly isDeleteFilesInRangeUsed: boolean;
  readonly isIngestRestoreUsed: boolean;
  readonly isCompactedAfterRescale: boolean;
  readonly overlapFractionMin: number;
  /** Of RocksDB's own figures, by the last part of their option's key. */
  readonly metrics: readonly string[];
}

const MANAGED_SHARE = 0.75;
const HOT_TIER_SHARE = 0.3;
/**
 * Reads of keys that are not in the write buffer are as many as those that miss the hot tier, and a search of its skip list
 * is a cache miss per level: about 30 bits per entry spare it. Load of new keys 4.2 to 3.6 us of the record thread (bench/rocksdb-state-bench.ts).
 */
const WRITE_BUFFER_BLOOM_RATIO = 0.05;

type Family = { -readonly [K in keyof ColumnFamilyOptions]?: ColumnFamilyOptions[K] };

/**
 * What profiles set where it differs from the options' defaults: the named ones as Flink's do, DEFAULT what suits state behind a hot
 * tier. Most reads that come through are of new keys, which filters answer. Write buffers are small beside the state, so files are many and
 * hold keys of all ranges: levels would rewrite most of the state for each few of them, and compress the youngest files for nothing.
 * Nexmark q20 in SQL, four times its memory: 1.9 x the events per CPU-second, q4 1.7 x, q9 1.4 x.
 */
const PROFILES: Readonly<Record<string, { readonly database: DatabaseProfile; readonly family: Family }>> = {
  DEFAULT: { database: {}, family: { bloomBitsPerKey: 10, compactionStyle: 'universal', compressionPerLevel: ['none', 'lz4'] } },
  SPINNING_DISK_OPTIMIZED: { database: { backgroundJobs: 4 }, family: { dynamicLevelBytes: true } },
  SPINNING_DISK_OPTIMIZED_HIGH_MEM: {
    database: { backgroundJobs: 4 },
    family: {
      dynamicLevelBytes: true, targetFileBytes: 256 << 20, levelBaseBytesMax: 2 ** 30, writeBufferBytes: 64 << 20, writeBuffersToMerge: 3, writeBufferCount: 4,
      blockCacheBytes: 256 << 20, blockBytes: 128 << 10, bloomBitsPerKey: 10,
    },
  },
  FLASH_SSD_OPTIMIZED: { database: { backgroundJobs: 4 }, family: {} },
};

type DatabaseProfile = { readonly backgroundJobs?: number };

/** Throws STATE_BACKEND_OPTION_UNSUPPORTED (StateError) for an option this engine does not have. */
export function rocksDbSettingsOf(configuration: Configuration): RocksDbSettings {
  const get = <T>(option: ConfigOption<T>): T => configuration.get(option);
  const profileName = get(rocksdbOptions.predefinedOptions).toUpperCase();
  const profile = PROFILES[profileName];
  if (profile === undefined) refuse(rocksdbOptions.predefinedOptions.key, profileName, `give one of ${Object.keys(PROFILES).join(', ')}`);
  const factory = get(rocksdbOptions.optionsFactory);
  if (factory !== undefined) refuse(rocksdbOptions.optionsFactory.key, factory, 'classes of Java cannot be loaded: set the options themselves');
  const perTaskManager = get(rocksdbOptions.memoryFixedPerTm);
  if (perTaskManager !== undefined) refuse(rocksdbOptions.memoryFixedPerTm.key, String(perTaskManager), `set ${rocksdbOptions.memoryFixedPerSlot.key}`);
  const metrics = Object.values(rocksdbMetricsOptions).filter((option) => get(option)).map(({ key }) => key.slice(key.lastIndexOf('.') + 1));
  const perSlot = get(rocksdbOptions.memoryFixedPerSlot);
  return {
    localDirectory: get(rocksdbOptions.localDir),
    memory: {
      memoryBytes: perSlot === undefined ? undefined : bytesOf(perSlot),
      isMemoryManaged: get(rocksdbOptions.isMemoryManaged),
      writeBufferRatio: get(rocksdbOptions.memoryWriteBufferRatio),
      highPriorityPoolRatio: get(rocksdbOptions.memoryHighPrioPoolRatio),
      managedShare: MANAGED_SHARE,
      hotTierShare: HOT_TIER_SHARE,
    },
    database: { ...databaseOf(configuration), ...where(configuration, rocksdbOptions.threads, profile.database), ...(metrics.some(isTicker) ? { hasStatistics: true } : {}) },
    family: familyOf(configuration, profile.family),
    areTimersInDatabase: get(rocksdbOptions.timerServiceFactory) === 'ROCKSDB',
    timersInMemoryPerGroup: get(rocksdbOptions.timerServiceCacheSize),
    isDeleteFilesInRangeUsed: get(rocksdbOptions.isDeleteFilesInRangeUsed),
    isIngestRestoreUsed: get(rocksdbOptions.isIngestRestoreUsed),
    isCompactedAfterRescale: get(rocksdbOptions.isRestoreAsyncCompacted),
    overlapFractionMin: get(rocksdbOptions.restoreOverlapFractionThreshold),
    metrics,
  };
}

function databaseOf(configuration: Configuration): Omit<DatabaseOptions, 'columnFamilies'> {
  const logDirectory = configuration.get(rocksdbOptions.logDir);
  return {
    openFilesMax: configuration.get(rocksdbOptions.filesOpen),
    backgroundJobs: configuration.get(rocksdbOptions.threads),
    ...(logDirectory === undefined ? {} : { logDirectory }),
    logLevel: configuration.get(rocksdbOptions.logLevel).replace('_LEVEL', '').replace('NUM_INFO_LOGS', 'HEADER').toLowerCase() as LogLevel,
    logFileCount: configuration.get(rocksdbOptions.logFileCount),
    logFileBytesMax: bytesOf(configuration.get(rocksdbOptions.logMaxFileSize)),
  };
}

function familyOf(configuration: Configuration, profile: Family): Omit<ColumnFamilyOptions, 'name'> {
  const get = <T>(option: ConfigOption<T>): T => configuration.get(option);
  const isSet = <T>(option: ConfigOption<T>): boolean => configuration.contains(option);
  /** An option that is set wins over the profile, the profile over the option's default. */
  const choice = <T, K extends keyof Family>(name: K, option: ConfigOption<T>, convert: (value: T) => NonNullable<Family[K]>): NonNullable<Family[K]> =>
    (isSet(option) || profile[name] === undefined ? convert(get(option)) : profile[name]);
  const size = (name: keyof Family, option: ConfigOption<MemorySize>): Family => ({ [name]: choice(name, option, bytesOf) });
  const count = (name: keyof Family, option: ConfigOption<number>): Family => ({ [name]: choice(name, option, (number) => number) });
  // Who sizes levels wants them.
  const areLevelsSized = [rocksdbOptions.compactionMaxSizeLevelBase, rocksdbOptions.compactionTargetFileSizeBase, rocksdbOptions.isCompactionLevelSizeDynamic].some((option) => configuration.contains(option));
  const isBloomUsed = isSet(rocksdbOptions.isBloomFilterUsed) ? get(rocksdbOptions.isBloomFilterUsed) : profile.bloomBitsPerKey !== undefined;
  return {
    ...size('writeBufferBytes', rocksdbOptions.writeBufferSize), ...count('writeBufferCount', rocksdbOptions.writeBufferCount), ...count('writeBuffersToMerge', rocksdbOptions.writeBuffersToMerge),
    ...size('blockBytes', rocksdbOptions.blockSize), ...size('metadataBlockBytes', rocksdbOptions.blockMetadataSize), ...size('blockCacheBytes', rocksdbOptions.blockCacheSize),
    ...size('levelBaseBytesMax', rocksdbOptions.compactionMaxSizeLevelBase), ...size('targetFileBytes', rocksdbOptions.compactionTargetFileSizeBase),
    bloomBitsPerKey: isBloomUsed ? get(rocksdbOptions.bloomFilterBitsPerKey) : 0,
    writeBufferBloomRatio: WRITE_BUFFER_BLOOM_RATIO,
    partitionedIndexFilters: get(rocksdbOptions.isIndexPartitioned),
    compactionStyle: areLevelsSized && !isSet(rocksdbOptions.compactionStyle) ? 'level' : choice('compactionStyle', rocksdbOptions.compactionStyle, (name) => name.toLowerCase() as CompactionStyle),
    dynamicLevelBytes: choice('dynamicLevelBytes', rocksdbOptions.isCompactionLevelSizeDynamic, (isDynamic) => isDynamic),
    compressionPerLevel: choice('compressionPerLevel', rocksdbOptions.compressionPerLevel, (names) => names.map(compressionOf)),
    periodicCompactionSeconds: Math.floor(get(rocksdbOptions.compactionFilterPeriod).toMillis() / 1000),
  };
}

function compressionOf(name: string): Compression {
  switch (name) {
    case 'NO_COMPRESSION': case 'DISABLE_COMPRESSION_OPTION': return 'none';
    case 'BZLIB2_COMPRESSION': return 'bzip2';
    case 'XPRESS_COMPRESSION': return refuse(rocksdbOptions.compressionPerLevel.key, name, 'only Windows has it');
    default: return name.replace('_COMPRESSION', '').toLowerCase() as Compression;
  }
}

function where(configuration: Configuration, option: ConfigOption<number>, profile: DatabaseProfile): DatabaseProfile {
  return configuration.contains(option) ? {} : profile;
}

function bytesOf(size: MemorySize): number {
  return Number(size.bytes);
}

function refuse(key: string, value: string, advice: string): never {
  throw new StateError('STATE_BACKEND_OPTION_UNSUPPORTED', `${key} is ${value}, which the RocksDB backend does not support: ${advice}`, { context: { key, value } });
}
