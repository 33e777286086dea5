// Drops expired state during flush and compaction. Never calls JavaScript: the time is an atomic that the record thread
// moves forward. Runs on RocksDB's background threads.
//
// Layout of a value with a time to live (numbers big-endian, as the engine's serializers write them):
//   shape value: at `timestamp_offset` an int64, the time of the last use in milliseconds
//   shape list:  elements one after another: uint32 length of the element | element; the int64 lies in each element
// A value that is shorter than its timestamp, or a list with a broken length, is kept as it is: reading reports it.
#pragma once

#include <rocksdb/compaction_filter.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace millrace {

// The query time of one database, in milliseconds.
struct TtlClock {
  std::atomic<int64_t> now_ms{INT64_MIN};
};

struct TtlOptions {
  int64_t time_to_live_ms = 0;
  uint32_t timestamp_offset = 0;
  bool is_list = false;
};

// Flink's rule: expired when timestamp + time to live <= now, the sum saturating.
bool IsExpired(int64_t timestamp_ms, int64_t time_to_live_ms, int64_t now_ms);

std::shared_ptr<rocksdb::CompactionFilterFactory> CreateTtlFilterFactory(const TtlOptions& options, std::shared_ptr<TtlClock> clock);

}  // namespace millrace
