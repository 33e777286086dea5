// The entry of the addon: every environment (main thread or worker) that loads it gets its own Environment and its own
// functions. Signatures and units: addon-functions.ts.
#include <node_api.h>
#include <rocksdb/convenience.h>
#include <rocksdb/version.h>

#include "environment.h"
#include "napi/arguments.h"
#include "objects/packed-write.h"

#ifndef MILLRACE_ROCKSDB_LINK
#define MILLRACE_ROCKSDB_LINK "system"
#endif

namespace millrace {

namespace {

const char* NameOf(rocksdb::CompressionType type) {
  switch (type) {
    case rocksdb::kSnappyCompression: return "snappy";
    case rocksdb::kZlibCompression: return "zlib";
    case rocksdb::kBZip2Compression: return "bzip2";
    case rocksdb::kLZ4Compression: return "lz4";
    case rocksdb::kLZ4HCCompression: return "lz4hc";
    case rocksdb::kZSTD: return "zstd";
    case rocksdb::kNoCompression: return "none";
    default: return "other";
  }
}

// about() -> { rocksdbVersion, link, isRelease, compressions }
napi_value About(napi_env env, napi_callback_info) {
  napi_value about = nullptr, compressions = nullptr, is_release = nullptr;
  napi_create_object(env, &about);
  const std::string version = std::to_string(ROCKSDB_MAJOR) + "." + std::to_string(ROCKSDB_MINOR) + "." + std::to_string(ROCKSDB_PATCH);
  napi_set_named_property(env, about, "rocksdbVersion", Text(env, version));
  napi_set_named_property(env, about, "link", Text(env, MILLRACE_ROCKSDB_LINK));
#ifdef NDEBUG
  napi_get_boolean(env, true, &is_release);
#else
  napi_get_boolean(env, false, &is_release);
#endif
  napi_set_named_property(env, about, "isRelease", is_release);
  napi_create_array(env, &compressions);
  uint32_t index = 0;
  for (rocksdb::CompressionType type : rocksdb::GetSupportedCompressions()) napi_set_element(env, compressions, index++, Text(env, NameOf(type)));
  napi_set_named_property(env, about, "compressions", compressions);
  return about;
}

const Binding kAddonBindings[1] = {{"about", About}};

template <size_t N>
void Export(napi_env env, napi_value exports, Environment* environment, const Binding (&bindings)[N]) {
  for (const Binding& binding : bindings) {
    napi_value function = nullptr;
    napi_create_function(env, binding.name, NAPI_AUTO_LENGTH, binding.function, environment, &function);
    napi_set_named_property(env, exports, binding.name, function);
  }
}

napi_value Initialize(napi_env env, napi_value exports) {
  Environment* environment = Environment::Create(env);
  Export(env, exports, environment, kAddonBindings);
  Export(env, exports, environment, kMemoryBindings);
  Export(env, exports, environment, kSlotResourcesBindings);
  Export(env, exports, environment, kDatabaseBindings);
  Export(env, exports, environment, kPackedWriteBindings);
  Export(env, exports, environment, kColumnFamilyBindings);
  Export(env, exports, environment, kIteratorBindings);
  Export(env, exports, environment, kSstFileWriterBindings);
  return exports;
}

}  // namespace

}  // namespace millrace

NAPI_MODULE_INIT() { return millrace::Initialize(env, exports); }
