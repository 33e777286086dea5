// Options of databases and column families, and the one place where they are checked: C++ takes them as they are. What is
// left out has the default of Flink's state.backend.rocksdb.* option, which stands beside it.
import { RocksDbError } from './errors.js';

export type Compression = 'none' | 'snappy' | 'zlib' | 'bzip2' | 'lz4' | 'lz4hc' | 'zstd';
export type CompactionStyle = 'level' | 'universal' | 'fifo' | 'none';
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'header';

/** Expired values go during compaction. Timestamps are big-endian int64 milliseconds. */
export interface TimeToLive {
  readonly timeToLiveMs: number;
  /** Where the timestamp lies in the value (shape value) or in each element (shape list). 0. */
  readonly timestampOffset?: number;
  /** list: elements one after another, each a big-endian uint32 length and that many bytes. value. */
  readonly shape?: 'value' | 'list';
}

export interface ColumnFamilyOptions {
  readonly name: string;
  /** writebuffer.size, 64 MiB. */
  readonly writeBufferBytes?: number;
  /** writebuffer.count, 2. */
  readonly writeBufferCount?: number;
  /** writebuffer.number-to-merge, 1. */
  readonly writeBuffersToMerge?: number;
  /** 0: RocksDB's choice. */
  readonly arenaBlockBytes?: number;
  /** Of the write buffer's bytes, for a filter of its keys: reads then search it only for keys it may hold; 0 is none. 0. */
  readonly writeBufferBloomRatio?: number;
  /** block.blocksize, 4 KiB. */
  readonly blockBytes?: number;
  /** block.metadata-blocksize, 4 KiB. */
  readonly metadataBlockBytes?: number;
  /** block.cache-size, 8 MiB: a cache of its own, used only without slot resources. */
  readonly blockCacheBytes?: number;
  /** bloom-filter.bits-per-key where use-bloom-filter; 0 is none. 0. */
  readonly bloomBitsPerKey?: number;
  /** memory.partitioned-index-filters, false. */
  readonly partitionedIndexFilters?: boolean;
  /** compaction.style, level. */
  readonly compactionStyle?: CompactionStyle;
  /** compaction.level.use-dynamic-size, false. */
  readonly dynamicLevelBytes?: boolean;
  /** compaction.level.max-size-level-base, 256 MiB. */
  readonly levelBaseBytesMax?: number;
  /** compaction.level.target-file-size-base, 64 MiB. */
  readonly targetFileBytes?: number;
  /** 4. */
  readonly level0FileCountTrigger?: number;
  /** Files in level 0 from which writes are slowed, 20, and stopped, 36. */
  readonly level0FileCountSlowdown?: number;
  readonly level0FileCountStop?: number;
  readonly disableAutoCompactions?: boolean;
  /** compression.per.level: one for all levels, or one each; none when left out (Flink's default is snappy). */
  readonly compressionPerLevel?: readonly Compression[];
  /** compaction.filter.periodic-compaction-time in seconds; 0 is never. 0. */
  readonly periodicCompactionSeconds?: number;
  readonly optimizeFiltersForHits?: boolean;
  /** Merges of one key in a memtable after which they are folded at once; 0 is never. 0. */
  readonly successiveMergesMax?: number;
  /** append: operands are put one after another. */
  readonly mergeOperator?: 'append';
  readonly timeToLive?: TimeToLive;
}

export interface DatabaseOptions {
  /** All column families that exist there must be named; missing ones are made if `createIfMissing`. */
  readonly columnFamilies: readonly ColumnFamilyOptions[];
  /** true. */
  readonly createIfMissing?: boolean;
  readonly errorIfExists?: boolean;
  /** files.open, -1: no limit. */
  readonly openFilesMax?: number;
  /** thread.num, 2: flushes and compactions at once. */
  readonly backgroundJobs?: number;
  readonly useFsync?: boolean;
  /** true. */
  readonly paranoidChecks?: boolean;
  /** log.dir, beside the data; log.level, info; log.file-num, 4; log.max-file-size, 25 MiB. */
  readonly logDirectory?: string;
  readonly logLevel?: LogLevel;
  readonly logFileCount?: number;
  readonly logFileBytesMax?: number;
  /** Counts tickers; each costs a little on every access. */
  readonly hasStatistics?: boolean;
  /** Writes a log that survives a crash; the engine never needs it. */
  readonly useWal?: boolean;
}

