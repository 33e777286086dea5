#include "objects/database.h"

#include <rocksdb/convenience.h>
#include <rocksdb/statistics.h>
#include <rocksdb/utilities/checkpoint.h>

#include <utility>

#include "environment.h"
#include "napi/background-work.h"
#include "napi/errors.h"
#include "objects/open-options.h"

namespace millrace {

void BackgroundCount::Enter() {
  std::lock_guard<std::mutex> lock(mutex_);
  running_++;
}

void BackgroundCount::Leave() {
  std::lock_guard<std::mutex> lock(mutex_);
  running_--;
  changed_.notify_all();
}

void BackgroundCount::WaitUntilIdle() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return running_ == 0; });
}

Database::Database(rocksdb::DB* db, MemoryView memory, std::shared_ptr<SlotResources> resources, std::shared_ptr<TtlClock> clock, bool use_wal)
    : memory(memory), resources(std::move(resources)), clock(std::move(clock)), db_(db), background_(std::make_shared<BackgroundCount>()) {
  write_.disableWAL = !use_wal;
  no_slowdown_ = write_;
  no_slowdown_.no_slowdown = true;
}

Database::~Database() {
  WaitForBackgroundWork();
  rocksdb::CancelAllBackgroundWork(db_.get(), true);
}

uint32_t Database::AddFamily(ColumnFamily* family) {
  for (uint32_t index = 0; index < families_.size(); index++) {
    if (families_[index] == nullptr) {
      families_[index] = family;
      return index;
    }
  }
  families_.push_back(family);
  return static_cast<uint32_t>(families_.size() - 1);
}

namespace {

rocksdb::Status OpenDb(const rocksdb::DBOptions& options, const std::string& path, const std::vector<rocksdb::ColumnFamilyDescriptor>& families,
                       std::vector<rocksdb::ColumnFamilyHandle*>* handles, rocksdb::DB** db) {
#if ROCKSDB_MAJOR >= 11
  std::unique_ptr<rocksdb::DB> opened;
  rocksdb::Status status = rocksdb::DB::Open(options, path, families, handles, &opened);
  *db = opened.release();
  return status;
#else
  return rocksdb::DB::Open(options, path, families, handles, db);
#endif
}

// databaseOpen(path, memory, resources or 0, options) -> [database, family...] in the order of options.families
napi_value DatabaseOpen(napi_env env, napi_callback_info info) {
  Arguments<4> args(env, info);
  Environment& environment = args.environment();
  const RegisteredMemory* memory = environment.memories.Find(args.U32(1));
  if (memory == nullptr) return ThrowStaleHandle(env, "registered memory");
  std::shared_ptr<SlotResources> resources;
  if (args.U32(2) != 0) {
    std::shared_ptr<SlotResources>* found = environment.resources.Find(args.U32(2));
    if (found == nullptr) return ThrowStaleHandle(env, "slot resources object");
    resources = *found;
  }
  OptionsReader options(env, args[3]);
  auto clock = std::make_shared<TtlClock>();
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (napi_value each : options.Elements("families")) {
    OptionsReader family(env, each);
    descriptors.emplace_back(family.String("name", ""), ReadColumnFamilyOptions(family, resources.get(), clock));
  }
  rocksdb::DBOptions db_options = ReadDatabaseOptions(options, resources.get());
  rocksdb::DB* db = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const rocksdb::Status status = OpenDb(db_options, TextOf(env, args[0]), descriptors, &handles, &db);
  if (!status.ok()) return ThrowStatus(env, status, "open the database");
  auto opened = std::make_unique<Database>(db, memory->view, std::move(resources), std::move(clock), options.Boolean("useWal", false));
  Database* database = opened.get();
  napi_value result = nullptr;
  napi_create_array_with_length(env, handles.size() + 1, &result);
  napi_set_element(env, result, 0, Uint32(env, environment.databases.Add(std::move(opened))));
  for (uint32_t index = 0; index < handles.size(); index++) {
    auto family = std::make_unique<ColumnFamily>(database, handles[index]);
    napi_set_element(env, result, index + 1, Uint32(env, environment.column_families.Add(std::move(family))));
  }
  return result;
}

// databaseClose(database): waits for background work; what was not flushed or checkpointed is gone.
napi_value DatabaseClose(napi_env env, napi_callback_info info) {
  Arguments<1> args(env, info);
  args.environment().CloseDatabase(args.U32(0));
  return nullptr;
}

// databaseUseMemory(database, memory)
napi_value DatabaseUseMemory(napi_env env, napi_callback_info info) {
  Arguments<2> args(env, info);
  Database* database = args.environment().databases.Find(args.U32(0));
  if (database == nullptr) return ThrowStaleHandle(env, "database");
  const RegisteredMemory* memory = args.environment().memories.Find(args.U32(1));
  if (memory == nullptr) return ThrowStaleHandle(env, "registered memory");
  database->memory = memory->view;
  return nullptr;
}

// databaseListFamilies(path) -> names
napi_value DatabaseListFamilies(napi_env env, napi_callback_info info) {
  Arguments<1> args(env, info);
  std::vector<std::string> names;
  const rocksdb::Status status = rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), TextOf(env, args[0]), &names);
  if (!status.ok()) return ThrowStatus(env, status, "list the column families");
  napi_value result = nullptr;
  napi_create_array_with_length(env, names.size(), &result);
  for (uint32_t index = 0; index < names.size(); index++) napi_set_element(env, result, index, Text(env, names[index]));
  return result;
}

