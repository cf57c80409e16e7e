// The hashes are frozen: indexes of journals that exist hold these very numbers.
#include "base/object_hash.hpp"

#include <gtest/gtest.h>

#include <string>

namespace journal {
namespace {

TEST(ObjectHash, IsFrozen)
{
    EXPECT_EQ(object_hash("", "", ""), 9218640476634725326);
    EXPECT_EQ(object_hash("acme", "order", "1"), -2163844157373683800);
    EXPECT_EQ(object_hash("", "order", "1"), -2163880535165734162);
    EXPECT_EQ(object_hash("acme", "order", "2"), -2163862357444599421);
    EXPECT_EQ(object_hash("a", "client", "12345678"), 5819882457852805719);
    EXPECT_EQ(object_hash("a", "client", "123456789"), 5819808091101179849);
    EXPECT_EQ(object_hash("a", "client", std::string(1000, 'x')), 5819874084264104006);
}

TEST(ObjectHash, TakesTheBytesOfWhateverEncoding)
{
    // UTF-8, WIN1251 and LATIN1.
    EXPECT_EQ(object_hash("\xd0\x9c\xd0\xbe\xd1\x81\xd0\xba\xd0\xb2\xd0\xb0",
                          "\xd0\xb7\xd0\xb0\xd0\xba\xd0\xb0\xd0\xb7", "\xe2\x84\x96 7"),
              4600820878527920807);
    EXPECT_EQ(object_hash("\xcc\xee\xf1\xea\xe2\xe0", "\xe7\xe0\xea\xe0\xe7", "\xb9 7"),
              -8162756838497595197);
    EXPECT_EQ(object_hash("Caf\xc3\xa9", "order", "1"), -2163968331851896065);
    EXPECT_EQ(object_hash("Caf\xe9", "order", "1"), -2163891555849889694);
}

TEST(ObjectHash, KnowsWhereATextEnds)
{
    EXPECT_EQ(object_hash("acme", "orde", "r1"), 5412278038976550551);
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

TEST(ObjectHash, PutsDeletionsOfATypeIntoTheirRange)
{
    const ObjectHashRange orders = object_hash_range("order");
    const ObjectHashRange deletions = deletion_hash_range("order");
    EXPECT_EQ(deletions.last, orders.last);
    EXPECT_EQ(deletions.last - deletions.first, (std::int64_t{1} << 47) - 1);
    for (int id = 0; id < 1000; id++) {
        const std::int64_t hash = object_hash("acme", "order", std::to_string(id));
        EXPECT_LT(hash, deletions.first);
        EXPECT_EQ(deletion_hash(hash) - hash, std::int64_t{1} << 47);
        EXPECT_GE(deletion_hash(hash), deletions.first);
        EXPECT_LE(deletion_hash(hash), deletions.last);
    }
}

TEST(ObjectHash, CanBeShared)
{
    // Two ids were made to meet: who looks one up has to compare it.
    EXPECT_EQ(object_hash("acme", "note", "0000000000000001"),
              object_hash("acme", "note", "00005664KL:bDD4|"));
}

TEST(AccountHash, IsFrozen)
{
    EXPECT_EQ(account_hash(""), 9218648826029127683);
    EXPECT_EQ(account_hash("acme"), -3008135781956218440);
    EXPECT_EQ(account_hash("12345678"), -5268905968836719310);
    EXPECT_EQ(account_hash("123456789"), 4392380218111408610);
    EXPECT_EQ(account_hash("north-account-01"), account_hash("00002168kpVh]7ZK"));
    EXPECT_EQ(object_hash(account_hash("acme"), "order", "1"), object_hash("acme", "order", "1"));
}

TEST(TextHash, IsFrozenAndNeverThatOfNull)
{
    EXPECT_EQ(text_hash(""), 2146383939);
    EXPECT_EQ(text_hash("acme"), -700386191);
    EXPECT_EQ(text_hash("12345678"), -1226762769);
    EXPECT_EQ(text_hash("123456789"), 1022680713);
    EXPECT_EQ(text_hash("~=zMSf#P"), 1);
}

TEST(EventKey, HoldsAllThree)
{
    EXPECT_EQ(event_key(1, false, 'i'), 8);
    EXPECT_EQ(event_key(1, true, 'i'), 12);
    EXPECT_EQ(event_key(1, false, 'u'), 9);
    EXPECT_EQ(event_key(48, true, 'd'), 390);
    EXPECT_EQ(event_key(2147483647, true, 'l'), -1);
}

TEST(EntryFacts, IsFrozenAndTakenApart)
{
    const std::int32_t event = event_key((1 << 21) - 1, true, 'd');
    const std::int64_t facts = entry_facts(event, text_hash("acme"), text_hash("12345678"));
    EXPECT_EQ(event_key_in(facts), event);
    EXPECT_EQ(short_location_in(facts), short_hash(text_hash("acme")));
    EXPECT_EQ(short_employee_in(facts), short_hash(text_hash("12345678")));
    EXPECT_EQ(short_hash(-1), (1 << 20) - 1);
    EXPECT_EQ(entry_facts(390, 0, 0), std::int64_t{390} << 40);
    EXPECT_EQ(entry_facts(390, 4096, -1), (std::int64_t{390} << 40) + (1 << 20) + (1 << 20) - 1);
}

}  // namespace
}  // namespace journal