type Check = 'count' | 'count or -1' | 'number' | 'flag' | 'text' | 'name' | readonly string[] | 'compressions' | 'time to live';

const COMPRESSIONS: readonly Compression[] = ['none', 'snappy', 'zlib', 'bzip2', 'lz4', 'lz4hc', 'zstd'];

const FAMILY_CHECKS: Readonly<Record<keyof ColumnFamilyOptions, Check>> = {
  name: 'name', writeBufferBytes: 'count', writeBufferCount: 'count', writeBuffersToMerge: 'count', arenaBlockBytes: 'count', blockBytes: 'count',
  writeBufferBloomRatio: 'number',
  metadataBlockBytes: 'count', blockCacheBytes: 'count', bloomBitsPerKey: 'number', partitionedIndexFilters: 'flag',
  compactionStyle: ['level', 'universal', 'fifo', 'none'], dynamicLevelBytes: 'flag', levelBaseBytesMax: 'count', targetFileBytes: 'count',
  level0FileCountTrigger: 'count', level0FileCountSlowdown: 'count', level0FileCountStop: 'count', disableAutoCompactions: 'flag',
  compressionPerLevel: 'compressions', periodicCompactionSeconds: 'count', optimizeFiltersForHits: 'flag', successiveMergesMax: 'count',
  mergeOperator: ['append'], timeToLive: 'time to live',
};

const DATABASE_CHECKS: Readonly<Record<Exclude<keyof DatabaseOptions, 'columnFamilies'>, Check>> = {
  createIfMissing: 'flag', errorIfExists: 'flag', openFilesMax: 'count or -1', backgroundJobs: 'count', useFsync: 'flag', paranoidChecks: 'flag',
  logDirectory: 'text', logLevel: ['debug', 'info', 'warn', 'error', 'fatal', 'header'], logFileCount: 'count', logFileBytesMax: 'count',
  hasStatistics: 'flag', useWal: 'flag',
};

const TIME_TO_LIVE_CHECKS: Readonly<Record<keyof TimeToLive, Check>> = { timeToLiveMs: 'count', timestampOffset: 'count', shape: ['value', 'list'] };

/** Throws ROCKSDB_ARGUMENT for an unknown option or a value it cannot have. */
export function checkColumnFamilyOptions(options: ColumnFamilyOptions): void {
  checkOptions(`column family ${JSON.stringify(options.name)}`, options, FAMILY_CHECKS);
}

export function checkDatabaseOptions(options: Omit<DatabaseOptions, 'columnFamilies'>): void {
  checkOptions('database', options, DATABASE_CHECKS);
}

function checkOptions(what: string, options: object, checks: Readonly<Record<string, Check>>): void {
  for (const [name, value] of Object.entries(options)) {
    const check = checks[name];
    if (check === undefined) throw new RocksDbError('ROCKSDB_ARGUMENT', `the ${what} has an unknown option ${name}`);
    if (value === undefined || isAccepted(check, value, what)) continue;
    const wanted = typeof check === 'string' ? `a ${check}` : `one of ${check.join(', ')}`;
    throw new RocksDbError('ROCKSDB_ARGUMENT', `option ${name} of the ${what} is ${JSON.stringify(value)}: give ${wanted}`);
  }
}

function isAccepted(check: Check, value: unknown, what: string): boolean {
  switch (check) {
    case 'count': return Number.isSafeInteger(value) && (value as number) >= 0;
    case 'count or -1': return Number.isSafeInteger(value) && (value as number) >= -1;
    case 'number': return typeof value === 'number' && value >= 0 && Number.isFinite(value);
    case 'flag': return typeof value === 'boolean';
    case 'text': return typeof value === 'string';
    case 'name': return typeof value === 'string' && value !== '';
    case 'compressions': return Array.isArray(value) && value.every((each) => COMPRESSIONS.includes(each));
    case 'time to live': {
      if (typeof value !== 'object' || value === null) return false;
      checkOptions(`time to live of the ${what}`, value, TIME_TO_LIVE_CHECKS);
      return 'timeToLiveMs' in value;
    }
    default: return check.includes(value as string);
  }
}
