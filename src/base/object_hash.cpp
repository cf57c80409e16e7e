// Regime: library
// See object_hash.hpp.
//
// The state begins with kSeed. A text is absorbed as its length in bytes and then its bytes, eight
// at a time as a little-endian number, the last ones filled up with zeros: so no two lists of texts
// are absorbed alike. Absorbing a number and finishing a state are those of MurmurHash64A.
// An account's number is what its name finishes as, a text's the highest 32 bits of that. For an
// object's, first the type is absorbed; the highest 16 bits of what that finishes as are those of
// the result. Then the account's number and the id are; the highest 47 bits of what that finishes
// as are the rest, after a bit that only deletions have.
#include "base/object_hash.hpp"

#include <bit>
#include <cstring>

namespace journal {

namespace {

constexpr std::uint64_t kSeed = 0x6a6f75726e616c31;  // "journal1"
constexpr std::uint64_t kFactor = 0xc6a4a7935bd1e995;
constexpr int kShift = 47;
constexpr int kShortBits = 20;
constexpr std::uint64_t kShortMask = (std::uint64_t{1} << kShortBits) - 1;
constexpr int kTypeBits = 16;
constexpr std::uint64_t kTypeMask = ~(~std::uint64_t{0} >> kTypeBits);
constexpr std::uint64_t kDeletion = std::uint64_t{1} << (63 - kTypeBits);

void absorb_number(std::uint64_t* state, std::uint64_t number)
{
    number *= kFactor;
    number ^= number >> kShift;
    number *= kFactor;
    *state = (*state ^ number) * kFactor;
}

/// Up to eight bytes as a little-endian number.
std::uint64_t number_of(const char* bytes, std::size_t size)
{
    std::uint64_t number = 0;
    memcpy(&number, bytes, size);
    return std::endian::native == std::endian::little ? number : __builtin_bswap64(number);
}

void absorb(std::uint64_t* state, std::string_view text)
{
    absorb_number(state, text.size());
    for (; text.size() > sizeof(std::uint64_t); text.remove_prefix(sizeof(std::uint64_t)))
        absorb_number(state, number_of(text.data(), sizeof(std::uint64_t)));
    if (!text.empty())
        absorb_number(state, number_of(text.data(), text.size()));
}

std::uint64_t finish(std::uint64_t state)
{
    state ^= state >> kShift;
    state *= kFactor;
    return state ^ state >> kShift;
}

}  // namespace

std::int64_t account_hash(std::string_view account)
{
    std::uint64_t state = kSeed;
    absorb(&state, account);
    return static_cast<std::int64_t>(finish(state));
}

std::int64_t object_hash(std::int64_t account, std::string_view type, std::string_view id)
{
    std::uint64_t state = kSeed;
    absorb(&state, type);
    const std::uint64_t of_type = finish(state) & kTypeMask;
    absorb_number(&state, static_cast<std::uint64_t>(account));
    absorb(&state, id);
    return static_cast<std::int64_t>(of_type | finish(state) >> (kTypeBits + 1));
}

std::int64_t deletion_hash(std::int64_t object)
{
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(object) | kDeletion);
}

std::int64_t object_hash(std::string_view account, std::string_view type, std::string_view id)
{
    return object_hash(account_hash(account), type, id);
}

std::int32_t text_hash(std::string_view text)
{
    std::uint64_t state = kSeed;
    absorb(&state, text);
    const auto hash = static_cast<std::uint32_t>(finish(state) >> 32);
    return static_cast<std::int32_t>(hash == 0 ? 1 : hash);
}

std::int32_t event_key(std::int32_t event_type, bool reported, char operation)
{
    constexpr std::uint32_t kReported = 4;
    constexpr std::uint32_t kLogged = 3;
    std::uint32_t done = kLogged;
    if (operation == 'i')
        done = 0;
    else if (operation == 'u')
        done = 1;
    else if (is_deletion(operation))
        done = 2;
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(event_type) * 2 * kReported +
                                     (reported ? kReported : 0) + done);
}

std::int32_t short_hash(std::int32_t text_hash)
{
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(text_hash) >> (32 - kShortBits));
}

std::int64_t entry_facts(std::int32_t event_key, std::int32_t location, std::int32_t employee)
{
    const auto event = static_cast<std::uint64_t>(static_cast<std::uint32_t>(event_key));
    return static_cast<std::int64_t>(
        event << (2 * kShortBits) | static_cast<std::uint64_t>(short_hash(location)) << kShortBits |
        static_cast<std::uint64_t>(short_hash(employee)));
}

std::int32_t event_key_in(std::int64_t facts)
{
    return static_cast<std::int32_t>(static_cast<std::uint64_t>(facts) >> (2 * kShortBits));
}

std::int32_t short_location_in(std::int64_t facts)
{
    return static_cast<std::int32_t>(static_cast<std::uint64_t>(facts) >> kShortBits & kShortMask);
}

std::int32_t short_employee_in(std::int64_t facts)
{
    return static_cast<std::int32_t>(static_cast<std::uint64_t>(facts) & kShortMask);
}

ObjectHashRange object_hash_range(std::string_view type)
{
    std::uint64_t state = kSeed;
    absorb(&state, type);
    const std::uint64_t of_type = finish(state) & kTypeMask;
    return {static_cast<std::int64_t>(of_type), static_cast<std::int64_t>(of_type | ~kTypeMask)};
}

ObjectHashRange deletion_hash_range(std::string_view type)
{
    const ObjectHashRange of_type = object_hash_range(type);
    return {deletion_hash(of_type.first), of_type.last};
}

}  // namespace journal
