#include "environment.h"

namespace millrace {

void Environment::CloseColumnFamily(uint32_t handle) {
  ColumnFamily* family = column_families.Find(handle);
  if (family == nullptr) return;
  family->database->WaitForBackgroundWork();
  iterators.RemoveWhere([family](const BoundedIterator& each) { return each.family == family; });
  column_families.Remove(handle);
}

void Environment::CloseDatabase(uint32_t handle) {
  Database* database = databases.Find(handle);
  if (database == nullptr) return;
  database->WaitForBackgroundWork();
  iterators.RemoveWhere([database](const BoundedIterator& each) { return each.family->database == database; });
  column_families.RemoveWhere([database](const ColumnFamily& each) { return each.database == database; });
  databases.Remove(handle);
}

void Environment::CloseAll() {
  iterators.Clear();
  sst_writers.Clear();
  // A database waits for its background work when it is destroyed, but its column families must be released first.
  databases.ForEach([](Database& each) { each.WaitForBackgroundWork(); });
  column_families.Clear();
  databases.Clear();
  resources.Clear();
}

Environment* Environment::Create(napi_env env) {
  Environment* environment = new Environment();
  const auto close = [](void* data) { static_cast<Environment*>(data)->CloseAll(); };
  const auto destroy = [](napi_env, void* data, void*) { delete static_cast<Environment*>(data); };
  if (napi_add_env_cleanup_hook(env, close, environment) != napi_ok || napi_set_instance_data(env, environment, destroy, nullptr) != napi_ok) {
    napi_fatal_error("millrace", NAPI_AUTO_LENGTH, "the environment of the RocksDB addon cannot be set up", NAPI_AUTO_LENGTH);
  }
  return environment;
}

}  // namespace millrace
