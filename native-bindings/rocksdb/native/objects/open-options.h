// From the options objects of JavaScript (open-options.ts, which validates them) to RocksDB's. What is undefined keeps the
// value written here, else RocksDB's. Cold path.
#pragma once

#include <rocksdb/options.h>

#include <memory>

#include "napi/arguments.h"
#include "objects/slot-resources.h"
#include "objects/ttl-filter.h"

namespace millrace {

rocksdb::DBOptions ReadDatabaseOptions(const OptionsReader& options, const SlotResources* resources);

rocksdb::ColumnFamilyOptions ReadColumnFamilyOptions(const OptionsReader& options, const SlotResources* resources, const std::shared_ptr<TtlClock>& clock);

}  // namespace millrace
