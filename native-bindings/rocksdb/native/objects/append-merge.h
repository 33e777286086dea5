// The merge operator `append`: the operands' bytes one after another. With self-delimiting elements it is an addition to a
// list that reads nothing. Runs on any thread.
#pragma once

#include <rocksdb/merge_operator.h>

#include <string>

namespace millrace {

class AppendMerge : public rocksdb::AssociativeMergeOperator {
 public:
  const char* Name() const override { return "millrace.AppendMerge"; }

  bool Merge(const rocksdb::Slice&, const rocksdb::Slice* existing, const rocksdb::Slice& value, std::string* merged, rocksdb::Logger*) const override {
    merged->clear();
    if (existing != nullptr) {
      merged->reserve(existing->size() + value.size());
      merged->append(existing->data(), existing->size());
    }
    merged->append(value.data(), value.size());
    return true;
  }
};

}  // namespace millrace
