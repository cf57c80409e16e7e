// Report periods: which days a preset means, and when a day begins where clocks change.
#include "request/calendar.hpp"

#include <gtest/gtest.h>

namespace journal {
namespace {

constexpr std::int64_t kHour = 3600;

std::int64_t moment(int year, int month, int day, int hour)
{
    return day_number(year, month, day) * 24 * kHour + hour * kHour;
}

void expect_days(const char* preset, std::int64_t today, std::int64_t first,
                 std::optional<std::int64_t> last)
{
    const std::optional<DayRange> days = preset_days(preset, today);
    ASSERT_TRUE(days.has_value()) << preset;
    EXPECT_EQ(days->first, first) << preset;
    EXPECT_EQ(days->last, last) << preset;
}

TEST(PresetDays, of_a_plain_day)
{
    const std::int64_t today = day_number(2024, 5, 15);  // a Wednesday
    expect_days("today", today, today, std::nullopt);
    expect_days("yesterday", today, today - 1, today);
    expect_days("this_week", today, day_number(2024, 5, 13), std::nullopt);
    expect_days("last_week", today, day_number(2024, 5, 6), day_number(2024, 5, 13));
    expect_days("this_month", today, day_number(2024, 5, 1), std::nullopt);
    expect_days("last_month", today, day_number(2024, 4, 1), day_number(2024, 5, 1));
}

TEST(PresetDays, weeks_begin_on_monday)
{
    expect_days("this_week", day_number(2024, 5, 12), day_number(2024, 5, 6), std::nullopt);
    expect_days("this_week", day_number(2024, 5, 13), day_number(2024, 5, 13), std::nullopt);
}

TEST(PresetDays, across_the_years_end)
{
    const std::int64_t today = day_number(2025, 1, 1);  // a Wednesday
    expect_days("yesterday", today, day_number(2024, 12, 31), today);
    expect_days("this_week", today, day_number(2024, 12, 30), std::nullopt);
    expect_days("last_month", today, day_number(2024, 12, 1), today);
    expect_days("last_month", day_number(2024, 3, 31), day_number(2024, 2, 1),
                day_number(2024, 3, 1));
}

TEST(PresetDays, before_1970)
{
    expect_days("this_week", day_number(1969, 12, 28), day_number(1969, 12, 22), std::nullopt);
}

TEST(PresetDays, other_words_are_none)
{
    EXPECT_FALSE(preset_days("custom", 0).has_value());
    EXPECT_FALSE(preset_days("", 0).has_value());
}

TEST(DayBegin, before_and_after_a_change)
{
    // Berlin, 31 March 2024: 02:00 becomes 03:00.
    const OffsetChange change{1 * kHour, moment(2024, 3, 31, 1), 2 * kHour};
    EXPECT_EQ(day_begin(day_number(2024, 3, 31), change), moment(2024, 3, 30, 23));
    EXPECT_EQ(day_begin(day_number(2024, 4, 1), change), moment(2024, 3, 31, 22));
}

TEST(DayBegin, at_the_first_of_two_midnights)
{
    // Havana, 3 November 2024: 01:00 becomes 00:00.
    const OffsetChange change{-4 * kHour, moment(2024, 11, 3, 5), -5 * kHour};
    EXPECT_EQ(day_begin(day_number(2024, 11, 3), change), moment(2024, 11, 3, 4));
    EXPECT_EQ(day_begin(day_number(2024, 11, 4), change), moment(2024, 11, 4, 5));
}

TEST(DayBegin, at_the_change_that_skips_midnight)
{
    // Havana, 10 March 2024: 00:00 becomes 01:00.
    const OffsetChange change{-5 * kHour, moment(2024, 3, 10, 5), -4 * kHour};
    EXPECT_EQ(day_begin(day_number(2024, 3, 10), change), moment(2024, 3, 10, 5));
}

TEST(DayBegin, at_the_midnight_that_a_change_brings_back)
{
    // Clocks that go back from 00:00 to 23:00 show midnight an hour later.
    const OffsetChange change{-3 * kHour, moment(2018, 2, 18, 2) + kHour, -4 * kHour};
    EXPECT_EQ(day_begin(day_number(2018, 2, 18), change), moment(2018, 2, 18, 4));
}

TEST(DayBegin, of_a_day_that_does_not_exist)
{
    // Apia went from 29 to 31 December 2011.
    const OffsetChange change{-10 * kHour, moment(2011, 12, 30, 10), 14 * kHour};
    EXPECT_EQ(day_begin(day_number(2011, 12, 30), change), change.moment);
    EXPECT_EQ(day_begin(day_number(2011, 12, 31), change), change.moment);
}

}  // namespace
}  // namespace journal
