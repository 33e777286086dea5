#include "objects/open-options.h"

#include <rocksdb/filter_policy.h>
#include <rocksdb/statistics.h>
#include <rocksdb/table.h>

#include "objects/append-merge.h"

namespace millrace {

namespace {

rocksdb::CompressionType CompressionOf(const std::string& name) {
  if (name == "snappy") return rocksdb::kSnappyCompression;
  if (name == "zlib") return rocksdb::kZlibCompression;
  if (name == "bzip2") return rocksdb::kBZip2Compression;
  if (name == "lz4") return rocksdb::kLZ4Compression;
  if (name == "lz4hc") return rocksdb::kLZ4HCCompression;
  if (name == "zstd") return rocksdb::kZSTD;
  return rocksdb::kNoCompression;
}

rocksdb::CompactionStyle CompactionStyleOf(const std::string& name) {
  if (name == "universal") return rocksdb::kCompactionStyleUniversal;
  if (name == "fifo") return rocksdb::kCompactionStyleFIFO;
  if (name == "none") return rocksdb::kCompactionStyleNone;
  return rocksdb::kCompactionStyleLevel;
}

rocksdb::InfoLogLevel LogLevelOf(const std::string& name) {
  if (name == "debug") return rocksdb::DEBUG_LEVEL;
  if (name == "warn") return rocksdb::WARN_LEVEL;
  if (name == "error") return rocksdb::ERROR_LEVEL;
  if (name == "fatal") return rocksdb::FATAL_LEVEL;
  if (name == "header") return rocksdb::HEADER_LEVEL;
  return rocksdb::INFO_LEVEL;
}

rocksdb::BlockBasedTableOptions ReadTableOptions(const OptionsReader& options, const SlotResources* resources) {
  rocksdb::BlockBasedTableOptions table;
  table.block_size = static_cast<size_t>(options.Number("blockBytes", 4096));
  table.metadata_block_size = static_cast<uint64_t>(options.Number("metadataBlockBytes", 4096));
  if (resources != nullptr) {
    // What is outside the cache is outside the slot's budget, so index and filter blocks go into it as well.
    table.block_cache = resources->cache;
    table.cache_index_and_filter_blocks = true;
    table.cache_index_and_filter_blocks_with_high_priority = true;
    table.pin_l0_filter_and_index_blocks_in_cache = true;
  } else {
    table.block_cache = rocksdb::NewLRUCache(static_cast<size_t>(options.Number("blockCacheBytes", 8 << 20)), kCacheShardBits);
  }
  const double bloom_bits = options.Number("bloomBitsPerKey", 0);
  if (bloom_bits > 0) table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(bloom_bits, false));
  if (options.Boolean("partitionedIndexFilters", false)) {
    table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
    table.partition_filters = bloom_bits > 0;
    table.pin_top_level_index_and_filter = true;
  }
  return table;
}

void ReadCompression(const OptionsReader& options, rocksdb::ColumnFamilyOptions& family) {
  const std::vector<std::string> levels = options.Strings("compressionPerLevel");
  family.compression = levels.empty() ? rocksdb::kNoCompression : CompressionOf(levels[0]);
  if (levels.size() < 2) return;
  for (const std::string& level : levels) family.compression_per_level.push_back(CompressionOf(level));
}

}  // namespace

rocksdb::DBOptions ReadDatabaseOptions(const OptionsReader& options, const SlotResources* resources) {
  rocksdb::DBOptions database;
  database.create_if_missing = options.Boolean("createIfMissing", true);
  database.create_missing_column_families = database.create_if_missing;
  database.error_if_exists = options.Boolean("errorIfExists", false);
  database.max_open_files = static_cast<int>(options.Number("openFilesMax", -1));
  database.max_background_jobs = static_cast<int>(options.Number("backgroundJobs", 2));
  database.use_fsync = options.Boolean("useFsync", false);
  database.paranoid_checks = options.Boolean("paranoidChecks", true);
  database.avoid_flush_during_shutdown = true;
  database.allow_concurrent_memtable_write = false;
  database.enable_write_thread_adaptive_yield = false;
  database.stats_dump_period_sec = 0;
  database.stats_persist_period_sec = 0;
  database.db_log_dir = options.String("logDirectory", "");
  database.info_log_level = LogLevelOf(options.String("logLevel", "info"));
  database.keep_log_file_num = static_cast<size_t>(options.Number("logFileCount", 4));
  database.max_log_file_size = static_cast<size_t>(options.Number("logFileBytesMax", 25 << 20));
  if (options.Boolean("hasStatistics", false)) {
    database.statistics = rocksdb::CreateDBStatistics();
    database.statistics->set_stats_level(rocksdb::kExceptDetailedTimers);
  }
  if (resources != nullptr) database.write_buffer_manager = resources->write_buffers;
  return database;
}

rocksdb::ColumnFamilyOptions ReadColumnFamilyOptions(const OptionsReader& options, const SlotResources* resources, const std::shared_ptr<TtlClock>& clock) {
  rocksdb::ColumnFamilyOptions family;
  family.write_buffer_size = static_cast<size_t>(options.Number("writeBufferBytes", 64 << 20));
  family.max_write_buffer_number = static_cast<int>(options.Number("writeBufferCount", 2));
  family.min_write_buffer_number_to_merge = static_cast<int>(options.Number("writeBuffersToMerge", 1));
  family.arena_block_size = static_cast<size_t>(options.Number("arenaBlockBytes", 0));
  family.compaction_style = CompactionStyleOf(options.String("compactionStyle", "level"));
  family.level_compaction_dynamic_level_bytes = options.Boolean("dynamicLevelBytes", false);
  family.max_bytes_for_level_base = static_cast<uint64_t>(options.Number("levelBaseBytesMax", 256 << 20));
  family.target_file_size_base = static_cast<uint64_t>(options.Number("targetFileBytes", 64 << 20));
  family.level0_file_num_compaction_trigger = static_cast<int>(options.Number("level0FileCountTrigger", 4));
  family.level0_slowdown_writes_trigger = static_cast<int>(options.Number("level0FileCountSlowdown", 20));
  family.level0_stop_writes_trigger = static_cast<int>(options.Number("level0FileCountStop", 36));
  family.disable_auto_compactions = options.Boolean("disableAutoCompactions", false);
  family.periodic_compaction_seconds = static_cast<uint64_t>(options.Number("periodicCompactionSeconds", 0));
  family.optimize_filters_for_hits = options.Boolean("optimizeFiltersForHits", false);
  family.max_successive_merges = static_cast<size_t>(options.Number("successiveMergesMax", 0));
  family.memtable_prefix_bloom_size_ratio = options.Number("writeBufferBloomRatio", 0);
  family.memtable_whole_key_filtering = family.memtable_prefix_bloom_size_ratio > 0;
  ReadCompression(options, family);
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(ReadTableOptions(options, resources)));
  if (options.String("mergeOperator", "") == "append") family.merge_operator = std::make_shared<AppendMerge>();
  if (options.Has("timeToLive")) {
    OptionsReader reader(options.env(), options.Get("timeToLive"));
    TtlOptions time_to_live;
    time_to_live.time_to_live_ms = static_cast<int64_t>(reader.Number("timeToLiveMs", 0));
    time_to_live.timestamp_offset = static_cast<uint32_t>(reader.Number("timestampOffset", 0));
    time_to_live.is_list = reader.String("shape", "value") == "list";
    family.compaction_filter_factory = CreateTtlFilterFactory(time_to_live, clock);
  }
  return family;
}

}  // namespace millrace
