// Objects named by numbers: what JavaScript holds of a native object. A handle carries the generation of its place, so a
// handle that outlived its object finds nothing instead of a stranger. One table per class and environment; one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace millrace {

template <typename T>
class HandleTable {
 public:
  // Handle = generation (1 to 32767) * 65536 + place. 0 is never a handle; 0 is also returned when 65536 objects are alive.
  uint32_t Add(std::unique_ptr<T> object) {
    uint32_t place;
    if (!free_.empty()) {
      place = free_.back();
      free_.pop_back();
    } else {
      if (places_.size() >= kPlaceCountMax) return 0;
      place = static_cast<uint32_t>(places_.size());
      places_.push_back(Place{nullptr, 0});
    }
    Place& at = places_[place];
    at.generation = at.generation >= kGenerationMax ? 1 : at.generation + 1;
    at.object = std::move(object);
    return at.generation * kPlaceCountMax + place;
  }

  // nullptr for a handle whose object is gone.
  T* Find(uint32_t handle) const {
    const uint32_t place = handle % kPlaceCountMax;
    if (place >= places_.size()) return nullptr;
    const Place& at = places_[place];
    return at.generation == handle / kPlaceCountMax ? at.object.get() : nullptr;
  }

  std::unique_ptr<T> Remove(uint32_t handle) {
    if (Find(handle) == nullptr) return nullptr;
    const uint32_t place = handle % kPlaceCountMax;
    free_.push_back(place);
    return std::move(places_[place].object);
  }

  // Removes the objects for which `matches` holds. Cost is that of all places.
  template <typename Matches>
  void RemoveWhere(Matches matches) {
    for (uint32_t place = 0; place < places_.size(); place++) {
      if (places_[place].object == nullptr || !matches(*places_[place].object)) continue;
      free_.push_back(place);
      places_[place].object.reset();
    }
  }

  template <typename Action>
  void ForEach(Action action) {
    for (Place& at : places_) {
      if (at.object != nullptr) action(*at.object);
    }
  }

  void Clear() {
    RemoveWhere([](const T&) { return true; });
  }

 private:
  static constexpr uint32_t kPlaceCountMax = 65536;
  static constexpr uint32_t kGenerationMax = 32767;

  struct Place {
    std::unique_ptr<T> object;
    uint32_t generation;
  };
  std::vector<Place> places_;
  std::vector<uint32_t> free_;
};

}  // namespace millrace
