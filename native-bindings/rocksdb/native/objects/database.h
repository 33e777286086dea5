// One RocksDB: the state of one keyed operator subtask, used by one thread; background work of RocksDB and of this addon
// runs beside it. Writes skip the write-ahead log unless `useWal`: the engine's checkpoints are what survives.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "napi/arguments.h"
#include "objects/registered-memory.h"
#include "objects/slot-resources.h"
#include "objects/ttl-filter.h"

namespace millrace {

class ColumnFamily;

// How many background works of a database have not ended.
class BackgroundCount {
 public:
  void Enter();
  void Leave();
  void WaitUntilIdle();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  uint32_t running_ = 0;
};

class Database {
 public:
  Database(rocksdb::DB* db, MemoryView memory, std::shared_ptr<SlotResources> resources, std::shared_ptr<TtlClock> clock, bool use_wal);
  // Background work must have ended and column families must be closed.
  ~Database();

  rocksdb::DB* db() const { return db_.get(); }
  const rocksdb::WriteOptions& write_options(bool is_no_slowdown) const { return is_no_slowdown ? no_slowdown_ : write_; }
  const rocksdb::ReadOptions& read_options() const { return read_; }
  const std::shared_ptr<BackgroundCount>& background() const { return background_; }
  void WaitForBackgroundWork() { background_->WaitUntilIdle(); }

  // The dense number by which packed write batches name a column family.
  uint32_t AddFamily(ColumnFamily* family);
  void ForgetFamily(uint32_t index) { families_[index] = nullptr; }
  ColumnFamily* Family(uint32_t index) const { return index < families_.size() ? families_[index] : nullptr; }
  std::vector<rocksdb::ColumnFamilyHandle*> FamilyHandles() const;

  MemoryView memory;
  const std::shared_ptr<SlotResources> resources;
  const std::shared_ptr<TtlClock> clock;

  // Reused by every call, so that a warm call allocates nothing of its own.
  rocksdb::WriteBatch batch;
  rocksdb::PinnableSlice value;
  std::vector<rocksdb::Slice> keys;
  std::vector<rocksdb::PinnableSlice> values;
  std::vector<rocksdb::Status> statuses;

 private:
  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::WriteOptions write_;
  rocksdb::WriteOptions no_slowdown_;
  rocksdb::ReadOptions read_;
  std::shared_ptr<BackgroundCount> background_;
  std::vector<ColumnFamily*> families_;
};

extern const Binding kDatabaseBindings[14];

}  // namespace millrace
