// How a failure reaches JavaScript: an Error with a `code` out of ROCKSDB_ERRORS (errors.ts) and RocksDB's own text.
#pragma once

#include <node_api.h>
#include <rocksdb/status.h>

#include <string>

namespace millrace {

// The code of a status that is not ok.
const char* CodeOf(const rocksdb::Status& status);

// Throws the status as an Error into JavaScript and gives nullptr, so that a binding can return it.
napi_value ThrowStatus(napi_env env, const rocksdb::Status& status, const char* action);

// Programmer errors that JavaScript's own checks let through; memory stays safe.
napi_value ThrowStaleHandle(napi_env env, const char* what);
napi_value ThrowOutsideMemory(napi_env env);
napi_value ThrowCode(napi_env env, const char* code, const std::string& message);

napi_value ErrorOf(napi_env env, const rocksdb::Status& status, const char* action);

}  // namespace millrace
