// All that the addon holds for one JavaScript environment (the main thread or one worker): nothing native is global but
// the list of shared slot resources. A cleanup hook closes what is still open when the environment ends, also when a
// worker is terminated. Used on the environment's own thread only.
#pragma once

#include <node_api.h>

#include "handle-table.h"
#include "objects/bounded-iterator.h"
#include "objects/column-family.h"
#include "objects/database.h"
#include "objects/registered-memory.h"
#include "objects/slot-resources.h"
#include "objects/sst-file-writer.h"

namespace millrace {

struct Environment {
  HandleTable<RegisteredMemory> memories;
  HandleTable<std::shared_ptr<SlotResources>> resources;
  HandleTable<Database> databases;
  HandleTable<ColumnFamily> column_families;
  HandleTable<BoundedIterator> iterators;
  HandleTable<SstFileWriter> sst_writers;

  // Iterators before column families before their databases: RocksDB demands this order. Waits for background work.
  void CloseDatabase(uint32_t handle);
  void CloseColumnFamily(uint32_t handle);
  void CloseAll();

  static Environment* Create(napi_env env);
};

}  // namespace millrace
