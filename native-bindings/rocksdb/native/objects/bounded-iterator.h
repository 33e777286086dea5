// hot path. A forward scan between two bounds over the state as it was when the scan was opened; entries leave packed,
// many per call, in the layout of packed-entries.h.
#pragma once

#include <rocksdb/iterator.h>

#include <memory>
#include <string>

#include "napi/arguments.h"
#include "objects/column-family.h"

namespace millrace {

struct BoundedIterator {
  ColumnFamily* family = nullptr;
  bool is_keys_only = false;
  // RocksDB keeps pointers to the bounds while the iterator lives.
  std::string lower;
  std::string upper;
  rocksdb::Slice lower_slice;
  rocksdb::Slice upper_slice;
  std::unique_ptr<rocksdb::Iterator> iterator;
};

extern const Binding kIteratorBindings[4];

}  // namespace millrace
