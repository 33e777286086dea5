import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Configuration } from '#core/config/configuration';
import { rocksDbSettingsOf } from '#state/rocksdb/rocksdb-settings';

const settings = (options: Readonly<Record<string, string>> = {}) => rocksDbSettingsOf(Configuration.fromMap(options));

describe('settings of the RocksDB backend', () => {
  test('without options they are Flink\'s defaults, but for filters and how files are merged and compressed', () => {
    const { family, database, memory, areTimersInDatabase } = settings();
    assert.deepEqual(family, {
      writeBufferBytes: 64 << 20, writeBufferCount: 2, writeBuffersToMerge: 1, blockBytes: 4096, metadataBlockBytes: 4096, blockCacheBytes: 8 << 20, levelBaseBytesMax: 256 << 20,
      targetFileBytes: 64 << 20, bloomBitsPerKey: 10, writeBufferBloomRatio: 0.05, partitionedIndexFilters: false, compactionStyle: 'universal', dynamicLevelBytes: false, compressionPerLevel: ['none', 'lz4'], periodicCompactionSeconds: 30 * 86_400,
    });
    assert.deepEqual(database, { openFilesMax: -1, backgroundJobs: 2, logLevel: 'info', logFileCount: 4, logFileBytesMax: 25 << 20 });
    assert.deepEqual([memory.memoryBytes, memory.isMemoryManaged, memory.writeBufferRatio, memory.highPriorityPoolRatio, areTimersInDatabase], [undefined, true, 0.5, 0.1, true]);
  });

  test('a predefined set stands in for defaults, and an option that is set wins over it', () => {
    const spinning = settings({ 'state.backend.rocksdb.predefined-options': 'spinning_disk_optimized_high_mem', 'state.backend.rocksdb.writebuffer.count': '7' });
    assert.deepEqual([spinning.family.writeBufferCount, spinning.family.writeBuffersToMerge, spinning.family.blockBytes, spinning.family.bloomBitsPerKey, spinning.database.backgroundJobs], [7, 3, 128 << 10, 10, 4]);
    assert.equal(settings({ 'state.backend.rocksdb.predefined-options': 'FLASH_SSD_OPTIMIZED', 'state.backend.rocksdb.thread.num': '3' }).database.backgroundJobs, 3);
    assert.equal(settings({ 'state.backend.rocksdb.predefined-options': 'SPINNING_DISK_OPTIMIZED_HIGH_MEM', 'state.backend.rocksdb.use-bloom-filter': 'false' }).family.bloomBitsPerKey, 0);
  });

  test('who sizes levels gets levels, unless a style is named', () => {
    const sized = { 'state.backend.rocksdb.compaction.level.max-size-level-base': '64 mb' };
    assert.equal(settings(sized).family.compactionStyle, 'level');
    assert.equal(settings({ ...sized, 'state.backend.rocksdb.compaction.style': 'UNIVERSAL' }).family.compactionStyle, 'universal');
  });

  test('named predefined sets are Flink\'s, also where DEFAULT is not', () => {
    const { family } = settings({ 'state.backend.rocksdb.predefined-options': 'FLASH_SSD_OPTIMIZED' });
    assert.deepEqual([family.bloomBitsPerKey, family.compactionStyle, family.compressionPerLevel], [0, 'level', ['snappy']]);
  });

  test('an option that is set to Flink\'s default is kept', () => {
    const { family } = settings({ 'state.backend.rocksdb.use-bloom-filter': 'false', 'state.backend.rocksdb.compaction.style': 'LEVEL', 'state.backend.rocksdb.compression.per.level': 'SNAPPY_COMPRESSION' });
    assert.deepEqual([family.bloomBitsPerKey, family.compactionStyle, family.compressionPerLevel], [0, 'level', ['snappy']]);
  });

  test('options get to the database in its own words', () => {
    const { family, database, memory, localDirectory, areTimersInDatabase } = settings({
      'state.backend.rocksdb.compression.per.level': 'NO_COMPRESSION;LZ4_COMPRESSION;ZSTD_COMPRESSION', 'state.backend.rocksdb.compaction.style': 'UNIVERSAL', 'state.backend.rocksdb.use-bloom-filter': 'true',
      'state.backend.rocksdb.log.level': 'WARN_LEVEL', 'state.backend.rocksdb.memory.fixed-per-slot': '64 mb', 'state.backend.rocksdb.localdir': '/data/state', 'state.backend.rocksdb.timer-service.factory': 'HEAP',
    });
    assert.deepEqual([family.compressionPerLevel, family.compactionStyle, family.bloomBitsPerKey], [['none', 'lz4', 'zstd'], 'universal', 10]);
    assert.deepEqual([database.logLevel, memory.memoryBytes, localDirectory, areTimersInDatabase], ['warn', 64 << 20, '/data/state', false]);
  });

  test('what the backend does not have is refused by its key', () => {
    const code = 'STATE_BACKEND_OPTION_UNSUPPORTED';
    assert.throws(() => settings({ 'state.backend.rocksdb.predefined-options': 'FAST' }), { code, message: /predefined-options is FAST/ });
    assert.throws(() => settings({ 'state.backend.rocksdb.options-factory': 'org.example.Options' }), { code, message: /options-factory/ });
    assert.throws(() => settings({ 'state.backend.rocksdb.memory.fixed-per-tm': '1 gb' }), { code, message: /fixed-per-tm.*fixed-per-slot/ });
    assert.throws(() => settings({ 'state.backend.rocksdb.compression.per.level': 'XPRESS_COMPRESSION' }), { code });
  });
});
