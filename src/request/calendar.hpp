// Regime: library
//
// Calendar arithmetic of report periods: days are numbered from 1970-01-01, moments are seconds
// since 1970-01-01 00:00 UTC. Nothing here knows a time zone; what a zone does around a midnight is
// handed in.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace journal {

/// Days first to last; last is not part of it, and absent where a period has no end.
struct DayRange {
    std::int64_t first;
    std::optional<std::int64_t> last;
};

/// Number of the day of a date of the Gregorian calendar; month and day count from 1.
std::int64_t day_number(int year, int month, int day);

/// The days of a preset (today, yesterday, this_week, this_month, last_week, last_month), seen from
/// a day; nothing for another word. Weeks begin on Monday.
std::optional<DayRange> preset_days(std::string_view preset, std::int64_t today);

/// The change of a zone's distance from UTC that is nearest to a midnight: from before to after
/// (seconds east of Greenwich) at a moment.
struct OffsetChange {
    std::int64_t before;
    std::int64_t moment;
    std::int64_t after;
};

/// The moment at which a day begins: its local midnight; the first of two, where clocks go back
/// over it; the change itself, where clocks jump over it.
std::int64_t day_begin(std::int64_t day, const OffsetChange& change);

}  // namespace journal
