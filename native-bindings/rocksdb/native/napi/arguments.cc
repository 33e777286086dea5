#include "napi/arguments.h"

namespace millrace {

napi_value Text(napi_env env, const std::string& value) {
  napi_value result = nullptr;
  napi_create_string_utf8(env, value.data(), value.size(), &result);
  return result;
}

std::string TextOf(napi_env env, napi_value value) {
  size_t bytes = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &bytes) != napi_ok) return std::string();
  std::string text(bytes, '\0');
  napi_get_value_string_utf8(env, value, &text[0], bytes + 1, &bytes);
  return text;
}

napi_value OptionsReader::Get(const char* name) const {
  napi_value value = nullptr;
  napi_get_named_property(env_, object_, name, &value);
  return value;
}

bool OptionsReader::Has(const char* name) const {
  napi_valuetype type = napi_undefined;
  return napi_typeof(env_, Get(name), &type) == napi_ok && type != napi_undefined;
}

double OptionsReader::Number(const char* name, double fallback) const {
  double value = fallback;
  if (Has(name)) napi_get_value_double(env_, Get(name), &value);
  return value;
}

bool OptionsReader::Boolean(const char* name, bool fallback) const {
  bool value = fallback;
  if (Has(name)) napi_get_value_bool(env_, Get(name), &value);
  return value;
}

std::string OptionsReader::String(const char* name, const char* fallback) const {
  return Has(name) ? TextOf(env_, Get(name)) : std::string(fallback);
}

std::vector<napi_value> OptionsReader::Elements(const char* name) const {
  std::vector<napi_value> elements;
  uint32_t count = 0;
  if (!Has(name) || napi_get_array_length(env_, Get(name), &count) != napi_ok) return elements;
  elements.resize(count, nullptr);
  for (uint32_t index = 0; index < count; index++) napi_get_element(env_, Get(name), index, &elements[index]);
  return elements;
}

std::vector<std::string> OptionsReader::Strings(const char* name) const {
  std::vector<std::string> strings;
  for (napi_value element : Elements(name)) strings.push_back(TextOf(env_, element));
  return strings;
}

}  // namespace millrace
