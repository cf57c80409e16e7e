// See period.hpp.
#include "request/period.hpp"

#include "base/function.hpp"
#include "base/settings.hpp"
#include "catalog/event_type.hpp"
#include "request/calendar.hpp"

namespace journal {

namespace {

constexpr const char* kPeriods[] = {"today",     "yesterday",  "this_week", "this_month",
                                    "last_week", "last_month", "custom"};

[[noreturn]] void raise_dates(const char* message, const char* hint)
{
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s", message),
                    hint == nullptr ? 0 : errhint("%s", hint)));
    pg_unreachable();
}

/// The moment at which a local day begins in a time zone.
TimestampTz begin_of(std::int64_t day, pg_tz* time_zone)
{
    // The one change of clocks that matters is searched for from a day before: no zone is farther
    // from UTC.
    const pg_time_t day_before = (day - 1) * SECS_PER_DAY;
    long before = 0;
    long after = 0;
    int before_is_summer = 0;
    int after_is_summer = 0;
    pg_time_t moment = 0;
    const int found = pg_next_dst_boundary(&day_before, &before, &before_is_summer, &moment, &after,
                                           &after_is_summer, time_zone);
    // Without a change to come, before is for ever.
    const OffsetChange change = found > 0 ? OffsetChange{before, moment, after}
                                          : OffsetChange{before, PG_INT64_MAX, before};
    return time_t_to_timestamptz(day_begin(day, change));
}

std::int64_t local_day(TimestampTz moment, pg_tz* time_zone)
{
    const pg_time_t seconds = timestamptz_to_time_t(moment);
    const pg_tm* local = pg_localtime(&seconds, time_zone);
    return day_number(local->tm_year + 1900, local->tm_mon + 1, local->tm_mday);
}

Bounds custom_bounds(const TimestampTz* date_from, const TimestampTz* date_to)
{
    if (date_from == nullptr && date_to == nullptr)
        raise_dates("period \"custom\" needs date_from or date_to", nullptr);
    const Bounds bounds{date_from == nullptr ? DT_NOBEGIN : *date_from,
                        date_to == nullptr ? DT_NOEND : *date_to};
    if (bounds.from >= bounds.to)
        raise_dates("date_from has to be before date_to",
                    "A period is half-open: date_to is the first moment after it.");
    return bounds;
}

}  // namespace

const char* known_period(const char* name)
{
    return name == nullptr ? nullptr
                           : kPeriods[known_code("period", name, lengthof(kPeriods), kPeriods)];
}

Bounds resolve_period(const Account* account, const char* period, const TimestampTz* date_from,
                      const TimestampTz* date_to)
{
    const bool dates = date_from != nullptr || date_to != nullptr;
    if (account->window != nullptr) {
        if (period != nullptr || dates) {
            const int level = enter_exact_settings();
            const char* window = DatumGetCString(
                DirectFunctionCall1(interval_out, IntervalPGetDatum(account->window)));
            leave_exact_settings(level);
            ereport(ERROR,
                    (errcode(kDatesNotAllowed),
                     errmsg("plan \"%s\" allows no choice of dates", account->plan),
                     errdetail("Its reports always cover the last %s.", window),
                     errhint("Leave out period, date_from and date_to, or change to a plan without "
                             "this limit.")));
        }
        return {plan_begin(account), DT_NOEND};
    }
    if (period == nullptr && !dates)
        return {DT_NOBEGIN, DT_NOEND};
    if (period == nullptr || strcmp(period, "custom") == 0)
        return custom_bounds(date_from, date_to);
    if (dates)
        raise_dates(psprintf("period \"%s\" takes no dates", period),
                    "Only period \"custom\" goes with date_from and date_to.");

    const std::optional<DayRange> days =
        preset_days(period, local_day(report_clock(), account->time_zone));
    return {begin_of(days->first, account->time_zone),
            days->last.has_value() ? begin_of(*days->last, account->time_zone) : DT_NOEND};
}

void require_journal(const Account* account)
{
    if (!account->has_journal)
        ereport(ERROR, (errcode(kPlanWithoutJournal),
                        errmsg("plan \"%s\" does not include the event journal", account->plan),
                        *account->name == '\0' ? 0 : errdetail("Account: \"%s\".", account->name),
                        errhint("The journal is available from the plan \"startup\" upwards.")));
}

TimestampTz plan_begin(const Account* account)
{
    return account->window == nullptr ? DT_NOBEGIN
                                      : window_start(account->window, account->time_zone);
}

}  // namespace journal
