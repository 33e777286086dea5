#include "objects/slot-resources.h"

#if __has_include(<rocksdb/advanced_cache.h>)
#include <rocksdb/advanced_cache.h>
#endif

#include <map>
#include <mutex>

#include "environment.h"
#include "napi/errors.h"

namespace millrace {

namespace {

// The only process-wide table of the addon: weak, so resources end with the last environment that uses them.
std::mutex shared_mutex;
std::map<uint32_t, std::weak_ptr<SlotResources>> shared_resources;
uint32_t next_shared_id = 1;

napi_value Adopt(napi_env env, Environment& environment, std::shared_ptr<SlotResources> resources) {
  return Uint32(env, environment.resources.Add(std::make_unique<std::shared_ptr<SlotResources>>(std::move(resources))));
}

// resourcesCreate(cacheBytes, writeBufferBytes, { highPriorityPoolRatio, isStrict }) -> handle
napi_value ResourcesCreate(napi_env env, napi_callback_info info) {
  Arguments<3> args(env, info);
  OptionsReader options(env, args[2]);
  auto resources = std::make_shared<SlotResources>();
  rocksdb::LRUCacheOptions cache_options;
  cache_options.capacity = static_cast<size_t>(args.I64(0));
  cache_options.strict_capacity_limit = options.Boolean("isStrict", false);
  cache_options.high_pri_pool_ratio = options.Number("highPriorityPoolRatio", 0.1);
  cache_options.num_shard_bits = kCacheShardBits;
  resources->cache = rocksdb::NewLRUCache(cache_options);
  // Without stalls: a database that is held up would wait for memtables of others, which only their own writes flush.
  resources->write_buffers = std::make_shared<rocksdb::WriteBufferManager>(static_cast<size_t>(args.I64(1)), resources->cache);
  {
    std::lock_guard<std::mutex> lock(shared_mutex);
    for (auto at = shared_resources.begin(); at != shared_resources.end();) at = at->second.expired() ? shared_resources.erase(at) : std::next(at);
    resources->shared_id = next_shared_id++;
    shared_resources[resources->shared_id] = resources;
  }
  return Adopt(env, args.environment(), std::move(resources));
}

// resourcesAttach(sharedId) -> handle, or 0 when no environment holds them any more
napi_value ResourcesAttach(napi_env env, napi_callback_info info) {
  Arguments<1> args(env, info);
  std::shared_ptr<SlotResources> resources;
  {
    std::lock_guard<std::mutex> lock(shared_mutex);
    const auto at = shared_resources.find(args.U32(0));
    if (at != shared_resources.end()) resources = at->second.lock();
  }
  if (resources == nullptr) return Uint32(env, 0);
  return Adopt(env, args.environment(), std::move(resources));
}

// resourcesFigure(resources, which): 0 shared id, 1 cache usage, 2 pinned, 3 cache capacity, 4 memtable bytes, 5 their limit
napi_value ResourcesFigure(napi_env env, napi_callback_info info) {
  Arguments<2> args(env, info);
  std::shared_ptr<SlotResources>* resources = args.environment().resources.Find(args.U32(0));
  if (resources == nullptr) return ThrowStaleHandle(env, "slot resources object");
  const SlotResources& at = **resources;
  switch (args.U32(1)) {
    case 0: return Number(env, at.shared_id);
    case 1: return Number(env, static_cast<double>(at.cache->GetUsage()));
    case 2: return Number(env, static_cast<double>(at.cache->GetPinnedUsage()));
    case 3: return Number(env, static_cast<double>(at.cache->GetCapacity()));
    case 4: return Number(env, static_cast<double>(at.write_buffers->memory_usage()));
    default: return Number(env, static_cast<double>(at.write_buffers->buffer_size()));
  }
}

// resourcesRelease(resources): databases that use them keep them alive.
napi_value ResourcesRelease(napi_env env, napi_callback_info info) {
  Arguments<1> args(env, info);
  args.environment().resources.Remove(args.U32(0));
  return nullptr;
}

}  // namespace

const Binding kSlotResourcesBindings[4] = {
    {"resourcesCreate", ResourcesCreate}, {"resourcesAttach", ResourcesAttach}, {"resourcesFigure", ResourcesFigure}, {"resourcesRelease", ResourcesRelease}};

}  // namespace millrace
