#include "objects/packed-write.h"

#include <cstring>

#include "environment.h"
#include "napi/errors.h"

namespace millrace {

namespace {

constexpr uint32_t kMagic = 0x3142574d;
constexpr int64_t kHeaderBytes = 8;
constexpr int64_t kOperationHeaderBytes = 12;

enum Kind : uint32_t { kPut = 1, kDelete = 2, kMerge = 3, kDeleteRange = 4 };

uint32_t ReadU32(const char* at) {
  uint32_t value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

rocksdb::Status Malformed(const char* what) { return rocksdb::Status::InvalidArgument("the packed write batch is malformed", what); }

rocksdb::Status AddOperation(rocksdb::WriteBatch& batch, uint32_t kind, rocksdb::ColumnFamilyHandle* family, const rocksdb::Slice& key, const rocksdb::Slice& value) {
  switch (kind) {
    case kPut: return batch.Put(family, key, value);
    case kDelete: return batch.Delete(family, key);
    case kMerge: return batch.Merge(family, key, value);
    case kDeleteRange: return batch.DeleteRange(family, key, value);
    default: return Malformed("unknown kind of operation");
  }
}

rocksdb::Status Unpack(Database& database, const char* bytes, int64_t length) {
  rocksdb::WriteBatch& batch = database.batch;
  if (length < kHeaderBytes || ReadU32(bytes) != kMagic) return Malformed("no header");
  const uint32_t count = ReadU32(bytes + 4);
  int64_t at = kHeaderBytes;
  for (uint32_t operation = 0; operation < count; operation++) {
    if (length - at < kOperationHeaderBytes) return Malformed("cut short");
    const uint32_t word = ReadU32(bytes + at);
    const int64_t key_bytes = ReadU32(bytes + at + 4), value_bytes = ReadU32(bytes + at + 8);
    at += kOperationHeaderBytes;
    if (key_bytes > length - at || value_bytes > length - at - key_bytes) return Malformed("cut short");
    const ColumnFamily* family = database.Family(word >> 8);
    if (family == nullptr) return Malformed("no such column family");
    const rocksdb::Slice key(bytes + at, key_bytes), value(bytes + at + key_bytes, value_bytes);
    const rocksdb::Status status = AddOperation(batch, word & 0xff, family->handle, key, value);
    if (!status.ok()) return status;
    at += (key_bytes + value_bytes + 3) & ~int64_t{3};
  }
  return at == length ? rocksdb::Status::OK() : Malformed("bytes after the last operation");
}

// databaseWrite(database, offset, length) -> 1; databaseTryWrite -> 0 while RocksDB stalls writes: nothing is written then
template <bool kIsNoSlowdown>
napi_value DatabaseWrite(napi_env env, napi_callback_info info) {
  Arguments<3> args(env, info);
  Database* database = args.environment().databases.Find(args.U32(0));
  if (database == nullptr) return ThrowStaleHandle(env, "database");
  const int64_t offset = args.I64(1), length = args.I64(2);
  if (!database->memory.Contains(offset, length)) return ThrowOutsideMemory(env);
  database->batch.Clear();
  rocksdb::Status status = Unpack(*database, database->memory.base + offset, length);
  if (status.ok()) status = database->db()->Write(database->write_options(kIsNoSlowdown), &database->batch);
  if (status.ok()) return Int32(env, 1);
  if (kIsNoSlowdown && status.IsIncomplete()) return Int32(env, 0);
  return ThrowStatus(env, status, "write a batch");
}

}  // namespace

const Binding kPackedWriteBindings[2] = {{"databaseWrite", DatabaseWrite<false>}, {"databaseTryWrite", DatabaseWrite<true>}};

}  // namespace millrace
