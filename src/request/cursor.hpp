// Regime: library
//
// The opaque cursor of a page: where the next one begins, and what it is a page of. It carries the
// period's bounds, so that a preset keeps them when midnight passes between two pages, and a
// fingerprint of function, account and filters, so that it is refused elsewhere. It is no secret
// and grants nothing: account and plan are applied to every page anew. The checksum tells a damaged
// cursor from a whole one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace journal {

struct Cursor {
    bool descending;
    std::int64_t occurred_at;  // of the page's last row, in PostgreSQL's microseconds
    std::int64_t id;
    std::int64_t from;  // the period's bounds, in the same unit
    std::int64_t to;
    std::uint64_t fingerprint;
};

/// Bytes of a cursor's text, without a terminator.
inline constexpr std::size_t kCursorLength = 62;
using CursorText = std::array<char, kCursorLength + 1>;

/// A cursor as text of letters, digits, - and _, terminated.
CursorText encode_cursor(const Cursor& cursor);

/// Reads such a text; false for anything that encode_cursor has not written.
bool decode_cursor(std::string_view text, Cursor* cursor);

/// Takes up what a page depends on, one value after the other. Values are kept apart: "ab", "c"
/// differs from "a", "bc", and an absent one from an empty one.
class Fingerprint {
  public:
    void add(std::string_view value);
    void add_absent();
    void add(std::int64_t value);
    std::uint64_t value() const { return state_; }

  private:
    void take(const void* bytes, std::size_t count);

    std::uint64_t state_ = 14695981039346656037U;
};

}  // namespace journal
