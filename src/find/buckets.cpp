// See buckets.hpp.
#include "find/buckets.hpp"

#include "catalog/event_type.hpp"

#include <algorithm>

namespace journal {

namespace {

constexpr int kMostBuckets = 100000;

[[noreturn]] void raise_too_many()
{
    ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                    errmsg("the period has more than %d buckets", kMostBuckets),
                    errhint("Choose a shorter period or a longer bucket.")));
    pg_unreachable();
}

/// When the first or the last of the entries occurred; false without any.
bool find_end(PageRequest request, const EntryFilter& filter, bool last, TimestampTz* moment)
{
    EntryRows rows(CurrentMemoryContext);
    request.descending = last;
    read_entries(request, 1, filter, CurrentMemoryContext, &rows);
    if (!rows.empty())
        *moment = rows.front().occurred_at;
    return !rows.empty();
}

/// Bounds without infinity, and no longer than the plan lets see; false if nothing is in them.
bool close_bounds(const PageRequest& request, const EntryFilter& filter, Bounds* bounds)
{
    bounds->from = std::max(bounds->from, plan_begin(request.account));
    TimestampTz last = 0;
    if (bounds->from == DT_NOBEGIN && !find_end(request, filter, false, &bounds->from))
        return false;
    if (bounds->to == DT_NOEND) {
        if (!find_end(request, filter, true, &last))
            return false;
        bounds->to = last + 1;
    }
    return bounds->from < bounds->to;
}

}  // namespace

Buckets divide(const PageRequest& request, const EntryFilter& filter, const char* name)
{
    static constexpr const char* kUnits[] = {"hour", "day", "week", "month"};
    const char* unit =
        name == nullptr ? "day" : kUnits[known_code("bucket", name, lengthof(kUnits), kUnits)];
    MemoryContext context = CurrentMemoryContext;
    Buckets buckets{request.bounds, Vector<TimestampTz>(context)};
    if (!close_bounds(request, filter, &buckets.bounds))
        return buckets;
    const int64 unit_length = *unit == 'h' ? USECS_PER_HOUR
                                           : USECS_PER_DAY * (*unit == 'd'   ? 1
                                                              : *unit == 'w' ? 7
                                                                             : 28);
    if (buckets.bounds.to / unit_length - buckets.bounds.from / unit_length > kMostBuckets)
        raise_too_many();
    Query query = Query::begin(RunAs::kOwner);
    // Hours of a day that the clocks are put back on are one more.
    const uint64 count = query.run(
        "SELECT s FROM generate_series(date_trunc('hour', $1, $3), $2, interval '1 hour') s "
        "WHERE $4 = 'hour' AND s < $2 UNION ALL "
        "SELECT (s - interval '1us') AT TIME ZONE $3 + interval '1us' FROM "
        "generate_series(date_trunc($4, $1 AT TIME ZONE $3), "
        "$2 AT TIME ZONE $3, ('1 ' || $4)::interval) s "
        "WHERE $4 <> 'hour' AND (s - interval '1us') AT TIME ZONE $3 + interval '1us' < $2 ORDER "
        "BY 1",
        {timestamp_argument(buckets.bounds.from), timestamp_argument(buckets.bounds.to),
         text_argument(pg_get_timezone_name(request.account->time_zone)), text_argument(unit)},
        true, kMostBuckets + 1);
    if (count > kMostBuckets)
        raise_too_many();
    for (uint64 i = 0; i < count; i++)
        buckets.starts.push_back(query.value(i).time());
    query.end();
    return buckets;
}

}  // namespace journal
