// hot path. One column family of a database: one registered state, or the timers. Keys and values lie in the memory of
// the database; calls pass offsets. Used by the thread that opened the database.
#pragma once

#include <rocksdb/db.h>

#include "napi/arguments.h"

namespace millrace {

class Database;

class ColumnFamily {
 public:
  // Owns `handle`.
  ColumnFamily(Database* database, rocksdb::ColumnFamilyHandle* handle);
  ~ColumnFamily();

  Database* const database;
  rocksdb::ColumnFamilyHandle* const handle;
  // By which packed write batches name it.
  const uint32_t index;
};

extern const Binding kColumnFamilyBindings[14];

}  // namespace millrace
