// Which keys may be among many: a Bloom filter of fixed size.
#pragma once

#include "base/memory.hpp"

namespace journal {

/// Says "certainly not" or "perhaps". It takes an eighth of work_mem, within bounds; what it
/// wrongly says perhaps to costs time, never a wrong row.
struct KeyFilter {
    uint64 mask;  // number of bits less one; a power of two less one
    uint64* bits;
};

inline KeyFilter* make_key_filter(MemoryContext context)
{
    constexpr int64 kLeast = 64 * 1024;
    constexpr int64 kMost = 16 * 1024 * 1024;
    int64 bytes = kLeast;
    while (bytes < kMost && bytes * 2 <= int64{work_mem} * 1024 / 8)
        bytes *= 2;
    auto* filter = make_in<KeyFilter>(context);
    filter->mask = static_cast<uint64>(bytes) * 8 - 1;
    filter->bits = make_array_in<uint64>(context, static_cast<std::size_t>(bytes) / sizeof(uint64));
    return filter;
}

inline uint64 hash_key(const char* key)
{
    return hash_bytes_extended(reinterpret_cast<const unsigned char*>(key),
                               static_cast<int>(strlen(key)), 0);
}

inline void add_key(KeyFilter* filter, const char* key)
{
    const uint64 hash = hash_key(key);
    for (int i = 0; i < 3; i++) {
        const uint64 bit = (hash >> (i * 20)) * 0x9E3779B97F4A7C15ULL >> 20 & filter->mask;
        filter->bits[bit / 64] |= uint64{1} << bit % 64;
    }
}

inline bool may_hold_key(const KeyFilter* filter, const char* key)
{
    const uint64 hash = hash_key(key);
    for (int i = 0; i < 3; i++) {
        const uint64 bit = (hash >> (i * 20)) * 0x9E3779B97F4A7C15ULL >> 20 & filter->mask;
        if ((filter->bits[bit / 64] & uint64{1} << bit % 64) == 0)
            return false;
    }
    return true;
}

}  // namespace journal
