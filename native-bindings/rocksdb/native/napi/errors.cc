#include "napi/errors.h"

namespace millrace {

const char* CodeOf(const rocksdb::Status& status) {
  if (status.IsNoSpace()) return "ROCKSDB_NO_SPACE";
  if (status.IsIOError() || status.IsPathNotFound()) return "ROCKSDB_IO_ERROR";
  if (status.IsCorruption()) return "ROCKSDB_CORRUPTION";
  if (status.IsInvalidArgument() || status.IsNotSupported()) return "ROCKSDB_REFUSED";
  if (status.IsMemoryLimit()) return "ROCKSDB_MEMORY_LIMIT";
  return "ROCKSDB_FAILED";
}

static std::string TextOf(const rocksdb::Status& status, const char* action) {
  return std::string("RocksDB could not ") + action + ": " + status.ToString();
}

napi_value ThrowCode(napi_env env, const char* code, const std::string& message) {
  napi_throw_error(env, code, message.c_str());
  return nullptr;
}

napi_value ThrowStatus(napi_env env, const rocksdb::Status& status, const char* action) {
  return ThrowCode(env, CodeOf(status), TextOf(status, action));
}

napi_value ThrowStaleHandle(napi_env env, const char* what) {
  return ThrowCode(env, "ROCKSDB_CLOSED", std::string("the ") + what + " is closed: open it again before it is used");
}

napi_value ThrowOutsideMemory(napi_env env) {
  return ThrowCode(env, "ROCKSDB_OUTSIDE_MEMORY", "an offset or a length reaches outside the registered memory, or is 2^31 bytes or more");
}

napi_value ErrorOf(napi_env env, const rocksdb::Status& status, const char* action) {
  napi_value code, message, error;
  const std::string text = TextOf(status, action);
  if (napi_create_string_utf8(env, CodeOf(status), NAPI_AUTO_LENGTH, &code) != napi_ok) return nullptr;
  if (napi_create_string_utf8(env, text.c_str(), text.size(), &message) != napi_ok) return nullptr;
  if (napi_create_error(env, code, message, &error) != napi_ok) return nullptr;
  return error;
}

}  // namespace millrace
