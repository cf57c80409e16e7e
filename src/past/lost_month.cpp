// See lost_month.hpp.
#include "past/lost_month.hpp"

#include "base/journal_tables.hpp"
#include "base/query.hpp"
#include "months/gone_months.hpp"

namespace journal {

namespace {

/// Before it no entry that is later than the moment occurred. A transaction's edge goes by numbers,
/// which follow the clock but for the time between two takings of it.
TimestampTz earliest_of(const Moment* moment)
{
    if (moment->kind == MomentKind::kMark && !TIMESTAMP_IS_NOBEGIN(moment->earliest))
        return moment->earliest;
    if ((moment->kind == MomentKind::kBefore || moment->kind == MomentKind::kAfter) &&
        !TIMESTAMP_IS_NOBEGIN(moment->time))
        return moment->time - USECS_PER_MINUTE;
    return moment->time;
}

}  // namespace

LostMonth find_lost_month(const Moment* moment)
{
    // None is to go between the answer and the reading of the entries.
    LockRelationOid(journal_table("entry"), AccessShareLock);
    MemoryContext context = CurrentMemoryContext;
    LostMonth lost{DT_NOBEGIN, nullptr};
    Query query = Query::begin_latest();
    // What was written after it had gone is elsewhere.
    const uint64 found = query.run(
        "SELECT least(to_moment, gone_at) AS until, relation_name FROM " JOURNAL_MONTHS
        " AS m WHERE gone_at > $1 AND to_moment > $2 AND NOT was_empty ORDER BY 1 DESC LIMIT 1",
        {{TIMESTAMPTZOID, TimestampTzGetDatum(moment->time)},
         {TIMESTAMPTZOID, TimestampTzGetDatum(earliest_of(moment))}},
        true);
    if (found > 0) {
        lost.until = query.value(0, "until").time();
        lost.name = query.value(0, "relation_name").text(context);
    }
    query.end();
    return lost;
}

}  // namespace journal
