// The layout in which entries leave iterators and enter SST files (little-endian, also in packed-entries.ts):
//   uint32 key length ; uint32 value length ; key ; value ; zeros up to 4 bytes
#pragma once

#include <cstdint>

namespace millrace {

constexpr int64_t kEntryHeaderBytes = 8;

inline int64_t PackedEntryBytes(int64_t key_bytes, int64_t value_bytes) { return (kEntryHeaderBytes + key_bytes + value_bytes + 3) & ~int64_t{3}; }

}  // namespace millrace
