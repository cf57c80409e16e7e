// Regime: library
//
// Whether bytes are a jsonb value in its stored form. The server's functions believe every length
// and offset that stands in one: a page that was damaged would make them read anywhere. So what
// comes out of a journal table is looked over first, once, in time proportional to its size.
//
// The form (utils/jsonb.h): a header of 4 bytes with the number of elements and what the container
// is; for each element, or each key and then each value, an entry of 4 bytes with its type and its
// length, or where it ends; then the elements themselves, numbers and containers aligned to 4 bytes
// from the beginning.
#pragma once

#include <cstddef>
#include <cstdint>

namespace journal {

namespace jsonb_form {
inline constexpr std::uint32_t kCount = 0x0FFFFFFF;
inline constexpr std::uint32_t kScalar = 0x10000000;
inline constexpr std::uint32_t kObject = 0x20000000;
inline constexpr std::uint32_t kArray = 0x40000000;

inline constexpr std::uint32_t kLength = 0x0FFFFFFF;
inline constexpr std::uint32_t kType = 0x70000000;
inline constexpr std::uint32_t kIsEnd = 0x80000000;
inline constexpr std::uint32_t kString = 0x00000000;
inline constexpr std::uint32_t kNumeric = 0x10000000;
inline constexpr std::uint32_t kFalse = 0x20000000;
inline constexpr std::uint32_t kTrue = 0x30000000;
inline constexpr std::uint32_t kNull = 0x40000000;
inline constexpr std::uint32_t kContainer = 0x50000000;
}  // namespace jsonb_form

/// Whether every length and offset in a stored jsonb value stays within it. Takes the bytes behind
/// the varlena header. What strings and digits say is not looked at.
bool is_jsonb(const void* bytes, std::size_t size);

}  // namespace journal
