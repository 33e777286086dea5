#include "objects/ttl-filter.h"

#include <utility>

namespace millrace {

namespace {

constexpr size_t kTimestampBytes = 8;
constexpr size_t kLengthBytes = 4;

uint64_t BigEndian(const char* at, size_t bytes) {
  uint64_t value = 0;
  for (size_t index = 0; index < bytes; index++) value = value << 8 | static_cast<uint8_t>(at[index]);
  return value;
}

class TtlFilter : public rocksdb::CompactionFilter {
 public:
  TtlFilter(const TtlOptions& options, std::shared_ptr<TtlClock> clock) : options_(options), clock_(std::move(clock)) {}

  const char* Name() const override { return "millrace.TtlFilter"; }

  bool Filter(int, const rocksdb::Slice&, const rocksdb::Slice& value, std::string* changed, bool* is_changed) const override {
    const int64_t now_ms = clock_->now_ms.load(std::memory_order_relaxed);
    return options_.is_list ? FilterList(value, now_ms, changed, is_changed) : IsElementExpired(value.data(), value.size(), now_ms);
  }

 private:
  bool IsElementExpired(const char* element, size_t bytes, int64_t now_ms) const {
    if (bytes < options_.timestamp_offset + kTimestampBytes) return false;
    const int64_t timestamp_ms = static_cast<int64_t>(BigEndian(element + options_.timestamp_offset, kTimestampBytes));
    return IsExpired(timestamp_ms, options_.time_to_live_ms, now_ms);
  }

  // Copies only from the first expired element on: most lists of a compaction hold none.
  bool FilterList(const rocksdb::Slice& value, int64_t now_ms, std::string* changed, bool* is_changed) const {
    std::string kept;
    bool has_expired = false;
    for (size_t at = 0; at < value.size();) {
      if (value.size() - at < kLengthBytes) return false;
      const size_t bytes = BigEndian(value.data() + at, kLengthBytes);
      if (value.size() - at - kLengthBytes < bytes) return false;
      const size_t end = at + kLengthBytes + bytes;
      if (IsElementExpired(value.data() + at + kLengthBytes, bytes, now_ms)) {
        if (!has_expired) kept.assign(value.data(), at);
        has_expired = true;
      } else if (has_expired) {
        kept.append(value.data() + at, end - at);
      }
      at = end;
    }
    if (!has_expired) return false;
    if (kept.empty()) return true;
    *changed = std::move(kept);
    *is_changed = true;
    return false;
  }

  const TtlOptions options_;
  const std::shared_ptr<TtlClock> clock_;
};

class TtlFilterFactory : public rocksdb::CompactionFilterFactory {
 public:
  TtlFilterFactory(const TtlOptions& options, std::shared_ptr<TtlClock> clock) : options_(options), clock_(std::move(clock)) {}

  const char* Name() const override { return "millrace.TtlFilterFactory"; }

  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(const rocksdb::CompactionFilter::Context&) override {
    return std::make_unique<TtlFilter>(options_, clock_);
  }

 private:
  const TtlOptions options_;
  const std::shared_ptr<TtlClock> clock_;
};

}  // namespace

bool IsExpired(int64_t timestamp_ms, int64_t time_to_live_ms, int64_t now_ms) {
  const int64_t expires_ms = timestamp_ms > INT64_MAX - time_to_live_ms ? INT64_MAX : timestamp_ms + time_to_live_ms;
  return expires_ms <= now_ms;
}

std::shared_ptr<rocksdb::CompactionFilterFactory> CreateTtlFilterFactory(const TtlOptions& options, std::shared_ptr<TtlClock> clock) {
  return std::make_shared<TtlFilterFactory>(options, std::move(clock));
}

}  // namespace millrace
