// The order in which sets of rows are brought back.
#include "apply/order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <stdexcept>
#include <vector>

namespace journal {
namespace {

using Steps = std::vector<int>;
using References = std::vector<Dependency>;

Steps steps_of(int count, const References& dependencies, int* step_count = nullptr)
{
    Steps steps(count, -1);
    const int result = steps_in_order(dependencies, steps);
    if (step_count != nullptr)
        *step_count = result;
    return steps;
}

TEST(StepsInOrder, NoSets)
{
    EXPECT_EQ(steps_of(0, {}), Steps{});
}

TEST(StepsInOrder, KeepsTheGivenOrderWithoutReferences)
{
    EXPECT_EQ(steps_of(4, {}), (Steps{0, 1, 2, 3}));
}

TEST(StepsInOrder, PutsReferencedSetsFirst)
{
    // 3, 0, 1, 2
    EXPECT_EQ(steps_of(4, {{0, 3}, {1, 0}, {2, 1}}), (Steps{1, 2, 3, 0}));
}

TEST(StepsInOrder, ASetThatRefersToItselfIsAlone)
{
    int count = 0;
    EXPECT_EQ(steps_of(2, {{0, 0}, {1, 1}}, &count), (Steps{0, 1}));
    EXPECT_EQ(count, 2);
}

TEST(StepsInOrder, TheSetsOfACycleShareAStep)
{
    int count = 0;
    EXPECT_EQ(steps_of(5, {{0, 1}, {1, 2}, {2, 1}, {3, 0}, {2, 4}}, &count),
              (Steps{2, 1, 1, 3, 0}));
    EXPECT_EQ(count, 4);
}

TEST(StepsInOrder, RepeatedReferencesCountOnce)
{
    EXPECT_EQ(steps_of(2, {{0, 1}, {0, 1}, {0, 1}}), (Steps{1, 0}));
}

TEST(StepsInOrder, RefusesAnIndexBeyondTheSets)
{
    EXPECT_THROW(steps_of(2, {{0, 2}}), std::out_of_range);
    EXPECT_THROW(steps_of(2, {{2, 0}}), std::out_of_range);
    EXPECT_THROW(steps_of(2, {{0, -1}}), std::out_of_range);
}

TEST(StepsInOrder, FollowsALongChain)
{
    constexpr int kSets = 100000;
    References chain;
    for (int i = 0; i + 1 < kSets; i++)
        chain.push_back({i, i + 1});
    const Steps steps = steps_of(kSets, chain);
    EXPECT_EQ(steps[0], kSets - 1);
    EXPECT_EQ(steps[kSets - 1], 0);
}

// Whether a set can be reached from another along the references.
bool reaches(int count, const References& references, int from, int to)
{
    std::vector<bool> seen(count, false);
    std::vector<int> open{from};
    while (!open.empty()) {
        const int current = open.back();
        open.pop_back();
        for (const Dependency& reference : references) {
            if (reference.dependent != current || seen[reference.prerequisite])
                continue;
            seen[reference.prerequisite] = true;
            open.push_back(reference.prerequisite);
        }
    }
    return seen[to];
}

TEST(StepsInOrder, RandomGraphs)
{
    std::mt19937 random(20240229);
    for (int round = 0; round < 500; round++) {
        const int count = 1 + static_cast<int>(random() % 9);
        References references(random() % 14);
        for (Dependency& reference : references)
            reference = {static_cast<int>(random() % count), static_cast<int>(random() % count)};
        const Steps steps = steps_of(count, references);
        for (int a = 0; a < count; a++)
            for (int b = 0; b < count; b++) {
                const bool needs = reaches(count, references, a, b);
                const bool needed = reaches(count, references, b, a);
                if (a != b) {
                    EXPECT_EQ(steps[a] == steps[b], needs && needed);
                }
                if (needs && !needed) {
                    EXPECT_GT(steps[a], steps[b]);
                }
            }
    }
}

}  // namespace
}  // namespace journal
