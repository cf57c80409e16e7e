// The page cursor: it comes back as it was, and nothing else is taken for one.
#include "request/cursor.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace journal {
namespace {

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

constexpr Cursor kSome{true, 785462400123456, 42, kLeast, kMost, 0x123456789abcdef0U};

std::string text_of(const Cursor& cursor)
{
    return encode_cursor(cursor).data();
}

TEST(Cursor, comes_back_as_it_was)
{
    for (const Cursor& cursor :
         {kSome, Cursor{false, 0, 0, 0, 0, 0}, Cursor{true, kLeast, kMost, -1, 1, ~0ULL}}) {
        Cursor read{};
        ASSERT_TRUE(decode_cursor(text_of(cursor), &read));
        EXPECT_EQ(read.descending, cursor.descending);
        EXPECT_EQ(read.occurred_at, cursor.occurred_at);
        EXPECT_EQ(read.id, cursor.id);
        EXPECT_EQ(read.from, cursor.from);
        EXPECT_EQ(read.to, cursor.to);
        EXPECT_EQ(read.fingerprint, cursor.fingerprint);
    }
}

TEST(Cursor, is_plain_text_of_one_length)
{
    const std::string text = text_of(kSome);
    EXPECT_EQ(text.size(), kCursorLength);
    EXPECT_EQ(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789-_"),
              std::string::npos);
}

TEST(Cursor, refuses_every_changed_character)
{
    const std::string text = text_of(kSome);
    Cursor read{};
    for (std::size_t i = 0; i < text.size(); i++)
        for (const char other : {'A', 'b', '7', '-', '_', '=', ' ', '\0', '\xff'}) {
            std::string changed = text;
            changed[i] = other;
            EXPECT_EQ(decode_cursor(changed, &read), other == text[i]) << i << other;
        }
}

TEST(Cursor, refuses_other_lengths)
{
    const std::string text = text_of(kSome);
    Cursor read{};
    for (std::size_t length = 0; length < text.size(); length++)
        EXPECT_FALSE(decode_cursor(text.substr(0, length), &read));
    EXPECT_FALSE(decode_cursor(text + "A", &read));
    EXPECT_FALSE(decode_cursor(text + text, &read));
}

TEST(Fingerprint, keeps_values_apart)
{
    Fingerprint one;
    one.add("ab");
    one.add("c");
    Fingerprint other;
    other.add("a");
    other.add("bc");
    EXPECT_NE(one.value(), other.value());
}

TEST(Fingerprint, tells_absent_from_empty)
{
    Fingerprint absent;
    absent.add_absent();
    Fingerprint empty;
    empty.add("");
    EXPECT_NE(absent.value(), empty.value());
    EXPECT_NE(absent.value(), Fingerprint().value());
}

}  // namespace
}  // namespace journal
