// Writes an SST file outside any database, to be ingested: entries packed as an iterator gives them, keys strictly rising.
#pragma once

#include <rocksdb/sst_file_writer.h>

#include <memory>

#include "napi/arguments.h"
#include "objects/registered-memory.h"

namespace millrace {

struct SstFileWriter {
  MemoryView memory;
  std::unique_ptr<rocksdb::SstFileWriter> writer;
};

extern const Binding kSstFileWriterBindings[4];

}  // namespace millrace
