#include "objects/bounded-iterator.h"

#include <cstring>
#include <utility>

#include "environment.h"
#include "napi/errors.h"
#include "objects/packed-entries.h"

namespace millrace {

namespace {

constexpr uint32_t kIsKeysOnly = 1;
constexpr uint32_t kIsCacheFilled = 2;
bool CopyBound(const MemoryView& memory, int64_t offset, int64_t length, std::string* bound, rocksdb::Slice* slice, const rocksdb::Slice** option) {
  if (length < 0) return true;
  if (!memory.Contains(offset, length)) return false;
  bound->assign(memory.base + offset, static_cast<size_t>(length));
  *slice = rocksdb::Slice(*bound);
  *option = slice;
  return true;
}

// iteratorOpen(family, lowerOffset, lowerLength, upperOffset, upperLength, flags) -> iterator, before its first entry. A
// length of -1: no bound. flags: 1 keys only, 2 blocks read are kept in the cache.
napi_value IteratorOpen(napi_env env, napi_callback_info info) {
  Arguments<6> args(env, info);
  ColumnFamily* family = args.environment().column_families.Find(args.U32(0));
  if (family == nullptr) return ThrowStaleHandle(env, "column family");
  auto opened = std::make_unique<BoundedIterator>();
  opened->family = family;
  opened->is_keys_only = (args.U32(5) & kIsKeysOnly) != 0;
  rocksdb::ReadOptions options;
  options.fill_cache = (args.U32(5) & kIsCacheFilled) != 0;
  const MemoryView& memory = family->database->memory;
  if (!CopyBound(memory, args.I64(1), args.I64(2), &opened->lower, &opened->lower_slice, &options.iterate_lower_bound) ||
      !CopyBound(memory, args.I64(3), args.I64(4), &opened->upper, &opened->upper_slice, &options.iterate_upper_bound)) {
    return ThrowOutsideMemory(env);
  }
  opened->iterator.reset(family->database->db()->NewIterator(options, family->handle));
  opened->iterator->SeekToFirst();
  return Uint32(env, args.environment().iterators.Add(std::move(opened)));
}

// iteratorSeek(iterator, keyOffset, keyLength): the next entry is the first whose key is not below
napi_value IteratorSeek(napi_env env, napi_callback_info info) {
  Arguments<3> args(env, info);
  BoundedIterator* at = args.environment().iterators.Find(args.U32(0));
  if (at == nullptr) return ThrowStaleHandle(env, "iterator");
  const MemoryView& memory = at->family->database->memory;
  if (!memory.Contains(args.I64(1), args.I64(2))) return ThrowOutsideMemory(env);
  at->iterator->Seek(memory.Slice(args.I64(1), args.I64(2)));
  return nullptr;
}

// Packs entries until the room or `count_max` is used up; `needed` is the size of a first entry that does not fit.
int32_t PackEntries(BoundedIterator& at, char* out, int64_t capacity, uint32_t count_max, int64_t* needed) {
  rocksdb::Iterator& iterator = *at.iterator;
  int64_t used = 0;
  uint32_t count = 0;
  for (; count < count_max && iterator.Valid(); count++) {
    const rocksdb::Slice key = iterator.key();
    const rocksdb::Slice value = at.is_keys_only ? rocksdb::Slice() : iterator.value();
    const int64_t bytes = PackedEntryBytes(static_cast<int64_t>(key.size()), static_cast<int64_t>(value.size()));
    if (bytes > capacity - used) {
      if (count == 0) *needed = bytes;
      break;
    }
    const uint32_t lengths[2] = {static_cast<uint32_t>(key.size()), static_cast<uint32_t>(value.size())};
    char* to = out + used;
    std::memset(to + bytes - 4, 0, 4);
    std::memcpy(to, lengths, sizeof(lengths));
    std::memcpy(to + kEntryHeaderBytes, key.data(), key.size());
    if (value.size() > 0) std::memcpy(to + kEntryHeaderBytes + key.size(), value.data(), value.size());
    used += bytes;
    iterator.Next();
  }
  return static_cast<int32_t>(count);
}

// iteratorNext(iterator, countMax, outOffset, outCapacity) -> entries written, 0 at the end, -2 - n when the next one needs n
napi_value IteratorNext(napi_env env, napi_callback_info info) {
  Arguments<4> args(env, info);
  BoundedIterator* at = args.environment().iterators.Find(args.U32(0));
  if (at == nullptr) return ThrowStaleHandle(env, "iterator");
  const int64_t out_offset = args.I64(2), out_capacity = args.I64(3);
  const MemoryView& memory = at->family->database->memory;
  if (!memory.Contains(out_offset, out_capacity)) return ThrowOutsideMemory(env);
  int64_t needed = 0;
  const int32_t count = PackEntries(*at, memory.base + out_offset, out_capacity, args.U32(1), &needed);
  if (!at->iterator->status().ok()) return ThrowStatus(env, at->iterator->status(), "scan");
  return Int32(env, needed > 0 ? static_cast<int32_t>(-2 - needed) : count);
}

// iteratorClose(iterator)
napi_value IteratorClose(napi_env env, napi_callback_info info) {
  Arguments<1> args(env, info);
  args.environment().iterators.Remove(args.U32(0));
  return nullptr;
}

}  // namespace

const Binding kIteratorBindings[4] = {{"iteratorOpen", IteratorOpen}, {"iteratorSeek", IteratorSeek}, {"iteratorNext", IteratorNext}, {"iteratorClose", IteratorClose}};

}  // namespace millrace
