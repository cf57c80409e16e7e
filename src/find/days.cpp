// The days of a period, each as a period of its own.
//
// A function in FROM is materialised by the server before its first row is seen. So an export reads
// a day at once, by a report for each.
#include "accounts/access.hpp"
#include "base/function.hpp"
#include "find/buckets.hpp"

namespace journal {

namespace {

enum DaysArgument { kPeriod, kDateFrom, kDateTo };

}  // namespace

/// days(period, date_from, date_to)
JOURNAL_FUNCTION(journal_days)
{
    InitMaterializedSRF(fcinfo, 0);
    const auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    PageRequest request{};
    const ReportFilter filter = period_filter(fcinfo, {kPeriod, kDateFrom, kDateTo}, &request);
    EntryFilter every = entry_filter(filter);
    const Buckets days = divide(request, every, "day");
    for (std::size_t i = 0; i < days.starts.size(); i++) {
        const bool is_last = i + 1 == days.starts.size();
        const TimestampTz start = i == 0 ? days.bounds.from : days.starts[i];
        const Datum zone = CStringGetTextDatum(pg_get_timezone_name(request.account->time_zone));
        const Datum local = DirectFunctionCall2(timestamptz_zone, zone, TimestampTzGetDatum(start));
        Datum values[] = {DirectFunctionCall1(timestamp_date, local), TimestampTzGetDatum(start),
                          TimestampTzGetDatum(is_last ? days.bounds.to : days.starts[i + 1])};
        bool nulls[lengthof(values)] = {};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    return Datum{0};
}

}  // namespace journal
