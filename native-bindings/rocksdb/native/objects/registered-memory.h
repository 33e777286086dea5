// hot path. Memory of a worker that calls read from and write to by offset: registered once, so that a call passes
// numbers only. It lies on a SharedArrayBuffer (JavaScript checks this), which can be neither moved nor detached; the
// reference keeps it alive until it is released or the environment ends.
#pragma once

#include <node_api.h>
#include <rocksdb/slice.h>

#include <cstdint>

#include "napi/arguments.h"

namespace millrace {

// A place and a size. Databases copy it, so a call reaches it without a look-up.
struct MemoryView {
  char* base = nullptr;
  int64_t bytes = 0;

  bool Contains(int64_t offset, int64_t length) const {
    return offset >= 0 && length >= 0 && length < (int64_t{1} << 31) && offset <= bytes && length <= bytes - offset;
  }
  rocksdb::Slice Slice(int64_t offset, int64_t length) const { return rocksdb::Slice(base + offset, static_cast<size_t>(length)); }
};

class RegisteredMemory {
 public:
  RegisteredMemory(napi_env env, napi_ref reference, MemoryView view) : view(view), env_(env), reference_(reference) {}

  // Only by JavaScript's wish: when the environment ends it drops its references itself.
  void Release() { napi_delete_reference(env_, reference_); }

  const MemoryView view;

 private:
  napi_env env_;
  napi_ref reference_;
};

extern const Binding kMemoryBindings[2];

}  // namespace millrace
