// Regime: library. See calendar.hpp.
#include "request/calendar.hpp"

#include <chrono>

namespace journal {

namespace {

using namespace std::chrono;

constexpr std::int64_t kSecondsPerDay = 86400;

sys_days to_days(std::int64_t number)
{
    return sys_days{days{number}};
}

std::int64_t to_number(sys_days day)
{
    return day.time_since_epoch().count();
}

/// First day of the month that a day is in, or of the month so many months later.
std::int64_t month_begin(std::int64_t day, int later)
{
    const year_month_day date{to_days(day)};
    return to_number(sys_days{year_month{date.year(), date.month()} / 1 + months{later}});
}

/// Monday of the week that a day is in.
std::int64_t week_begin(std::int64_t day)
{
    return day - (weekday{to_days(day)} - Monday).count();
}

}  // namespace

std::int64_t day_number(int year, int month, int day)
{
    return to_number(sys_days{std::chrono::year{year} / month / day});
}

std::optional<DayRange> preset_days(std::string_view preset, std::int64_t today)
{
    if (preset == "today")
        return DayRange{today, std::nullopt};
    if (preset == "yesterday")
        return DayRange{today - 1, today};
    if (preset == "this_week")
        return DayRange{week_begin(today), std::nullopt};
    if (preset == "last_week")
        return DayRange{week_begin(today) - 7, week_begin(today)};
    if (preset == "this_month")
        return DayRange{month_begin(today, 0), std::nullopt};
    if (preset == "last_month")
        return DayRange{month_begin(today, -1), month_begin(today, 0)};
    return std::nullopt;
}

std::int64_t day_begin(std::int64_t day, const OffsetChange& change)
{
    const std::int64_t midnight = day * kSecondsPerDay;
    if (midnight - change.before < change.moment)
        return midnight - change.before;
    if (midnight - change.after >= change.moment)
        return midnight - change.after;
    return change.moment;
}

}  // namespace journal
