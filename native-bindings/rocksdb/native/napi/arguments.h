// hot path. Arguments and results of bindings. JavaScript has validated types before a call; a wrong type reads as 0,
// which no handle is and which the bounds checks accept as an empty range.
#pragma once

#include <node_api.h>

#include <cstdint>
#include <string>
#include <vector>

namespace millrace {

struct Environment;

template <size_t N>
class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info) : env_(env) {
    size_t count = N;
    void* data = nullptr;
    napi_get_cb_info(env, info, &count, values_, nullptr, &data);
    environment_ = static_cast<Environment*>(data);
  }

  Environment& environment() const { return *environment_; }
  napi_value operator[](size_t index) const { return values_[index]; }

  uint32_t U32(size_t index) const {
    uint32_t value = 0;
    napi_get_value_uint32(env_, values_[index], &value);
    return value;
  }

  int64_t I64(size_t index) const {
    int64_t value = 0;
    napi_get_value_int64(env_, values_[index], &value);
    return value;
  }

 private:
  napi_env env_;
  Environment* environment_;
  napi_value values_[N == 0 ? 1 : N];
};

inline napi_value Number(napi_env env, double value) {
  napi_value result = nullptr;
  napi_create_double(env, value, &result);
  return result;
}

inline napi_value Int32(napi_env env, int32_t value) {
  napi_value result = nullptr;
  napi_create_int32(env, value, &result);
  return result;
}

inline napi_value Uint32(napi_env env, uint32_t value) {
  napi_value result = nullptr;
  napi_create_uint32(env, value, &result);
  return result;
}

napi_value Text(napi_env env, const std::string& value);
std::string TextOf(napi_env env, napi_value value);

// Reads the properties of an options object; what is undefined takes the fallback. Cold path only.
class OptionsReader {
 public:
  OptionsReader(napi_env env, napi_value object) : env_(env), object_(object) {}

  double Number(const char* name, double fallback) const;
  bool Boolean(const char* name, bool fallback) const;
  std::string String(const char* name, const char* fallback) const;
  std::vector<std::string> Strings(const char* name) const;
  // The elements of an array property; empty where it is undefined.
  std::vector<napi_value> Elements(const char* name) const;
  bool Has(const char* name) const;
  napi_value Get(const char* name) const;
  napi_env env() const { return env_; }

 private:
  napi_env env_;
  napi_value object_;
};

struct Binding {
  const char* name;
  napi_callback function;
};

}  // namespace millrace
