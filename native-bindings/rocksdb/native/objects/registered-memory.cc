#include "objects/registered-memory.h"

#include "environment.h"
#include "napi/errors.h"

namespace millrace {

// memoryRegister(bytes: Uint8Array) -> handle
static napi_value MemoryRegister(napi_env env, napi_callback_info info) {
  Arguments<1> args(env, info);
  void* data = nullptr;
  size_t bytes = 0;
  napi_ref reference = nullptr;
  if (napi_get_typedarray_info(env, args[0], nullptr, &bytes, &data, nullptr, nullptr) != napi_ok ||
      napi_create_reference(env, args[0], 1, &reference) != napi_ok) {
    return ThrowCode(env, "ROCKSDB_ARGUMENT", "only a Uint8Array can be registered as memory");
  }
  MemoryView view;
  view.base = static_cast<char*>(data);
  view.bytes = static_cast<int64_t>(bytes);
  return Uint32(env, args.environment().memories.Add(std::make_unique<RegisteredMemory>(env, reference, view)));
}

// memoryRelease(memory): refused while a database or an SST file works in it.
static napi_value MemoryRelease(napi_env env, napi_callback_info info) {
  Arguments<1> args(env, info);
  const RegisteredMemory* wanted = args.environment().memories.Find(args.U32(0));
  bool is_used = false;
  const auto check = [wanted, &is_used](const auto& each) { is_used = is_used || (wanted != nullptr && each.memory.base == wanted->view.base); };
  args.environment().databases.ForEach(check);
  args.environment().sst_writers.ForEach(check);
  if (is_used) return ThrowCode(env, "ROCKSDB_ARGUMENT", "memory that an open database or SST file uses cannot be released: close it first, or give the database other memory");
  std::unique_ptr<RegisteredMemory> memory = args.environment().memories.Remove(args.U32(0));
  if (memory != nullptr) memory->Release();
  return nullptr;
}

const Binding kMemoryBindings[2] = {{"memoryRegister", MemoryRegister}, {"memoryRelease", MemoryRelease}};

}  // namespace millrace