// databaseTryDestroy(path) -> 1 when its files are gone, 0 while somebody, in whatever process, holds its lock
napi_value DatabaseTryDestroy(napi_env env, napi_callback_info info) {
  Arguments<1> args(env, info);
  return Int32(env, rocksdb::DestroyDB(TextOf(env, args[0]), rocksdb::Options()).ok() ? 1 : 0);
}

// databaseCreateFamily(database, options) -> family
napi_value DatabaseCreateFamily(napi_env env, napi_callback_info info) {
  Arguments<2> args(env, info);
  Database* database = args.environment().databases.Find(args.U32(0));
  if (database == nullptr) return ThrowStaleHandle(env, "database");
  OptionsReader options(env, args[1]);
  rocksdb::ColumnFamilyHandle* handle = nullptr;
  const rocksdb::ColumnFamilyOptions family_options = ReadColumnFamilyOptions(options, database->resources.get(), database->clock);
  const rocksdb::Status status = database->db()->CreateColumnFamily(family_options, options.String("name", ""), &handle);
  if (!status.ok()) return ThrowStatus(env, status, "create the column family");
  return Uint32(env, args.environment().column_families.Add(std::make_unique<ColumnFamily>(database, handle)));
}

// databaseCheckpoint(database, directory) -> promise. The directory must not exist; files are hard links where they can be.
napi_value DatabaseCheckpoint(napi_env env, napi_callback_info info) {
  Arguments<2> args(env, info);
  Database* database = args.environment().databases.Find(args.U32(0));
  if (database == nullptr) return ThrowStaleHandle(env, "database");
  rocksdb::DB* db = database->db();
  return StartBackgroundWork(env, *database, "make a checkpoint", [db, directory = TextOf(env, args[1])] {
    rocksdb::Checkpoint* checkpoint = nullptr;
    rocksdb::Status status = rocksdb::Checkpoint::Create(db, &checkpoint);
    std::unique_ptr<rocksdb::Checkpoint> owned(checkpoint);
    return status.ok() ? owned->CreateCheckpoint(directory) : status;
  });
}

// databaseFlush(database) -> promise: all memtables of all column families into files.
napi_value DatabaseFlush(napi_env env, napi_callback_info info) {
  Arguments<1> args(env, info);
  Database* database = args.environment().databases.Find(args.U32(0));
  if (database == nullptr) return ThrowStaleHandle(env, "database");
  rocksdb::DB* db = database->db();
  return StartBackgroundWork(env, *database, "flush", [db, handles = database->FamilyHandles()] { return db->Flush(rocksdb::FlushOptions(), handles); });
}

