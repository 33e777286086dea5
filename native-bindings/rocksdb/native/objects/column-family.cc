#include "objects/column-family.h"

#include <rocksdb/convenience.h>

#include <cstring>
#include <utility>

#include "environment.h"
#include "napi/background-work.h"
#include "napi/errors.h"

namespace millrace {

ColumnFamily::ColumnFamily(Database* database, rocksdb::ColumnFamilyHandle* handle) : database(database), handle(handle), index(database->AddFamily(this)) {}

ColumnFamily::~ColumnFamily() {
  database->ForgetFamily(index);
  database->db()->DestroyColumnFamilyHandle(handle);
}

namespace {

constexpr int32_t kNotFound = -1;

// What a caller whose room is too small is told: it reads the needed bytes as -2 - result.
int32_t Needed(size_t bytes) {
  return bytes >= (size_t{1} << 31) - 2 ? INT32_MIN : -2 - static_cast<int32_t>(bytes);
}

// familyGet(family, keyOffset, keyLength, outOffset, outCapacity) -> bytes written, -1 not found, -2 - n too small for n
napi_value FamilyGet(napi_env env, napi_callback_info info) {
  Arguments<5> args(env, info);
  ColumnFamily* family = args.environment().column_families.Find(args.U32(0));
  if (family == nullptr) return ThrowStaleHandle(env, "column family");
  Database& database = *family->database;
  const int64_t key_offset = args.I64(1), key_length = args.I64(2), out_offset = args.I64(3), out_capacity = args.I64(4);
  if (!database.memory.Contains(key_offset, key_length) || !database.memory.Contains(out_offset, out_capacity)) return ThrowOutsideMemory(env);
  rocksdb::PinnableSlice& value = database.value;
  const rocksdb::Status status = database.db()->Get(database.read_options(), family->handle, database.memory.Slice(key_offset, key_length), &value);
  int32_t result;
  if (status.ok()) {
    const bool fits = value.size() <= static_cast<size_t>(out_capacity);
    if (fits) std::memcpy(database.memory.base + out_offset, value.data(), value.size());
    result = fits ? static_cast<int32_t>(value.size()) : Needed(value.size());
  } else {
    result = kNotFound;
  }
  value.Reset();
  if (!status.ok() && !status.IsNotFound()) return ThrowStatus(env, status, "get");
  return Int32(env, result);
}

// One key of a multi-get: see multi-get-table.ts.
struct MultiGetEntry {
  uint32_t key_offset;
  uint32_t key_length;
  int32_t result;
  uint32_t value_offset;
};
static_assert(sizeof(MultiGetEntry) == 16, "the layout of multi-get-table.ts");

// Copies the values found and writes each key's result. Gives how many found no room; `failed` is the first error.
int32_t AnswerMultiGet(Database& database, char* table, uint32_t count, int64_t values_offset, int64_t values_capacity, rocksdb::Status* failed) {
  int64_t used = 0;
  int32_t without_room = 0;
  for (uint32_t index = 0; index < count; index++) {
    rocksdb::PinnableSlice& value = database.values[index];
    const rocksdb::Status& status = database.statuses[index];
    MultiGetEntry entry;
    std::memcpy(&entry, table + index * sizeof(entry), sizeof(entry));
    entry.result = kNotFound;
    entry.value_offset = 0;
    if (status.ok()) {
      const int64_t bytes = static_cast<int64_t>(value.size());
      if (bytes <= values_capacity - used) {
        std::memcpy(database.memory.base + values_offset + used, value.data(), value.size());
        entry.result = static_cast<int32_t>(bytes);
        entry.value_offset = static_cast<uint32_t>(used);
        used = (used + bytes + 7) & ~int64_t{7};
        if (used > values_capacity) used = values_capacity;
      } else {
        entry.result = Needed(value.size());
        without_room++;
      }
    } else if (!status.IsNotFound() && failed->ok()) {
      *failed = status;
    }
    std::memcpy(table + index * sizeof(entry), &entry, sizeof(entry));
    value.Reset();
  }
  return without_room;
}

// familyMultiGet(family, count, tableOffset, keysOffset, valuesOffset, valuesCapacity) -> how many values found no room
napi_value FamilyMultiGet(napi_env env, napi_callback_info info) {
  Arguments<6> args(env, info);
  ColumnFamily* family = args.environment().column_families.Find(args.U32(0));
  if (family == nullptr) return ThrowStaleHandle(env, "column family");
  Database& database = *family->database;
  const uint32_t count = args.U32(1);
  const int64_t table_offset = args.I64(2), keys_offset = args.I64(3), values_offset = args.I64(4), values_capacity = args.I64(5);
  const MemoryView& memory = database.memory;
  if (!memory.Contains(table_offset, count * int64_t{sizeof(MultiGetEntry)}) || !memory.Contains(values_offset, values_capacity)) return ThrowOutsideMemory(env);
  if (database.keys.size() < count) {
    database.keys.resize(count);
    database.statuses.resize(count);
    database.values = std::vector<rocksdb::PinnableSlice>(count);
  }
  char* table = memory.base + table_offset;
  for (uint32_t index = 0; index < count; index++) {
    MultiGetEntry entry;
    std::memcpy(&entry, table + index * sizeof(entry), sizeof(entry));
    const int64_t key_offset = keys_offset + entry.key_offset;
    if (keys_offset < 0 || !memory.Contains(key_offset, entry.key_length)) return ThrowOutsideMemory(env);
    database.keys[index] = memory.Slice(key_offset, entry.key_length);
  }
  if (count == 0) return Int32(env, 0);
  database.db()->MultiGet(database.read_options(), family->handle, count, database.keys.data(), database.values.data(), database.statuses.data(), false);
  rocksdb::Status failed;
  const int32_t without_room = AnswerMultiGet(database, table, count, values_offset, values_capacity, &failed);
  if (!failed.ok()) return ThrowStatus(env, failed, "get many");
  return Int32(env, without_room);
}

// 1 written, 0 held up: RocksDB stalls writes and the caller asked not to wait.
napi_value WriteResult(napi_env env, const rocksdb::Status& status, bool is_no_slowdown, const char* action) {
  if (status.ok()) return Int32(env, 1);
  if (is_no_slowdown && status.IsIncomplete()) return Int32(env, 0);
  return ThrowStatus(env, status, action);
}

// familyPut(family, keyOffset, keyLength, valueOffset, valueLength); familyTryPut does not wait while writes stall
template <bool kIsNoSlowdown>
napi_value FamilyPut(napi_env env, napi_callback_info info) {
  Arguments<5> args(env, info);
  ColumnFamily* family = args.environment().column_families.Find(args.U32(0));
  if (family == nullptr) return ThrowStaleHandle(env, "column family");
  Database& database = *family->database;
  const int64_t key_offset = args.I64(1), key_length = args.I64(2), value_offset = args.I64(3), value_length = args.I64(4);
  const MemoryView& memory = database.memory;
  if (!memory.Contains(key_offset, key_length) || !memory.Contains(value_offset, value_length)) return ThrowOutsideMemory(env);
  const rocksdb::Status status = database.db()->Put(database.write_options(kIsNoSlowdown), family->handle, memory.Slice(key_offset, key_length), memory.Slice(value_offset, value_length));
  return WriteResult(env, status, kIsNoSlowdown, "put");
}

// familyDelete(family, keyOffset, keyLength)
template <bool kIsNoSlowdown>
napi_value FamilyDelete(napi_env env, napi_callback_info info) {
  Arguments<3> args(env, info);
  ColumnFamily* family = args.environment().column_families.Find(args.U32(0));
  if (family == nullptr) return ThrowStaleHandle(env, "column family");
  Database& database = *family->database;
  const int64_t key_offset = args.I64(1), key_length = args.I64(2);
  if (!database.memory.Contains(key_offset, key_length)) return ThrowOutsideMemory(env);
  const rocksdb::Status status = database.db()->Delete(database.write_options(kIsNoSlowdown), family->handle, database.memory.Slice(key_offset, key_length));
  return WriteResult(env, status, kIsNoSlowdown, "delete");
}

// familyDeleteRange(family, beginOffset, beginLength, endOffset, endLength): end is excluded
// familyDeleteFilesInRange: the same range, but only files that lie in it as a whole, at once and without a tombstone
template <bool kIsFiles>
napi_value FamilyDeleteRange(napi_env env, napi_callback_info info) {
  Arguments<5> args(env, info);
  ColumnFamily* family = args.environment().column_families.Find(args.U32(0));
  if (family == nullptr) return ThrowStaleHandle(env, "column family");
  Database& database = *family->database;
  const int64_t begin_offset = args.I64(1), begin_length = args.I64(2), end_offset = args.I64(3), end_length = args.I64(4);
  const MemoryView& memory = database.memory;
  if (!memory.Contains(begin_offset, begin_length) || !memory.Contains(end_offset, end_length)) return ThrowOutsideMemory(env);
  const rocksdb::Slice begin = memory.Slice(begin_offset, begin_length), end = memory.Slice(end_offset, end_length);
  const rocksdb::Status status = kIsFiles ? rocksdb::DeleteFilesInRange(database.db(), family->handle, &begin, &end, false)
                                          : database.db()->DeleteRange(database.write_options(false), family->handle, begin, end);
  if (!status.ok()) return ThrowStatus(env, status, "delete a range");
  return nullptr;
}

// familyIndex(family) -> the number by which packed write batches name it
napi_value FamilyIndex(napi_env env, napi_callback_info info) {
  Arguments<1> args(env, info);
  const ColumnFamily* family = args.environment().column_families.Find(args.U32(0));
  if (family == nullptr) return ThrowStaleHandle(env, "column family");
  return Uint32(env, family->index);
}

// familyDrop(family): its data goes when nothing reads it any more
napi_value FamilyDrop(napi_env env, napi_callback_info info) {
  Arguments<1> args(env, info);
  const ColumnFamily* family = args.environment().column_families.Find(args.U32(0));
  if (family == nullptr) return ThrowStaleHandle(env, "column family");
  family->database->WaitForBackgroundWork();
  const rocksdb::Status status = family->database->db()->DropColumnFamily(family->handle);
  if (!status.ok()) return ThrowStatus(env, status, "drop the column family");
  args.environment().CloseColumnFamily(args.U32(0));
  return nullptr;
}

// familyFigure(family, property) -> number, -1 for an unknown property or one that is no number
napi_value FamilyFigure(napi_env env, napi_callback_info info) {
  Arguments<2> args(env, info);
  const ColumnFamily* family = args.environment().column_families.Find(args.U32(0));
  if (family == nullptr) return ThrowStaleHandle(env, "column family");
  uint64_t value = 0;
  const bool is_known = family->database->db()->GetIntProperty(family->handle, TextOf(env, args[1]), &value);
  return Number(env, is_known ? static_cast<double>(value) : -1);
}

// familyText(family, property) -> text, empty for an unknown property
napi_value FamilyText(napi_env env, napi_callback_info info) {
  Arguments<2> args(env, info);
  const ColumnFamily* family = args.environment().column_families.Find(args.U32(0));
  if (family == nullptr) return ThrowStaleHandle(env, "column family");
  std::string value;
  family->database->db()->GetProperty(family->handle, TextOf(env, args[1]), &value);
  return Text(env, value);
}

// familyCompact(family) -> promise: the whole key range, the last level too
napi_value FamilyCompact(napi_env env, napi_callback_info info) {
  Arguments<1> args(env, info);
  ColumnFamily* family = args.environment().column_families.Find(args.U32(0));
  if (family == nullptr) return ThrowStaleHandle(env, "column family");
  rocksdb::DB* db = family->database->db();
  return StartBackgroundWork(env, *family->database, "compact", [db, handle = family->handle] {
    rocksdb::CompactRangeOptions options;
    options.exclusive_manual_compaction = false;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
    return db->CompactRange(options, handle, nullptr, nullptr);
  });
}

// familyIngest(family, { paths, isMove }) -> promise
napi_value FamilyIngest(napi_env env, napi_callback_info info) {
  Arguments<2> args(env, info);
  ColumnFamily* family = args.environment().column_families.Find(args.U32(0));
  if (family == nullptr) return ThrowStaleHandle(env, "column family");
  OptionsReader reader(env, args[1]);
  rocksdb::IngestExternalFileOptions options;
  options.move_files = reader.Boolean("isMove", true);
  options.verify_checksums_before_ingest = true;
  rocksdb::DB* db = family->database->db();
  return StartBackgroundWork(env, *family->database, "ingest files", [db, handle = family->handle, options, paths = reader.Strings("paths")] {
    return db->IngestExternalFile(handle, paths, options);
  });
}

}  // namespace

const Binding kColumnFamilyBindings[14] = {
    {"familyGet", FamilyGet},
    {"familyMultiGet", FamilyMultiGet},
    {"familyPut", FamilyPut<false>},
    {"familyTryPut", FamilyPut<true>},
    {"familyDelete", FamilyDelete<false>},
    {"familyTryDelete", FamilyDelete<true>},
    {"familyDeleteRange", FamilyDeleteRange<false>},
    {"familyDeleteFilesInRange", FamilyDeleteRange<true>},
    {"familyIndex", FamilyIndex},
    {"familyDrop", FamilyDrop},
    {"familyFigure", FamilyFigure},
    {"familyText", FamilyText},
    {"familyCompact", FamilyCompact},
    {"familyIngest", FamilyIngest},
};

}  // namespace millrace
