// The 64-bit number under which the journal's indexes hold an object: a hash of its account, type
// and id.
//
// The number is stored in indexes, so the function is frozen: it depends on nothing but the bytes,
// on no release, platform or locale (test/unit/object_hash_test.cpp has fixed values). The bytes
// are those of the database's encoding; a dump that is restored into another encoding builds its
// indexes anew.
//
// The first 16 bits depend on the type alone, so the entries of a type lie side by side. The others
// depend on all three. Different objects may have the same number: who looks one up compares
// account, type and id as well.
#pragma once

#include <cstdint>
#include <string_view>

namespace journal {

/// The number of an object.
std::int64_t object_hash(std::string_view account, std::string_view type, std::string_view id);

/// The smallest and the largest number that objects of a type can have.
struct ObjectHashRange {
    std::int64_t first;
    std::int64_t last;
};
ObjectHashRange object_hash_range(std::string_view type);

}  // namespace journal
