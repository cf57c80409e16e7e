// Unit tests of values/jsonb_form.hpp: sound values, and every way in which a length can lie.
#include "values/jsonb_form.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

using namespace journal;
using namespace journal::jsonb_form;

namespace {

using Words = std::vector<std::uint32_t>;

bool sound(const Words& words)
{
    return is_jsonb(words.data(), words.size() * 4);
}

constexpr std::uint32_t kFive = 0x00058000;  // a short numeric's header of 2 bytes, and the digit 5
const Words kNumber{kArray | 1, kNumeric | 8, 8 << 2, kFive};
constexpr std::uint32_t kAbcd = 0x64636261;

}  // namespace

TEST(JsonbForm, SoundValues)
{
    EXPECT_TRUE(sound({kArray}));
    EXPECT_TRUE(sound({kObject}));
    EXPECT_TRUE(sound(kNumber));
    EXPECT_TRUE(sound({kArray | kScalar | 1, kString | 4, kAbcd}));
    EXPECT_TRUE(sound({kArray | 3, kNull, kTrue, kFalse}));
    EXPECT_TRUE(sound({kArray | 2, kString | 4, kString | kIsEnd | 8, kAbcd, kAbcd}));
    EXPECT_TRUE(sound({kObject | 1, kString | 4, kNull, kAbcd}));
    EXPECT_TRUE(sound({kArray | 1, kContainer | 4, kArray}));
    // A string of one byte, and a container after three that fill up.
    EXPECT_TRUE(sound({kArray | 2, kString | 1, kContainer | 7, 'a', kArray}));
}

TEST(JsonbForm, Truncated)
{
    EXPECT_FALSE(is_jsonb("", 0));
    EXPECT_FALSE(is_jsonb("abc", 3));
    for (std::size_t size = 0; size < kNumber.size() * 4; size++)
        EXPECT_FALSE(is_jsonb(kNumber.data(), size)) << size;
}

TEST(JsonbForm, LyingHeaders)
{
    EXPECT_FALSE(sound({0}));
    EXPECT_FALSE(sound({kArray | kObject}));
    EXPECT_FALSE(sound({0x80000000 | kArray}));
    EXPECT_FALSE(sound({kArray | kCount}));
    EXPECT_FALSE(sound({kObject | kCount}));
    EXPECT_FALSE(sound({kObject | 1, kString}));
    EXPECT_FALSE(sound({kArray | kScalar}));
    EXPECT_FALSE(sound({kObject | kScalar | 1, kString, kNull}));
    EXPECT_FALSE(sound({kArray | 1, kContainer | 8, kArray | kScalar | 1, kNull}));
}

TEST(JsonbForm, LyingEntries)
{
    EXPECT_FALSE(sound({kArray | 1, kString | 5, kAbcd}));
    EXPECT_FALSE(sound({kArray | 2, kString | 4, kString | kIsEnd | 3, kAbcd}));
    EXPECT_FALSE(sound({kArray | 1, kNull | 4, kAbcd}));
    EXPECT_FALSE(sound({kArray | 1, 0x60000000}));
    EXPECT_FALSE(sound({kArray | 1, 0x70000000}));
    EXPECT_FALSE(sound({kObject | 1, kNull, kNull}));
    EXPECT_FALSE(sound({kArray | kScalar | 1, kContainer | 4, kArray}));
    EXPECT_FALSE(sound({kArray | 2, kString | 1, kContainer | 2, kAbcd}));
}

TEST(JsonbForm, LyingNumbers)
{
    for (const std::uint32_t header :
         {0U, 4U << 2, 12U << 2, 8U << 2 | 1, 8U << 2 | 2, 0x12U, 1U}) {
        Words words = kNumber;
        words[2] = header;
        EXPECT_FALSE(sound(words)) << header;
    }
    // NaN, and no number at all.
    EXPECT_FALSE(sound({kArray | 1, kNumeric | 8, 8 << 2, 0x0000C000}));
    EXPECT_FALSE(sound({kArray | 1, kNumeric | 8, 8 << 2, 0x0000C123}));
    // Too short for its format.
    EXPECT_FALSE(sound({kArray | 1, kNumeric | 4, 4 << 2}));
}

TEST(JsonbForm, DeepNesting)
{
    constexpr std::uint32_t kDepth = 200000;
    Words words;
    for (std::uint32_t left = kDepth; left > 0; left--) {
        words.push_back(kArray | 1);
        words.push_back(kContainer | (8 * (left - 1) + 4));
    }
    words.push_back(kArray);
    EXPECT_TRUE(sound(words));
    words.back() = 0;
    EXPECT_FALSE(sound(words));
}
