// The hash of an object is frozen: indexes of journals that exist hold these very numbers.
#include "base/object_hash.hpp"

#include <gtest/gtest.h>

#include <string>

namespace journal {
namespace {

TEST(ObjectHash, IsFrozen)
{
    EXPECT_EQ(object_hash("", "", ""), 9218815519970600901);
    EXPECT_EQ(object_hash("acme", "order", "1"), -2163910734725837924);
    EXPECT_EQ(object_hash("", "order", "1"), -2163757322822210437);
    EXPECT_EQ(object_hash("acme", "order", "2"), -2163813357437066567);
    EXPECT_EQ(object_hash("a", "client", "12345678"), 5819969130675358401);
    EXPECT_EQ(object_hash("a", "client", "123456789"), 5819796102514716058);
    EXPECT_EQ(object_hash("a", "client", std::string(1000, 'x')), 5819924048432700884);
}

TEST(ObjectHash, TakesTheBytesOfWhateverEncoding)
{
    // UTF-8, WIN1251 and LATIN1.
    EXPECT_EQ(object_hash("\xd0\x9c\xd0\xbe\xd1\x81\xd0\xba\xd0\xb2\xd0\xb0",
                          "\xd0\xb7\xd0\xb0\xd0\xba\xd0\xb0\xd0\xb7", "\xe2\x84\x96 7"),
              4600864632942765349);
    EXPECT_EQ(object_hash("\xcc\xee\xf1\xea\xe2\xe0", "\xe7\xe0\xea\xe0\xe7", "\xb9 7"),
              -8162716314087223732);
    EXPECT_EQ(object_hash("Caf\xc3\xa9", "order", "1"), -2163946840042368644);
    EXPECT_EQ(object_hash("Caf\xe9", "order", "1"), -2163788979865344575);
}

TEST(ObjectHash, KnowsWhereATextEnds)
{
    EXPECT_EQ(object_hash("acme", "orde", "r1"), 5412443285425004076);
    EXPECT_NE(object_hash("ac", "order", "me1"), object_hash("acme", "order", "1"));
    EXPECT_NE(object_hash("", "order", std::string(1, '\0')), object_hash("", "order", ""));
}

TEST(ObjectHash, PutsATypeIntoItsRange)
{
    const ObjectHashRange orders = object_hash_range("order");
    EXPECT_EQ(orders.last - orders.first, (std::int64_t{1} << 48) - 1);
    for (const char* account : {"", "acme", "another"})
        for (int id = 0; id < 1000; id++) {
            const std::int64_t hash = object_hash(account, "order", std::to_string(id));
            EXPECT_GE(hash, orders.first);
            EXPECT_LE(hash, orders.last);
        }
    const std::int64_t client = object_hash("acme", "client", "1");
    EXPECT_TRUE(client < orders.first || client > orders.last);
}

TEST(ObjectHash, CanBeShared)
{
    // Two ids were made to meet: who looks one up has to compare it.
    EXPECT_EQ(object_hash("acme", "note", "0000000000000001"),
              object_hash("acme", "note", "000002845aQ(y(+s"));
}

}  // namespace
}  // namespace journal
