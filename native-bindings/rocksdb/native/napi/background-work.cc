#include "napi/background-work.h"

#include <memory>
#include <utility>

#include "napi/arguments.h"
#include "napi/errors.h"
#include "objects/database.h"

namespace millrace {

namespace {

struct BackgroundWork {
  napi_async_work work = nullptr;
  napi_deferred deferred = nullptr;
  const char* name = nullptr;
  std::function<rocksdb::Status()> action;
  rocksdb::Status status;
  // Outlives the database: it may be closed between the end of the action and the promise's settling.
  std::shared_ptr<BackgroundCount> count;
};

void Execute(napi_env, void* data) {
  BackgroundWork* work = static_cast<BackgroundWork*>(data);
  work->status = work->action();
  work->action = nullptr;
  work->count->Leave();
}

// An environment that ends can run no JavaScript any more: then the calls below fail and only the memory is released.
void Complete(napi_env env, napi_status, void* data) {
  std::unique_ptr<BackgroundWork> work(static_cast<BackgroundWork*>(data));
  if (work->action != nullptr) work->count->Leave();  // cancelled before it ran
  napi_handle_scope scope = nullptr;
  if (napi_open_handle_scope(env, &scope) == napi_ok) {
    napi_value value = nullptr;
    if (!work->status.ok()) {
      value = ErrorOf(env, work->status, work->name);
      if (value != nullptr) napi_reject_deferred(env, work->deferred, value);
    } else if (napi_get_undefined(env, &value) == napi_ok) {
      napi_resolve_deferred(env, work->deferred, value);
    }
    napi_close_handle_scope(env, scope);
  }
  napi_delete_async_work(env, work->work);
}

}  // namespace

napi_value StartBackgroundWork(napi_env env, Database& database, const char* name, std::function<rocksdb::Status()> action) {
  auto work = std::make_unique<BackgroundWork>();
  napi_value promise = nullptr;
  work->name = name;
  work->action = std::move(action);
  work->count = database.background();
  if (napi_create_promise(env, &work->deferred, &promise) != napi_ok ||
      napi_create_async_work(env, nullptr, Text(env, "millrace-rocksdb"), Execute, Complete, work.get(), &work->work) != napi_ok) {
    return ThrowCode(env, "ROCKSDB_FAILED", std::string("no background work could be made to ") + name);
  }
  work->count->Enter();
  if (napi_queue_async_work(env, work->work) != napi_ok) {
    work->count->Leave();
    napi_delete_async_work(env, work->work);
    return ThrowCode(env, "ROCKSDB_FAILED", std::string("no background work could be queued to ") + name);
  }
  work.release();
  return promise;
}

}  // namespace millrace
