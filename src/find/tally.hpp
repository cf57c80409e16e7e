// Numbers of entries by bucket of time and value, added up part by part.
#pragma once

#include "base/memory.hpp"

#include <map>
#include <string_view>

namespace journal {

/// Everything belongs to a memory context: an error in between leaves nothing behind.
class Tally {
  public:
    explicit Tally(MemoryContext context)
        : context_(context),
          ids_(Allocator<std::pair<const std::string_view, int>>(context)),
          values_(context),
          counts_(Allocator<std::pair<const std::pair<int, int>, int64>>(context))
    {
    }

    /// Adds to the number of a value in a bucket; nullptr is a value as well.
    void add(int bucket, const char* value, int64 entries);

    /// The values that occur, in the order in which they came.
    int value_count() const { return static_cast<int>(values_.size()); }
    const char* value(int id) const { return values_[static_cast<std::size_t>(id)]; }

    int64 entries(int bucket, int id) const;

  private:
    template <typename T>
    using Allocator = ContextAllocator<T>;

    MemoryContext context_;
    std::map<std::string_view, int, std::less<>, Allocator<std::pair<const std::string_view, int>>>
        ids_;
    int null_id_ = -1;
    Vector<const char*> values_;
    std::map<std::pair<int, int>, int64, std::less<>,
             Allocator<std::pair<const std::pair<int, int>, int64>>>
        counts_;
};

}  // namespace journal
