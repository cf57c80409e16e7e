// See tally.hpp.
#include "find/tally.hpp"

namespace journal {

void Tally::add(int bucket, const char* value, int64 entries)
{
    int id = null_id_;
    if (value != nullptr) {
        const auto found = ids_.find(std::string_view(value));
        id = found == ids_.end() ? -1 : found->second;
    }
    if (id < 0) {
        id = value_count();
        const char* kept = value == nullptr ? nullptr : MemoryContextStrdup(context_, value);
        values_.push_back(kept);
        if (kept == nullptr)
            null_id_ = id;
        else
            ids_.emplace(kept, id);
    }
    counts_[{bucket, id}] += entries;
}

int64 Tally::entries(int bucket, int id) const
{
    const auto found = counts_.find(std::pair(bucket, id));
    return found == counts_.end() ? 0 : found->second;
}

}  // namespace journal
