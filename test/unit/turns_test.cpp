// The turns in which rows take over values from one another.
#include "apply/turns.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <stdexcept>
#include <vector>

namespace journal {
namespace {

using Waits = std::vector<Wait>;
using Turns = std::vector<Turn>;

Turns turns_of(int count, const Waits& waits, int* turn_count = nullptr)
{
    Turns turns(count, Turn{-2, -2});
    const int result = take_turns(waits, turns);
    if (turn_count != nullptr)
        *turn_count = result;
    return turns;
}

std::vector<int> numbers(const Turns& turns)
{
    std::vector<int> result;
    for (const Turn& turn : turns)
        result.push_back(turn.number);
    return result;
}

int count_aside(const Turns& turns)
{
    int count = 0;
    for (const Turn& turn : turns)
        count += turn.aside == kStays ? 0 : 1;
    return count;
}

using Numbers = std::vector<int>;

TEST(TakeTurns, NoRows)
{
    int count = -1;
    EXPECT_TRUE(turns_of(0, {}, &count).empty());
    EXPECT_EQ(count, 0);
}

TEST(TakeTurns, RowsThatWaitForNothingGoAtOnce)
{
    int count = 0;
    const Turns turns = turns_of(3, {}, &count);
    EXPECT_EQ(numbers(turns), (Numbers{0, 0, 0}));
    EXPECT_EQ(count_aside(turns), 0);
    EXPECT_EQ(count, 1);
}

TEST(TakeTurns, ARowThatWaitsForItselfWaitsForNothing)
{
    EXPECT_EQ(numbers(turns_of(2, {{0, 0, false}, {1, 0, false}})), (Numbers{0, 1}));
}

TEST(TakeTurns, AChainGoesFromItsFreeEnd)
{
    int count = 0;
    EXPECT_EQ(numbers(turns_of(4, {{0, 1, true}, {1, 2, true}, {2, 3, true}}, &count)),
              (Numbers{3, 2, 1, 0}));
    EXPECT_EQ(count, 4);
}

TEST(TakeTurns, ARowGoesAfterAllThatItWaitsFor)
{
    EXPECT_EQ(numbers(turns_of(4, {{0, 1, false}, {0, 2, false}, {0, 1, false}, {2, 3, false}})),
              (Numbers{2, 0, 1, 0}));
}

TEST(TakeTurns, OneOfACircleStepsAside)
{
    int count = 0;
    const Turns turns = turns_of(3, {{0, 1, false}, {1, 2, true}, {2, 0, false}}, &count);
    EXPECT_EQ(turns[0].aside, kStays);
    EXPECT_EQ(turns[1].aside, kStays);
    EXPECT_EQ(turns[2].aside, 0);
    // 1 gets what 2 had, then 0 what 1 had, and 2 comes back for what 0 had.
    EXPECT_EQ(numbers(turns), (Numbers{2, 1, 3}));
    EXPECT_EQ(count, 4);
}

TEST(TakeTurns, ACircleInWhichNoneCanIsStuckAndWhatWaitsForIt)
{
    int count = 0;
    EXPECT_EQ(
        numbers(turns_of(
            5, {{0, 1, false}, {1, 0, false}, {2, 0, true}, {3, 2, true}, {4, 4, false}}, &count)),
        (Numbers{kStuck, kStuck, kStuck, kStuck, 0}));
    EXPECT_EQ(count, 1);
}

TEST(TakeTurns, WhoStepsAsideMayStillHaveAnotherValue)
{
    // 1 waits for two values of 0, which steps aside with one of them only.
    const Waits waits = {{0, 1, false}, {1, 0, true}, {1, 0, false}};
    EXPECT_EQ(numbers(turns_of(2, waits)), (Numbers{kStuck, kStuck}));
}

TEST(TakeTurns, CirclesThatShareARow)
{
    const Turns turns = turns_of(3, {{0, 1, true}, {1, 0, true}, {1, 2, true}, {2, 1, true}});
    for (const Turn& turn : turns)
        EXPECT_NE(turn.number, kStuck);
    EXPECT_LE(count_aside(turns), 2);
}

TEST(TakeTurns, RefusesRowsThatAreNotThere)
{
    EXPECT_THROW(turns_of(2, {{0, 2, false}}), std::out_of_range);
    EXPECT_THROW(turns_of(2, {{-1, 0, false}}), std::out_of_range);
}

TEST(TakeTurns, ALongChainThatLeadsIntoACircle)
{
    constexpr int kRows = 200000;
    Waits waits;
    for (int row = 0; row + 1 < kRows; row++)
        waits.push_back({row, row + 1, true});
    waits.push_back({kRows - 1, kRows / 2, true});
    int count = 0;
    const Turns turns = turns_of(kRows, waits, &count);
    EXPECT_EQ(count_aside(turns), 1);
    EXPECT_EQ(count, kRows / 2 + 2);
}

/// Plays the turns with places, one row after the other; all step aside to the same place.
bool reaches_goal(std::vector<int> has, const std::vector<int>& wants, const Turns& turns,
                  int turn_count)
{
    constexpr int kAside = -1;
    const int count = static_cast<int>(has.size());
    const auto move = [&has](int row, int place) {
        for (const int other : has)
            if (other == place)
                return false;
        has[row] = place;
        return true;
    };
    for (int turn = 0; turn < turn_count; turn++)
        for (int row = 0; row < count; row++) {
            if (turns[row].aside == turn && !move(row, kAside))
                return false;
            if (turns[row].number == turn && has[row] != wants[row] && !move(row, wants[row]))
                return false;
        }
    return has == wants;
}

TEST(TakeTurns, AnyPermutationIsReached)
{
    std::mt19937 random(20261126);
    for (int round = 0; round < 500; round++) {
        const int count = 1 + static_cast<int>(random() % 40);
        std::vector<int> places(2 * count);
        for (int i = 0; i < 2 * count; i++)
            places[i] = i;
        std::shuffle(places.begin(), places.end(), random);
        const std::vector<int> has(places.begin(), places.begin() + count);
        std::shuffle(places.begin(), places.begin() + count + count / 3, random);
        const std::vector<int> wants(places.begin(), places.begin() + count);
        Waits waits;
        for (int row = 0; row < count; row++)
            for (int holder = 0; holder < count; holder++)
                if (row != holder && wants[row] == has[holder])
                    waits.push_back({row, holder, true});
        int turn_count = 0;
        const Turns turns = turns_of(count, waits, &turn_count);
        EXPECT_TRUE(reaches_goal(has, wants, turns, turn_count)) << "round " << round;
    }
}

}  // namespace
}  // namespace journal
