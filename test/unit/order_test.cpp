// The order in which rows are brought back.
#include "restore/order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <stdexcept>
#include <vector>

namespace journal {
namespace {

struct Result {
    std::vector<int> order;
    std::vector<Dependency> broken;
};

Result order_of(int count, const std::vector<Dependency>& dependencies)
{
    Result result{std::vector<int>(count), std::vector<Dependency>(dependencies.size())};
    result.broken.resize(dependency_order(dependencies, result.order, result.broken));
    return result;
}

using Rows = std::vector<int>;
using References = std::vector<Dependency>;

TEST(DependencyOrder, NoRows)
{
    EXPECT_EQ(order_of(0, {}).order, Rows{});
}

TEST(DependencyOrder, KeepsTheGivenOrderWithoutReferences)
{
    EXPECT_EQ(order_of(4, {}).order, (Rows{0, 1, 2, 3}));
}

TEST(DependencyOrder, PutsReferencedRowsFirst)
{
    EXPECT_EQ(order_of(4, {{0, 3}, {1, 0}, {2, 1}}).order, (Rows{3, 0, 1, 2}));
}

TEST(DependencyOrder, TakesTheLowestOfSeveralReadyRows)
{
    EXPECT_EQ(order_of(5, {{0, 4}, {1, 4}, {3, 4}}).order, (Rows{2, 4, 0, 1, 3}));
}

TEST(DependencyOrder, TwoKeysBetweenTheSameRowsCountOnce)
{
    const Result result = order_of(2, {{0, 1}, {0, 1}});
    EXPECT_EQ(result.order, (Rows{1, 0}));
    EXPECT_TRUE(result.broken.empty());
}

TEST(DependencyOrder, ARowMayReferToItself)
{
    const Result result = order_of(2, {{0, 0}, {0, 1}});
    EXPECT_EQ(result.order, (Rows{1, 0}));
    EXPECT_TRUE(result.broken.empty());
}

TEST(DependencyOrder, BreaksACycleAtItsLowestRow)
{
    const Result result = order_of(4, {{1, 2}, {2, 3}, {3, 1}, {0, 3}});
    EXPECT_EQ(result.order, (Rows{1, 3, 0, 2}));
    EXPECT_EQ(result.broken, (References{{1, 2}}));
}

TEST(DependencyOrder, BreaksSeveralCycles)
{
    const Result result = order_of(4, {{0, 1}, {1, 0}, {2, 3}, {3, 2}});
    EXPECT_EQ(result.order, (Rows{0, 1, 2, 3}));
    EXPECT_EQ(result.broken, (References{{0, 1}, {2, 3}}));
}

TEST(DependencyOrder, RefusesAnIndexBeyondTheRows)
{
    EXPECT_THROW(order_of(1, {{0, 7}}), std::out_of_range);
}

// Whatever the references, each row comes once, and each reference holds or is reported as broken.
TEST(DependencyOrder, HoldsForRandomReferences)
{
    std::mt19937 random(7);
    for (int round = 0; round < 300; round++) {
        const int count = 1 + static_cast<int>(random() % 30);
        References references;
        for (unsigned i = 0; i < random() % 60; i++)
            references.push_back(
                {static_cast<int>(random() % count), static_cast<int>(random() % count)});
        const Result result = order_of(count, references);
        std::vector<int> place(count, -1);
        for (int i = 0; i < count; i++) {
            ASSERT_EQ(place.at(result.order[i]), -1);
            place[result.order[i]] = i;
        }
        for (const Dependency& reference : references) {
            if (reference.dependent == reference.prerequisite ||
                place[reference.prerequisite] < place[reference.dependent])
                continue;
            EXPECT_NE(std::find(result.broken.begin(), result.broken.end(), reference),
                      result.broken.end());
        }
    }
}

}  // namespace
}  // namespace journal
