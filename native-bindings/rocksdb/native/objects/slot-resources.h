// What all databases of a slot share and what bounds their memory: one LRU block cache and one WriteBufferManager whose
// memtables are charged to that cache. Reference-counted; has an id by which another worker of the process attaches
// (one bound for a whole TaskManager).
#pragma once

#include <rocksdb/cache.h>
#include <rocksdb/write_buffer_manager.h>

#include <cstdint>
#include <memory>

#include "napi/arguments.h"

namespace millrace {

// One thread reads. With RocksDB's choice of 16 to 64 shards a filter block of some MB, as one file of 64 MB has, may be larger
// than what a shard has left beside memtables: then every read fetches it from the file, at ten times the time of a read.
constexpr int kCacheShardBits = 0;

struct SlotResources {
  uint32_t shared_id = 0;
  std::shared_ptr<rocksdb::Cache> cache;
  std::shared_ptr<rocksdb::WriteBufferManager> write_buffers;
};

extern const Binding kSlotResourcesBindings[4];

}  // namespace millrace
