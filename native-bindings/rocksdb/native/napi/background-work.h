// Work that takes milliseconds to minutes (checkpoint, flush, compaction, ingestion) runs on libuv's pool and settles a
// promise. The database counts it, so that closing waits for it; the action must touch no JavaScript and no memory of it.
#pragma once

#include <node_api.h>
#include <rocksdb/status.h>

#include <functional>

namespace millrace {

class Database;

// `name` completes "RocksDB could not ..." and outlives the call (a literal). Gives the promise.
napi_value StartBackgroundWork(napi_env env, Database& database, const char* name, std::function<rocksdb::Status()> action);

}  // namespace millrace