// databaseAwaitIdle(database): blocks until no background work of the database runs. Promises settle later.
napi_value DatabaseAwaitIdle(napi_env env, napi_callback_info info) {
  Arguments<1> args(env, info);
  Database* database = args.environment().databases.Find(args.U32(0));
  if (database == nullptr) return ThrowStaleHandle(env, "database");
  database->WaitForBackgroundWork();
  return nullptr;
}

// databaseSetQueryTime(database, milliseconds)
napi_value DatabaseSetQueryTime(napi_env env, napi_callback_info info) {
  Arguments<2> args(env, info);
  Database* database = args.environment().databases.Find(args.U32(0));
  if (database == nullptr) return ThrowStaleHandle(env, "database");
  database->clock->now_ms.store(args.I64(1), std::memory_order_relaxed);
  return nullptr;
}

// databaseTotal(database, property) -> sum over column families, -1 for an unknown property
napi_value DatabaseTotal(napi_env env, napi_callback_info info) {
  Arguments<2> args(env, info);
  Database* database = args.environment().databases.Find(args.U32(0));
  if (database == nullptr) return ThrowStaleHandle(env, "database");
  uint64_t value = 0;
  const bool is_known = database->db()->GetAggregatedIntProperty(TextOf(env, args[1]), &value);
  return Number(env, is_known ? static_cast<double>(value) : -1);
}

// databaseTicker(database, name) -> count since open, -1 for an unknown ticker or without statistics
napi_value DatabaseTicker(napi_env env, napi_callback_info info) {
  Arguments<2> args(env, info);
  Database* database = args.environment().databases.Find(args.U32(0));
  if (database == nullptr) return ThrowStaleHandle(env, "database");
  const std::shared_ptr<rocksdb::Statistics> statistics = database->db()->GetDBOptions().statistics;
  if (statistics == nullptr) return Number(env, -1);
  const std::string name = TextOf(env, args[1]);
  for (const auto& ticker : rocksdb::TickersNameMap) {
    if (ticker.second == name) return Number(env, static_cast<double>(statistics->getTickerCount(ticker.first)));
  }
  return Number(env, -1);
}

// databaseSequence(database) -> number of the newest write
napi_value DatabaseSequence(napi_env env, napi_callback_info info) {
  Arguments<1> args(env, info);
  Database* database = args.environment().databases.Find(args.U32(0));
  if (database == nullptr) return ThrowStaleHandle(env, "database");
  return Number(env, static_cast<double>(database->db()->GetLatestSequenceNumber()));
}

// databaseSetBackgroundThreads(compactions, flushes): of the whole process
napi_value DatabaseSetBackgroundThreads(napi_env env, napi_callback_info info) {
  Arguments<2> args(env, info);
  rocksdb::Env::Default()->SetBackgroundThreads(static_cast<int>(args.U32(0)), rocksdb::Env::LOW);
  rocksdb::Env::Default()->SetBackgroundThreads(static_cast<int>(args.U32(1)), rocksdb::Env::HIGH);
  return nullptr;
}

}  // namespace

std::vector<rocksdb::ColumnFamilyHandle*> Database::FamilyHandles() const {
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  for (const ColumnFamily* family : families_) {
    if (family != nullptr) handles.push_back(family->handle);
  }
  return handles;
}

const Binding kDatabaseBindings[14] = {
    {"databaseOpen", DatabaseOpen},
    {"databaseClose", DatabaseClose},
    {"databaseUseMemory", DatabaseUseMemory},
    {"databaseListFamilies", DatabaseListFamilies},
    {"databaseTryDestroy", DatabaseTryDestroy},
    {"databaseCreateFamily", DatabaseCreateFamily},
    {"databaseCheckpoint", DatabaseCheckpoint},
    {"databaseFlush", DatabaseFlush},
    {"databaseAwaitIdle", DatabaseAwaitIdle},
    {"databaseSetQueryTime", DatabaseSetQueryTime},
    {"databaseTotal", DatabaseTotal},
    {"databaseTicker", DatabaseTicker},
    {"databaseSequence", DatabaseSequence},
    {"databaseSetBackgroundThreads", DatabaseSetBackgroundThreads},
};

}  // namespace millrace
